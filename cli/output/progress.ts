import type { Output } from '../command-io';

const EVERY_MS = 200;

export type Progress = Readonly<{
  /** Tells how far something is, not more often than somebody can read. */
  at: (done: number) => void;
  /** Takes away what was told. */
  end: () => void;
}>;

/** How far long work is, in one line of a terminal that is written over. Where nobody looks nothing is written. Without `total` nobody knows how much there is. */
export function createProgress(
  { write, isTerminal }: Output,
  nowMs: () => number,
  { what, total }: Readonly<{ what: string; total?: number }>,
): Progress {
  if (!isTerminal) return { at: () => undefined, end: () => undefined };
  let toldMs = nowMs();
  let isTold = false;
  return {
    at: (done) => {
      if (nowMs() - toldMs < EVERY_MS) return;
      toldMs = nowMs();
      isTold = true;
      write(`\r\u001B[K${what}: ${done}${total === undefined ? '' : ` of ${total}`}`);
    },
    end: () => {
      if (isTold) write('\r\u001B[K');
    },
  };
}
