/** A limit on how long something is waited for. */
export type Deadline = Readonly<{
  /** Rejects when the time is over; for `Promise.race` with what is waited for. */
  passed: Promise<never>;
  /** What was waited for is there: nothing is rejected any more. */
  stop: () => void;
}>;

/** Starts to wait for at most `ms`. The error is made only when they are over: most of what is waited for comes in time. */
export function startDeadline(ms: number, late: () => Error): Deadline {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  return { passed, stop: () => clearTimeout(timer) };
}
