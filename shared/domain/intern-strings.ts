/** Interns strings: returns the first of equal texts, so that an id which thousands of entries name is in memory once. */
export function createStringInterner(): (text: string) => string {
  const copies = new Map<string, string>();
  return (text) => {
    const copy = copies.get(text);
    if (copy !== undefined) return copy;
    copies.set(text, text);
    return text;
  };
}
