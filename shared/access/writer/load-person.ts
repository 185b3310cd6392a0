import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { Subject } from '../../domain/ledger/subject';
import type { Lane } from '../../domain/lane';
import { fold } from '../../domain/person-key';
import { personAccess, type PersonAccess } from '../../domain/ledger/person-access';
import type { Mark } from '../../storage/marks-and-attempts';
import type { Stored } from '../../storage/ledger';
import type { GroupInUiPath, OrganizationRun } from './organization-run';

/** A marked person with what the ledger says now. `examine`: the groups in which UiPath may differ from it, by id. */
export type PersonWork = Readonly<{
  /** undefined: looked at for another reason than a mark. */
  mark: Mark | undefined;
  subject: Subject<'person'>;
  stored: Stored<PersonLedger>;
  access: PersonAccess;
  wanted: ReadonlySet<string>;
  examine: ReadonlyMap<string, GroupInUiPath>;
  /** Wanted groups, by folded name, that UiPath does not have, or has several of: nobody is put there. */
  unusableGroups: readonly UnusableGroup[];
}>;

type UnusableGroup = Readonly<{ kind: 'group-missing' | 'group-ambiguous'; group: string }>;

/** A person as the ledger has them, or undefined when it has none: the mark is then cleared. */
export async function loadPerson(
  run: OrganizationRun,
  lane: Lane,
  subject: Subject<'person'>,
  mark?: Mark,
): Promise<PersonWork | undefined> {
  const stored = await run.ledger.read(subject);
  if (stored === undefined) {
    if (mark !== undefined) await run.changes.clearMark(mark);
    return undefined;
  }
  const access = personAccess(stored.value, run.organization, run.clock.now());
  const wanted = new Set(access.reasons.map((reason) => reason.group));
  const { examine, unusableGroups } = await groupsToExamine(run, lane, stored.value, { access, wanted });
  return { mark, subject, stored, access, wanted, examine, unusableGroups };
}

/**
 * What is wanted and not yet applied, what was applied and is no longer wanted; for a leaver every group there is. What was
 * applied is found by its id: somebody may have renamed the group. Where several groups have one name, nobody is put into
 * any of them by it; whoever goes is taken out of each, which its id tells.
 */
async function groupsToExamine(
  run: OrganizationRun,
  lane: Lane,
  ledger: PersonLedger,
  { access, wanted }: Pick<PersonWork, 'access' | 'wanted'>,
): Promise<Pick<PersonWork, 'examine' | 'unusableGroups'>> {
  const applied = new Set(ledger.applied.map((membership) => fold(membership.groupName)));
  const leaving = access.employment === 'left';
  const open = [...wanted].filter((name) => !applied.has(name));
  const over = ledger.applied.filter((membership) => !wanted.has(fold(membership.groupName)));
  if (!leaving && open.length + over.length === 0) return { examine: new Map(), unusableGroups: [] };
  const groups = await run.groupsByName(lane);
  const usable = new Map([...groups].filter(([name, same]) => same.length === 1 || !wanted.has(name)));
  const names =
    leaving && run.organization.leaver.groups === 'managed' ? run.organization.groups.keys() : open;
  const overIds = new Set(over.map((membership) => membership.groupId));
  const examine = new Map(
    [...usable.values()]
      .flat()
      .filter(({ groupId }) => overIds.has(groupId) || (leaving && run.organization.leaver.groups === 'all'))
      .concat([...names].flatMap((name) => usable.get(name) ?? []))
      .map((group) => [group.groupId, group]),
  );
  const unusableGroups = open.flatMap((group): readonly UnusableGroup[] => {
    const count = groups.get(group)?.length ?? 0;
    return count === 1 ? [] : [{ kind: count === 0 ? 'group-missing' : 'group-ambiguous', group }];
  });
  return { examine, unusableGroups };
}
