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
 * A full PUT goes at once. One that is not full waits for more, up to the patience, unless all of them together cost little
 * of what is left: one joiner on a quiet day does not wait, ten thousand fill their calls.
 */
export function batchChanges(groups: readonly WaitingGroup[], rules: BatchingRules): Batching {
  const partial = groups.filter((group) => group.changes % rules.maxIdsPerPut > 0);
  const prompt = partial.length <= rules.remainingPuts * PROMPT_SHARE;
  const waits = (group: WaitingGroup): boolean => !prompt && rules.nowMs - group.oldestMs < rules.patienceMs;
  const send = new Map(
    groups.map((group) => [
      group.groupId,
      waits(group) ? group.changes - (group.changes % rules.maxIdsPerPut) : group.changes,
    ]),
  );
  const waiting = partial.filter(waits).map((group) => group.oldestMs + rules.patienceMs);
  return { send, againAtMs: waiting.length === 0 ? undefined : Math.min(...waiting) };
}
