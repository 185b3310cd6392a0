import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import { personAccess, type PersonAccess } from '../../domain/ledger/person-access';
import { grantsKeptApart, revocationByDuties } from '../../domain/ledger/duties-after-rename';
import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import type { DirectoryIdentity, PersonLedger } from '../../domain/ledger/person-ledger';
import type { SharedCall } from '../../domain/ledger/recorded-membership-changes';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { fold } from '../../domain/fold';
import { wantedGroups } from '../../domain/plan/groups-out-of-policy';
import { differencesOf, type MembershipByName } from '../../domain/plan/ledger-differences';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore, Stored } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import { readWhoeverJoined } from '../ledger/find-person';
import { underNamesOfToday, type WhyNames } from '../ledger/names-of-today';
import { evidenceOfRun } from './evidence-of-run';
import type { WriterFence } from './lease-and-fence-interface';
import type { GroupInUiPath, ReadGroupsByName } from './memoize-groups-by-name';

type CallOfPerson = SharedCall & Readonly<{ groupName: string }>;

/**
 * Calls that may have added somebody, by person key: the ledger may not say it yet. `unreadOf`: those that cannot be read, and may
 * have added or removed somebody. No recovery tells of them.
 */
export type OpenAdditions = Readonly<
  Record<'of' | 'unreadOf', (personKey: string) => readonly CallOfPerson[]>
>;

export type LoadPersonDeps = Pick<WriterFence, 'fence'> &
  Readonly<{
    changes: Pick<ChangeStore, 'requireFence'>;
    /** Of the calls that were open when the run began. */
    openAdditions: OpenAdditions;
    ledger: Pick<LedgerStore, 'read' | 'write'>;
    policyHash: string;
    organization: OrganizationPolicy;
    clock: Pick<Clock, 'now'>;
    groupsByName: ReadGroupsByName;
  }>;

/** A person to reconcile, with what the ledger says now. `examine`: the groups in which UiPath may differ from it, by id. */
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
  /** Keys of ledgers that are this person's too and could not be joined yet: none of them keeps what the person loses. */
  isOneWith?: ReadonlySet<string>;
  /** Whose they are is not told yet: what they have no reason for goes, and nothing is given. */
  isOnlyTaken?: true;
  /** Groups, by folded name, that they do not lose before it is told whose a record is that would give them. */
  keptInDoubt?: ReadonlySet<string>;
  /** The directory was asked, and does not say that the account which is known to be theirs still is. */
  isUnconfirmed?: true;
}>;

type UnusableGroup = Readonly<{ kind: 'group-missing' | 'group-ambiguous'; group: string }>;

/** Loads a person with the groups to compare in UiPath; undefined when there is no such ledger, or the person joined another or was erased. */
export async function loadPerson(
  deps: LoadPersonDeps,
  lane: Lane,
  subject: Subject<'person'>,
  mark?: Mark,
  isListRead = false,
): Promise<PersonWork | undefined> {
  const read = await deps.ledger.read(subject);
  if (read === undefined || read.value.joined !== undefined || read.value.erased !== undefined)
    return undefined;
  const before = toCompare(deps, subject, read.value, read.value);
  const isNeeded = before.access.employment !== 'left' && (isListRead || isListNeeded(before));
  const why = mark?.cause === 'audit' ? 'missed' : isNeeded ? 'list' : undefined;
  const stored = await storeUnderNamesOfToday(deps, lane, { subject, read, why });
  return toWork(deps, lane, { subject, stored, mark }, stored.value);
}

/** The work on a ledger. `said`: what counts as said of its person, where that is not all in it. */
export async function toWork(
  deps: LoadPersonDeps,
  lane: Lane,
  { subject, stored, mark }: Pick<PersonWork, 'subject' | 'stored' | 'mark'>,
  said: PersonLedger,
): Promise<PersonWork> {
  const compared = toCompare(deps, subject, stored.value, said);
  const { access, wanted } = compared;
  const found = await groupsToExamine(deps, lane, stored.value, compared);
  return { mark, subject, stored, access, wanted, ...found };
}

function toCompare(
  { openAdditions, organization, clock }: LoadPersonDeps,
  { key }: Subject<'person'>,
  ledger: PersonLedger,
  said: PersonLedger,
): ToCompare {
  const access = personAccess(said, organization, clock.now());
  const wanted = wantedGroups(access, organization);
  const of = { access, wanted, added: openAdditions.of(key) };
  return { access, wanted, unread: openAdditions.unreadOf(key), ...differencesOf(ledger, of, organization) };
}

/** The ledger under the names that its groups have now, stored where it is another. */
async function storeUnderNamesOfToday(
  deps: LoadPersonDeps,
  lane: Lane,
  { subject, read, why }: Readonly<{ subject: Subject<'person'>; read: Stored<PersonLedger>; why: WhyNames }>,
): Promise<Stored<PersonLedger>> {
  const { ledger, renamed } = await underNamesOfToday(deps, lane, read.value, why);
  if (renamed.length === 0) return read;
  const evidence = renamed.map(({ groupId, before, today }) =>
    evidenceOfRun(deps, today === undefined ? 'membership-gone' : 'membership-renamed', {
      groupId,
      group: today ?? before,
      ...(today === undefined ? { why: ['group-gone'] } : { before }),
    }),
  );
  const nowMs = deps.clock.now();
  const apart = grantsKeptApart(read.value, ledger, deps.organization, nowMs);
  const ended = apart.map(({ grant: { requestId, group } }) =>
    evidenceOfRun(deps, 'grant-ended', { requestId, group, why: 'separation-of-duties' }),
  );
  const revocations = [...ledger.revocations, ...apart.map((one) => revocationByDuties(one, nowMs))];
  const next = fitPersonLedger(apart.length === 0 ? ledger : { ...ledger, revocations }, nowMs);
  await deps.changes.requireFence(deps.organization.alias, deps.fence);
  try {
    await deps.ledger.write(subject, next, read, [...evidence, ...ended]);
    return (await deps.ledger.read(subject)) ?? read;
  } catch (error) {
    // Whoever has left is taken out whether or not that can be written.
    if (personAccess(next, deps.organization, nowMs).employment !== 'left') throw error;
    return { ...read, value: next };
  }
}

