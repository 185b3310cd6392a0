/**
 * The word that somebody meant who wrote another: the nearest one of those that are known, or none where none is near. Case, blanks,
 * hyphens and underscores do not count.
 */
export function nearestWord(written: string, known: readonly string[]): string | undefined {
  const plain = plainOf(written);
  if (plain.length > LONGEST) return undefined;
  let nearest: string | undefined;
  let nearestSlips = plain.length + LONGEST;
  for (const word of known) {
    const other = plainOf(word);
    const longer = other.length > plain.length ? other.length : plain.length;
    const most = longer < 6 ? 1 : Math.floor(longer / 3);
    // As many letters as one is longer than the other were left out at least.
    if (other.length > LONGEST || 2 * longer - plain.length - other.length > most) continue;
    const slips = slipsBetween(plain, other);
    if (slips > most || slips >= nearestSlips) continue;
    nearest = word;
    nearestSlips = slips;
  }
  return nearest;
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
    let left = i;
    for (let j = 1; j <= b.length; j += 1) {
      let least = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const above = (last[j] ?? 0) + 1;
      if (above < least) least = above;
      if (left + 1 < least) least = left + 1;
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        const swapped = (beforeLast[j - 2] ?? 0) + 1;
        if (swapped < least) least = swapped;
      }
      row.push(least);
      left = least;
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
