import type { Clock } from '../../clock';
import { hashOf } from '../../domain/canonical-json-hash';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { lookedUpAnew, type PersonLedger, type Separation } from '../../domain/ledger/person-ledger';
import { ledgerOfNewHolder, restoredLedger } from '../../domain/ledger/separate-ledgers';
import { personSubject } from '../../domain/ledger/subject';
import { confirmRecords, recordNamedBy } from '../../domain/ledger/unconfirmed-records';
import { isPersonKey, workerRecordKey } from '../../domain/person-key';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import type { WorkQueues } from '../../storage/queues';
import { bookMarkedRun } from '../ledger/mark-and-book-writer-run';
import { finishSeparation } from '../ledger/separate-people';
import { updateLedger } from '../ledger/update-ledger';
import { requireReason } from './require-reason';

export type DecideWhoDeps = Readonly<{
  policy: () => Promise<Policy>;
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** `same-person`, `another-person`: whose records came under an address. `account-theirs`: the account that took the place of another. `apart`: a join was wrong. */
export const WHO_DECISIONS = ['same-person', 'another-person', 'account-theirs', 'apart'] as const;
export type WhoDecision = (typeof WHO_DECISIONS)[number];

type Decided = Readonly<{
  /** The key of the person; of `apart`: of the one whose ledger joined another. */
  key: string;
  decision: WhoDecision;
  by: string;
  reason: unknown;
  /** What was shown, by `questionOf`. */
  question: string;
}>;

/** Names what is to be decided about a person as it stands: a decision counts for nothing else. undefined: there is nothing. */
export function questionOf({ unconfirmed, replaced, joined, separating }: PersonLedger): string | undefined {
  if ([unconfirmed, replaced, joined, separating].every((one) => one === undefined)) return undefined;
  const words = (unconfirmed?.words ?? []).map(({ source = '', workerId = '' }) =>
    JSON.stringify([source, workerId]),
  );
  return hashOf([
    [...new Set(words)].toSorted(),
    unconfirmed?.accountId ?? null,
    replaced?.accountId ?? null,
    joined?.into ?? null,
    separating?.from ?? null,
  ]);
}

/**
 * Records what a person decided about who is who, with their reason; both whom it is about are marked for the writer before anything
 * is stored.
 * @throws AppError `person-unknown`, `decision-obsolete` where that is decided or is another question by now, `body-invalid` without
 * a reason, `storage-conflict`, `record-unreadable` where one of the two cannot be read
 */
export async function decideWhoIsWho(
  deps: DecideWhoDeps,
  organization: string,
  { key, decision, by, reason: said, question }: Decided,
): Promise<void> {
  const reason = requireReason(said);
  const { hash: policyHash, organizations } = await deps.policy();
  const subject = personSubject(organization, key);
  const person =
    organizations.has(organization) && isPersonKey(key)
      ? (await deps.ledger.read(subject))?.value
      : undefined;
  if (person === undefined) throw new AppError('person-unknown', 'There is no such person');
  if (questionOf(person) !== question) throw obsolete();
  const nowMs = deps.clock.now();
  const evidenceOf = (kind: string, facts: EvidenceEntry['facts']): EvidenceEntry => ({
    kind,
    atMs: nowMs,
    policyHash,
    facts: { ...facts, by, reason },
  });
  const next = async (
    decide: (current: PersonLedger) => readonly [PersonLedger, EvidenceEntry] | undefined,
  ): Promise<void> => {
    await updateLedger(deps.ledger, subject, (current) => {
      const decided = current === undefined || questionOf(current) !== question ? undefined : decide(current);
      if (decided === undefined) throw obsolete();
      return { next: decided[0], evidence: [decided[1]] };
    });
  };
  const others = await Promise.all(
    othersOf(person, decision).map(async (one) => lastJoined(deps.ledger, organization, one)),
  );
  for (const one of [key, ...others])
    await deps.changes.mark(personSubject(organization, one), 'normal', nowMs, 'console');
  switch (decision) {
    case 'same-person':
      await next((current) => samePerson(current, nowMs, evidenceOf));
      break;
    case 'account-theirs':
      await next(({ replaced, ...current }) =>
        replaced === undefined
          ? undefined
          : [current, evidenceOf('account-confirmed', { formerAccountId: replaced.accountId })],
      );
      break;
    case 'another-person': {
      const [holder = ''] = others;
      await tellNewHolderApart(
        deps,
        { organization, holder, person, separation: { from: key, by, reason } },
        evidenceOf,
      );
      await finishSeparation(deps, { organization, key: holder, policyHash });
      break;
    }
    case 'apart': {
      // One whose separation was begun has what was said before; the rest is done now.
      if (person.separating === undefined)
        await next((current) => {
          const [from = ''] = others;
          const restored = restoredLedger(current, { from, by, reason }, nowMs);
          return restored === undefined
            ? undefined
            : [restored, evidenceOf('person-told-apart', { person: from })];
        });
      await finishSeparation(deps, { organization, key, policyHash });
    }
  }
  // Whoever had no ledger of their own may have lost the mark to a run in between.
  for (const one of [key, ...others])
    await deps.changes.mark(personSubject(organization, one), 'normal', nowMs, 'console');
  await bookMarkedRun(deps, organization, 'normal', nowMs);
}

/** The key of the other whom a decision is about. */
function othersOf(
  { unconfirmed, joined, separating }: PersonLedger,
  decision: WhoDecision,
): readonly string[] {
  if (decision === 'apart') {
    const other = joined?.into ?? separating?.from;
    if (other === undefined) throw obsolete();
    return [other];
  }
  if (decision !== 'another-person') return [];
  const records = (unconfirmed?.words ?? []).flatMap((word) => recordNamedBy(word) ?? []);
  return records.slice(0, 1).map(({ source, workerId }) => workerRecordKey(source, workerId));
}

/** Whoever has the words of a ledger by now: whom it joined may have joined another. */
async function lastJoined(
  ledger: DecideWhoDeps['ledger'],
  organization: string,
  key: string,
): Promise<string> {
  const seen = new Set<string>();
  for (let at = key; ; seen.add(at)) {
    const into = (await ledger.read(personSubject(organization, at)))?.value.joined?.into;
    if (into === undefined || seen.has(into)) return at;
    at = into;
  }
}

function samePerson(
  current: PersonLedger,
  nowMs: number,
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry,
): readonly [PersonLedger, EvidenceEntry] | undefined {
  const { unconfirmed } = current;
  if (unconfirmed === undefined) return undefined;
  const { replaced: _replaced, ...confirmed } = confirmRecords(current);
  const workerIds = [...new Set(unconfirmed.words.flatMap(({ workerId }) => workerId ?? []))];
  return [
    {
      ...confirmed,
      identity: lookedUpAnew(confirmed.identity, nowMs),
      ...(unconfirmed.accountId === undefined ? {} : { confirmedAccountId: unconfirmed.accountId }),
    },
    evidenceOf('records-confirmed', { workerIds }),
  ];
}

/** The ledger of the new holder is there before anything of the other's is gone; the other's evidence has the decision once it is. */
async function tellNewHolderApart(
  deps: Pick<DecideWhoDeps, 'ledger'>,
  {
    organization,
    holder,
    person,
    separation,
  }: Readonly<{ organization: string; holder: string; person: PersonLedger; separation: Separation }>,
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry,
): Promise<void> {
  const next = ledgerOfNewHolder(person, separation);
  if (next === undefined) throw obsolete();
  await updateLedger(deps.ledger, personSubject(organization, holder), (current) =>
    current?.separating === undefined
      ? {
          next:
            current === undefined
              ? next
              : {
                  ...current,
                  toldApart: [...new Set([...(current.toldApart ?? []), separation.from])],
                  ...(next.separating === undefined ? {} : { separating: next.separating }),
                },
          evidence: [evidenceOf('person-told-apart', { person: separation.from })],
        }
      : undefined,
  );
}

function obsolete(): AppError {
  return new AppError(
    'decision-obsolete',
    'That is decided, or is another question by now: look at the person again',
  );
}
