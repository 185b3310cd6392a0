import type { ListedRequest } from '../shared/access/desk/list-requests';
import type { FailingUnit } from '../shared/access/desk/list-failing-units';
import type { FieldProblem } from '../shared/domain/field-problem';
import { fold } from '../shared/domain/fold';

/** What was sent: enough to find again what became of it. */
export type SentAbout = Readonly<{
  feed: 'hr' | 'tickets';
  source: string;
  person?: string | undefined;
  /** Where the sender chose it. */
  requestId?: string | undefined;
  /** Where the answer told it. */
  deliveryId?: string | undefined;
  /** The answer said that nothing in it is for the application. */
  isIgnored?: boolean;
  sentAtMs: number;
}>;

/** What the application has of it now. */
export type SeenDelivery = Readonly<{
  /** It needs no more work, and did not before the rest was looked at. */
  isDone: boolean;
  refused: Readonly<{ code: string; fields: readonly FieldProblem[] }> | undefined;
  request:
    | Pick<ListedRequest, 'requestId' | 'state' | 'refusal' | 'explanation' | 'group' | 'validFrom' | 'words'>
    | undefined;
  person:
    | Readonly<{
        /** What recording it came to; undefined: it is not on record yet. */
        recorded: string | undefined;
        /** Whether UiPath knows an account of the person; undefined: it was not asked yet. */
        isFound: boolean | undefined;
        want: readonly string[];
        have: readonly string[];
        nextChangeAtMs: number | undefined;
        hasLeft: boolean;
        /** Groups whose removal waits for a release. */
        held: readonly string[];
        /** In an organization in observe: what would be done. */
        would?: readonly string[] | undefined;
      }>
    | undefined;
  failing: ReadonlyArray<Pick<FailingUnit, 'name' | 'code' | 'nextTryMs'>>;
}>;

/** `pending`: not settled yet, and what is known so far. */
export type DeliveryOutcome = Readonly<{
  state: 'applied' | 'unchanged' | 'refused' | 'waiting' | 'held' | 'pending';
  words: string;
  groups: readonly string[];
}>;

export const EXIT_CODES: Readonly<Record<DeliveryOutcome['state'], number>> = {
  applied: 0,
  unchanged: 0,
  refused: 1,
  waiting: 3,
  held: 3,
  pending: 4,
};

/** What became of something that was sent, by what the application has of it. */
export function outcomeOf(about: SentAbout, seen: SeenDelivery): DeliveryOutcome {
  const { refused, request, person } = seen;
  if (refused !== undefined) {
    const fields = refused.fields.map(({ field, problem }) => `${field}: ${problem}`);
    return said(seen, 'refused', `it cannot be used: ${[refused.code, ...fields].join('; ')}`);
  }
  if (about.isIgnored === true)
    return said(seen, 'unchanged', 'it is about nothing that this source may cause, and is ignored');
  if (about.feed === 'tickets') return outcomeOfRequest(about, seen, request);
  if (person?.recorded === undefined) return notOnRecord(seen);
  if (person.recorded !== 'recorded' && person.recorded !== 'duplicate')
    return said(
      seen,
      'unchanged',
      `it is on record, and changes nothing (${person.recorded}): something later was said of the same worker before`,
    );
  return outcomeOfPerson(about, seen, person);
}

function notOnRecord(seen: SeenDelivery): DeliveryOutcome {
  return seen.isDone
    ? said(seen, 'unchanged', 'it was processed and changes nothing: the same was said before')
    : said(seen, 'pending', `it was received, and is not on record yet${failuresOf(seen)}`);
}

type Request = NonNullable<SeenDelivery['request']>;

function outcomeOfRequest(
  about: SentAbout,
  seen: SeenDelivery,
  request: Request | undefined,
): DeliveryOutcome {
  if (request === undefined) return notOnRecord(seen);
  const named = `request ${request.requestId}`;
  switch (request.state) {
    case 'refused':
      return said(
        seen,
        'refused',
        `${named} is refused: ${request.refusal ?? 'the policy does not allow it'}${request.explanation === undefined ? '' : `. ${request.explanation}`}`,
      );
    case 'waiting':
      return said(
        seen,
        'waiting',
        `${named} is recorded and begins at ${request.validFrom ?? 'a later time'}`,
      );
    case 'blocked':
      return said(
        seen,
        'waiting',
        `${named} is recorded and cannot be applied now: ${
          seen.person?.isFound === false
            ? 'UiPath does not know the address'
            : 'the person left or has not started, UiPath does not know the address, or the policy does not name the group any more'
        }`,
      );
    case 'failed':
      return said(seen, 'waiting', `${named} is recorded, and ${request.words}`);
    case 'applied':
      return said(seen, 'applied', `${named} is applied${groupsOf(about, seen)}`);
    case 'observed':
    case 'overdue':
      return said(seen, 'waiting', `${named} is recorded. ${request.explanation ?? 'Nothing is written'}`);
    case 'ended':
      return said(seen, 'applied', `${named} is over: its time ended, or something later replaced it`);
    case 'pending':
    case 'ending':
      return onItsWay(seen, named);
  }
}

