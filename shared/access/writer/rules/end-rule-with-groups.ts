import type { Clock } from '../../../clock';
import { HOUR_MS } from '../../../domain/durations';
import { fold } from '../../../domain/fold';
import {
  groupsOutOfPolicy,
  ruleWantedAt,
  withoutGroups,
  type RuleLedger,
} from '../../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../../domain/ledger/subject';
import { GROUP_NOT_IN_POLICY } from '../../../domain/plan/groups-out-of-policy';
import { isEmptying } from '../../../domain/plan/guards';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { DueDates } from '../../../storage/due-dates';
import type { HoldStore } from '../../../storage/holds';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';
import { updateLedger } from '../../ledger/update-ledger';
import { evidenceOfRun } from '../evidence-of-run';
import type { EditOfRun } from '../follow-policy-edit';
import type { ReadGroupsByName } from '../memoize-groups-by-name';
import { withheldByObserve, type WithholdRuleDeps } from './record-rule-outcome';

export type EndRuleWithGroupsDeps = WithholdRuleDeps &
  Readonly<{
    organization: OrganizationPolicy;
    groupsByName: ReadGroupsByName;
    holds: Pick<HoldStore, 'list'>;
    changes: Pick<ChangeStore, 'listMarks'>;
    due: Pick<DueDates, 'schedule'>;
    clock: Pick<Clock, 'now'>;
    ruleEdit: Pick<EditOfRun, 'isFollowed'>;
  }>;

/** Marks that are looked through. */
const MOST_MARKS = 50_000;

/**
 * The ledger of a rule as it is to be applied: of groups that the policy does not name any more it ends, once nothing of what the same edit
 * takes from people in these groups is held or waits to be planned. undefined: it stays as it is for now, or is not made.
 */
export async function endRuleWithGroups(
  deps: EndRuleWithGroupsDeps,
  subject: Subject<'rule'>,
  ledger: RuleLedger,
): Promise<RuleLedger | undefined> {
  const nowMs = deps.clock.now();
  const want = ruleWantedAt(ledger, nowMs)?.want;
  const left = want === undefined ? [] : groupsOutOfPolicy(want, deps.organization);
  if (left.length === 0) return ledger;
  if (ledger.have === undefined) return undefined;
  if (await isToWait(deps, left)) {
    await deps.due.schedule({ subject, dueAtMs: nowMs + HOUR_MS });
    return undefined;
  }
  const isAll = left.length === want?.definition.groups.length;
  if (await withheldByObserve(deps, subject, ledger, isAll ? 'delete' : 'update')) return undefined;
  const facts = { groups: left, why: GROUP_NOT_IN_POLICY };
  return updateLedger(deps.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : {
          next: withoutGroups(current, left, nowMs),
          evidence: [evidenceOfRun(deps, isAll ? 'rule-ended' : 'rule-narrowed', facts)],
        },
  );
}

async function isToWait(deps: EndRuleWithGroupsDeps, left: readonly string[]): Promise<boolean> {
  if (!deps.ruleEdit.isFollowed()) return true;
  const { alias, groups: named } = deps.organization;
  const groups = await deps.groupsByName('normal');
  // One of them may be known by another name by now, or have another in the policy.
  const mayBeRenamed =
    left.some((name) => !groups.has(fold(name))) || [...named.keys()].some((name) => !groups.has(name));
  if (mayBeRenamed) return true;
  const ids = new Set(left.flatMap((name) => groups.get(fold(name)) ?? []).map(({ groupId }) => groupId));
  const holds = await deps.holds.list(alias, 'held', 'released', 'unreadable');
  const isHeld = holds.some(
    ({ kind, state, removals }) =>
      kind !== 'remediation' && (state === 'unreadable' || removals.some(({ groupId }) => ids.has(groupId))),
  );
  if (isHeld) return true;
  const marks = await deps.changes.listMarks(alias, MOST_MARKS);
  return marks.some(({ cause }) => isEmptying(cause));
}
