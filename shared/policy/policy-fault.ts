/** What is wrong in a policy file, and where. */
export type Fault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

/** The same with its line. `place` is empty where it is the file. */
export type LineFault = Readonly<{ line: number; place: string; problem: string }>;

/** More faults than these are counted and not named. */
export const MOST_TOLD_FAULTS = 100;
