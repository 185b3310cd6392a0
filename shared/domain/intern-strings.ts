/** Gives the first of equal texts for all of them: a group or an account that thousands of entries name is then in memory once. */
export function createStringInterner(): (text: string) => string {
  const copies = new Map<string, string>();
  return (text) => {
    const copy = copies.get(text);
    if (copy !== undefined) return copy;
    copies.set(text, text);
    return text;
  };
}
