import { smallestOf } from '../extremes';

/** Changes of one group that wait to be sent. */
export type WaitingGroup = Readonly<{
  groupId: string;
  changes: number;
  /** Since when the longest waiting change waits, epoch milliseconds. */
  oldestMs: number;
}>;

export type BatchingRules = Readonly<{
  maxIdsPerPut: number;
  /** PUT calls that may be made now. */
  remainingPuts: number;
  /** How long a PUT that is not full may wait for more. */
  patienceMs: number;
  nowMs: number;
}>;

/** How many changes of each group go now, and when the rest is to be looked at again. */
export type Batching = Readonly<{ send: ReadonlyMap<string, number>; againAtMs: number | undefined }>;

/** A few calls are not worth a wait: so much of what is left may go out in PUTs that are not full. */
const PROMPT_SHARE = 0.1;

/**
 * Batches changes into PUT calls. A full PUT goes at once. One that is not full waits for more until the oldest change
 * of any group has waited `patienceMs`, unless all partial ones together cost little of the remaining calls: one
 * joiner on a quiet day does not wait, ten thousand fill their calls. Partial ones go together, because each look at
 * the marks reads all of them. While full ones use up the remaining calls, partial ones wait on: a full call is worth
 * more.
 */
export function batchChanges(groups: readonly WaitingGroup[], rules: BatchingRules): Batching {
  const { maxIdsPerPut, remainingPuts, patienceMs, nowMs } = rules;
  const full = groups.reduce((sum, group) => sum + Math.floor(group.changes / maxIdsPerPut), 0);
  const partial = groups.filter((group) => group.changes % maxIdsPerPut > 0);
  const patienceEndsAtMs =
    smallestOf(
      partial.map((group) => group.oldestMs),
      Infinity,
    ) + patienceMs;
  const prompt = partial.length <= remainingPuts * PROMPT_SHARE;
  const wait =
    (partial.length > 0 && full > 0 && full >= remainingPuts) || (!prompt && nowMs < patienceEndsAtMs);
  const send = new Map(
    groups.map(({ groupId, changes }) => [groupId, wait ? changes - (changes % maxIdsPerPut) : changes]),
  );
  return { send, againAtMs: wait ? Math.max(nowMs, patienceEndsAtMs) : undefined };
}

/** Full calls go, and the rest waits for what is planned next. */
export function fullCallsOnly(
  groups: ReadonlyArray<Pick<WaitingGroup, 'groupId' | 'changes'>>,
  maxIdsPerPut: number,
): Batching {
  return {
    send: new Map(groups.map(({ groupId, changes }) => [groupId, changes - (changes % maxIdsPerPut)])),
    againAtMs: undefined,
  };
}
