const LONGEST = 200;
const LONGEST_LINE = 2_000;

/** Controls, what turns the direction of text round, what cannot be seen, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** What a line of a log makes a command of: of GitHub Actions at its beginning, of Azure Pipelines and older runners anywhere. */
const COMMANDS = /^\s*::|##(?=(?:vso)?\[)/gi;

/** A text from a file as a terminal or a log can show it: one line, in which what acts on them or cannot be seen is spelled out. */
export function plainText(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut
    .replaceAll(UNSEEN, spelledOut)
    .replaceAll(COMMANDS, (sign) => `${spelledOut(sign.slice(-1))}${sign.slice(-1)}`);
}

/** The same line by line. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => plainText(line, LONGEST_LINE))
    .join('\n');
}

function spelledOut(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16).padStart(4, '0') ?? ''}}`;
}
