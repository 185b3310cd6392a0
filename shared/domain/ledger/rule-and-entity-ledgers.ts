import type { AccessRequest, AccessRequestAction, RuleDefinition } from './access-request';
import { hashOf } from '../canonical-json-hash';
import { fold } from '../fold';
import type { NamesInPolicy } from './renamed-groups';

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

/** Groups of a rule that the policy does not name, or not any more, as they were asked for. */
export function groupsOutOfPolicy(
  { definition }: Pick<WantedRule, 'definition'>,
  { groups }: NamesInPolicy,
): readonly string[] {
  return definition.groups.filter((name) => !groups.has(fold(name)));
}

/**
 * True where another version of the policy names groups of a rule that is in force, or does not name them any more. `before` undefined: that
 * version is not known.
 */
export function isRuleOfEdit(
  ledger: RuleLedger,
  { before, after }: Readonly<{ before: NamesInPolicy | undefined; after: NamesInPolicy }>,
  nowMs: number,
): boolean {
  const want = ruleWantedAt(ledger, nowMs)?.want;
  if (want === undefined) return false;
  const left = groupsOutOfPolicy(want, after);
  if (before === undefined) return left.length > 0 || ledger.have === undefined;
  return groupsOutOfPolicy(want, before).join('\n') !== left.join('\n');
}

/**
 * The ledger of a rule that fills these groups no more, for good: a rule is a grant to many, and does not come back with a group either. One
 * that fills no other is not wanted any more.
 */
export function withoutGroups(ledger: RuleLedger, left: readonly string[], nowMs: number): RuleLedger {
  const latest = latestOf(ledger.statements);
  if (latest?.want === undefined) return ledger;
  const { want, requestId, requester, ticketId } = latest;
  const groups = want.definition.groups.filter((name) => !left.includes(name));
  if (groups.length === 0) {
    const occurredAtMs = Math.max(nowMs, latest.occurredAtMs + 1);
    const ended = { requestId: `policy:${requestId}`, occurredAtMs, requester, ticketId, want: undefined };
    return { ...ledger, statements: [...ledger.statements, ended] };
  }
  const narrower = { ...latest, want: { ...want, definition: { ...want.definition, groups } } };
  return { ...ledger, statements: ledger.statements.map((one) => (one === latest ? narrower : one)) };
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
