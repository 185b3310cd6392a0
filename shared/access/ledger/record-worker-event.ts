import { smallestOf } from '../../domain/extremes';
import { effectiveAtMs } from '../../domain/ledger/effective-time';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { personKey } from '../../domain/person-key';
import { fold } from '../../domain/fold';
import { fitPersonLedger, hasRoomFor } from '../../domain/ledger/limit-person-ledger-size';
import {
  addressesOf,
  emptyPersonLedger,
  lookedUpAnew,
  withAddress,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { addressesToLookUp } from '../../domain/ledger/account-of-person';
import { claimedAfter } from '../../domain/ledger/claimed-addresses';
import type { OrganizationPolicy, Policy, SourcePolicy } from '../../domain/policy';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import {
  isMovedRecord,
  isUnconfirmed,
  recordNamedBy,
  recordUnconfirmed,
  strangersToMsFor,
} from '../../domain/ledger/unconfirmed-records';
import { recordWord } from '../../domain/ledger/worker-records';
import type { StatementOutcome } from '../../domain/ledger/worker-timeline';
import type { Statement } from '../../domain/ledger/statement';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { DueDates } from '../../storage/due-dates';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { WorkQueues } from '../../storage/queues';
import { markWhoeverClaims } from './mark-whoever-claims';
import { markChanged } from './mark-and-book-writer-run';
import { scheduleNextChange } from './schedule-next-change';
import { updateLedger, wasDecided } from './update-ledger';
import { findPerson, notHandedOn, notJoined } from './find-person';
import { movedOn, sourcesOfAccounts } from './move-on';
import { keysOfPerson } from './separate-people';
import { DAY_MS } from '../../domain/durations';
import { AppError } from '../../errors';

export type RecordWorkerEventDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write' | 'evidence'>;
  accounts: Pick<PeopleIndex, 'personOf' | 'notePerson'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  due: Pick<DueDates, 'schedule'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
}>;

/** So long the ledger tells what somebody's attributes were: what was held asks whether it is still the same change. */
const REMEMBERED_DAYS = 180;

/** The delivery that is being processed and the policy it is processed under. */
export type DeliveryContext = Readonly<{
  policy: Policy;
  source: SourcePolicy;
  deliveryId: string;
  nowMs: number;
}>;

/**
 * Records a worker event in the ledger of each organization it is about and marks the person for the writer. Returns
 * the outcome as one word.
 */
export async function recordWorkerEvent(
  deps: RecordWorkerEventDeps,
  context: DeliveryContext,
  event: WorkerEvent,
): Promise<string> {
  const aliases = context.source.organizations.filter(
    (alias) => event.organization === undefined || alias === event.organization,
  );
  if (aliases.length === 0) return 'organization-not-allowed';
  const outcomes: string[] = [];
  for (const alias of aliases) {
    const organization = context.policy.organizations.get(alias);
    if (organization !== undefined)
      outcomes.push(await recordInOrganization(deps, context, organization, event));
  }
  return outcomes.join(', ');
}

async function recordInOrganization(
  deps: RecordWorkerEventDeps,
  context: DeliveryContext,
  organization: OrganizationPolicy,
  event: WorkerEvent,
): Promise<StatementOutcome | 'recorded-late'> {
  const { alias } = organization;
  const about = subjectOf(context.source, event);
  const email = fold(event.worker.email);
  const named = { email, record: recordNamedBy(about), nowMs: context.nowMs };
  const found = await findPerson(deps, alias, named);
  const { key, known, isTheirAddress, isClaimed, toNote } = found;
  const subject = personSubject(alias, key);
  if (event.occurredAtMs <= found.erasedToMs) return 'stale';
  // Before the word is stored: whoever comes after a process that died here is led to the same person.
  const claim = { kind: 'claim', hash: personKey(email) } as const;
  await deps.accounts.notePerson(alias, key, isClaimed ? [...toNote, claim] : toNote);
  const atMs = effectiveAtMs(event, {
    defaultTimeZone: organization.timeZone,
    leaverDate: organization.leaver.date,
  });
  const late = context.nowMs - atMs > organization.catchUpDays * DAY_MS;
  const isOfAccounts = sourcesOfAccounts(context.policy);
  const said: { outcome: StatementOutcome } = { outcome: 'duplicate' };
  let isBegunAnew = false;
  const ledger = await updateLedger(
    deps.ledger,
    subject,
    async (stored, erasedToMs) => {
      const { id, kind, occurredAtMs, attributes } = event;
      isBegunAnew = stored === undefined && Number.isFinite(erasedToMs);
      const under = key === personKey(email) ? stored : undefined;
      if (occurredAtMs <= Math.max(erasedToMs, strangersToMsFor(under, named.record))) {
        said.outcome = 'stale';
        return undefined;
      }
      const theirs = notHandedOn(notJoined(stored ?? emptyPersonLedger(email)), named, known?.value);
      const current = await movedOn(deps, subject, theirs, isOfAccounts);
      const word: Statement = {
        id,
        kind,
        occurredAtMs,
        effectiveAtMs: atMs,
        attributes,
        ...about,
        under: personKey(email),
        ...(kind === 'leaver' && key === personKey(email) ? namedSince(current) : {}),
      };
      const { nowMs } = context;
      const historyMs = Math.max(organization.mover.graceDays, REMEMBERED_DAYS) * DAY_MS;
      const unconfirmed = isUnconfirmed(current, named.record);
      const recorded = unconfirmed
        ? recordUnconfirmed(current, word, email, { nowMs, historyMs })
        : recordOfPerson(current, word, { email, isTheirAddress, isClaimed }, { nowMs, historyMs });
      const { outcome } = recorded;
      said.outcome = outcome;
      if (outcome === 'duplicate') return undefined;
      if (outcome !== 'recorded' && (await wasDecided(deps.ledger, subject, context.deliveryId, id)))
        return undefined;
      const next = fitPersonLedger(recorded.ledger, nowMs);
      if (kind !== 'leaver' && !hasRoomFor('word', next))
        throw new AppError('record-too-large', 'The ledger of this person has no room but for their leaving');
      return {
        next,
        evidence: [
          {
            kind: 'worker-event',
            atMs: nowMs,
            policyHash: context.policy.hash,
            facts: {
              deliveryId: context.deliveryId,
              source: context.source.name,
              eventId: id,
              event: kind,
              ...(event.worker.workerId === undefined ? {} : { workerId: event.worker.workerId }),
              outcome,
              occurredAtMs,
              effectiveAtMs: atMs,
              ...(unconfirmed ? { unconfirmed } : {}),
              ...(late ? { late } : {}),
              ...(event.blanked.length > 0 ? { blanked: event.blanked } : {}),
              ...(event.unusable === undefined ? {} : { unusable: event.unusable.map(({ field }) => field) }),
            },
          },
        ],
      };
    },
    { known },
  );
  // Whoever erases removes what leads to them, perhaps also what was noted above.
  if (isBegunAnew && ledger !== undefined && ledger.erased === undefined)
    await deps.accounts.notePerson(alias, key, keysOfPerson(ledger));
  const urgent = event.kind === 'leaver' && atMs <= context.nowMs;
  await markAndSchedulePerson(deps, context, subject, ledger, organization, urgent);
  const lane = urgent ? 'urgent' : 'normal';
  if (about.of === 'account' || (named.record === undefined && event.kind === 'leaver'))
    await markWhoeverClaims(deps, subject, { lane, nowMs: context.nowMs, cause: context.source.name });
  return late && said.outcome === 'recorded' ? 'recorded-late' : said.outcome;
}