function outcomeOfPerson(
  about: SentAbout,
  seen: SeenDelivery,
  { want, have, held, isFound, nextChangeAtMs, hasLeft, would = [] }: NonNullable<SeenDelivery['person']>,
): DeliveryOutcome {
  if (would.length > 0)
    return said(
      seen,
      'waiting',
      `it is recorded; the organization is in observe, and nothing is written: ${would.join(', ')}`,
    );
  const isSame = want.length === have.length && want.every((group) => have.includes(group));
  if (isSame) {
    const later = want.length === 0 && !hasLeft && nextChangeAtMs !== undefined;
    return later
      ? said(
          seen,
          'waiting',
          `it is recorded; the next change is due at ${new Date(nextChangeAtMs).toISOString()}`,
        )
      : said(seen, 'applied', `it is recorded and applied${groupsOf(about, seen)}`);
  }
  if (held.length > 0 && have.every((group) => want.includes(group) || held.includes(group)))
    return said(
      seen,
      'held',
      `it is recorded; a guard holds the removal from ${held.join(', ')} until somebody releases it`,
    );
  if (isFound === false)
    return said(
      seen,
      'waiting',
      'it is recorded, and UiPath does not know the address yet: it is looked up again later',
    );
  return onItsWay(seen, 'it');
}

function onItsWay(seen: SeenDelivery, what: string): DeliveryOutcome {
  const { want = [], have = [], held = [] } = seen.person ?? {};
  if (held.length > 0)
    return said(
      seen,
      'held',
      `${what} is recorded; a guard holds the removal from ${held.join(', ')} until somebody releases it`,
    );
  const missing = [
    ...want.filter((group) => !have.includes(group)).map((group) => `${group} to be given`),
    ...have.filter((group) => !want.includes(group)).map((group) => `${group} to be taken`),
  ];
  return said(
    seen,
    'pending',
    `${what} is recorded, and on its way to UiPath${missing.length === 0 ? '' : ` (${missing.join(', ')})`}${failuresOf(seen)}`,
  );
}

function failuresOf({ failing }: SeenDelivery): string {
  return failing.length === 0
    ? ''
    : `; what fails now and is tried again: ${failing.map(({ name, code }) => `${name}: ${code}`).join(', ')}`;
}

function groupsOf({ person }: SentAbout, seen: SeenDelivery): string {
  if (person === undefined || seen.person === undefined) return '';
  const { have } = seen.person;
  return `: ${fold(person)} is in ${have.length === 0 ? 'no group by this application' : have.join(', ')}`;
}

function said(seen: SeenDelivery, state: DeliveryOutcome['state'], words: string): DeliveryOutcome {
  return { state, words, groups: seen.person?.have ?? [] };
}

/**
 * Looks until it is settled or `expired` resolves, and returns what was so last. A look that fails is made again, one that hangs is not
 * waited for.
 */
export async function waitForOutcome(
  look: () => Promise<DeliveryOutcome>,
  { expired, sleep }: Readonly<{ expired: Promise<void>; sleep: (ms: number) => Promise<unknown> }>,
): Promise<DeliveryOutcome> {
  let last: DeliveryOutcome = {
    state: 'pending',
    words: 'what became of it could not be seen: is the stack still running?',
    groups: [],
  };
  const end = expired.then(() => 'over' as const);
  for (;;) {
    // Storage may be busy: the next look tells.
    const looked = await Promise.race([look().catch(() => undefined), end]);
    if (looked === 'over') return last;
    last = looked ?? last;
    if (last.state !== 'pending') return last;
    const slept = await Promise.race([sleep(LOOK_EVERY_MS), end]);
    if (slept === 'over') return last;
  }
}

const LOOK_EVERY_MS = 500;
