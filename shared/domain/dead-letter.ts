/** One change that UiPath refused by itself, kept with all that is needed to correct and retry it. */
export type DeadLetter = Readonly<{
  id: string;
  personKey: string;
  groupId: string;
  groupName: string;
  memberId: string;
  decision: 'add' | 'remove';
  state: 'open' | 'retried';
  /** What happened to it, oldest first: refusals with their code, retries with the person who made them. */
  history: ReadonlyArray<Readonly<{ atMs: number; event: 'refused' | 'retried'; code: string; by: string }>>;
}>;

const LONGEST_HISTORY = 50;

/** Adds to the history of a dead letter, or begins one. */
export function noteRefusal(
  before: DeadLetter | undefined,
  refused: Omit<DeadLetter, 'state' | 'history'>,
  refusal: Readonly<{ atMs: number; code: string }>,
): DeadLetter {
  const event = { ...refusal, event: 'refused' as const, by: '' };
  return { ...refused, state: 'open', history: [...(before?.history ?? []), event].slice(-LONGEST_HISTORY) };
}

/** How often a change was refused since a person last looked. */
export function refusalsInARow(letter: DeadLetter): number {
  const lastRetry = letter.history.findLastIndex((item) => item.event === 'retried');
  return letter.history.length - 1 - lastRetry;
}
