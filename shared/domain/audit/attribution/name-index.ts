import { fold } from '../../fold';

/** Finds names by their words, in time that depends on the few that share one and not on how many there are. */
export type NameIndex = Readonly<{
  /** Names all of whose words stand in a text: those that are no part of it are among them. */
  within: (text: string) => readonly string[];
  /** Other names in which this one stands. */
  around: (name: string) => readonly string[];
}>;

/** Runs of letters and digits, folded. */
export function wordsIn(text: string): readonly string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * The word with the fewest entries in an inverted index, so that a search for all words looks at as few as it can; undefined
 * for a text without words.
 */
export function rarestWord(
  text: string,
  entriesOf: (word: string) => Readonly<{ size: number }> | undefined,
): string | undefined {
  let rarest: Readonly<{ word: string; size: number }> | undefined;
  for (const word of wordsIn(text)) {
    const size = entriesOf(word)?.size ?? 0;
    if (rarest === undefined || size < rarest.size) rarest = { word, size };
  }
  return rarest?.word;
}

/** `names` are folded. A name counts where it stands in whole words, so that all its words are words of the text around it. */
export function createNameIndex(names: readonly string[]): NameIndex {
  const byWord = new Map<string, Set<string>>();
  for (const name of names)
    for (const word of wordsIn(name)) byWord.set(word, (byWord.get(word) ?? new Set()).add(name));
  const byRarest = new Map<string | undefined, string[]>();
  for (const name of names) {
    const rarest = rarestWord(name, (word) => byWord.get(word));
    const same = byRarest.get(rarest) ?? [];
    same.push(name);
    byRarest.set(rarest, same);
  }
  const known = new Map<string, readonly string[]>();
  const lookAround = (name: string): readonly string[] => {
    const rarest = rarestWord(name, (word) => byWord.get(word));
    const candidates = rarest === undefined ? names : [...(byWord.get(rarest) ?? [])];
    return candidates.filter((one) => one !== name && one.includes(name));
  };
  return {
    within: (text) => {
      const words: ReadonlySet<string | undefined> = new Set([undefined, ...wordsIn(text)]);
      return [...words].flatMap((word) => byRarest.get(word) ?? []);
    },
    around: (name) => {
      const around = known.get(name) ?? lookAround(name);
      known.set(name, around);
      return around;
    },
  };
}
