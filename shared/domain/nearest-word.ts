/**
 * The word that somebody meant who wrote another: the nearest one of those that are known, or none where none is near. Case, blanks,
 * hyphens and underscores do not count.
 */
export function nearestWord(written: string, known: readonly string[]): string | undefined {
  const plain = plainOf(written);
  if (plain.length > LONGEST) return undefined;
  let nearest: Readonly<{ word: string; distance: number }> | undefined;
  for (const word of known) {
    const other = plainOf(word);
    if (other.length > LONGEST) continue;
    const distance = slipsBetween(plain, other);
    const most = Math.max(1, Math.floor(Math.max(plain.length, other.length) / 3));
    if (distance <= most && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY))
      nearest = { word, distance };
  }
  return nearest?.word;
}

/** The time goes with the square of it. */
const LONGEST = 64;

function plainOf(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** How many letters were left out, put in, changed, or swapped with the next one. */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (beforeLast[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
