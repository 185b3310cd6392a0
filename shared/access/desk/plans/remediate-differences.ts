import { isOpen, isReleasable, type FindingRecord } from '../../../domain/audit/finding';
import { isAboutAccess, planDifferences, type DifferenceFound } from '../../../domain/desk/plan-differences';
import { chosenAndLeftOut, isChosen } from '../../../domain/desk/chosen-findings';
import type { AskedForPlan, ComputedPlan, PlannedChange } from '../../../domain/desk/proposed-plan';
import { fold } from '../../../domain/fold';
import { AppError } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { FindingStore } from '../../../storage/findings';
import type { LedgerStore } from '../../../storage/ledger';
import {
  addressesInStoredSnapshot,
  memberCountsInStoredSnapshot,
} from '../../ledger/group-in-stored-snapshot';
import { releaseChange, requestRemediation, type RemediationDeps } from '../../ledger/request-remediation';
import { namesOfDecider } from '../refuse-own-matter';
import { readChosenFindings } from './asked-reason';
import { membersNow, type AskGroups } from './groups-now';
import type { NamesInPlanDeps } from './names-in-plan';
import type { DecidedPlan, PlanKindOf, PlanningContext } from './plan-kind-interface';
import { whoIsMember, type WhoIsMemberDeps } from './who-is-member';

export type RemediateDifferencesDeps = NamesInPlanDeps &
  RemediationDeps &
  WhoIsMemberDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'count'>;
    findings: Pick<FindingStore, 'list' | 'get' | 'save'>;
    groupsNow: (alias: string) => Promise<AskGroups>;
  }>;

/** The difference between what ledger and policy want and what UiPath has, by the remediations of the newest audit, and by no other judgement. */
export function remediateDifferences(deps: RemediateDifferencesDeps): PlanKindOf {
  return {
    read: async (said) => readChosenFindings(said),
    compute: async (asked, context) => compute(deps, asked, context),
    carryOut: async (plan, context) => async (part) => carryOutPart(deps, plan, context, part),
  };
}

async function compute(
  deps: RemediateDifferencesDeps,
  asked: AskedForPlan,
  { organization, nowMs, by }: PlanningContext,
): Promise<ComputedPlan> {
  const { alias } = organization;
  const latest = (await deps.reports.list(alias)).at(-1);
  const snapshot = latest === undefined ? undefined : await deps.snapshots.read(alias, latest.night);
  if (latest === undefined || snapshot === undefined)
    throw new AppError('report-unknown', 'No audit is stored: what differs is known after the first one');
  const addresses = await addressesInStoredSnapshot(snapshot.parts);
  const isOfChosen = isChosen(asked);
  const all = await deps.findings.list(alias);
  const findings = all.filter((one) => isOpen(one) && isAboutAccess(one) && isOfChosen(one.id));
  const places = findings.flatMap((finding) => placeOf(finding) ?? []);
  const groups = await membersNow(await deps.groupsNow(alias), places);
  const found = await mapConcurrently(findings, STORAGE_WIDTH, async (finding): Promise<DifferenceFound> => {
    const place = placeOf(finding);
    if (place === undefined) return { finding, membership: undefined };
    const now = groups.get(place.groupId);
    const who = await whoIsMember(deps, organization, {
      subject: finding.subject,
      memberId: place.memberId,
      addresses,
      nowMs,
    });
    const membership = {
      ...place,
      group: now?.name ?? finding.subject['group'] ?? place.groupId,
      isMember: now?.members.has(place.memberId) === true,
      who,
    };
    return { finding, membership };
  });
  const own = await namesOfDecider(deps, alias, by);
  const sizes = {
    groups: await memberCountsInStoredSnapshot(snapshot.parts, [...groups.keys()]),
    people: await deps.ledger.count(alias, 'person'),
  };
  const isOwn = (words: readonly string[]): boolean =>
    words.some((word) => own.has(fold(word)) || own.has(fold(word).slice(fold(word).indexOf(':') + 1)));
  const computed = planDifferences(found, organization, sizes, isOwn);
  const readAt = new Date(latest.takenAtMs).toISOString().slice(0, 16).replace('T', ' ');
  const hours = Math.floor((nowMs - latest.takenAtMs) / 3_600_000);
  const others = chosenAndLeftOut(asked, all, findings, 'no change of access would mend it');
  return {
    ...computed,
    leftOut: [...computed.leftOut, ...others],
    notes: [
      `What UiPath has is what the audit of ${readAt}Z read, ${hours} ${hours === 1 ? 'hour' : 'hours'} before. What was changed there since then is in the next one.`,
    ],
  };
}

function placeOf({ remediation, subject }: FindingRecord) {
  if (remediation === undefined || remediation.kind === 'change') return undefined;
  const memberId = [...remediation.add, ...remediation.remove][0];
  const groupId = remediation.groupId ?? subject['groupId'];
  return memberId === undefined || groupId === undefined ? undefined : { groupId, memberId };
}

/** What was released before is not released again: its finding says so. A finding that has another remediation by now is not what was decided. */
async function carryOutPart(
  deps: RemediateDifferencesDeps,
  { decision, facts }: DecidedPlan,
  { organization, policyHash }: PlanningContext,
  part: readonly PlannedChange[],
): Promise<number> {
  const { alias } = organization;
  const released = { by: decision.by, policyHash };
  const findings = await mapConcurrently(part, STORAGE_WIDTH, async ({ of = '' }) =>
    deps.findings.get(alias, of),
  );
  const agreed = new Map(facts.map((one) => [one.about, one.facts['plan']]));
  const isAgreed = ({ id, remediation }: FindingRecord): boolean =>
    remediation?.planHash === agreed.get(`finding:${id}`);
  const waiting = findings.flatMap((one) =>
    one !== undefined && isWaiting(one) && isAgreed(one) ? [one] : [],
  );
  const memberships = waiting.filter(({ remediation }) => remediation?.kind !== 'change');
  if (memberships.length > 0) {
    await requestRemediation(deps, organization, released, memberships);
    await deps.findings.save(alias, memberships.map(asReleased));
  }
  for (const finding of waiting) {
    const { id, remediation } = finding;
    if (remediation?.kind !== 'change') continue;
    const { planHash, change } = remediation;
    await releaseChange(deps, organization, released, { finding: id, planHash, change });
    await deps.findings.save(alias, [asReleased(finding)]);
  }
  const over = findings.filter(
    (one) => one !== undefined && one.remediation?.status === 'applied' && isAgreed(one),
  ).length;
  return part.length - waiting.length - over;
}

function isWaiting(one: FindingRecord): boolean {
  return isOpen(one) && one.remediation !== undefined && isReleasable(one.remediation);
}

function asReleased(finding: FindingRecord): FindingRecord {
  const { remediation } = finding;
  if (remediation === undefined) return finding;
  const { failed: _before, ...rest } = remediation;
  return { ...finding, remediation: { ...rest, status: 'applied' } };
}
