import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { OWN_CHECK_STEPS, type OwnCheckFacts, type OwnCheckScope } from '../domain/audit/audit-policy';
import { largestOf } from '../domain/extremes';
import { countSteps, findRefused, type FactSizes } from './custom-check-cost';

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

const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 20,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 10,
} as const;

/** Somebody in many groups with long names, and the hundredth part of what a night may take for all. */
const LARGE: FactSizes = { units: 64, elements: 100 };
const MAX_STEPS_OF_LARGE = OWN_CHECK_STEPS / 100;

export type CompiledExpression =
  | Readonly<{
      kind: 'expression';
      finds: (facts: OwnCheckFacts) => boolean;
      /** The most steps that `finds` takes for these facts. */
      countSteps: (facts: OwnCheckFacts) => number;
    }>
  | Readonly<{ kind: 'fault'; problem: string }>;

/**
 * Compiles an expression of the Common Expression Language. Its tree is judged and its types are checked here and not
 * at night. What has no bound is refused: a regular expression that backtracks, lists in lists in lists, texts that grow
 * with each list.
 */
export function compileExpression(scope: OwnCheckScope, text: string): CompiledExpression {
  const types = FACTS[scope];
  const environment = new Environment({ limits: LIMITS });
  for (const [name, type] of Object.entries(types)) environment.registerVariable(name, type);
  const parsed = parse(environment, scope, text);
  if (typeof parsed === 'string') return { kind: 'fault', problem: parsed };
  const tree: ASTNode = parsed.ast;
  const refused = findRefused(tree);
  if (refused !== undefined)
    return { kind: 'fault', problem: `${refused.problem} (${placeOf(text, refused.start)})` };
  const checked = parsed.check();
  if (!checked.valid) return { kind: 'fault', problem: noExpression(checked.error, scope, text) };
  if (checked.type !== 'bool')
    return { kind: 'fault', problem: `gives ${checked.type ?? 'nothing'} and not true or false` };
  if (countSteps(tree, types, LARGE) > MAX_STEPS_OF_LARGE)
    return {
      kind: 'fault',
      problem: `takes more than ${MAX_STEPS_OF_LARGE} steps for ${LARGE.elements} groups with names of ${LARGE.units} characters`,
    };
  const counted = new Map<string, number>();
  return {
    kind: 'expression',
    finds: (facts) => parsed(toValues(facts)) === true,
    countSteps: (facts) => {
      const sizes = sizesOf(facts);
      const key = `${sizes.units} ${sizes.elements}`;
      const steps = counted.get(key) ?? countSteps(tree, types, sizes);
      counted.set(key, steps);
      return steps;
    },
  };
}

function parse(
  environment: Environment,
  scope: OwnCheckScope,
  text: string,
): ReturnType<Environment['parse']> | string {
  try {
    return environment.parse(text);
  } catch (error) {
    return noExpression(error, scope, text);
  }
}

/** What the codes of the language's errors mean to somebody who wrote an expression; of the others it is told where they are. */
const WORDS: ReadonlyMap<unknown, string> = new Map([
  ['unknown_variable', 'names what is not there'],
  ['no_such_overload', 'compares or joins what is not of one kind, such as a number and a text'],
  ['unterminated_string', 'has a quote that is not closed'],
]);

function noExpression(error: unknown, scope: OwnCheckScope, text: string): string {
  const { code, range }: Readonly<{ code?: unknown; range?: unknown }> =
    typeof error === 'object' && error !== null ? error : {};
  const start = typeof range === 'object' && range !== null && 'start' in range ? Number(range.start) : 0;
  const what = WORDS.get(code) ?? 'cannot be read';
  return `is no expression: it ${what} (${placeOf(text, start)}); it may name ${Object.keys(FACTS[scope]).join(', ')}, such as ${EXAMPLES[scope]}`;
}

const EXAMPLES: Readonly<Record<OwnCheckScope, string>> = {
  member: 'privileged && unusedDays > 90',
  group: 'privileged && members > 20',
  person: 'left && !pending',
  rule: 'enabled && "Finance" in groups',
  entry: 'entityType == "application"',
};

function placeOf(text: string, start: number): string {
  const lines = text.slice(0, start).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Texts count as long as the next power of two, so that few sizes differ. */
function sizesOf(facts: OwnCheckFacts): FactSizes {
  const values = Object.values(facts);
  const lists = values.filter((value) => typeof value === 'object');
  const texts = [...values, ...lists.flat()].filter((value) => typeof value === 'string');
  const longest = largestOf(
    texts.map(({ length }) => length),
    1,
  );
  return {
    units: 2 ** Math.ceil(Math.log2(longest)),
    elements: largestOf(
      lists.map(({ length }) => length),
      0,
    ),
  };
}

/** Whole numbers of the language are BigInt. */
function toValues(facts: OwnCheckFacts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]),
  );
}
