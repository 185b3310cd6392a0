import { describeCheck } from '../audit/check-catalog';
import { isReleasable, type FindingRecord, type Remediation } from '../audit/finding';
import { fold } from '../fold';
import { exceeds, type GuardLimits, type TrippedGuard } from '../plan/guards';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import type { WhoIsMember } from './plan-adoption';
import type { ComputedPlan, LeftOut, PlanFacts, PlannedChange } from './proposed-plan';

/** An open finding about access, with what is so of it now. */
export type DifferenceFound = Readonly<{
  finding: FindingRecord;
  /** Of a membership: whether UiPath has it now, and what the group is called there. */
  membership:
    | Readonly<{ groupId: string; memberId: string; group: string; isMember: boolean; who: WhoIsMember }>
    | undefined;
}>;

/** What guards compare with: members of groups, by id, and people whom the ledger knows. */
export type SizesForGuards = Readonly<{ groups: ReadonlyMap<string, number>; people: number }>;

type NamesDecider = (words: readonly string[]) => boolean;

/**
 * What the audit would mend, as one plan: exactly the remediations that its findings show. What has been mended meanwhile, what a guard holds, and what
 * somebody has to decide first is left out.
 */
export function planDifferences(
  found: readonly DifferenceFound[],
  organization: OrganizationPolicy,
  sizes: SizesForGuards,
  isOwn: NamesDecider,
): ComputedPlan {
  const changes: PlannedChange[] = [];
  const leftOut: LeftOut[] = [];
  const facts = new Map<string, PlanFacts>();
  for (const one of found) {
    const planned = toChange(one, isOwn);
    if ('why' in planned && !('change' in planned)) {
      leftOut.push(planned);
      continue;
    }
    changes.push(planned);
    for (const fact of factsOf(one)) facts.set(fact.about, fact);
  }
  return {
    changes,
    leftOut,
    facts: [...facts.values()],
    guards: guardsOf(changes, organization, sizes),
    notes: [],
  };
}

/** True for a finding that a change of access would mend, or that somebody decides about. */
export function isAboutAccess({ subject }: Pick<FindingRecord, 'subject'>): boolean {
  return ['group', 'entity', 'rule'].some((name) => subject[name] !== undefined);
}

function toChange(found: DifferenceFound, isOwn: NamesDecider): PlannedChange | LeftOut {
  const { finding, membership } = found;
  const { remediation, subject } = finding;
  const who = membership?.who;
  const personKey = subject['personKey'] ?? (who?.kind === 'person' ? who.personKey : undefined);
  const place = {
    at: membership?.group ?? subject['group'] ?? subject['entity'] ?? subject['rule'] ?? finding.check,
    ...(membership === undefined ? {} : { groupId: membership.groupId, memberId: membership.memberId }),
    ...(personKey === undefined ? {} : { personKey }),
  };
  const why = whyNot(found, isOwn);
  if (why !== undefined || remediation === undefined)
    return { ...place, ...memberIn(subject), why: why ?? finding.noPlan?.why ?? 'it has no plan' };
  return {
    ...place,
    change: changeOf(remediation),
    ...(remediation.kind === 'change' && remediation.change.kind === 'access-policy'
      ? memberIn({ memberId: remediation.change.entityIds[0] })
      : {}),
    why: [describeCheck(finding.check).title],
    of: finding.id,
  };
}

function memberIn({
  memberId,
}: Readonly<{ memberId?: string | undefined }>): Readonly<{ memberId?: string }> {
  return memberId === undefined ? {} : { memberId };
}

function changeOf(remediation: Remediation): PlannedChange['change'] {
  if (remediation.kind !== 'change') return remediation.add.length > 0 ? 'add-member' : 'remove-member';
  const { change } = remediation;
  if (change.kind === 'rule') return change.decision === 'write' ? 'write-rule' : 'delete-rule';
  return change.decision === 'add' ? 'add-entry' : 'remove-entry';
}

function whyNot({ finding, membership }: DifferenceFound, isOwn: NamesDecider): string | undefined {
  const { remediation, noPlan, subject } = finding;
  if (remediation === undefined) return noPlan?.why;
  if (!isReleasable(remediation))
    return remediation.status === 'held'
      ? 'a guard holds it: access holds'
      : 'it was released, and the next audit says what came of it';
  const changed = remediation.kind === 'change' ? Object.values(remediation.change).flat().map(String) : [];
  if (
    isOwn([...Object.values(subject), ...changed, ...(membership === undefined ? [] : [membership.memberId])])
  )
    return 'it is about whoever asked for this plan: somebody else decides it';
  if (remediation.kind === 'change') return undefined;
  if (membership === undefined) return 'the finding does not name what would have to be changed';
  const { isMember, who, group } = membership;
  const isAddition = remediation.add.length > 0;
  if (isMember === isAddition) return 'it is so by now';
  const hasReason = who.kind === 'person' && who.reasons.has(fold(group));
  if (isAddition && !hasReason) return 'it has no reason any more';
  return !isAddition && hasReason ? 'it has a reason by now' : undefined;
}

function factsOf({ finding, membership }: DifferenceFound): readonly PlanFacts[] {
  const plan = { about: `finding:${finding.id}`, facts: { plan: finding.remediation?.planHash ?? '' } };
  if (membership === undefined) return [plan];
  const { groupId, group, who } = membership;
  const person =
    who.kind === 'nobody'
      ? []
      : [
          {
            about: `person:${who.personKey}`,
            facts: { employment: who.employment, reasons: [...who.reasons].toSorted().join(', ') },
          },
        ];
  return [plan, { about: `group:${groupId}`, facts: { name: group } }, ...person];
}

/** Nothing holds what a person releases exactly; that it is as much as a guard would hold is told all the same. */
function guardsOf(
  changes: readonly PlannedChange[],
  organization: OrganizationPolicy,
  { groups, people }: SizesForGuards,
): readonly TrippedGuard[] {
  const removals = changes.filter(({ change }) => change === 'remove-member');
  const byGroup = new Map<string, readonly PlannedChange[]>();
  for (const one of removals) byGroup.set(one.at, [...(byGroup.get(one.at) ?? []), one]);
  const limits: GuardLimits = organization.guards;
  const all: readonly TrippedGuard[] = exceeds(removals.length, people, limits.run)
    ? [{ guard: 'run', scope: '', removals: removals.length, whole: people }]
    : [];
  return [
    ...all,
    ...[...byGroup].flatMap(([at, own]): readonly TrippedGuard[] => {
      const whole = groups.get(own[0]?.groupId ?? '') ?? 0;
      const limit = groupPolicyOf(organization, at)?.guards.group ?? limits.group;
      return exceeds(own.length, whole, limit)
        ? [{ guard: 'group', scope: at, removals: own.length, whole }]
        : [];
    }),
  ];
}
