import { readDeciderName } from '../../../domain/decider-name';
import { planAdoption, REVIEW_DAYS, type UnexplainedMember } from '../../../domain/desk/plan-adoption';
import type { AskedForPlan, ComputedPlan } from '../../../domain/desk/proposed-plan';
import { isOpen, type FindingRecord } from '../../../domain/audit/finding';
import type { CheckId } from '../../../domain/audit/check-catalog';
import { DAY_MS } from '../../../domain/durations';
import type { FieldProblem } from '../../../domain/field-problem';
import { fold } from '../../../domain/fold';
import { endOfDayMs } from '../../../domain/ledger/effective-time';
import { groupPolicyOf } from '../../../domain/policy';
import { AppError } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { FindingStore } from '../../../storage/findings';
import { findPerson } from '../../ledger/find-person';
import { addressesInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import { namesOfDecider } from '../refuse-own-matter';
import { adoptInLedger, type AdoptInLedgerDeps } from './adopt-in-ledger';
import { membersNow, type GroupsNow } from './groups-now';
import type { NamesInPlanDeps } from './names-in-plan';
import type { PlanKindOf, PlanningContext } from './plan-kind-interface';
import { whoIsMember } from './who-is-member';

export type AdoptMembersDeps = NamesInPlanDeps &
  AdoptInLedgerDeps &
  Readonly<{
    findings: Pick<FindingStore, 'list'>;
    groupsNow: (alias: string) => Promise<GroupsNow>;
  }>;

const UNEXPLAINED: ReadonlySet<CheckId> = new Set<CheckId>(['member-without-reason', 'member-after-grant']);
const LONGEST_TICKET = 200;

/** Members whom the newest audit saw without a reason become reasons: with an owner, a ticket and an end. */
export function adoptMembers(deps: AdoptMembersDeps): PlanKindOf {
  return {
    read: async (said, context) => readAsked(deps, said, context),
    compute: async (asked, context) => compute(deps, asked, context),
    carryOut: async (plan, context) => {
      const addresses = await addressesOfUsers(deps, context.organization.alias);
      const groups = await deps.groupsNow(context.organization.alias);
      return async (part) => {
        const members = await membersNow(groups, part);
        const isThere = part.filter(
          ({ groupId = '', memberId = '' }) => members.get(groupId)?.members.has(memberId) === true,
        );
        const notMade = await adoptInLedger(deps, plan, context, { part: isThere, addresses });
        return part.length - isThere.length + notMade;
      };
    },
  };
}

/** @throws AppError `body-invalid`, `group-unknown`, `person-unknown` */
async function readAsked(
  deps: AdoptMembersDeps,
  said: AskedForPlan,
  { organization, nowMs }: PlanningContext,
): Promise<AskedForPlan> {
  const [owner = '', ticket = '', until = '', group = '', person = ''] = [
    'owner',
    'ticket',
    'until',
    'group',
    'person',
  ].map((name) => said[name]?.trim() ?? '');
  const from = new Date(nowMs).toISOString().slice(0, 10);
  const day = until === '' ? dayAfter(from, REVIEW_DAYS) : until;
  const problems = [
    ...problemOf(
      'owner',
      owner === '' ? 'is missing: who answers for these memberships?' : problemOfName(owner),
    ),
    ...problemOf(
      'ticket',
      ticket === '' ? 'is missing' : ticket.length > LONGEST_TICKET ? 'is too long' : undefined,
    ),
    ...problemOf('until', problemOfDay(day, organization.timeZone, nowMs)),
  ];
  if (problems.length > 0)
    throw new AppError(
      'body-invalid',
      `Not planned: ${problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')}`,
      { fields: problems },
    );
  const named = group === '' ? undefined : groupPolicyOf(organization, group);
  if (group !== '' && named === undefined)
    throw new AppError('group-unknown', 'The policy names no such group: add it there first');
  const found =
    person === ''
      ? undefined
      : await findPerson(deps, organization.alias, { email: fold(person), record: undefined });
  return {
    owner,
    ticket,
    until: day,
    from,
    ...(until === '' ? { review: 'by default' } : {}),
    ...(named === undefined ? {} : { group: fold(named.name) }),
    ...(found === undefined ? {} : { person: found.key }),
  };
}

function problemOf(field: string, problem: string | undefined): readonly FieldProblem[] {
  return problem === undefined ? [] : [{ field, problem }];
}

function problemOfName(owner: string): string | undefined {
  const read = readDeciderName(owner);
  return 'problem' in read ? read.problem : undefined;
}

function problemOfDay(day: string, timeZone: string, nowMs: number): string | undefined {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== day)
    return 'is no day such as 2027-01-31';
  return endOfDayMs(day, timeZone) <= nowMs ? 'has ended already' : undefined;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

async function compute(
  deps: AdoptMembersDeps,
  asked: AskedForPlan,
  { organization, nowMs, by }: PlanningContext,
): Promise<ComputedPlan> {
  const { alias } = organization;
  const addresses = await addressesOfUsers(deps, alias);
  const findings = (await deps.findings.list(alias)).filter(
    (finding) => UNEXPLAINED.has(finding.check) && isOpen(finding) && isOfGroup(finding, asked['group']),
  );
  const places = findings.flatMap(({ subject }) => {
    const { groupId, memberId } = subject;
    return groupId === undefined || memberId === undefined ? [] : [{ groupId, memberId }];
  });
  const members = await membersNow(await deps.groupsNow(alias), places);
  const found = await mapConcurrently(findings, STORAGE_WIDTH, async (finding) => {
    const { groupId, memberId } = finding.subject;
    if (groupId === undefined || memberId === undefined) return [];
    const who = await whoIsMember(deps, organization, { finding, memberId, addresses, nowMs });
    const { group = groupId } = finding.subject;
    const member: UnexplainedMember = {
      finding: finding.id,
      check: finding.check,
      groupId,
      memberId,
      who,
      group: members.get(groupId)?.name ?? organization.groups.get(group)?.name ?? group,
      isMember: members.get(groupId)?.members.has(memberId) === true,
    };
    return [member];
  });
  const asks = asked['person'];
  const own = await namesOfDecider(deps, alias, by);
  return planAdoption(
    found.flat().filter(({ who }) => asks === undefined || (who.kind === 'person' && who.personKey === asks)),
    organization,
    {
      untilDay: asked['until'] ?? '',
      isDayByDefault: asked['review'] !== undefined,
      fromMs: Date.parse(asked['from'] ?? ''),
    },
    (personKey, memberId) => own.has(personKey) || own.has(fold(memberId)),
  );
}

function isOfGroup({ subject }: FindingRecord, group: string | undefined): boolean {
  return group === undefined || fold(subject['group'] ?? '') === group;
}

/** Of the newest audit. @throws AppError `report-unknown` before the first */
async function addressesOfUsers(
  { reports, snapshots }: Pick<AdoptMembersDeps, 'reports' | 'snapshots'>,
  alias: string,
): Promise<ReadonlyMap<string, string>> {
  const latest = (await reports.list(alias)).at(-1);
  const snapshot = latest === undefined ? undefined : await snapshots.read(alias, latest.night);
  if (snapshot === undefined)
    throw new AppError(
      'report-unknown',
      'No audit is stored: what has no reason is known after the first one',
    );
  return addressesInStoredSnapshot(snapshot.parts);
}
