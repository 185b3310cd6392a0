import { Cron } from 'croner';

/** The instants of a schedule of six fields after `fromMs`, up to `untilMs`. */
export function everyTick(schedule: string, fromMs: number, untilMs: number): readonly number[] {
  const cron = new Cron(schedule, { timezone: 'UTC', paused: true });
  const ticks: number[] = [];
  for (
    let next = cron.nextRun(new Date(fromMs));
    next !== null && next.getTime() <= untilMs;
    next = cron.nextRun(next)
  )
    ticks.push(next.getTime());
  return ticks;
}
