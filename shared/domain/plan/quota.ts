import type { Lane } from '../lane';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The rate limiter that every call to UiPath asks first. It never waits: work that does not fit goes back to its queue. */
export type QuotaGate = Readonly<{
  /** @throws AppError `quota-exhausted` with `retryAtMs`, the earliest instant at which this many calls fit */
  spend: (method: HttpMethod, count?: number) => Promise<void>;
  /**
   * Backs off after a refusal by UiPath: no call of this method before `untilMs`. An earlier instant than a known one
   * changes nothing.
   */
  blockUntil: (method: HttpMethod, untilMs: number) => Promise<void>;
  /** How many calls would be granted now. */
  remaining: (method: HttpMethod) => Promise<number>;
  /** The same budget, spent in another lane. */
  withLane: (lane: Lane) => QuotaGate;
}>;

/** Calls that UiPath allows an organization per window, and how much of that is ours. */
export type QuotaRules = Readonly<{
  limits: Readonly<Record<HttpMethod, number>>;
  /** The part of each limit that we use, 0 to 1; the rest is for everybody else who calls UiPath for the organization. */
  share: number;
  /** The part of the share that only the urgent lane may spend, 0 to 1. */
  reserve: number;
  windowMs: number;
  /** Calls are counted in buckets of this length, and forgotten a bucket at a time. */
  bucketMs: number;
  /** How much longer than a window a call counts: for calls that reach UiPath late, and clocks that differ. */
  safetyMs: number;
}>;

/** UiPath's published limits per organization and five minutes, of which half is ours. */
export const DEFAULT_QUOTA_RULES = {
  limits: { GET: 300, POST: 24_000, PUT: 160, PATCH: 160, DELETE: 160 },
  share: 0.5,
  reserve: 0.2,
  windowMs: 300_000,
  bucketMs: 5_000,
  safetyMs: 5_000,
} as const satisfies QuotaRules;

/** The calls of one organization and method that still count. Plain data: it survives JSON. */
export type QuotaState = Readonly<{
  buckets: ReadonlyArray<Readonly<{ startMs: number; count: number }>>;
  /** No call before this instant, because UiPath said so; 0 when it did not. */
  blockedUntilMs: number;
}>;

export const NOTHING_SPENT: QuotaState = { buckets: [], blockedUntilMs: 0 };

export type QuotaRequest = Readonly<{ method: HttpMethod; lane: Lane; count: number; nowMs: number }>;

export type QuotaAnswer =
  | Readonly<{ granted: true; state: QuotaState }>
  /** The earliest instant at which that many calls fit, if no other caller spends before. */
  | Readonly<{ granted: false; retryAtMs: number }>;

/** The most calls that any window may hold for a lane. */
export function allowanceOf(rules: QuotaRules, method: HttpMethod, lane: Lane): number {
  const part = lane === 'urgent' ? rules.share : rules.share * (1 - rules.reserve);
  return Math.floor(rules.limits[method] * part + 1e-9);
}

/**
 * Counts calls so that no window of any kind holds more than the allowance. Whether UiPath's windows are fixed or
 * slide is not known: a bucket counts until one window after its last possible call, which is safe under both.
 * @throws RangeError when more is asked than a window can ever hold
 */
export function spend(state: QuotaState, rules: QuotaRules, request: QuotaRequest): QuotaAnswer {
  const { method, lane, count, nowMs } = request;
  const allowance = allowanceOf(rules, method, lane);
  if (count > allowance)
    throw new RangeError(`${count} ${method} calls can never fit: a window holds ${allowance}`);
  const live = state.buckets.filter(({ startMs }) => endOf(startMs, rules) > nowMs);
  const used = total(live);
  if (state.blockedUntilMs <= nowMs && used + count <= allowance)
    return { granted: true, state: { ...state, buckets: addTo(live, bucketStart(rules, nowMs), count) } };
  const roomAtMs = earliestFitMs(live, used + count - allowance, rules);
  return { granted: false, retryAtMs: Math.max(roomAtMs ?? nowMs, state.blockedUntilMs) };
}

/** Takes back calls that were counted in the bucket that began then, and never made. */
export function giveBack(state: QuotaState, startMs: number, count: number): QuotaState {
  const buckets = state.buckets.map((bucket) =>
    bucket.startMs === startMs ? { startMs, count: Math.max(0, bucket.count - count) } : bucket,
  );
  return { ...state, buckets };
}

/** How many calls would be granted now. */
export function remainingOf(
  state: QuotaState,
  rules: QuotaRules,
  { method, lane, nowMs }: Omit<QuotaRequest, 'count'>,
): number {
  if (state.blockedUntilMs > nowMs) return 0;
  const live = state.buckets.filter(({ startMs }) => endOf(startMs, rules) > nowMs);
  return Math.max(0, allowanceOf(rules, method, lane) - total(live));
}

/** What is left of a method's calls. `blockedUntilMs`: UiPath said 429, and lets none go before. */
export type QuotaHeadroom = Readonly<{
  method: HttpMethod;
  remaining: number;
  allowance: number;
  blockedUntilMs: number | undefined;
}>;

/** What is left of a lane's calls now. */
export function headroomOf(
  state: QuotaState,
  rules: QuotaRules,
  request: Omit<QuotaRequest, 'count'>,
): QuotaHeadroom {
  const { method, lane, nowMs } = request;
  return {
    method,
    remaining: remainingOf(state, rules, request),
    allowance: allowanceOf(rules, method, lane),
    blockedUntilMs: state.blockedUntilMs > nowMs ? state.blockedUntilMs : undefined,
  };
}

/** Blocks a method until an instant, because UiPath refused a call. */
export function block(state: QuotaState, untilMs: number): QuotaState {
  return { ...state, blockedUntilMs: Math.max(state.blockedUntilMs, untilMs) };
}

/** The start of the bucket that a call made now is counted in. */
export function bucketStart({ bucketMs }: Pick<QuotaRules, 'bucketMs'>, nowMs: number): number {
  return Math.floor(nowMs / bucketMs) * bucketMs;
}

function endOf(startMs: number, { bucketMs, windowMs, safetyMs }: QuotaRules): number {
  return startMs + bucketMs + windowMs + safetyMs;
}

function total(buckets: QuotaState['buckets']): number {
  return buckets.reduce((sum, { count }) => sum + count, 0);
}

function addTo(buckets: QuotaState['buckets'], startMs: number, count: number): QuotaState['buckets'] {
  const known = buckets.find((bucket) => bucket.startMs === startMs);
  const others = buckets.filter((bucket) => bucket.startMs !== startMs);
  return [...others, { startMs, count: (known?.count ?? 0) + count }].toSorted(
    (left, right) => left.startMs - right.startMs,
  );
}

/** The instant at which enough counted calls have left the window for `excess` more to fit; undefined when they fit already. */
function earliestFitMs(
  buckets: QuotaState['buckets'],
  excess: number,
  rules: QuotaRules,
): number | undefined {
  let freed = 0;
  const last = buckets.find(({ count }) => {
    freed += count;
    return freed >= excess;
  });
  return excess <= 0 || last === undefined ? undefined : endOf(last.startMs, rules);
}
