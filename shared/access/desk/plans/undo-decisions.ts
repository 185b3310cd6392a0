import type { DoneToMembership } from '../../../domain/desk/plan-undo';
import { planUndo } from '../../../domain/desk/plan-undo';
import {
  isPlanHash,
  isWordOfHr,
  placeIn,
  type AskedForPlan,
  type ComputedPlan,
  type LeftOut,
  type PlannedChange,
  type ProposedPlan,
} from '../../../domain/desk/proposed-plan';
import { fold } from '../../../domain/fold';
import { isEndedBy, isGrantValid, namesOfGroup } from '../../../domain/ledger/person-access';
import { knownAccountOf, type PersonLedger } from '../../../domain/ledger/person-ledger';
import { AppError, errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { ProposedPlans } from '../../../storage/desk/proposed-plans';
import type { HoldStore } from '../../../storage/holds';
import type { RequestIndex } from '../../../storage/request-index';
import { readWhoeverJoined } from '../../ledger/find-person';
import { namesOfDecider } from '../refuse-own-matter';
import { addressesOfUsers, readReasonSaid, toAskedReason } from './asked-reason';
import { membersNow, type AskGroups } from './groups-now';
import type { NamesInPlanDeps } from './names-in-plan';
import type { PlanKindOf, PlanningContext } from './plan-kind-interface';
import { ADOPTED, reasonId, UNDONE, writeReasons, type WriteReasonsDeps } from './write-reasons';
import { endReasons } from './end-reasons';
import { toPerson, whoIsMember } from './who-is-member';

export type UndoDecisionsDeps = NamesInPlanDeps &
  WriteReasonsDeps &
  Readonly<{
    proposedPlans: Pick<ProposedPlans, 'get'>;
    holds: Pick<HoldStore, 'get'>;
    requests: Pick<RequestIndex, 'get'>;
    groupsNow: (alias: string) => Promise<AskGroups>;
  }>;

/** What was done, before it is known what is so of it now. */
type DoneBefore = Readonly<{ at: string; groupId?: string; memberId?: string; personKey?: string }> &
  (
    | Readonly<{ act: 'forget' | 'end'; requestId?: string }>
    | Readonly<{ act: 'give-back'; latestMs?: number }>
  );

type WhatWasDone = Readonly<{ done: readonly DoneBefore[]; leftOut: readonly LeftOut[] }>;

/** The inverse of a plan that was applied, of a hold that was released, or of a request that was granted, as a plan like any other. */
export function undoDecisions(deps: UndoDecisionsDeps): PlanKindOf {
  return {
    read: async (said, context) => {
      const id = said['id']?.trim() ?? '';
      await whatWasDone(deps, context, id);
      return { id, ...readReasonSaid(said, context, { isNeeded: false }) };
    },
    compute: async (asked, context) => compute(deps, asked, context),
    carryOut: async (plan, context) => {
      const addresses = await addressesOfUsers(deps, context.organization.alias);
      return async (part) => {
        const given = part.filter(({ change }) => change === 'give-back');
        const ended = part.filter(({ change }) => change !== 'give-back');
        const notGiven = await writeReasons(deps, plan, context, { part: given, addresses, source: UNDONE });
        return notGiven + (await endReasons(deps, plan, context, ended));
      };
    },
  };
}

async function compute(
  deps: UndoDecisionsDeps,
  asked: AskedForPlan,
  context: PlanningContext,
): Promise<ComputedPlan> {
  const { organization, nowMs, by } = context;
  const { alias } = organization;
  const { done, leftOut } = await whatWasDone(deps, context, asked['id'] ?? '');
  const addresses = await addressesOfUsers(deps, alias);
  const groups = await membersNow(await deps.groupsNow(alias), done);
  const found = await mapConcurrently(
    done,
    STORAGE_WIDTH,
    async (one): Promise<readonly DoneToMembership[]> => {
      const { groupId = '', memberId = '', personKey } = one;
      const now = groups.get(groupId);
      if (one.act === 'give-back') {
        const who = await whoIsMember(deps, organization, {
          memberId,
          addresses,
          nowMs,
          subject: personKey === undefined ? {} : { personKey },
        });
        const isGroupGone = now !== undefined && now.name === undefined;
        const isInForce = now?.members.has(memberId) === true;
        return [{ ...one, at: now?.name ?? one.at, isGroupGone, isInForce, who }];
      }
      const { key, ledger, unreadable } = await ledgerOf(deps, alias, personKey);
      // A reason is ended where it is, whatever account its person has.
      const who =
        unreadable || key === undefined
          ? ({ kind: 'nobody', why: UNREADABLE } as const)
          : toPerson(organization, [key, ledger], nowMs);
      const place = { ...one, who };
      const grants = (ledger?.grants ?? []).filter(
        (grant) =>
          (one.requestId === undefined || grant.requestId === one.requestId) &&
          namesOfGroup(grant).includes(fold(one.at)),
      );
      const valid = grants.filter(
        (grant) => ledger !== undefined && isGrantValid(grant, ledger, organization, nowMs),
      );
      const { act } = one;
      if (valid.length > 0)
        return valid.map(({ requestId, group: at }) => ({ ...place, at, act, requestId, isInForce: true }));
      return [{ ...place, act, requestId: one.requestId ?? '', isInForce: false }];
    },
  );
  const own = await namesOfDecider(deps, alias, by);
  return planUndo(
    found.flat(),
    organization,
    { reason: asked['owner'] === undefined ? undefined : toAskedReason(asked) },
    (personKey, memberId) => own.has(personKey) || own.has(fold(memberId)),
    leftOut,
  );
}

async function ledgerOf(
  { ledger }: Pick<UndoDecisionsDeps, 'ledger'>,
  alias: string,
  personKey: string | undefined,
): Promise<Readonly<{ key?: string; ledger?: PersonLedger | undefined; unreadable: boolean }>> {
  if (personKey === undefined) return { unreadable: false };
  try {
    const { key, stored } = await readWhoeverJoined(ledger, alias, personKey);
    return { key, ledger: stored?.value, unreadable: false };
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return { unreadable: true };
  }
}

/** @throws AppError `plan-unknown`, `plan-not-held` for what was not carried out, `request-unknown` */
async function whatWasDone(
  deps: UndoDecisionsDeps,
  { organization: { alias } }: PlanningContext,
  id: string,
): Promise<WhatWasDone> {
  if (isPlanHash(id)) {
    const plan = await deps.proposedPlans.get(alias, id);
    if (plan !== undefined) return doneByPlan(plan);
    const hold = await deps.holds.get(alias, id);
    if (hold === undefined) throw new AppError('plan-unknown', 'There is no such plan and no such hold');
    if (hold.state !== 'done')
      throw new AppError('plan-not-held', 'This hold was not carried out: there is nothing to undo');
    return {
      done: hold.removals.map(({ groupId, groupName, personKey, memberId }) => ({
        act: 'give-back',
        at: groupName,
        groupId,
        memberId,
        ...(personKey.startsWith('member:') ? {} : { personKey }),
      })),
      leftOut: hold.change === undefined ? [] : [{ at: 'rule or entry', why: BY_A_TICKET }],
    };
  }
  return doneByRequest(deps, alias, id);
}

const UNREADABLE = 'what is stored of the person is gone, or cannot be read';
const BY_A_TICKET = 'a rule or an entry of the access policy is requested by a ticket';
const BY_HR = 'what is known of somebody at work is corrected by HR, or by another file';

function doneByPlan(plan: ProposedPlan): WhatWasDone {
  if (plan.state === 'proposed')
    throw new AppError('plan-not-held', 'This plan was not applied: there is nothing to undo');
  const done: DoneBefore[] = [];
  const leftOut: LeftOut[] = [];
  const wasMade = plan.changes.slice(0, plan.decision?.done ?? 0);
  for (const change of wasMade) {
    const one = inverseOf(plan, change);
    if (one === undefined)
      leftOut.push({ ...placeIn(change), why: isWordOfHr(change) ? BY_HR : BY_A_TICKET });
    else done.push(one);
  }
  return { done, leftOut };
}

function inverseOf({ hash }: ProposedPlan, change: PlannedChange): DoneBefore | undefined {
  const place = placeIn(change);
  switch (change.change) {
    case 'add-reason':
      return { ...place, act: 'forget', requestId: reasonId(ADOPTED, hash, change) };
    case 'give-back':
      return { ...place, act: 'end', requestId: reasonId(UNDONE, hash, change) };
    case 'add-member':
      return { ...place, act: 'end' };
    case 'forget-reason':
    case 'end-reason':
    case 'remove-member':
      return { ...place, act: 'give-back' };
    case 'add-worker':
    case 'move-worker':
    case 'move-worker-out':
    case 'write-rule':
    case 'delete-rule':
    case 'add-entry':
    case 'remove-entry':
      return undefined;
  }
}

/** @throws AppError `request-unknown` */
async function doneByRequest(deps: UndoDecisionsDeps, alias: string, id: string): Promise<WhatWasDone> {
  const entry = id === '' ? undefined : await deps.requests.get(alias, id);
  if (entry === undefined)
    throw new AppError(
      'request-unknown',
      'There is no such request: name it with its source, such as jira/REQ-7',
    );
  if (entry.refusal !== undefined)
    throw new AppError('request-unknown', 'This request was refused: there is nothing to undo');
  const { subject, group: at, action } = entry;
  if (subject.kind !== 'person' || at === undefined)
    return { done: [], leftOut: [{ at: action, why: BY_A_TICKET }] };
  const { key: personKey } = subject;
  if (action !== 'revoke') return { done: [{ act: 'end', at, personKey, requestId: id }], leftOut: [] };
  const { ledger, unreadable } = await ledgerOf(deps, alias, personKey);
  if (unreadable) return { done: [], leftOut: [{ at, personKey, why: UNREADABLE }] };
  const memberId = ledger === undefined ? undefined : knownAccountOf(ledger);
  const account = memberId === undefined ? {} : { memberId };
  const revocation = ledger?.revocations.find(({ requestId }) => requestId === id);
  const ended = (ledger?.grants ?? []).filter(
    (grant) => revocation !== undefined && isEndedBy(grant, revocation),
  );
  const latestMs = Math.max(0, ...ended.map(({ validUntilMs = Infinity }) => validUntilMs));
  return ended.length === 0
    ? { done: [], leftOut: [{ at, personKey, why: 'it ended nothing that is known still' }] }
    : {
        done: [{ act: 'give-back', at, personKey, ...account, ...groupIdOf(ended[0]), latestMs }],
        leftOut: [],
      };
}

function groupIdOf(grant: Readonly<{ groupId?: string | undefined }> | undefined) {
  return grant?.groupId === undefined ? {} : { groupId: grant.groupId };
}
