/** The values of an attribute as HR writes them, and of each record the index of its own; -1: it has none. */
export type CodedAttribute = Readonly<{ attribute: string; values: readonly string[]; codes: Int32Array }>;

/** The pairs of values that two attributes have together: of each record the index of its own, -1 where it lacks one. */
export type CodedPair = Readonly<{
  codes: Int32Array;
  /** By index: the value of the first, and of the second attribute. */
  values: ReadonlyArray<readonly [first: number, second: number]>;
}>;

/** More are made anew each time: they would take more memory than time. */
const MOST_KEPT = 300;

/** Makes pairs once for all groups. */
export function createPairs(): (first: CodedAttribute, second: CodedAttribute) => CodedPair {
  const known = new Map<CodedAttribute, Map<CodedAttribute, CodedPair>>();
  let kept = 0;
  return (first, second) => {
    const found = known.get(first)?.get(second);
    if (found !== undefined) return found;
    const pair = toPair(first, second);
    if (kept < MOST_KEPT) {
      kept += 1;
      const others = known.get(first) ?? new Map<CodedAttribute, CodedPair>();
      known.set(first, others.set(second, pair));
    }
    return pair;
  };
}

function toPair(first: CodedAttribute, second: CodedAttribute): CodedPair {
  const width = second.values.length;
  const byCell = new Map<number, number>();
  const values: Array<readonly [number, number]> = [];
  const codes = first.codes.map((one, record) => {
    const other = second.codes[record] ?? -1;
    if (one < 0 || other < 0) return -1;
    const cell = one * width + other;
    const known = byCell.get(cell);
    if (known !== undefined) return known;
    byCell.set(cell, values.length);
    values.push([one, other]);
    return values.length - 1;
  });
  return { codes, values };
}
