import { Cron } from 'croner';

/** The first tick after `afterMs`, both epoch milliseconds. */
export type Schedule = (afterMs: number) => number;

/**
 * Reads a schedule of six fields, seconds first, in UTC. Azure's cron wants the day of the month and the day of the
 * week to match both.
 */
export function parseSchedule(expression: string): Schedule {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 6) throw new Error(`Schedule "${expression}": expected six fields, not ${fields}`);
  const cron = new Cron(expression, { timezone: 'UTC', domAndDow: true, paused: true });
  return (afterMs) => {
    const next = cron.nextRun(new Date(afterMs));
    if (next === null) throw new Error(`Schedule "${expression}" never comes`);
    return next.getTime();
  };
}
