import type { Lane } from '../../../domain/lane';
import { identityAfter, isToLookUp } from '../../../domain/ledger/account-of-person';
import { toLookUpAnew } from '../../../domain/ledger/found-identity';
import { keptWhileInDoubt } from '../../../domain/ledger/kept-while-in-doubt';
import { mayBeKnownOtherwise } from '../../../domain/ledger/may-be-known-otherwise';
import {
  knownAccountOf,
  type DirectoryIdentity,
  type PersonLedger,
} from '../../../domain/ledger/person-ledger';
import type { GuardedBatch } from '../../../domain/plan/guarded-batch';
import { withoutAccountsOfOthers } from '../../ledger/accounts-of-others';
import type { PersonWork } from '../load-person';
import { personUnit } from '../person-and-group-units';
import { leftWhen, resolveIdentities, type ResolveIdentitiesDeps } from '../resolve-identities';
import type { TimeBudget } from '../time-budget-interface';
import {
  isLeaver,
  joinClaimed,
  joinPeopleOfAccounts,
  onlyTaken,
  type JoinPeopleOfAccountsDeps,
} from './join-people-of-accounts';
import { recordVerdicts } from './record-verdicts';

export type AccountsToPlanDeps = ResolveIdentitiesDeps & JoinPeopleOfAccountsDeps;

type AccountsToPlan = Readonly<{
  people: readonly PersonWork[];
  /** The account of each that they are planned under, by person key, as far as it is known. */
  identities: ReadonlyMap<string, DirectoryIdentity>;
  /** Who each is in the directory, by person key, for their ledger. */
  toRecord: ReadonlyMap<string, DirectoryIdentity>;
  /** Keys of those of whom something is open: their marks stay. */
  open: ReadonlySet<string>;
}>;

/**
 * Tells of which account each person is planned now, and records what the look-ups told. Whoever joined another, or of whom something was
 * recorded, is planned in a later run. Each account of a leaver stands alone:
 * - the one that is known to be theirs, for themselves, also while what is to be recorded of them fails or waits, and no ledger of its
 *   own leads out of it;
 * - the ones of before, that took its place, and that their addresses lead to, by a ledger of its own for each, in its turn;
 * - the ones of addresses that they claim, once joined; until then by the ledger of the address;
 * - where two leavers have one, by one of them.
 * Somebody at work of whom something fails or waits, or whom the directory does not find, loses what they have no reason for in the account
 * that is known to be theirs, and gets nothing.
 * What stands against one of these is that somebody else has it by now, or that nobody can tell: `keptByOthers`, and `recordVerdicts` for
 * an account of before. `lookingUp`: the same, with the time that there is for look-ups.
 */
