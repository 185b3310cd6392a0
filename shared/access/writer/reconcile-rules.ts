import { HOUR_MS } from '../../domain/durations';
import {
  latestOf,
  ruleWantedAt,
  type RuleLedger,
  type RuleStatement,
  type WantedRule,
} from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import type { CallInShort } from '../../domain/plan/call-in-short';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { DueDates } from '../../storage/due-dates';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../uipath/client';
import type { RuleInput } from '../../uipath/rules';
import { updateLedger } from '../ledger/update-ledger';
import { newAttemptId } from './attempt-id';
import { endRuleWithGroups, type EndRuleWithGroupsDeps } from './rules/end-rule-with-groups';
import { recordRuleOutcome, withheldByObserve, type WithholdRuleDeps } from './rules/record-rule-outcome';
import { toRuleBody } from './rules/rule-body';
import type { ReadGroupsByName } from './memoize-groups-by-name';
import type { EvidenceOfRunDeps } from './evidence-of-run';
import type { UiPathInLane } from './uipath-in-lane';
import type { TimeBudget } from './time-budget-interface';
import type { ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';

type RemoveRuleDeps = WithholdRuleDeps &
  Pick<WriterFence, 'stillOurs'> &
  Readonly<{ uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'remove'> }, 'normal'> }>;

type CreateRuleDeps = Pick<WriterFence, 'fence'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    changes: Pick<ChangeStore, 'end'>;
    uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'create'> }, 'normal'>;
  }>;

type PutRuleDeps = WithholdRuleDeps &
  WriterFence &
  CreateRuleDeps &
  Readonly<{
    changes: Pick<ChangeStore, 'begin'>;
    uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'update'> }, 'normal'>;
    groupsByName: ReadGroupsByName;
  }>;

export type ReconcileRulesDeps = PutRuleDeps &
  RemoveRuleDeps &
  EndRuleWithGroupsDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ changes: Pick<ChangeStore, 'clearMark' | 'listAttempts'>; due: Pick<DueDates, 'schedule'> }>;

/** Refusals of one rule: the others go on. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'uipath-rejected',
  'uipath-conflict',
  'uipath-not-found',
  'uipath-group-ambiguous',
]);

/**
 * Reconciles the marked rules: creates, updates and deletes them. One with an open attempt waits for its recovery: it may exist,
 * and another create call would make a second. One that cannot be read may be of any rule that is to be created, unless it says
 * whose it is.
 */
export async function reconcileRules(deps: ReconcileRulesDeps, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  const attempts = await deps.changes.listAttempts(deps.organization.alias);
  const open = new Set(
    attempts.flatMap((attempt) => (attempt.kind === 'create-rule' ? [attempt.subjectKey] : [])),
  );
  const unread = attempts.flatMap((attempt) => (attempt.kind === 'unreadable' ? [attempt.about] : []));
  for (const mark of marks) {
    if (deps.isTimeUp()) return;
    const subject: Subject<'rule'> = { ...mark.subject, kind: 'rule' };
    const unit = { kind: 'rule', key: subject.key } as const;
    if (open.has(subject.key)) {
      deps.units.leave(unit);
      continue;
    }
    await deps.units.run(unit, async () => {
      const stored = await deps.ledger.read(subject);
      const isToBeCreated = stored !== undefined && stored.value.have === undefined;
      if (isToBeCreated && unread.some((about) => mayHaveCreated(about, subject.key)))
        throw new AppError(
          'record-unreadable',
          'An open call that may have created this rule cannot be read',
        );
      if (stored !== undefined) await applyRule(deps, subject, stored.value);
      await deps.changes.clearMark(mark);
    });
  }
}

function mayHaveCreated(about: CallInShort | undefined, key: string): boolean {
  return about === undefined || (about.kind === 'create-rule' && about.subjectKey === key);
}

