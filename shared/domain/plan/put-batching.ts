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
 * A full PUT goes at once. One that is not full waits for more until the longest waiting change of any group has waited
 * out the patience, unless all of them together cost little of what is left: one joiner on a quiet day does not wait, ten
 * thousand fill their calls. They go together, since each look at what waits reads all of it. While full ones use up
 * whatever is left, the others wait on: what they would spend is worth more in a full one.
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
