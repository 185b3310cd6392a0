/** How long a run may take up new work: what is left stays marked, and the next run goes on with it. */
export type TimeBudget = Readonly<{ isTimeUp: () => boolean }>;
