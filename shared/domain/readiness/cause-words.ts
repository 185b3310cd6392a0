/** What is told of a cause: what it means, what to do, and where in `docs/` that is written. */
export type CauseWords = Readonly<{ means: string; fix: string; docs: string }>;
