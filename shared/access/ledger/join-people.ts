import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import { areToldApart, joinedLedger, joinLedgers, withWhatTakes } from '../../domain/ledger/join-ledgers';
import { grantsEndedByJoin, revocationByJoin } from '../../domain/ledger/grants-ended-by-join';
import {
  isAccountAlone,
  joinedByClaim,
  withoutClaimJoined,
  type JoinedByClaim,
} from '../../domain/ledger/claimed-account';
import { keyOfRequest, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { personSubject } from '../../domain/ledger/subject';
import { isHandedOn } from '../../domain/ledger/unconfirmed-records';
import { personKey } from '../../domain/person-key';
import { AppError, errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import { carryEmptyingEdit } from './carry-emptying-edit';
import { notJoined } from './find-person';
import { movedOn, type IsOfAccounts } from './move-on';
import { keysOfPerson } from './separate-people';
import { updateLedger } from './update-ledger';
import { withToldApart } from './with-told-apart';

export type JoinPeopleDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write' | 'evidence'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
  changes: Pick<ChangeStore, 'mark' | 'emptyingEditOf'>;
  isOfAccounts: IsOfAccounts;
  /** A ledger under the names that groups have now: grants of both are judged by these. */
  namesOfToday: (ledger: PersonLedger) => Promise<PersonLedger>;
  organization: OrganizationPolicy;
}>;

type Joining = Readonly<{
  organization: string;
  into: string;
  from: string;
  /** What tells that they are one: their account, or a worker record that came under the address of the other. */
  by: 'account' | 'record';
  /** Since when a record is under the address of the other. */
  claimedSinceMs?: number;
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry;
  /** Asked before each write that joins. What it throws ends the joining. */
  mayGoOn: () => Promise<void>;
  nowMs: number;
}>;

const ATTEMPTS = 4;

/**
 * Joins two people who were found to be one: all words, grants and memberships of the one become the other's, then what leads to
 * them, and at last the ledger they came from says so. Where the process dies in between, both have them, and it is done again. What
 * no row holds together is not joined: each of the two takes over what takes access. Whom a person told apart meanwhile stay two; so do
 * those of whom the one is more than an account by now, or somebody else's: what was joined of them is taken back. Returns whether they
 * are one now.
 * @throws AppError `storage-conflict` after several lost races, `record-too-large`, and what `mayGoOn` throws
 */
export async function joinPeople(deps: JoinPeopleDeps, joining: Joining): Promise<boolean> {
  try {
    return await joinWhole(deps, joining);
  } catch (error) {
    if (errorCodeOf(error) === 'record-too-large') {
      const { into, from } = joining;
      await takeOver(deps, joining, { key: into, other: from });
      await takeOver(deps, joining, { key: from, other: into });
    }
    throw error;
  }
}

type KnownLedger = Readonly<{ key: string; ledger: PersonLedger }>;

/**
 * Whether a person told two apart, or whom one of them joined. While one of them is being told apart from somebody, they are not joined.
 * @throws AppError `record-unreadable`
 */
export async function areTwoPeople(
  ledgers: Pick<LedgerStore, 'read'>,
  organization: string,
  one: KnownLedger,
  other: KnownLedger,
): Promise<boolean> {
  if ([one, other].some(({ ledger }) => ledger.separating !== undefined || isHandedOn(ledger))) return true;
  return areToldApart(
    await withToldApart(ledgers, organization, one),
    await withToldApart(ledgers, organization, other),
  );
}

/** A leaving may be all that still fits, and waits for nobody to make room. */
async function takeOver(
  { ledger, changes }: JoinPeopleDeps,
  { organization, evidenceOf, nowMs }: Joining,
  { key, other }: Readonly<{ key: string; other: string }>,
): Promise<void> {
  const subject = personSubject(organization, key);
  const theirs = (await ledger.read(personSubject(organization, other)))?.value;
  const own = await ledger.read(subject);
  if (theirs === undefined || own === undefined) return;
  if (withWhatTakes(own.value, theirs, nowMs) === undefined) return;
  await changes.mark(subject, 'urgent', nowMs, theirs.timeline.at(-1)?.source);
  await updateLedger(
    ledger,
    subject,
    (current) => {
      const next = current === undefined ? undefined : withWhatTakes(notJoined(current), theirs, nowMs);
      if (next === undefined) return undefined;
      return {
        next,
        evidence: [evidenceOf('person-not-joined', { person: other, why: 'record-too-large' })],
      };
    },
    { known: own },
  );
}

async function joinWhole(deps: JoinPeopleDeps, joining: Joining): Promise<boolean> {
  const { organization, into, from, by, claimedSinceMs = Infinity, evidenceOf, mayGoOn, nowMs } = joining;
  /** What a claimed address was joined to, and with what. */
  let done: JoinedByClaim | undefined;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const stored = await deps.ledger.read(personSubject(organization, from));
      const isToJoin =
        stored !== undefined && stored.value.joined === undefined && stored.value.erased === undefined;
      if (!isToJoin || (by === 'record' && !isAccountAlone(stored.value, { claimedSinceMs, nowMs }))) {
        const { into: isOf } = stored?.value.joined ?? {};
        if (isOf !== into) await takeBack(deps, joining, done, isOf);
        return isOf === into;
      }
      const theirs = await movedOn(deps, personSubject(organization, from), stored.value, deps.isOfAccounts);
      const own = await joinInto(deps, joining, theirs);
      if (own === undefined) {
        await takeBack(deps, joining, done);
        return false;
      }
      if (by === 'record') done = { before: done?.before ?? own, claimed: theirs };
      await deps.accounts.notePerson(organization, into, keysOfPerson(theirs));
      try {
        await carryEmptyingEdit(deps, { organization, from, into, nowMs });
        await mayGoOn();
        const evidence = [evidenceOf('person-joined-to', { person: into, by })];
        await deps.ledger.write(
          personSubject(organization, from),
          joinedLedger(stored.value, into),
          stored,
          evidence,
        );
        return true;
      } catch (error) {
        // Something was recorded of them meanwhile: it goes along.
        if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
      }
    }
  } catch (error) {
    if (errorCodeOf(error) === 'record-too-large') await takeBack(deps, joining, done);
    throw error;
  }
}

