import type { ASTNode } from '@marcbachmann/cel-js';

/** How long the texts and lists are that an expression is given, at most: in UTF-16 units and elements. */
export type FactSizes = Readonly<{ units: number; elements: number }>;

/** How large a value can get. `steps`: what it takes to go through all of it once. */
type Extent = Readonly<{ kind: 'text' | 'list' | 'other'; length: number; steps: number; item?: Extent }>;
type Measured = Readonly<{ steps: number; value: Extent; mayFail: boolean }>;
type Scope = ReadonlyMap<string, Extent>;
type ExpressionCall = Readonly<{ name: string; operands: readonly ASTNode[]; isMacro: boolean }>;

const OTHER: Extent = { kind: 'other', length: 1, steps: 1 };
/** Longer than the text of any number. */
const NUMBER_UNITS = 32;
/** A step is about 15 ns. A search takes up to 0.3 ns for each pair of units, and 8 times 8 pairs count as a step. */
const UNITS_PER_STEP = 8;
/** An error that an operator catches was built first, with its place and its stack: up to 20 µs. */
const FAILURE_STEPS = 1_000;

/** Before two lists are compared, how they compare is looked up. */
const LIST_STEPS = 30;

/** What a call gives for its operands, the receiver first. */
const FUNCTIONS: ReadonlyMap<string, (first: Extent, second: Extent) => Extent> = new Map([
  ...['size', 'int', 'double', 'startsWith', 'endsWith', 'contains', 'indexOf', 'lastIndexOf'].map(
    (name): [string, () => Extent] => [name, () => OTHER],
  ),
  ['string', ({ length }: Extent) => textOf(Math.max(length, NUMBER_UNITS))],
  ['trim', (text: Extent) => text],
  ['substring', (text: Extent) => text],
  // One unit can become three: U+0390 in upper case.
  ['lowerAscii', ({ length }: Extent) => textOf(3 * length)],
  ['upperAscii', ({ length }: Extent) => textOf(3 * length)],
  ['split', (text: Extent) => listOf(text.length + 1, text)],
  [
    'join',
    ({ length, item = OTHER }: Extent, { length: between }: Extent) =>
      textOf(length * (item.length + between)),
  ],
]);
const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const FALLIBLE: ReadonlySet<string> = new Set(['int', 'double', 'indexOf', 'lastIndexOf', 'substring']);
const REFUSED_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['map', 'a map'],
  ['.', 'a field'],
  ['.?', 'a field'],
  ['[?]', 'an optional element'],
]);

/** Three deep, somebody with a hundred groups would take a million rounds. */
const DEEPEST = 2;