/** The same for somebody whom an earlier plan names: where they joined another meanwhile, that person. */
export async function loadPersonOfPlan(
  deps: LoadPersonDeps,
  lane: Lane,
  subject: Subject<'person'>,
  isListRead = false,
): Promise<PersonWork | undefined> {
  const person = await loadPerson(deps, lane, subject, undefined, isListRead);
  if (person !== undefined) return person;
  const { key } = await readWhoeverJoined(deps.ledger, subject.organization, subject.key);
  return loadPerson(deps, lane, personSubject(subject.organization, key), undefined, isListRead);
}

export type FindPeopleOfAccountDeps = LoadPersonDeps & Readonly<{ accounts: Pick<PeopleIndex, 'list'> }>;

/**
 * Everybody in the ledger who has this account now: where an address changed, several people have the same one. Asked where the groups
 * are read anyway. `hasAccount`: who counts for that.
 */
export async function findPeopleOfAccount(
  deps: FindPeopleOfAccountDeps,
  lane: Lane,
  memberId: string,
  hasAccount = mayHaveAccount,
): Promise<readonly PersonWork[]> {
  const { alias } = deps.organization;
  const people: PersonWork[] = [];
  for (const key of await deps.accounts.list(alias, memberId)) {
    const person = await loadPerson(deps, lane, personSubject(alias, key), undefined, true);
    if (person !== undefined && hasAccount(person.stored.value, memberId)) people.push(person);
  }
  return people;
}

/** Whoever was told apart from another, and was not looked up since, may have the account that was taken for that of both. */
export function mayHaveAccount({ identity, toldApart }: PersonLedger, memberId: string): boolean {
  return isOfAccount(identity, memberId) || (identity === undefined && toldApart !== undefined);
}

/** Whether an account is the one that somebody was resolved to. */
export function isOfAccount(identity: DirectoryIdentity | undefined, memberId: string): boolean {
  return identity?.kind === 'resolved' && identity.id === memberId;
}

/** What the ledger and UiPath may differ in. */
type ToCompare = Pick<PersonWork, 'access' | 'wanted'> &
  ReturnType<typeof differencesOf> &
  Readonly<{ unread: readonly MembershipByName[] }>;

function isListNeeded({ access, open, over, unread }: ToCompare): boolean {
  return access.employment === 'left' || open.length + over.length + unread.length > 0;
}

/**
 * Groups to compare with UiPath: those wanted and not applied yet, those applied and not wanted any more, also by a call whose
 * outcome is not recorded; those of a call that cannot be read; for a leaver every group. What was applied is found by its id, as
 * somebody may have renamed the group; so is what a grant gave before, where no group has the name. A wanted name that several groups
 * have adds nobody to any of them; where the name is not wanted, a leaver is taken out of each, by its id.
 */
async function groupsToExamine(
  deps: Pick<LoadPersonDeps, 'organization' | 'groupsByName'>,
  lane: Lane,
  { grants }: PersonLedger,
  compared: ToCompare,
): Promise<Pick<PersonWork, 'examine' | 'unusableGroups'>> {
  const { access, wanted, open, over, unread } = compared;
  if (!isListNeeded(compared)) return { examine: new Map(), unusableGroups: [] };
  const leaving = access.employment === 'left';
  const groups = await deps.groupsByName(lane);
  if (leaving && deps.organization.leaver.groups === 'all')
    return { examine: allGroupsIn(groups), unusableGroups: [] };
  const usable = new Map([...groups].filter(([name, same]) => same.length === 1 || !wanted.has(name)));
  const names =
    leaving && deps.organization.leaver.groups === 'managed' ? deps.organization.groups.keys() : open;
  const nameless = new Set(open.filter((name) => !groups.has(name)));
  const given = grants.filter(({ group }) => nameless.has(fold(group)));
  const ids = new Set([...over, ...unread, ...given].map(({ groupId }) => groupId));
  const examine = new Map(
    [...usable.values()]
      .flat()
      .filter(({ groupId }) => ids.has(groupId))
      .concat([...names].flatMap((name) => usable.get(name) ?? []))
      .map((group) => [group.groupId, group]),
  );
  const known = new Set(
    given.filter(({ groupId = '' }) => examine.has(groupId)).map(({ group }) => fold(group)),
  );
  const unusableGroups = open.flatMap((group): readonly UnusableGroup[] => {
    const count = groups.get(group)?.length ?? 0;
    if (count === 1 || known.has(group)) return [];
    return [{ kind: count === 0 ? 'group-missing' : 'group-ambiguous', group }];
  });
  return { examine, unusableGroups };
}

const allGroups = new WeakMap<object, ReadonlyMap<string, GroupInUiPath>>();

/** Every group by its id: one map for all the leavers of a run. */
function allGroupsIn(groups: Awaited<ReturnType<ReadGroupsByName>>): ReadonlyMap<string, GroupInUiPath> {
  const known =
    allGroups.get(groups) ?? new Map([...groups.values()].flat().map((group) => [group.groupId, group]));
  allGroups.set(groups, known);
  return known;
}
