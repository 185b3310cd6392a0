import type { Clock } from '../../../clock';
import type { PlannedChange } from '../../../domain/desk/proposed-plan';
import { fold } from '../../../domain/fold';
import { fitPersonLedger } from '../../../domain/ledger/limit-person-ledger-size';
import { isGrantValid, namesOfGroup } from '../../../domain/ledger/person-access';
import type { Grant, PersonLedger } from '../../../domain/ledger/person-ledger';
import { personSubject } from '../../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import { bookMarkedRun } from '../../ledger/mark-and-book-writer-run';
import { readWhoeverJoined } from '../../ledger/find-person';
import { scheduleNextChange } from '../../ledger/schedule-next-change';
import { updateLedger } from '../../ledger/update-ledger';
import type { DecidedPlan, PlanningContext } from './plan-kind-interface';
import { byPerson, reasonId, UNDONE, type WriteReasonsDeps } from './write-reasons';

/**
 * Ends the reasons that changes name by the id of their request, or forgets those of what was there before, and the membership with them, so that
 * nobody takes it away. Idempotent; returns how many could not be ended any more.
 */
export async function endReasons(
  deps: WriteReasonsDeps & Readonly<{ clock: Pick<Clock, 'now'> }>,
  plan: DecidedPlan,
  { organization, policyHash }: PlanningContext,
  part: readonly PlannedChange[],
): Promise<number> {
  if (part.length === 0) return 0;
  const { alias } = organization;
  const nowMs = deps.clock.now();
  const notMade = await mapConcurrently([...byPerson(part)], STORAGE_WIDTH, async ([key, changes]) => {
    const { key: today } = await readWhoeverJoined(deps.ledger, alias, key);
    const subject = personSubject(alias, today);
    const written = await updateLedger(deps.ledger, subject, (current) => {
      if (current === undefined || current.joined !== undefined) return undefined;
      let next = current;
      const made: PlannedChange[] = [];
      for (const change of changes) {
        const ended = withoutReason(next, plan, change, (grant) =>
          isGrantValid(grant, current, organization, nowMs),
        );
        if (ended === undefined) continue;
        next = ended;
        made.push(change);
      }
      if (made.length === 0) return undefined;
      const evidence = made.map((change) => ({
        kind: 'reason-undone',
        atMs: nowMs,
        policyHash,
        facts: {
          planHash: plan.hash,
          requestId: change.of,
          group: change.at,
          decision: change.change,
          by: plan.decision.by,
        },
      }));
      return { next: fitPersonLedger(next, nowMs), evidence };
    });
    if (written === undefined) return changes.length;
    await scheduleNextChange(deps.due, subject, written, organization, nowMs);
    await deps.changes.mark(subject, 'normal', nowMs, UNDONE);
    return 0;
  });
  await bookMarkedRun(deps, alias, 'normal', nowMs);
  return notMade.reduce((sum, count) => sum + count, 0);
}

function withoutReason(
  ledger: PersonLedger,
  { hash, decision }: DecidedPlan,
  planned: PlannedChange,
  isValid: (grant: Grant) => boolean,
): PersonLedger | undefined {
  const { change, at, of, groupId } = planned;
  const isMeant = (grant: Grant): boolean => grant.requestId === of && namesOfGroup(grant).includes(fold(at));
  const grant = ledger.grants.find(isMeant);
  if (grant === undefined) return undefined;
  if (change === 'forget-reason') {
    const names = new Set(namesOfGroup(grant));
    const isOther = (one: Grant): boolean =>
      one !== grant && isValid(one) && namesOfGroup(one).some((name) => names.has(name));
    const isKept = ledger.grants.some(isOther);
    return {
      ...ledger,
      grants: ledger.grants.filter((one) => one !== grant),
      applied: ledger.applied.filter(
        (one) =>
          isKept ||
          one.by === 'birthright' ||
          one.origin !== 'standing' ||
          (one.groupId !== groupId && !names.has(fold(one.groupName))),
      ),
    };
  }
  const requestId = reasonId(UNDONE, hash, planned);
  if (ledger.revocations.some((one) => one.requestId === requestId)) return undefined;
  const { group, under } = grant;
  const revocation = {
    requestId,
    group,
    grantRequestId: grant.requestId,
    occurredAtMs: decision.atMs,
    under,
  };
  return { ...ledger, revocations: [...ledger.revocations, revocation] };
}
