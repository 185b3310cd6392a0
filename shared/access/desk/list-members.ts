import type { Clock } from '../../clock';
import { explainGroup } from '../../domain/desk/explained-group';
import {
  explainMembers,
  reasonsBesideLedger,
  type ExplainedMember,
  type PersonOfAccount,
  type MemberInSnapshot,
} from '../../domain/desk/members-of-group';
import { fold } from '../../domain/fold';
import { personAccess } from '../../domain/ledger/person-access';
import { knownAccountOf } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { FindingStore } from '../../storage/findings';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { membersByName, requireGroupOfNight, type ReadNewestNight } from '../ledger/newest-night';
import { namesOfPerson } from './explain-access';

export type ListMembersDeps = Readonly<{
  newestNight: ReadNewestNight;
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'list'>;
  findings: Pick<FindingStore, 'list'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A page of a group's members, in the order of their names. */
export type MemberPage = Readonly<{
  group: string;
  groupId: string;
  /** How the policy has the group; null: it does not name it. */
  mode: string | null;
  /** The night whose snapshot this is, and when it was read. */
  night: string;
  takenAtMs: number;
  atMs: number;
  total: number;
  members: ReadonlyArray<ExplainedMember & Readonly<{ lastUsedMs: number | null }>>;
  /** How many members come before the next page; null: this is the last. */
  next: number | null;
}>;

/** Each member costs two reads: so many are answered within a second. */
const PAGE = 100;

/**
 * Who is in a group according to the newest snapshot of the audit that is stored, each with the reasons that the ledger knows now.
 * @throws AppError `report-unknown` before the first audit, `group-unknown`, `uipath-group-ambiguous`
 */
export async function listMembers(
  deps: ListMembersDeps,
  organization: OrganizationPolicy,
  { group, skip, most = PAGE }: Readonly<{ group: string; skip: number; most?: number }>,
): Promise<MemberPage> {
  const { alias } = organization;
  const latest = await deps.newestNight(alias);
  if (latest === undefined)
    throw new AppError(
      'report-unknown',
      'No snapshot of an audit is stored: members are known after the first audit',
    );
  const { groupId, name, members } = requireGroupOfNight(latest, group);
  const page = membersByName(latest, members).slice(skip, skip + most);
  const findings = await deps.findings.list(alias);
  const people = await readPeople(deps, { organization, findings }, fold(name), page);
  const besideLedger = (member: MemberInSnapshot) =>
    reasonsBesideLedger({ organization, findings }, member, { groupId, name: fold(name) });
  return {
    group: name,
    groupId,
    mode: organization.groups.get(fold(name))?.mode ?? null,
    night: latest.night,
    takenAtMs: latest.takenAtMs,
    atMs: deps.clock.now(),
    total: members.length,
    members: explainMembers(page, people).map((member) => ({
      ...member,
      reasons: member.reasons.length > 0 ? member.reasons : besideLedger(member),
      lastUsedMs: latest.lastUsedMs.get(member.memberId) ?? null,
    })),
    next: skip + most < members.length ? skip + most : null,
  };
}

async function readPeople(
  deps: ListMembersDeps,
  {
    organization,
    findings,
  }: Readonly<{
    organization: OrganizationPolicy;
    findings: Awaited<ReturnType<FindingStore['list']>>;
  }>,
  group: string,
  members: readonly MemberInSnapshot[],
): Promise<readonly PersonOfAccount[]> {
  const nowMs = deps.clock.now();
  const read = async (memberId: string, key: string): Promise<readonly PersonOfAccount[]> => {
    try {
      const ledger = (await deps.ledger.read(personSubject(organization.alias, key)))?.value;
      if (ledger === undefined || ledger.joined !== undefined || ledger.erased !== undefined) return [];
      // The index may be out of date: what the ledger says of the person counts.
      const account = knownAccountOf(ledger)?.toLowerCase();
      if (account !== undefined && account !== memberId.toLowerCase()) return [];
      const { employment, reasons } = personAccess(ledger, organization, nowMs);
      const known = { ledger, reasons, organization, findings, names: namesOfPerson(ledger) };
      const explained = explainGroup(known, group);
      return [{ memberId, isUnreadable: false, email: ledger.email, employment, explained }];
    } catch (error) {
      if (errorCodeOf(error) !== 'record-unreadable') throw error;
      return [{ memberId, isUnreadable: true }];
    }
  };
  const found = await mapConcurrently(members, STORAGE_WIDTH, async ({ memberId }) => {
    const keys = await deps.accounts.list(organization.alias, memberId);
    return (await Promise.all(keys.map(async (key) => read(memberId, key)))).flat();
  });
  return found.flat();
}
