/** The golden section: multiples of it fall evenly on a circle, however many there are. */
const STEP = (Math.sqrt(5) - 1) / 2;

/**
 * The same items, from another one on in each turn. Turns that follow each other begin far apart, so that a few of them come to
 * every item where each has time for some.
 */
export function inTurn<T>(items: readonly T[], turn: number): readonly T[] {
  const first = Math.floor(((turn * STEP) % 1) * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
