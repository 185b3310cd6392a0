import {
  changesIn,
  groupsIn,
  membershipAsOf,
  type MembershipAsOf,
} from '../../../domain/desk/membership-as-of';
import { fold } from '../../../domain/fold';
import { knownAccountOf } from '../../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import { groupsOfAccountsIn } from '../../ledger/group-in-stored-snapshot';
import { explainPerson, type ExplainDeps } from '../explain-person';
import { recordsOfJoined } from '../read-history';
import { nightsAround, type NightsAroundDeps } from './nights-around';

export type GroupsAsOfDeps = ExplainDeps & NightsAroundDeps;

/** The groups that a person was in at a moment, and those of which it cannot be told. */
export type GroupsAsOf = Readonly<{
  person: string;
  asOfMs: number;
  /** The nights by which it is known; null: none is stored of before, or of after. */
  before: string | null;
  after: string | null;
  groups: ReadonlyArray<Readonly<{ group: string }> & MembershipAsOf>;
  /** Groups whose members no stored night of around then has read: only what this app did is known of them. */
  notRead: readonly string[];
  atMs: number;
}>;

/**
 * Which groups a person had, by the nights around the moment and by the records of the person.
 * @throws AppError `person-unknown`
 */
export async function groupsAsOf(
  deps: GroupsAsOfDeps,
  { alias }: OrganizationPolicy,
  { person, asOfMs }: Readonly<{ person: string; asOfMs: number }>,
): Promise<GroupsAsOf> {
  const found = await explainPerson(deps, alias, person);
  if (found === undefined || found.ledger.erased !== undefined)
    throw new AppError('person-unknown', 'Nothing is known of this person');
  const own = { key: found.key, records: found.evidence };
  const { about } = await recordsOfJoined(deps, alias, own);
  const records = [own, ...about].flatMap((one) => one.records).toSorted((a, b) => a.atMs - b.atMs);
  const { otherAccounts = [], replaced, confirmedAccountId } = found.ledger;
  const accounts = [knownAccountOf(found.ledger), confirmedAccountId, replaced?.accountId, ...otherAccounts];
  const ids = new Set(accounts.flatMap((id) => (id === undefined ? [] : [id.toLowerCase()])));
  const { before, after } = await nightsAround(deps, alias, asOfMs);
  const seen = async (night: typeof before) =>
    new Map(
      night === undefined
        ? []
        : (await groupsOfAccountsIn(night.parts, ids)).map((one) => [fold(one.groupId), one] as const),
    );
  const [then, later] = [await seen(before), await seen(after)];
  const named = new Map(groupsIn(records).map((one) => [fold(one.groupId ?? one.name), one]));
  for (const [key, { groupId, name }] of [...later, ...then]) named.set(key, { groupId, name });
  const at = (night: typeof before, isMember: boolean | undefined) =>
    night === undefined || isMember === undefined
      ? undefined
      : { startedAtMs: night.startedAtMs, takenAtMs: night.takenAtMs, isMember };
  const groups = [...named].map(([key, group]) => ({
    group: group.name,
    ...membershipAsOf(
      {
        before: at(before, then.get(key)?.isMember),
        after: at(after, later.get(key)?.isMember),
        changes: changesIn(records, group),
      },
      asOfMs,
    ),
  }));
  return {
    person: found.ledger.email,
    asOfMs,
    before: before?.night ?? null,
    after: after?.night ?? null,
    groups: byName(groups.filter(({ isMember, how }) => isMember === true || how === 'changed-unseen')),
    notRead: byName(groups.filter(({ how }) => how === 'not-known')).map(({ group }) => group),
    atMs: deps.clock.now(),
  };
}

function byName<T extends Readonly<{ group: string }>>(groups: readonly T[]): readonly T[] {
  return groups.toSorted((a, b) => (fold(a.group) < fold(b.group) ? -1 : 1));
}
