import type { Random } from './random';
import type { Body } from './story';
import { DAY_MS, DEPARTMENTS, HOUR_MS } from './test-organization';

/** How HR's own books have somebody, with what is announced for later. */
export type Employment =
  | Readonly<{ kind: 'unknown' }>
  | Readonly<{ kind: 'announced'; joinsAtMs: number; leavesAtMs?: number }>
  | Readonly<{ kind: 'working'; leavesAtMs?: number; returnsAtMs?: number }>
  | Readonly<{ kind: 'gone' }>;

type Told = Readonly<{ body: Body; next: Employment }>;

/** The next thing that HR would say of somebody: consistent with what it said before, as an HR system is. */
export function makeWord(
  random: Random,
  id: string,
  worker: Extract<Body, { worker: unknown }>['worker'],
  before: Employment,
  atMs: number,
): Told {
  const now = catchUp(before, atMs);
  const base = { schemaVersion: 1, id, occurredAt: new Date(atMs).toISOString() } as const;
  const later = (mostDays: number): number => atMs + HOUR_MS + random.int(mostDays * DAY_MS);
  const attributes = { department: random.pick(DEPARTMENTS) };

  const joins = (joinsAtMs: number): Body => ({
    ...base,
    type: 'worker.joined',
    worker,
    attributes,
    ...(joinsAtMs === atMs ? {} : { effectiveAt: new Date(joinsAtMs).toISOString() }),
  });
  const leavesNow: Told = {
    body: { ...base, type: 'worker.left', worker, immediate: true },
    next: { kind: 'gone' },
  };
  const leavesAfter = (fromMs: number): Readonly<{ body: Body; leavesAtMs: number }> => {
    const day = Math.floor((fromMs + random.int(3 * DAY_MS)) / DAY_MS) * DAY_MS;
    const lastWorkingDay = new Date(day).toISOString().slice(0, 10);
    return { body: { ...base, type: 'worker.left', worker, lastWorkingDay }, leavesAtMs: day + DAY_MS };
  };

  switch (now.kind) {
    case 'unknown':
    case 'gone': {
      const joinsAtMs = random.chance(0.6) ? atMs : later(4);
      return {
        body: joins(joinsAtMs),
        next: joinsAtMs === atMs ? { kind: 'working' } : { kind: 'announced', joinsAtMs },
      };
    }
    case 'announced': {
      if (now.leavesAtMs !== undefined || random.chance(0.3)) return leavesNow;
      if (random.chance(0.4)) {
        const { body, leavesAtMs } = leavesAfter(now.joinsAtMs + DAY_MS);
        return { body, next: { ...now, leavesAtMs } };
      }
      const joinsAtMs = later(4);
      return { body: joins(joinsAtMs), next: { kind: 'announced', joinsAtMs } };
    }
    case 'working': {
      if (now.returnsAtMs !== undefined || random.chance(0.25)) return leavesNow;
      if (now.leavesAtMs !== undefined && random.chance(0.4)) {
        const returnsAtMs = now.leavesAtMs + HOUR_MS + random.int(2 * DAY_MS);
        return { body: joins(returnsAtMs), next: { ...now, returnsAtMs } };
      }
      if (now.leavesAtMs !== undefined && random.chance(0.3))
        return { body: joins(atMs), next: { kind: 'working' } };
      if (random.chance(0.3)) {
        const { body, leavesAtMs } = leavesAfter(atMs);
        return { body, next: { kind: 'working', leavesAtMs } };
      }
      const effectiveAt = random.chance(0.6) ? {} : { effectiveAt: new Date(later(3)).toISOString() };
      return { body: { ...base, type: 'worker.moved', worker, attributes, ...effectiveAt }, next: now };
    }
  }
}

/** What was announced has happened once its time has come. */
function catchUp(employment: Employment, atMs: number): Employment {
  if (employment.kind === 'announced' && employment.joinsAtMs <= atMs) {
    const { leavesAtMs } = employment;
    return catchUp({ kind: 'working', ...(leavesAtMs === undefined ? {} : { leavesAtMs }) }, atMs);
  }
  if (employment.kind !== 'working' || employment.leavesAtMs === undefined || employment.leavesAtMs > atMs)
    return employment;
  const { returnsAtMs } = employment;
  if (returnsAtMs === undefined) return { kind: 'gone' };
  return returnsAtMs <= atMs ? { kind: 'working' } : { kind: 'announced', joinsAtMs: returnsAtMs };
}
