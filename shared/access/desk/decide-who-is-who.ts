import type { Clock } from '../../clock';
import type { Decider } from '../../domain/decider';
import { hashOf } from '../../domain/canonical-json-hash';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import {
  addressesOf,
  knownAccountOf,
  lookedUpAnew,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { restoredLedger } from '../../domain/ledger/separate-ledgers';
import { personSubject } from '../../domain/ledger/subject';
import {
  confirmRecords,
  handedToAnother,
  humansInDoubt,
  isHandedOn,
  keyOfHuman,
  recordsHandedOn,
} from '../../domain/ledger/unconfirmed-records';
import { isPersonKey } from '../../domain/person-key';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import type { WorkQueues } from '../../storage/queues';
import { handAddressOn } from '../ledger/hand-address-on';
import { bookMarkedRun } from '../ledger/mark-and-book-writer-run';
import { readWhoeverJoined } from '../ledger/find-person';
import { finishSeparation } from '../ledger/separate-people';
import { updateLedger } from '../ledger/update-ledger';
import { refuseOwnMatter } from './refuse-own-matter';
import { requireReason } from './require-reason';
import { requireSecondPerson, type SecondPersonDeps } from './require-second-person';

export type DecideWhoDeps = SecondPersonDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'write'>;
    accounts: Pick<PeopleIndex, 'notePerson'>;
    changes: Pick<ChangeStore, 'mark' | 'bookRun' | 'emptyingEditOf'>;
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
  by: Decider;
  reason: unknown;
  /** What was shown, by `questionOf`. */
  question: string;
}>;

/** Names what is to be decided about a person as it stands: a decision counts for nothing else. undefined: there is nothing. */
export function questionOf(ledger: PersonLedger): string | undefined {
  const { unconfirmed, replaced, joined, separating } = ledger;
  if ([unconfirmed, replaced, joined, separating].every((one) => one === undefined)) return undefined;
  const words = (unconfirmed?.words ?? []).map(({ source = '', workerId = '' }) =>
    JSON.stringify([source, workerId]),
  );
  return hashOf([
    [...new Set(words)].toSorted(),
    unconfirmed?.accountId ?? null,
    replaced === undefined ? null : [replaced.accountId, knownAccountOf(ledger) ?? null],
    joined?.into ?? null,
    separating?.from ?? null,
    ...(unconfirmed?.handedTo === undefined ? [] : [unconfirmed.handedTo.key]),
  ]);
}