export async function accountsToPlan(
  deps: AccountsToPlanDeps,
  lookingUp: AccountsToPlanDeps & TimeBudget,
  lane: Lane,
  loaded: readonly PersonWork[],
  { emptied, joined: joinedNow }: Pick<GuardedBatch, 'emptied' | 'joined'>,
): Promise<AccountsToPlan> {
  const nowMs = deps.clock.now();
  const claimed = await joinClaimed(deps, lane, loaded, emptied);
  const keysOfMore = new Set(claimed.more.map(({ subject }) => subject.key));
  const known = loaded
    .filter(({ subject }) => !claimed.changed.has(subject.key) && !keysOfMore.has(subject.key))
    .map((person) => claimed.unfinished.get(person.subject.key) ?? person);
  // Whoever waits for an address that they claim is judged by nothing else meanwhile, unless they have left.
  const waiting = [...known, ...claimed.more].filter(isWaiting);
  const marked = known.filter((person) => !isWaiting(person));
  const more = claimed.more.filter((person) => !isWaiting(person));
  const all = [...marked, ...more];
  const { unknown, ...found } = await resolveIdentities(
    lookingUp,
    lane,
    all.filter(
      ({ examine, stored: { value } }) =>
        examine.size > 0 || isToLookUp(value) || mayBeKnownOtherwise(value, nowMs),
    ),
  );
  const atMs = deps.clock.now();
  const lookedUp = all.map(({ subject: { key }, stored, access }) => {
    return { key, ledger: stored.value, at: { nowMs: atMs, left: leftWhen(access, atMs) } };
  });
  const failOf = async (key: string, error: unknown): Promise<void> =>
    deps.units.fail(personUnit(key), error);
  const told = await withoutAccountsOfOthers({ ...deps, failOf }, deps.organization.alias, lookedUp, found);
  const isUndecided = (person: PersonWork): boolean =>
    told.undecided.has(person.subject.key) && !isLeaver(person);
  /** The directory does not tell by their addresses who they are, and did before. */
  const isLost = ({ subject, stored }: PersonWork): boolean => {
    const identity = told.identities.get(subject.key);
    return (
      identity !== undefined && identity.kind !== 'resolved' && knownAccountOf(stored.value) !== undefined
    );
  };
  const { answers } = told;
  const isUnconfirmed = ({ subject: { key }, stored: { value } }: PersonWork): boolean => {
    const answerOf = answers.get(key);
    if (answerOf === undefined) return unknown.has(key);
    const identity = identityAfter(value, answerOf, atMs);
    return identity.kind !== 'resolved' || identity.id !== knownAccountOf(value);
  };
  const decided = marked.filter((person) => !isUndecided(person));
  const { recorded, unfinished } = await recordVerdicts(deps, lane, decided, { answers, emptied });
  const unjudged = decided.filter(({ subject }) => !recorded.has(subject.key));
  const joined = await joinPeopleOfAccounts(deps, lane, unjudged, told);
  for (const key of [...claimed.changed, ...joined.changed]) joinedNow.add(key);
  const left = new Set([
    ...claimed.unfinished.keys(),
    ...joined.unfinished.keys(),
    ...unfinished,
    ...told.undecided,
    ...[...unknown].filter((key) => !told.identities.has(key)),
    ...keysOfMore,
  ]);
  const people = unjudged
    .filter(({ subject }) => !joined.changed.has(subject.key))
    .map((person) => joined.unfinished.get(person.subject.key) ?? person)
    .concat(marked.filter(isUndecided))
    .map((person) => (left.has(person.subject.key) || isLost(person) ? onlyTaken(person) : person))
    .concat(waiting, more)
    .map((person) => withKept(deps, person))
    .map((person) => (isUnconfirmed(person) ? { ...person, isUnconfirmed: true as const } : person));
  const lost = people.filter(isLost).map(({ subject }) => subject.key);
  const identities = underKnownAccounts(people, told.identities, new Set([...left, ...lost]));
  const toRecord = people.flatMap(({ subject: { key }, stored, isOnlyTaken }) => {
    // Who somebody at work is says their ledger once all of it is told.
    if (isOnlyTaken === true && left.has(key))
      return entryOf(key, answers.has(key) ? lookedUpAgain(stored.value) : resolvedBefore(stored.value));
    return entryOf(key, lost.includes(key) ? told.identities.get(key) : identities.get(key));
  });
  return { people, identities, toRecord: new Map(toRecord), open: new Set([...unknown, ...left]) };
}

/** Somebody who gets nothing in this run, with what they do not lose either. */
function withKept(
  { organization, clock }: Pick<AccountsToPlanDeps, 'organization' | 'clock'>,
  person: PersonWork,
): PersonWork {
  if (person.isOnlyTaken !== true) return person;
  return { ...person, keptInDoubt: keptWhileInDoubt(person.stored.value, organization, clock.now()) };
}

/**
 * Who each person is in the directory, but for whom something is left: they lose what they have in the account that is known to be
 * theirs. A leaver is looked up anew after that.
 */
function underKnownAccounts(
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
  left: ReadonlySet<string>,
): ReadonlyMap<string, DirectoryIdentity> {
  const known = new Map<string, DirectoryIdentity>();
  for (const person of people) {
    const id = left.has(person.subject.key) ? knownAccountOf(person.stored.value) : undefined;
    if (id === undefined) continue;
    known.set(person.subject.key, { kind: 'resolved', id, checkedAtMs: 0 });
  }
  return new Map([...identities, ...known]);
}

function entryOf(
  key: string,
  identity: DirectoryIdentity | undefined,
): ReadonlyArray<readonly [string, DirectoryIdentity]> {
  return identity === undefined ? [] : [[key, identity]];
}

/**
 * The account that somebody is known to have, to be looked up once more. Whoever was told apart from another is known to have theirs only
 * since a look-up said so: that stays.
 */
function lookedUpAgain(ledger: PersonLedger): DirectoryIdentity | undefined {
  const identity = resolvedBefore(ledger);
  return ledger.toldApart === undefined ? toLookUpAnew(identity) : identity;
}

function resolvedBefore({ identity }: PersonLedger): DirectoryIdentity | undefined {
  return identity?.kind === 'resolved' ? identity : undefined;
}

function isWaiting({ isOnlyTaken }: PersonWork): boolean {
  return isOnlyTaken === true;
}
