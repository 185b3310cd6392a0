import type { AccessRequest, AccessRequestAction, RuleDefinition } from './access-request';
import { hashOf } from '../canonical-json-hash';

/** One statement about a rule or an access-policy entry. The latest one counts, in any order of arrival (last writer wins). */
type NamedStatement = Readonly<{
  requestId: string;
  occurredAtMs: number;
  requester: string;
  ticketId: string;
}>;

/** What a rule should be; `undefined` in a statement means that it should not exist. */
export type WantedRule = Readonly<{
  description: string;
  enabled: boolean;
  definition: RuleDefinition;
  owner: string;
  validUntilMs: number | undefined;
}>;

export type RuleStatement = NamedStatement & Readonly<{ want: WantedRule | undefined }>;

/** UiPath cannot list rules reliably, so the ledger keeps which rule it made and with which content. */
export type RuleLedger = Readonly<{
  name: string;
  statements: readonly RuleStatement[];
  have: Readonly<{ ruleId: number; contentHash: string; sinceMs: number }> | undefined;
  /** The latest request whose outcome UiPath shows. */
  settled?: string | undefined;
}>;

type EntityStatement = NamedStatement & Readonly<{ want: boolean }>;

export type EntityLedger = Readonly<{
  entityType: 'user' | 'group' | 'application';
  name: string;
  statements: readonly EntityStatement[];
  have: Readonly<{ entityId: string; sinceMs: number }> | undefined;
  /** The last addition that was sent, noted before the call. */
  sent?: Readonly<{ entityId: string; atMs: number }> | undefined;
  /** The latest request whose outcome UiPath shows. */
  settled?: string | undefined;
}>;

type RuleAction = Extract<AccessRequestAction, { kind: 'create-rule' | 'update-rule' | 'delete-rule' }>;

/** Adds a statement. A request id counts once: of two versions the later approval stands, whatever order they arrive in. */
export function recordStatementOf<S extends NamedStatement>(
  statements: readonly S[],
  statement: S,
): Readonly<{ statements: readonly S[]; outcome: 'recorded' | 'duplicate' | 'stale' }> {
  const known = statements.find((other) => other.requestId === statement.requestId);
  if (known !== undefined && known.occurredAtMs >= statement.occurredAtMs)
    return { statements, outcome: known.occurredAtMs === statement.occurredAtMs ? 'duplicate' : 'stale' };
  const others = statements.filter((other) => other !== known);
  const outcome = others.some((other) => isLater(other, statement)) ? 'stale' : 'recorded';
  return { statements: [...others, statement], outcome };
}

/** The rule that should exist at an instant, or undefined. */
export function ruleWantedAt(ledger: RuleLedger, nowMs: number): RuleStatement | undefined {
  const latest = latestOf(ledger.statements);
  const untilMs = latest?.want?.validUntilMs;
  return latest?.want === undefined || (untilMs !== undefined && untilMs <= nowMs) ? undefined : latest;
}

/** The latest statement, by the approval's own time. */
export function latestOf<S extends NamedStatement>(statements: readonly S[]): S | undefined {
  return statements.reduce<S | undefined>(
    (latest, statement) => (latest === undefined || isLater(statement, latest) ? statement : latest),
    undefined,
  );
}

/** True where UiPath does not show what the latest request of a rule came to, or shows a rule whose time is over. */
export function isRuleToApply(ledger: RuleLedger, nowMs: number): boolean {
  const isOver = ledger.have !== undefined && ruleWantedAt(ledger, nowMs) === undefined;
  return isOver || latestOf(ledger.statements)?.requestId !== ledger.settled;
}

/** True where UiPath does not show what the latest request of an entry came to. */
export function isEntryToApply({ statements, settled }: EntityLedger): boolean {
  return latestOf(statements)?.requestId !== settled;
}

/** Turns a rule request into its statement. */
export function toRuleStatement(
  request: Omit<AccessRequest, 'action'> & Readonly<{ action: RuleAction }>,
): RuleStatement {
  const { action } = request;
  return {
    requestId: request.id,
    occurredAtMs: request.occurredAtMs,
    requester: request.requester,
    ticketId: request.ticket.id,
    want:
      action.kind === 'delete-rule'
        ? undefined
        : {
            description: action.description,
            enabled: action.enabled,
            definition: action.definition,
            owner: action.owner,
            validUntilMs: action.validUntilMs,
          },
  };
}

/** What UiPath is sent for a rule: its description carries owner, ticket and end, so that the organization itself tells what must go. */
export function ruleDescription(statement: RuleStatement, want: WantedRule): string {
  const until = want.validUntilMs === undefined ? 'no end' : new Date(want.validUntilMs).toISOString();
  return `${want.description} [owner ${want.owner}; ticket ${statement.ticketId}; until ${until}]`;
}

/** Content hash of a rule; a rule read back with another hash was changed by somebody else. */
export function ruleContentHash(
  rule: Readonly<{
    description: string;
    enabled: boolean;
    groupIds: readonly string[];
    conditions: RuleDefinition['conditions'];
  }>,
): string {
  return hashOf({ ...rule, groupIds: rule.groupIds.toSorted() });
}

function isLater(a: NamedStatement, b: NamedStatement): boolean {
  return a.occurredAtMs > b.occurredAtMs || (a.occurredAtMs === b.occurredAtMs && a.requestId > b.requestId);
}