/**
 * Records what a person decided about who is who, with their reason; both whom it is about are marked for the writer before anything
 * is stored.
 * @throws AppError `person-unknown`, `decision-obsolete` where that is decided or is another question by now, `body-invalid` without
 * a reason, `decides-about-self` for either of the two, `second-person-needed` and `not-permitted` where the policy asks for two people,
 * `storage-conflict`, `record-unreadable` where one of the two cannot be read
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
    facts: { ...facts, by, ...seconded.facts, reason },
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
    othersOf(person, decision).map(
      async (one) => (await readWhoeverJoined(deps.ledger, organization, one, key)).key,
    ),
  );
  await refuseOwnMatter(deps, organization, by, [
    key,
    ...others,
    ...addressesOf(person),
    ...(person.unconfirmed?.addresses ?? []),
    ...[person.unconfirmed?.accountId, person.replaced?.accountId, knownAccountOf(person)].flatMap(
      (id) => id ?? [],
    ),
  ]);
  const { correctedIds: isNeeded = false } = organizations.get(organization)?.decisions.twoPeople ?? {};
  const content = { page: 'people', about: key, fields: { decision, question, reason } };
  const seconded = await requireSecondPerson(deps, { organization, policyHash, isNeeded }, by, content);
  for (const one of [key, ...others])
    await deps.changes.mark(personSubject(organization, one), 'normal', nowMs, 'console');
  switch (decision) {
    case 'same-person':
      await next((current) => samePerson(current, nowMs, evidenceOf));
      break;
    case 'account-theirs':
      await next(({ replaced, ...current }) => {
        const accountId = knownAccountOf(current);
        if (replaced === undefined || accountId === undefined || current.unconfirmed !== undefined)
          return undefined;
        const facts = { accountId, formerAccountId: replaced.accountId };
        return [current, evidenceOf('account-confirmed', facts)];
      });
      break;
    case 'another-person': {
      const [holder, ...more] = others;
      if (holder === undefined) throw obsolete();
      const handTo = (
        current: PersonLedger,
        to: string,
      ): readonly [PersonLedger, EvidenceEntry] | undefined => {
        const decided = handedToAnother(current, { key: to, by, reason });
        return decided && [decided, evidenceOf('person-told-apart', { person: to })];
      };
      // Said first in the row that the question is of: of two who answer it, one is told that it is decided.
      const isDecided = isHandedOn(person);
      if (!isDecided) await next((current) => handTo(current, holder));
      await handAddressOn(deps, { organization, key, policyHash });
      // Records of several people were decided together: each gets a ledger of their own. What came since is another question.
      for (const other of isDecided ? [] : more) {
        await updateLedger(deps.ledger, subject, (current) => {
          const isAsked = current !== undefined && holdersOf(current).includes(other);
          const decided = isAsked ? handTo(current, other) : undefined;
          return decided && { next: decided[0], evidence: [decided[1]] };
        });
        await handAddressOn(deps, { organization, key, policyHash });
      }
      break;
    }
    case 'apart': {
      // One whose separation was begun has what was said before; the rest is done now.
      if (person.separating === undefined)
        await next((current) => {
          const [last = ''] = others;
          const restored = restoredLedger(current, { by, reason }, nowMs);
          return restored === undefined
            ? undefined
            : [restored, evidenceOf('person-told-apart', { person: last })];
        });
      await finishSeparation(deps, { organization, key, policyHash });
    }
  }
  // Whoever had no ledger of their own may have lost the mark to a run in between.
  for (const one of [key, ...others])
    await deps.changes.mark(personSubject(organization, one), 'normal', nowMs, 'console');
  await bookMarkedRun(deps, organization, 'normal', nowMs);
  await seconded.done();
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
  return holdersOf({ unconfirmed });
}

/** Whom records in doubt are handed on to where they are another person's: each of several people is one, whom a decision names first. */
function holdersOf({ unconfirmed }: Pick<PersonLedger, 'unconfirmed'>): readonly string[] {
  if (unconfirmed === undefined) return [];
  const first = recordsHandedOn(unconfirmed);
  const humans = [...(first === undefined ? [] : [first]), ...humansInDoubt(unconfirmed)];
  return [...new Set(humans.flatMap(({ words }) => keyOfHuman(words) ?? []))];
}

function samePerson(
  current: PersonLedger,
  nowMs: number,
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry,
): readonly [PersonLedger, EvidenceEntry] | undefined {
  const { unconfirmed } = current;
  if (unconfirmed === undefined || isHandedOn(current)) return undefined;
  const { accountId } = unconfirmed;
  const known = knownAccountOf(current) ?? accountId;
  const { replaced, ...confirmed } = confirmRecords(current);
  const workerIds = [...new Set(unconfirmed.words.flatMap(({ workerId }) => workerId ?? []))];
  return [
    {
      ...confirmed,
      identity:
        knownAccountOf(current) === undefined && accountId !== undefined
          ? { kind: 'resolved', id: accountId, checkedAtMs: 0 }
          : lookedUpAnew(confirmed.identity, nowMs),
      ...(accountId === undefined ? {} : { confirmedAccountId: accountId }),
      // Of an account that nobody was asked about it is not said that it is theirs.
      ...(replaced === undefined || known === accountId ? {} : { replaced }),
    },
    evidenceOf('records-confirmed', { workerIds }),
  ];
}

function obsolete(): AppError {
  return new AppError(
    'decision-obsolete',
    'That is decided, or is another question by now: look at the person again',
  );
}