/** Records a word of the person. An address that is new to the ledger, or that a record has again, is looked up before the next plan. */
function recordOfPerson(
  current: PersonLedger,
  word: Statement,
  {
    email,
    isTheirAddress,
    isClaimed,
  }: Readonly<{ email: string; isTheirAddress: boolean; isClaimed: boolean }>,
  { nowMs, historyMs }: Readonly<{ nowMs: number; historyMs: number }>,
): Readonly<{ ledger: PersonLedger; outcome: StatementOutcome }> {
  const { timeline, outcome } = recordWord(current.timeline, word, nowMs, historyMs);
  const isNew =
    (isTheirAddress || isClaimed) &&
    current.timeline.length > 0 &&
    !addressesToLookUp(current).includes(email);
  // That an account is switched off tells of no address that the person has now.
  const isOff = word.of === 'account' && word.kind === 'leaver' && addressesOf(current).includes(email);
  const addressed = isTheirAddress && !isOff ? withAddress(current, email, word.occurredAtMs) : current;
  const identity =
    isNew || isMovedRecord(current.timeline, word) ? lookedUpAnew(current.identity, nowMs) : current.identity;
  const claimed = claimedAfter(current, word, { email, isClaimed });
  return {
    ledger: {
      ...addressed,
      timeline,
      identity,
      claimed: claimed.length === 0 ? undefined : claimed,
    },
    outcome,
  };
}

/** Since when requests named a person by the first of their addresses, which the key of the ledger is of. */
function namedSince({ grants, revocations }: PersonLedger): Pick<Statement, 'namedSinceMs'> {
  const namedSinceMs = smallestOf(
    [...grants, ...revocations].map(({ occurredAtMs }) => occurredAtMs),
    undefined,
  );
  return namedSinceMs === undefined ? {} : { namedSinceMs };
}

type AboutWord = Pick<Statement, 'source' | 'workerId' | 'personId' | 'of'>;

/** What a word is about: one worker record, all that the person has, or whether their account is switched on. */
function subjectOf({ name, speaksOf }: SourcePolicy, { kind, worker }: WorkerEvent): AboutWord {
  const { workerId, personId } = worker;
  if (speaksOf === 'account') return { source: name, of: 'account' };
  if (kind === 'leaver' && speaksOf === 'person') return { source: name, of: 'person' };
  if (workerId === undefined) return { source: name };
  return { source: name, workerId, ...(personId === undefined ? {} : { personId }) };
}

/** Marks a person for the writer now, and schedules the next date at which the ledger changes by itself. */
export async function markAndSchedulePerson(
  deps: RecordWorkerEventDeps,
  context: DeliveryContext,
  subject: Subject<'person'>,
  ledger: PersonLedger | undefined,
  organization: OrganizationPolicy,
  urgent: boolean,
): Promise<void> {
  const { nowMs, source } = context;
  if (ledger === undefined) return;
  await scheduleNextChange(deps.due, subject, ledger, organization, nowMs);
  await markChanged(deps, subject, urgent ? 'urgent' : 'normal', nowMs, source.name);
}
