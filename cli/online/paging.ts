import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandIo } from '../command-io';
import { createProgress } from '../output/progress';

export type LimitOptions = Readonly<{ limit: number }>;

const FIRST = 200;

/** Gives a command that lists what may be long an option for how much of it. */
export function withLimit(command: Command, what: string): Command {
  return command.addOption(
    new Option('--limit <number>', `so many ${what} at most; 0: all`).default(FIRST).argParser(toCount),
  );
}

type Page = Readonly<{ total: number; next: number | null }>;

/** Asks for page after page until there are as many as are wanted, or no more. `last`: the page that was answered last. */
export async function readPages<P extends Page, T>(
  io: Pick<CommandIo, 'stderr' | 'nowMs'>,
  { limit }: LimitOptions,
  what: string,
  read: (skip: number) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): Promise<Readonly<{ last: P; items: readonly T[]; more: number }>> {
  const most = limit === 0 ? Infinity : limit;
  let last = await read(0);
  const items = [...itemsOf(last)];
  const progress = createProgress(io.stderr, io.nowMs, { what, total: Math.min(last.total, most) });
  try {
    let skip = 0;
    // A page that leads nowhere would be asked for without end.
    while (last.next !== null && last.next > skip && items.length < most) {
      skip = last.next;
      last = await read(skip);
      items.push(...itemsOf(last));
      progress.at(items.length);
    }
  } finally {
    progress.end();
  }
  const shown = items.slice(0, most);
  return { last, items: shown, more: Math.max(0, last.total - shown.length) };
}

function toCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It is a number from 0 on.');
  return Number(text);
}
