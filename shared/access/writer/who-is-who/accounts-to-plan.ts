import type { Lane } from '../../../domain/lane';
import { isToLookUp } from '../../../domain/ledger/account-of-person';
import { mayBeKnownOtherwise } from '../../../domain/ledger/may-be-known-otherwise';
import { knownAccountOf, type DirectoryIdentity } from '../../../domain/ledger/person-ledger';
import type { GuardedBatch } from '../../../domain/plan/guarded-batch';
import { withoutAccountsOfOthers } from '../../ledger/accounts-of-others';
import type { PersonWork } from '../load-person';
import { personUnit } from '../person-and-group-units';
import { leftWhen, resolveIdentities, type ResolveIdentitiesDeps } from '../resolve-identities';
import type { TimeBudget } from '../time-budget-interface';
import { joinClaimed, joinPeopleOfAccounts, type JoinPeopleOfAccountsDeps } from './join-people-of-accounts';
import { recordVerdicts } from './record-verdicts';

export type AccountsToPlanDeps = ResolveIdentitiesDeps & JoinPeopleOfAccountsDeps;

type AccountsToPlan = Readonly<{
  people: readonly PersonWork[];
  /** The account of each, by person key, as far as it is known. */
  identities: ReadonlyMap<string, DirectoryIdentity>;
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
  const marked = loaded.filter(({ subject }) => !claimed.changed.has(subject.key));
  const all = [...marked, ...claimed.more];
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
  const decided = marked.filter(
    ({ subject, access }) => access.employment === 'left' || !told.undecided.has(subject.key),
  );
  const { answers } = told;
  const { recorded, unfinished } = await recordVerdicts(deps, lane, decided, { answers, emptied });
  const unjudged = decided.filter(({ subject }) => !recorded.has(subject.key));
  const joined = await joinPeopleOfAccounts(deps, lane, unjudged, told);
  for (const key of [...claimed.changed, ...joined.changed]) joinedNow.add(key);
  const isOneWith = new Map([...claimed.unfinished, ...joined.unfinished]);
  const people = unjudged
    .filter(({ subject }) => !joined.changed.has(subject.key))
    .map((person) => {
      const keys = isOneWith.get(person.subject.key);
      return keys === undefined ? person : { ...person, isOneWith: keys };
    })
    .concat(claimed.more);
  const more = claimed.more.map(({ subject }) => subject.key);
  const left = new Set([...isOneWith.keys(), ...unfinished, ...told.undecided, ...more]);
  const identities = underKnownAccounts(people, told.identities, left);
  return { people, identities, open: new Set([...unknown, ...left]) };
}

/** Who each person is in the directory, but for whom something is left: they are taken out of the account that is known to be theirs. */
function underKnownAccounts(
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
  left: ReadonlySet<string>,
): ReadonlyMap<string, DirectoryIdentity> {
  const known = people.flatMap(({ subject: { key }, stored }) => {
    const id = left.has(key) ? knownAccountOf(stored.value) : undefined;
    return id === undefined ? [] : [[key, { kind: 'resolved', id, checkedAtMs: 0 }] as const];
  });
  return new Map([...identities, ...known]);
}
