/** Escape codes of the kinds of text that stand out. https://no-color.org */
const CODES = { good: '32', bad: '31', doubtful: '33', strong: '1', faint: '2' } as const;

type Kind = keyof typeof CODES;

/** Marks a text as one of a kind, where colours are shown. */
export type TextStyle = (kind: Kind, text: string) => string;

export function styleOf({ isColored: colored }: Readonly<{ isColored: boolean }>): TextStyle {
  return (kind, text) => (colored ? `\u001B[${CODES[kind]}m${text}\u001B[0m` : text);
}

/** Colours are for terminals that show them, unless somebody wants none. */
export function isColored(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR: none = '', TERM: terminal } = env;
  return isTerminal && none === '' && terminal !== 'dumb';
}