/** The first part of an expression that is never acceptable, and where it begins; undefined: there is none. */
export function findRefused(
  node: ASTNode,
  depth = 0,
): Readonly<{ problem: string; start: number }> | undefined {
  const call = callOf(node);
  const refused = REFUSED_OPERATORS.get(node.op);
  const problem =
    refused !== undefined
      ? `may not use ${refused}`
      : call !== undefined && !call.isMacro && !FUNCTIONS.has(call.name)
        ? `may not use ${call.name}()`
        : call?.isMacro === true && depth === DEEPEST
          ? `goes through lists more than ${DEEPEST} deep`
          : undefined;
  if (problem !== undefined) return { problem, start: node.start };
  const operands = operandsOf(node);
  for (const [index, operand] of operands.entries()) {
    const isInner = call?.isMacro === true && index > 0;
    const found = findRefused(operand, depth + (isInner ? 1 : 0));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The most steps that an expression without refused parts can take, whatever its facts say: each operator counts, each
 * round of each list, each text that is searched or built. Nothing is evaluated for it.
 */
export function countSteps(
  tree: ASTNode,
  types: Readonly<Record<string, string>>,
  { units, elements }: FactSizes,
): number {
  const text = textOf(units);
  const scope = Object.entries(types).map(([name, type]): [string, Extent] => [
    name,
    type === 'string' ? text : type === 'list<string>' ? listOf(elements, text) : OTHER,
  ]);
  return measure(tree, new Map(scope)).steps;
}

function measure(node: ASTNode, scope: Scope): Measured {
  const call = callOf(node);
  if (call?.isMacro === true) return measureMacro(call, scope);
  if (node.op === 'value') return leaf(typeof node.args === 'string' ? textOf(node.args.length) : OTHER);
  if (node.op === 'id') return leaf(scope.get(node.args) ?? OTHER);
  const operands = operandsOf(node).map((operand) => measure(operand, scope));
  const values = operands.map(({ value }) => value);
  const [first = OTHER, second = OTHER, third = OTHER] = values;
  const mayFail = operands.some((operand) => operand.mayFail);
  const steps = operands.reduce((sum, operand) => sum + operand.steps, 1);
  if (call !== undefined) {
    const value = FUNCTIONS.get(call.name)?.(first, second) ?? OTHER;
    const isCounted = call.name === 'size' && first.kind === 'list';
    const work = isCounted ? 1 : values.reduce((product, operand) => product * operand.steps, 1);
    return { steps: steps + work + value.steps, value, mayFail: mayFail || FALLIBLE.has(call.name) };
  }
  const operator: string = node.op;
  switch (operator) {
    case 'list':
      // What an empty list holds is not known before it runs.
      return {
        steps,
        value: listOf(values.length, values.reduce(larger, OTHER)),
        mayFail: mayFail || values.length === 0,
      };
    case '?:':
      return { steps, value: larger(second, third), mayFail };
    case '[]':
      return { steps, value: first.item ?? OTHER, mayFail: true };
    case '&&':
    case '||':
      return { steps: steps + (mayFail ? FAILURE_STEPS : 0), value: OTHER, mayFail };
    case '+': {
      const value = joined(first, second);
      return { steps: steps + value.steps, value, mayFail: mayFail || value.kind === 'other' };
    }
    case '-':
    case '*':
    case '/':
    case '%':
      return { steps, value: OTHER, mayFail: true };
    default:
      return { steps: steps + first.steps + second.steps, value: OTHER, mayFail };
  }
}

/** A macro takes its last operands once for each element, and catches an error in each round. */
function measureMacro({ name, operands }: ExpressionCall, scope: Scope): Measured {
  const [receiver, variable, ...bodies] = operands;
  if (receiver === undefined || variable?.op !== 'id') return leaf(OTHER);
  const list = measure(receiver, scope);
  const inner = new Map([...scope, [variable.args, list.value.item ?? OTHER] as const]);
  const rounds = bodies.map((body) => measure(body, inner));
  const mayFail = rounds.some((round) => round.mayFail);
  const each = rounds.reduce((sum, { steps }) => sum + steps, mayFail ? FAILURE_STEPS : 1);
  const value =
    name === 'filter'
      ? list.value
      : name === 'map'
        ? listOf(list.value.length, rounds.at(-1)?.value ?? OTHER)
        : OTHER;
  return {
    steps: list.steps + 1 + list.value.length * each,
    value,
    mayFail: mayFail || list.mayFail,
  };
}

function callOf(node: ASTNode): ExpressionCall | undefined {
  if (node.op === 'call') return { name: node.args[0], operands: node.args[1], isMacro: false };
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, others] = node.args;
  return { name, operands: [receiver, ...others], isMacro: MACROS.has(name) };
}

function operandsOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'call' || node.op === 'rcall') return callOf(node)?.operands ?? [];
  if (node.op === '!_' || node.op === '-_') return [node.args];
  const isLeaf = node.op === 'value' || node.op === 'id';
  return isLeaf || node.op === 'map' || node.op === '.' || node.op === '.?' ? [] : node.args;
}

function leaf(value: Extent): Measured {
  return { steps: 1, value, mayFail: false };
}

function textOf(length: number): Extent {
  return { kind: 'text', length, steps: 1 + length / UNITS_PER_STEP };
}

function listOf(length: number, item: Extent): Extent {
  return { kind: 'list', length, item, steps: LIST_STEPS + length * item.steps };
}

function larger(a: Extent, b: Extent): Extent {
  const length = Math.max(a.length, b.length);
  if (a.kind === 'other') return b;
  if (b.kind === 'other') return a;
  return a.kind === 'list' ? listOf(length, larger(a.item ?? OTHER, b.item ?? OTHER)) : textOf(length);
}

/** What `+` makes of two texts or two lists; of two numbers, one. */
function joined(a: Extent, b: Extent): Extent {
  const { kind } = larger(a, b);
  if (kind === 'text') return textOf(a.length + b.length);
  return kind === 'list' ? listOf(a.length + b.length, larger(a, b).item ?? OTHER) : OTHER;
}
