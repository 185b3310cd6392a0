import { fold } from '../fold';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import { conflictOf, whyNoReason, type AskedAdoption, type IsOwn, type WhoIsMember } from './plan-adoption';
import type { ComputedPlan, LeftOut, PlanFacts, PlannedChange } from './proposed-plan';

/**
 * What was done to one membership, with what is so of it now. `forget`: a reason for what was there before; `end`: a reason that put somebody there;
 * `give-back`: a membership that was taken away.
 */
export type DoneToMembership = Readonly<{
  at: string;
  groupId?: string;
  memberId?: string;
  /** Of a reason: it is one still. Of what was taken away: UiPath has it again. */
  isInForce: boolean;
  /** UiPath does not have the group of that id any more: one of its name is another. */
  isGroupGone?: boolean;
  who: WhoIsMember;
}> &
  (
    Readonly<{ act: 'forget' | 'end'; requestId: string }> | Readonly<{ act: 'give-back'; latestMs?: number }>
  );

type AskedUndo = Readonly<{
  /** undefined: nobody named an owner and a ticket, without which nothing is given back. */
  reason: AskedAdoption | undefined;
}>;

/**
 * The inverse of what was done, as far as it is permitted. What was given ends; what was taken is given back with a new reason, that is bound by
 * what binds a reason; what has been undone or ended meanwhile, and what cannot be undone here, is left out with why.
 */
export function planUndo(
  done: readonly DoneToMembership[],
  organization: OrganizationPolicy,
  { reason }: AskedUndo,
  isOwn: IsOwn,
  alsoLeftOut: readonly LeftOut[],
): ComputedPlan {
  const changes: PlannedChange[] = [];
  const leftOut: LeftOut[] = [...alsoLeftOut];
  const facts = new Map<string, PlanFacts>();
  const returned = groupsGivenBack(done, organization, reason, isOwn);
  for (const one of done) {
    const planned = toChange(one, organization, { reason, returned }, isOwn);
    if (typeof planned === 'string') {
      leftOut.push({ ...placeOf(one), why: planned });
      continue;
    }
    changes.push(planned);
    for (const fact of factsOf(one)) facts.set(fact.about, fact);
  }
  return {
    changes,
    leftOut,
    facts: [...facts.values()],
    guards: [],
    notes: [
      'What is taken away goes the normal way, under the guards. What is given back has a reason of its own, with an end.',
    ],
  };
}

/** Folded names of the groups that people would get back, by their key: both of two duties may have been taken. */
function groupsGivenBack(
  done: readonly DoneToMembership[],
  organization: OrganizationPolicy,
  reason: AskedAdoption | undefined,
  isOwn: IsOwn,
): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const one of done) {
    const planned = toChange(one, organization, { reason, returned: new Map() }, isOwn);
    if (typeof planned === 'string' || planned.change !== 'give-back') continue;
    const { personKey = '', at } = planned;
    groups.set(personKey, (groups.get(personKey) ?? new Set()).add(fold(at)));
  }
  return groups;
}

function toChange(
  done: DoneToMembership,
  organization: OrganizationPolicy,
  {
    reason,
    returned,
  }: Readonly<{
    reason: AskedAdoption | undefined;
    returned: ReadonlyMap<string, ReadonlySet<string>>;
  }>,
  isOwn: IsOwn,
): PlannedChange | string {
  const { who, isInForce, memberId = '', at } = done;
  const place = placeOf(done);
  if (done.act !== 'give-back') {
    if (who.kind === 'nobody') return who.why;
    if (isOwn(who.personKey, memberId))
      return 'it is about whoever asked for this plan: somebody else undoes it';
    if (!isInForce)
      return who.reasons.has(fold(at))
        ? 'something else gives it, such as a line of the policy: edit the policy, or undo the other'
        : 'it has ended by now';
    return done.act === 'forget'
      ? {
          ...place,
          change: 'forget-reason',
          why: ['what is there stays, without a reason'],
          of: done.requestId,
        }
      : { ...place, change: 'end-reason', why: ['what was given ends'], of: done.requestId };
  }
  if (isInForce) return 'it is so by now';
  if (done.isGroupGone === true) return 'UiPath does not have this group any more';
  if (reason === undefined) return 'it is given back with a reason only: name its owner and ticket';
  if (groupPolicyOf(organization, at)?.mode === 'observe') return 'the group is only observed';
  const { groupId = '', latestMs = Infinity } = done;
  const permitted = whyNoReason({ group: at, groupId, memberId, who }, organization, reason, isOwn);
  if (typeof permitted === 'string') return permitted;
  const { personKey, reasons } = permitted;
  const other = conflictOf(organization, fold(at), new Set([...reasons, ...(returned.get(personKey) ?? [])]));
  if (other !== undefined) return `separation of duties keeps it apart from ${other}`;
  const untilMs = Math.min(permitted.untilMs, latestMs);
  return { ...place, change: 'give-back', why: ['what was taken away is given back'], untilMs };
}

function placeOf({ at, groupId, memberId, who }: DoneToMembership) {
  return {
    at,
    ...(groupId === undefined ? {} : { groupId }),
    ...(memberId === undefined ? {} : { memberId }),
    ...(who.kind === 'person' ? { personKey: who.personKey } : {}),
  };
}

function factsOf({ groupId, at, who }: DoneToMembership): readonly PlanFacts[] {
  const group = groupId === undefined ? [] : [{ about: `group:${groupId}`, facts: { name: at } }];
  if (who.kind === 'nobody') return group;
  const { personKey, employment, account = 'not looked up', reasons } = who;
  const facts = { employment, account, reasons: [...reasons].toSorted().join(', ') };
  return [...group, { about: `person:${personKey}`, facts }];
}
