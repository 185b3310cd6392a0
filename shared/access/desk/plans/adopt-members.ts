import { planAdoption, type UnexplainedMember } from '../../../domain/desk/plan-adoption';
import { chosenAndLeftOut, isChosen } from '../../../domain/desk/chosen-findings';
import type { AskedForPlan, ComputedPlan } from '../../../domain/desk/proposed-plan';
import { isOpen, type FindingRecord } from '../../../domain/audit/finding';
import type { CheckId } from '../../../domain/audit/check-catalog';
import { fold } from '../../../domain/fold';
import { groupPolicyOf } from '../../../domain/policy';
import { AppError } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { FindingStore } from '../../../storage/findings';
import { findPerson } from '../../ledger/find-person';
import { namesOfDecider } from '../refuse-own-matter';
import { addressesOfUsers, readChosenFindings, readReasonSaid, toAskedReason } from './asked-reason';
import { membersNow, type AskGroups } from './groups-now';
import type { NamesInPlanDeps } from './names-in-plan';
import type { PlanKindOf, PlanningContext } from './plan-kind-interface';
import { whoIsMember } from './who-is-member';
import { ADOPTED, writeReasons, type WriteReasonsDeps } from './write-reasons';

export type AdoptMembersDeps = NamesInPlanDeps &
  WriteReasonsDeps &
  Readonly<{
    findings: Pick<FindingStore, 'list'>;
    groupsNow: (alias: string) => Promise<AskGroups>;
  }>;

const UNEXPLAINED: ReadonlySet<CheckId> = new Set<CheckId>(['member-without-reason', 'member-after-grant']);

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
        const notMade = await writeReasons(deps, plan, context, {
          part: isThere,
          addresses,
          source: ADOPTED,
        });
        return part.length - isThere.length + notMade;
      };
    },
  };
}

/** @throws AppError `body-invalid`, `group-unknown` */
async function readAsked(
  deps: AdoptMembersDeps,
  said: AskedForPlan,
  context: PlanningContext,
): Promise<AskedForPlan> {
  const reason = readReasonSaid(said, context, { isNeeded: true });
  const { organization } = context;
  const [group = '', person = ''] = ['group', 'person'].map((name) => said[name]?.trim() ?? '');
  const named = group === '' ? undefined : groupPolicyOf(organization, group);
  if (group !== '' && named === undefined)
    throw new AppError('group-unknown', 'The policy names no such group: add it there first');
  const found =
    person === ''
      ? undefined
      : await findPerson(deps, organization.alias, { email: fold(person), record: undefined });
  return {
    ...reason,
    ...(named === undefined ? {} : { group: fold(named.name) }),
    ...(found === undefined ? {} : { person: found.key }),
    ...readChosenFindings(said),
  };
}

async function compute(
  deps: AdoptMembersDeps,
  asked: AskedForPlan,
  { organization, nowMs, by }: PlanningContext,
): Promise<ComputedPlan> {
  const { alias } = organization;
  const addresses = await addressesOfUsers(deps, alias);
  const isOfChosen = isChosen(asked);
  const all = await deps.findings.list(alias);
  const findings = all.filter(
    (finding) =>
      UNEXPLAINED.has(finding.check) &&
      isOpen(finding) &&
      isOfChosen(finding.id) &&
      isOfGroup(finding, asked['group']),
  );
  const places = findings.flatMap(({ subject }) => {
    const { groupId, memberId } = subject;
    return groupId === undefined || memberId === undefined ? [] : [{ groupId, memberId }];
  });
  const members = await membersNow(await deps.groupsNow(alias), places);
  const found = await mapConcurrently(findings, STORAGE_WIDTH, async (finding) => {
    const { groupId, memberId } = finding.subject;
    if (groupId === undefined || memberId === undefined) return [];
    const who = await whoIsMember(deps, organization, {
      subject: finding.subject,
      memberId,
      addresses,
      nowMs,
    });
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
  const computed = planAdoption(
    found.flat().filter(({ who }) => asks === undefined || (who.kind === 'person' && who.personKey === asks)),
    organization,
    toAskedReason(asked),
    (personKey, memberId) => own.has(personKey) || own.has(fold(memberId)),
  );
  const others = chosenAndLeftOut(asked, all, findings, 'it is no membership without a reason');
  return { ...computed, leftOut: [...computed.leftOut, ...others] };
}

function isOfGroup({ subject }: FindingRecord, group: string | undefined): boolean {
  return group === undefined || fold(subject['group'] ?? '') === group;
}
