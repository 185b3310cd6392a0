/** Time as an argument: `now` is epoch milliseconds, `sleep` resolves after `ms`. */
export type Clock = Readonly<{ now: () => number; sleep: (ms: number) => Promise<void> }>;
