import type { RateLimits, Switches } from './switches';

/** How long to wait before the next call of this kind is let through; 0 when this one was. */
export type Quota = Readonly<{
  take: (
    organization: string,
    method: string,
    rule: Readonly<{ limits: RateLimits; window: Switches['quotaWindow'] }>,
    nowMs: number,
  ) => number;
  clear: () => void;
}>;

type Spent = { windowStartMs: number; count: number; times: number[]; oldest: number };

/**
 * UiPath's limit per organization and method. `fixed` starts a window at the first call and forgets all calls at its
 * end; `sliding` forgets each call one window after it was made. A refused call is not counted.
 */
export function createQuota(): Quota {
  const spentByKey = new Map<string, Spent>();
  return {
    take: (organization, method, { limits, window }, nowMs) => {
      const limit = limitOf(limits, method);
      if (limit === undefined) return 0;
      const key = `${organization} ${method}`;
      const spent = spentByKey.get(key) ?? { windowStartMs: nowMs, count: 0, times: [], oldest: 0 };
      spentByKey.set(key, spent);
      return window === 'fixed'
        ? takeFixed(spent, limit, limits.windowMs, nowMs)
        : takeSliding(spent, limit, limits.windowMs, nowMs);
    },
    clear: () => {
      spentByKey.clear();
    },
  };
}

function limitOf(limits: RateLimits, method: string): number | undefined {
  switch (method) {
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return limits[method];
    default:
      return undefined;
  }
}

function takeFixed(spent: Spent, limit: number, windowMs: number, nowMs: number): number {
  if (nowMs >= spent.windowStartMs + windowMs) {
    spent.windowStartMs = nowMs;
    spent.count = 0;
  }
  if (spent.count >= limit) return spent.windowStartMs + windowMs - nowMs;
  spent.count += 1;
  return 0;
}

function takeSliding(spent: Spent, limit: number, windowMs: number, nowMs: number): number {
  while (spent.oldest < spent.times.length && (spent.times[spent.oldest] ?? 0) + windowMs <= nowMs) {
    spent.oldest += 1;
  }
  if (spent.oldest > limit && spent.oldest * 2 > spent.times.length) {
    spent.times.splice(0, spent.oldest);
    spent.oldest = 0;
  }
  if (spent.times.length - spent.oldest >= limit) {
    return (spent.times[spent.oldest] ?? nowMs) + windowMs - nowMs;
  }
  spent.times.push(nowMs);
  return 0;
}
