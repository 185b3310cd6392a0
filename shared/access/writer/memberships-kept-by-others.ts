import type { Lane } from '../../domain/lane';
import { fold } from '../../domain/fold';
import { personSubject } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { findPeopleOfAccount, type FindPeopleOfAccountDeps } from './people-of-account';
import type { GroupInUiPath } from './memoize-groups-by-name';
import type { Candidate, GroupCandidates } from './read-memberships';
import { personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type KeptByOthersDeps = FindPeopleOfAccountDeps & ContainedDeps;

type KeptByOthers = Readonly<{
  /** `<group id>/<person key>` */
  memberships: ReadonlySet<string>;
  /** The same, of whoever has a reason again since they were read: it is planned anew. */
  wantedAgain: ReadonlySet<string>;
  /** Directory ids of which nobody can tell now. */
  unknown: ReadonlySet<string>;
}>;

/**
 * Memberships to be removed for which another person with the same account has a reason: whoever left may be that person
 * under an earlier address. Where that cannot be read, nothing is planned for the account.
 */
export async function keptByOthers(
  deps: KeptByOthersDeps,
  lane: Lane,
  groups: readonly GroupCandidates[],
  have: ReadonlyMap<string, ReadonlySet<string>>,
  deferred: Set<string>,
): Promise<KeptByOthers> {
  const goes = new Map<string, { group: GroupInUiPath; personKey: string }[]>();
  for (const { group, candidates } of groups)
    for (const { person, memberId } of candidates) {
      if (have.get(group.groupId)?.has(memberId) !== true || person.wanted.has(fold(group.name))) continue;
      const known = goes.get(memberId) ?? [];
      known.push({ group, personKey: person.subject.key });
      goes.set(memberId, known);
    }
  const [memberships, wantedAgain, unknown] = [new Set<string>(), new Set<string>(), new Set<string>()];
  await mapConcurrently([...goes], STORAGE_WIDTH, async ([memberId, left]) => {
    try {
      for (const { subject, wanted } of await findPeopleOfAccount(deps, lane, memberId))
        for (const { group, personKey } of left) {
          if (!wanted.has(fold(group.name))) continue;
          const key = `${group.groupId}/${personKey}`;
          if (subject.key !== personKey) memberships.add(key);
          else {
            wantedAgain.add(key);
            deferred.add(personKey);
          }
        }
    } catch (error) {
      for (const personKey of new Set(left.map((one) => one.personKey))) {
        await deps.units.fail(personUnit(personKey), error);
        deferred.add(personKey);
      }
      unknown.add(memberId);
    }
  });
  return { memberships, wantedAgain, unknown };
}

/**
 * People whose account is also that of somebody who was told apart from them: whose it is, is not known, and neither gets more by it.
 * Where the other's ledger does not say, the index does. Where that cannot be read, the person gets nothing more now.
 */
export async function findSharing(
  deps: KeptByOthersDeps,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const sharing = new Set<string>();
  const { alias } = deps.organization;
  const toldApart = candidates.filter(({ person }) => (person.stored.value.toldApart ?? []).length > 0);
  await mapConcurrently(toldApart, STORAGE_WIDTH, async ({ person: { subject, stored }, memberId }) => {
    try {
      for (const other of await deps.accounts.list(alias, memberId)) {
        if (stored.value.toldApart?.includes(other) !== true) continue;
        const { identity, joined } = (await deps.ledger.read(personSubject(alias, other)))?.value ?? {};
        const hasAnother = identity?.kind === 'resolved' && identity.id !== memberId;
        if (joined === undefined && !hasAnother) sharing.add(subject.key);
      }
    } catch (error) {
      await deps.units.fail(personUnit(subject.key), error);
      sharing.add(subject.key);
    }
  });
  return sharing;
}