/** Joins what the other ledger has to that of the elder. Returns what the elder had; undefined: they are two. */
async function joinInto(
  deps: JoinPeopleDeps,
  { organization, into, from, by, evidenceOf, mayGoOn, nowMs }: Joining,
  theirs: PersonLedger,
): Promise<PersonLedger | undefined> {
  const elder = personSubject(organization, into);
  let before: PersonLedger | undefined;
  await updateLedger(deps.ledger, elder, async (current) => {
    before = undefined;
    if (current === undefined)
      throw new AppError('storage-conflict', 'The person who was to be joined is gone');
    const isClaimed = current.claimed?.some((address) => personKey(address) === from) === true;
    if (by === 'record' && !isClaimed) return undefined;
    const [one, other] = [
      { key: into, ledger: current },
      { key: from, ledger: theirs },
    ] as const;
    if (await areTwoPeople(deps.ledger, organization, one, other)) return undefined;
    await mayGoOn();
    const own = await movedOn(deps, elder, notJoined(current), deps.isOfAccounts);
    before = own;
    const all = joinLedgers(own, theirs);
    const both = by === 'account' ? all : joinedByClaim(all, { person: own, claimed: theirs, nowMs });
    const known = new Set(both.revocations.map(keyOfRequest));
    const [ownToday, theirsToday] = [await deps.namesOfToday(own), await deps.namesOfToday(theirs)];
    // What is stored goes by the names of before until the writer looks at whoever they are now.
    const asStored = new Map(both.grants.map((grant) => [keyOfRequest(grant), grant]));
    const ended = grantsEndedByJoin(ownToday, theirsToday, deps.organization, nowMs)
      .map(({ grant, why }) => ({ grant: asStored.get(keyOfRequest(grant)) ?? grant, why }))
      .filter(({ grant }) => !known.has(keyOfRequest(revocationByJoin(grant, nowMs, from))));
    const revocations = [
      ...both.revocations,
      ...ended.map(({ grant }) => revocationByJoin(grant, nowMs, from)),
    ];
    return {
      next: fitPersonLedger({ ...both, revocations }, nowMs),
      evidence: [
        evidenceOf('person-joined', { person: from, by }),
        ...ended.map(({ grant: { requestId, group }, why }) =>
          evidenceOf('grant-ended-by-join', { requestId, group, why }),
        ),
      ],
    };
  });
  return before;
}

/** Takes a join by a claimed address back. `isOf`: whom the address is of instead, unless it has a ledger of its own. */
export async function takeBack(
  deps: Pick<JoinPeopleDeps, 'ledger' | 'accounts'>,
  {
    organization,
    into,
    from,
    evidenceOf,
    nowMs,
  }: Pick<Joining, 'organization' | 'into' | 'from' | 'evidenceOf' | 'nowMs'>,
  done: JoinedByClaim | undefined,
  isOf = from,
): Promise<void> {
  if (done === undefined) return;
  await updateLedger(deps.ledger, personSubject(organization, into), (current) =>
    current === undefined || current.joined !== undefined
      ? undefined
      : {
          next: withoutClaimJoined(current, { ...done, key: from, nowMs }),
          evidence: [evidenceOf('person-join-taken-back', { person: from })],
        },
  );
  await deps.accounts.notePerson(organization, isOf, keysOfPerson(done.claimed));
}
