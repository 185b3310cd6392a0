/** The largest of any number of values: as arguments of a function they would be limited to about 125,000. `none` where there are none. */
export function largestOf<N>(values: Iterable<number>, none: N): number | N {
  let largest: number | undefined;
  for (const value of values) if (largest === undefined || value > largest) largest = value;
  return largest ?? none;
}

/** The smallest of any number of values; `none` where there are none. */
export function smallestOf<N>(values: Iterable<number>, none: N): number | N {
  let smallest: number | undefined;
  for (const value of values) if (smallest === undefined || value < smallest) smallest = value;
  return smallest ?? none;
}
