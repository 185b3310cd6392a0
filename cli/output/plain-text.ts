const LONGEST = 200;

/** Controls, what turns the direction of text round, what cannot be seen, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** A text from a file as a terminal can show it: one line, in which what acts on terminals or cannot be seen is spelled out. */
export function plainText(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replaceAll(
    UNSEEN,
    (character) => `\\u{${character.codePointAt(0)?.toString(16).padStart(4, '0') ?? ''}}`,
  );
}