async function applyRule(
  deps: ReconcileRulesDeps,
  subject: Subject<'rule'>,
  stored: RuleLedger,
): Promise<void> {
  const ledger = await endRuleWithGroups(deps, subject, stored);
  if (ledger === undefined) return;
  const statement = ruleWantedAt(ledger, deps.clock.now());
  try {
    const isWithheld =
      statement?.want === undefined
        ? await removeRule(deps, subject, ledger)
        : await putRule(deps, subject, ledger, statement, statement.want);
    if (!isWithheld) await settle(deps, subject, latestOf(ledger.statements)?.requestId);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    await recordRuleOutcome(deps, subject, ledger.have, 'change-refused', { code });
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + HOUR_MS });
  }
}

/** Returns whether it was withheld. */
async function putRule(
  deps: PutRuleDeps,
  subject: Subject<'rule'>,
  ledger: RuleLedger,
  statement: RuleStatement,
  want: WantedRule,
): Promise<boolean> {
  const { input, contentHash } = await toRuleBody(deps, ledger.name, statement, want);
  const { have } = ledger;
  if (have?.contentHash === contentHash) return false;
  if (await withheldByObserve(deps, subject, ledger, have === undefined ? 'create' : 'update')) return true;
  const { rules } = deps.uipath.normal;
  await deps.stillOurs();
  const facts = { contentHash, ticketId: statement.ticketId };
  if (have !== undefined && (await updateRule(rules, have.ruleId, input))) {
    await deps.stillOurs();
    await recordRuleOutcome(
      deps,
      subject,
      { ...have, contentHash, sinceMs: deps.clock.now() },
      'rule-updated',
      {
        ...facts,
        ruleId: have.ruleId,
      },
    );
    return false;
  }
  const attempt = {
    kind: 'create-rule' as const,
    id: newAttemptId(deps.clock.now()),
    subjectKey: subject.key,
    name: input.name,
    description: input.description,
    contentHash,
    startedAtMs: deps.clock.now(),
  };
  await deps.changes.begin(deps.organization.alias, deps.fence, attempt);
  const ruleId = await createRule(deps, attempt.id, input);
  await deps.stillOurs();
  await recordRuleOutcome(deps, subject, { ruleId, contentHash, sinceMs: deps.clock.now() }, 'rule-created', {
    ...facts,
    ruleId,
  });
  await deps.changes.end(deps.organization.alias, deps.fence, attempt.id);
  return false;
}

/** Creates a rule. The attempt ends here only where nothing was created for certain; else the next run looks for the rule. */
async function createRule(deps: CreateRuleDeps, attemptId: string, input: RuleInput): Promise<number> {
  try {
    return (await deps.uipath.normal.rules.create(input)).id;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'uipath-outcome-unknown')
      await deps.changes.end(deps.organization.alias, deps.fence, attemptId);
    throw error;
  }
}

/** False when somebody deleted the rule by hand: it is then created anew. */
async function updateRule(
  rules: Pick<UiPathClient['rules'], 'update'>,
  ruleId: number,
  input: RuleInput,
): Promise<boolean> {
  try {
    await rules.update(ruleId, input);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'uipath-not-found') return false;
    throw error;
  }
}

/** Returns whether it was withheld. */
async function removeRule(
  deps: RemoveRuleDeps,
  subject: Subject<'rule'>,
  ledger: RuleLedger,
): Promise<boolean> {
  if (ledger.have === undefined) return false;
  if (await withheldByObserve(deps, subject, ledger, 'delete')) return true;
  const { ruleId } = ledger.have;
  await deps.stillOurs();
  try {
    await deps.uipath.normal.rules.remove(ruleId);
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-not-found') throw error;
  }
  await deps.stillOurs();
  await recordRuleOutcome(deps, subject, undefined, 'rule-deleted', { ruleId });
  return false;
}

/** Remembers the request that UiPath now shows, for whoever asks where it stands. */
async function settle(
  deps: Pick<EvidenceOfRunDeps, 'ledger'>,
  subject: Subject<'rule'>,
  requestId: string | undefined,
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) =>
    current === undefined || requestId === undefined || current.settled === requestId
      ? undefined
      : { next: { ...current, settled: requestId }, evidence: [] },
  );
}
