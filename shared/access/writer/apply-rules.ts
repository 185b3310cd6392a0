import {
  latestOf,
  ruleContentHash,
  ruleDescription,
  ruleWantedAt,
  type RuleLedger,
  type RuleStatement,
  type WantedRule,
} from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import { fold } from '../../domain/person-key';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { Attempt, Mark } from '../../storage/marks-and-attempts';
import { toRuleDefinitionText } from '../../uipath/rule-definition';
import type { RuleInput } from '../../uipath/rules';
import { newAttemptId, runEvidence, type OrganizationRun, type WriterUiPath } from './organization-run';
import { updateLedger } from '../ledger/update-ledger';
import { HOUR_MS } from '../../domain/durations';

/** Refusals of one rule: the others go on. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'uipath-rejected',
  'uipath-conflict',
  'uipath-not-found',
  'uipath-group-ambiguous',
]);

type CreateAttempt = Extract<Attempt, { kind: 'create-rule' }>;
type RuleBody = Readonly<{ input: RuleInput & Readonly<{ description: string }>; contentHash: string }>;

/** Creates, updates and deletes the marked rules. */
export async function applyRules(run: OrganizationRun, marks: readonly Mark[]): Promise<void> {
  for (const mark of marks) {
    const subject: Subject<'rule'> = { ...mark.subject, kind: 'rule' };
    const stored = await run.ledger.read(subject);
    if (stored !== undefined) await applyRule(run, subject, stored.value);
    await run.changes.clearMark(mark);
  }
}

async function applyRule(run: OrganizationRun, subject: Subject<'rule'>, ledger: RuleLedger): Promise<void> {
  const statement = ruleWantedAt(ledger, run.clock.now());
  try {
    if (statement?.want === undefined) await removeRule(run, subject, ledger);
    else await putRule(run, subject, ledger, statement, statement.want);
    await settle(run, subject, latestOf(ledger.statements)?.requestId);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    await note(run, subject, ledger.have, 'change-refused', { code });
    await run.due.schedule({ subject, dueAtMs: run.clock.now() + HOUR_MS });
  }
}

async function putRule(
  run: OrganizationRun,
  subject: Subject<'rule'>,
  ledger: RuleLedger,
  statement: RuleStatement,
  want: WantedRule,
): Promise<void> {
  const { input, contentHash } = await toBody(run, ledger.name, statement, want);
  const { have } = ledger;
  if (have?.contentHash === contentHash) return;
  const { rules } = run.uipathFor('normal');
  await run.stillOurs();
  const facts = { contentHash, ticketId: statement.ticketId };
  if (have !== undefined && (await updateRule(rules, have.ruleId, input))) {
    await note(run, subject, { ...have, contentHash, sinceMs: run.clock.now() }, 'rule-updated', {
      ...facts,
      ruleId: have.ruleId,
    });
    return;
  }
  const attempt: CreateAttempt = {
    kind: 'create-rule',
    id: newAttemptId(run.clock.now()),
    subjectKey: subject.key,
    name: input.name,
    description: input.description,
    contentHash,
    startedAtMs: run.clock.now(),
  };
  await run.changes.begin(run.organization.alias, run.fence, attempt);
  const ruleId = await createRule(run, attempt.id, input);
  await note(run, subject, { ruleId, contentHash, sinceMs: run.clock.now() }, 'rule-created', {
    ...facts,
    ruleId,
  });
  await run.changes.end(run.organization.alias, attempt.id);
}

/** The attempt ends with a refusal only: whatever else goes wrong, the rule may be there, and the next run looks for it. */
async function createRule(run: OrganizationRun, attemptId: string, input: RuleInput): Promise<number> {
  try {
    return (await run.uipathFor('normal').rules.create(input)).id;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'uipath-outcome-unknown')
      await run.changes.end(run.organization.alias, attemptId);
    throw error;
  }
}

/** False when somebody deleted the rule by hand: it is then created anew. */
async function updateRule(
  rules: Pick<WriterUiPath['rules'], 'update'>,
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

/**
 * A create call carries no id of ours, so its lost answer is looked up by name and content. A rule that is not listed was
 * not created and is created by the run that follows; should the list have hidden it, the copy has the same effect and
 * the audit names it.
 */
export async function adoptCreatedRule(run: OrganizationRun, attempt: CreateAttempt): Promise<void> {
  const subject: Subject<'rule'> = {
    organization: run.organization.alias,
    kind: 'rule',
    key: attempt.subjectKey,
  };
  const listed = await run.uipathFor('urgent').rules.list();
  const found = listed.find((rule) => rule.name === attempt.name && rule.description === attempt.description);
  if (found === undefined) return;
  const { contentHash } = attempt;
  await note(run, subject, { ruleId: found.id, contentHash, sinceMs: run.clock.now() }, 'rule-created', {
    contentHash,
    ruleId: found.id,
    readBack: true,
  });
}

async function removeRule(run: OrganizationRun, subject: Subject<'rule'>, ledger: RuleLedger): Promise<void> {
  if (ledger.have === undefined) return;
  const { ruleId } = ledger.have;
  await run.stillOurs();
  try {
    await run.uipathFor('normal').rules.remove(ruleId);
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-not-found') throw error;
  }
  await note(run, subject, undefined, 'rule-deleted', { ruleId });
}

async function toBody(
  run: OrganizationRun,
  name: string,
  statement: RuleStatement,
  want: WantedRule,
): Promise<RuleBody> {
  const groups = await run.groupsByName('normal');
  const groupsToAssign = want.definition.groups.map((group) => {
    const [found, another] = groups.get(fold(group)) ?? [];
    if (another !== undefined)
      throw new AppError('uipath-group-ambiguous', 'UiPath has several groups of this name');
    if (found === undefined) throw new AppError('uipath-not-found', 'UiPath has no group of this name');
    return found.groupId;
  });
  const description = ruleDescription(statement, want);
  const { enabled } = want;
  const { conditions } = want.definition;
  return {
    input: { name, description, enabled, definition: toRuleDefinitionText({ groupsToAssign, conditions }) },
    contentHash: ruleContentHash({ description, enabled, groupIds: groupsToAssign, conditions }),
  };
}

/** Stores what UiPath has of a rule now. An outcome that is stored already is not stored again. */
async function note(
  run: OrganizationRun,
  subject: Subject<'rule'>,
  have: RuleLedger['have'],
  kind: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateLedger(run.ledger, subject, (current) => {
    const same = current?.have?.ruleId === have?.ruleId && current?.have?.contentHash === have?.contentHash;
    if (current === undefined || (same && kind !== 'change-refused')) return undefined;
    return { next: { ...current, have }, evidence: [runEvidence(run, kind, facts)] };
  });
}

/** Remembers the request that UiPath now shows, for whoever asks where it stands. */
async function settle(
  run: OrganizationRun,
  subject: Subject<'rule'>,
  requestId: string | undefined,
): Promise<void> {
  await updateLedger(run.ledger, subject, (current) =>
    current === undefined || requestId === undefined || current.settled === requestId
      ? undefined
      : { next: { ...current, settled: requestId }, evidence: [] },
  );
}
