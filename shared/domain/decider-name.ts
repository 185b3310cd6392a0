const SHORTEST = 3;
const LONGEST = 200;

/** Control and format characters (bidirectional ones too), halves of characters, what no standard assigns, and blanks but the plain one. */
const UNCLEAN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * The word `policy` in letters that look like its own: Cyrillic, Greek and dotless ones, `I`, `1` and `|`. Wide and decorated ones
 * are folded before.
 */
const LOOKS_LIKE_POLICY =
  /^[p\u0440\u03c1][o0\u043e\u03bf\u03c3][li1|\u0456\u03b9\u04cf\u0131]{2}[c\u0441\u03f2][yu\u0443\u03b3\u04af]$/u;

/** A name as it is kept: composed, without outer blanks. Where it is none, what is wrong with it. */
export type NameRead = Readonly<{ name: string }> | Readonly<{ problem: string }>;

/**
 * Reads the name under which somebody decides: clean text of three to 200 characters with a letter or digit in it, and not
 * `policy`, which decides by itself.
 */
export function readDeciderName(said: string): NameRead {
  if (said.length > LONGEST) return { problem: 'is too long' };
  const name = said.normalize('NFC').trim();
  if (UNCLEAN.test(said)) return { problem: 'holds characters that cannot be seen' };
  if (name.length < SHORTEST || !/[\p{L}\p{N}]/u.test(name)) return { problem: 'is too short' };
  return isPolicyWord(name) ? { problem: 'is the name of the policy' } : { name };
}

/** Whatever stands around or over the letters makes no other word of it. */
function isPolicyWord(name: string): boolean {
  const bare = name
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}|]/gu, '')
    .toLowerCase();
  return LOOKS_LIKE_POLICY.test(bare);
}
