import { Environment } from '@marcbachmann/cel-js';
import type { OwnCheckFacts, OwnCheckScope } from '../domain/audit/audit-policy';

/** What an expression may name, by what it looks at. docs/policy.md has the same table. */
const FACTS = {
  member: {
    group: 'string',
    memberId: 'string',
    kind: 'string',
    privileged: 'bool',
    email: 'string',
    known: 'bool',
    left: 'bool',
    expected: 'bool',
    active: 'bool',
    unusedDays: 'int',
  },
  group: { group: 'string', privileged: 'bool', mode: 'string', members: 'int' },
  person: { email: 'string', left: 'bool', pending: 'bool', groups: 'list<string>' },
  rule: { name: 'string', enabled: 'bool', groups: 'list<string>' },
  entry: { entityType: 'string', name: 'string' },
} as const satisfies Record<OwnCheckScope, Readonly<Record<string, string>>>;

/** Enough for a check, too little to be slow: the lists that an expression can walk are a person's or a rule's groups. */
const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 20,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 10,
} as const;

export type CompiledExpression =
  | Readonly<{ kind: 'expression'; finds: (facts: OwnCheckFacts) => boolean }>
  | Readonly<{ kind: 'fault'; problem: string }>;

/**
 * Compiles an expression of the Common Expression Language, whose types are checked here and not at night. Regular
 * expressions are refused: one that backtracks has no bound.
 */
export function compileExpression(scope: OwnCheckScope, text: string): CompiledExpression {
  const environment = new Environment({ limits: LIMITS });
  for (const [name, type] of Object.entries(FACTS[scope])) environment.registerVariable(name, type);
  if (/\bmatches\s*\(/.test(text)) return { kind: 'fault', problem: 'may not use matches()' };
  const checked = environment.check(text);
  if (!checked.valid)
    return { kind: 'fault', problem: `is no expression: ${checked.error?.message.split('\n')[0] ?? ''}` };
  if (checked.type !== 'bool')
    return { kind: 'fault', problem: `gives ${checked.type ?? 'nothing'} and not true or false` };
  const evaluate = environment.parse(text);
  return { kind: 'expression', finds: (facts) => evaluate(toValues(facts)) === true };
}

/** Whole numbers of the language are BigInt. */
function toValues(facts: OwnCheckFacts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]),
  );
}
