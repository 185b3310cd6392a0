import { describe, expect, it } from '@jest/globals';
import type { OwnCheckFacts } from '../../../shared/domain/audit/audit-policy';
import { compileExpression } from '../../../shared/policy/custom-check-expression';
import { startCpuClock } from '../../fakes/cpu-clock';

const inGroups = (count: number, name = 'group '): OwnCheckFacts => ({
  email: 'ana@acme.example',
  left: false,
  pending: false,
  groups: Array.from({ length: count }, (_, index) => `${name}${index}`),
});

function problemOf(when: string, each: 'person' | 'member' = 'person'): string {
  const result = compileExpression(each, when);
  return result.kind === 'fault' ? result.problem : 'taken';
}

function compiled(when: string): Extract<ReturnType<typeof compileExpression>, { kind: 'expression' }> {
  const expression = compileExpression('person', when);
  if (expression.kind === 'fault') throw new Error(expression.problem);
  return expression;
}

const times = (count: number, text: string): string => text.repeat(count);

describe('expressions of own checks', () => {
  it.each([
    [
      'what is not there',
      'left && foo',
      'it names what is not there (line 1, column 9); it may name email, left',
    ],
    ['an end that is missing', 'left &&', 'it cannot be read (line 1, column 8)'],
    [
      'a quote that is open',
      'left ||\nemail == "abc',
      'it has a quote that is not closed (line 2, column 10)',
    ],
    ['two kinds', 'left > "x"', 'it compares or joins what is not of one kind, such as a number and a text'],
  ])('say of %s where and what it is, with an example', (_fault, when, words) => {
    const problem = problemOf(when);
    expect(problem).toContain(words);
    expect(problem).toMatch(/, such as left && !pending$/);
    expect(problem).not.toMatch(/EOF|overload|Unknown|Unexpected/);
  });

  it.each(['member', 'group', 'person', 'rule', 'entry'] as const)(
    'show an example of a %s that is one',
    (scope) => {
      const result = compileExpression(scope, 'no');
      const example = result.kind === 'fault' ? (result.problem.split('such as ').at(-1) ?? '') : '';
      expect(compileExpression(scope, example).kind).toBe('expression');
    },
  );

  it.each([
    ['as it is written', 'email.matches("(a+)+$")', 'may not use matches() (line 1, column 1)'],
    [
      'with a comment before its bracket',
      'left ||\n email.matches// (\n("(a+)+$")',
      'may not use matches() (line 2, column 2)',
    ],
    ['with spaces and lines', 'email\n.\nmatches\t(r"(a+)+$")', 'may not use matches() (line 1, column 1)'],
    ['without a receiver', 'matches(email, "(a+)+$")', 'may not use matches() (line 1, column 1)'],
    ['on a literal', '"aaaaaaaaaaaaaaaaaaaaaaaaa!".matches(r\'(a+)+$\')', 'may not use matches()'],
    ['in a list', 'groups.exists(g, g.matches("a"))', 'may not use matches() (line 1, column 18)'],
    ['in an operand of an operand', 'size(string(email.matches("a"))) > 2', 'may not use matches()'],
    ['in an index', 'groups[email.matches("a") ? 1 : 0] == ""', 'may not use matches()'],
    ['in a list of literals', '[email.matches("a")][0]', 'may not use matches()'],
    ['behind a negation', '!email.matches("a")', 'may not use matches()'],
    ['in the other branch', 'left ? true : email.matches("a")', 'may not use matches()'],
  ])('refuse matches() %s', (_how, when, problem) => {
    expect(problemOf(when)).toContain(problem);
  });

  it.each([
    ['"matches(" == email', 'taken'],
    ['email.contains("matches(")', 'taken'],
    ['email == r"\\matches(" // .matches(', 'taken'],
    ['groups.exists(matches, matches == "x")', 'taken'],
    ['email == "\\u006d\\x61\\141"', 'taken'],
    ['email.\\u006datches("a")', 'is no expression'],
    ['email.`matches`("a")', 'is no expression'],
    ['email.mаtches("a")', 'is no expression'],
  ])('judge the tree and not the text: %s', (when, problem) => {
    expect(problemOf(when)).toContain(problem);
  });

  it.each([
    ['a map', '{"a": left}["a"]', 'may not use a map'],
    ['a field', 'email.x == ""', 'may not use a field'],
    ['a field of a constant', 'google.protobuf == google.protobuf', 'may not use a field'],
    ['has()', 'has(email.x)', 'may not use has()'],
    ['a variable of its own', 'cel.bind(x, groups, x.size() > 1)', 'may not use bind()'],
    ['what hides a type', 'dyn(left)', 'may not use dyn()'],
    ['time zones', 'timestamp("2026-01-01T00:00:00Z").getHours("Europe/Paris") > 1', 'may not use'],
    ['bytes', 'bytes(email).size() > 1', 'may not use bytes()'],
    ['a name of every object', 'email.constructor() == ""', 'may not use constructor()'],
    ['a name of every object without a receiver', 'toString()', 'may not use toString()'],
  ])('refuse %s', (_what, when, problem) => {
    expect(problemOf(when)).toContain(problem);
  });

  it.each(['exists', 'all', 'exists_one'])('goes through lists two deep with %s, and not three', (macro) => {
    expect(problemOf(`groups.${macro}(a, groups.${macro}(b, a == b))`)).toBe('taken');
    expect(problemOf(`groups.${macro}(a, groups.${macro}(b, groups.${macro}(c, a == c)))`)).toBe(
      'goes through lists more than 2 deep (line 1, column 36)'.replace(
        '36',
        `${2 * `groups.${macro}(a, `.length + 1}`,
      ),
    );
  });

  it.each([
    'groups.map(a, groups.map(b, groups.map(c, c))).size() > 1',
    'groups.filter(a, groups.filter(b, groups.filter(c, true).size() > 1).size() > 1).size() > 1',
    'groups.map(a, true, groups.exists(b, groups.exists(c, true))).size() > 1',
    'groups.map(a, groups.exists(b, groups.exists(c, true)), a).size() > 1',
    '[1].exists(a, [1].exists(b, [1].exists(c, true)))',
    'groups.exists(a, groups.filter(b, true).exists(c, groups.exists(d, true)))',
    'groups.exists(a, left ? groups.exists(b, !groups.all(c, true)) : true)',
    'groups.exists(a, groups[groups.map(b, groups.map(c, c)).size()] == "")',
  ])('refuse to go through lists three deep: %s', (when) => {
    expect(problemOf(when)).toContain('goes through lists more than 2 deep');
  });

  it('go through as many lists one after the other as they like', () => {
    expect(problemOf('groups.filter(a, a != "x").map(b, b + "!").exists(c, c in groups)')).toBe('taken');
  });

  it.each([
    ['texts joined again and again', 'groups.join(groups.join(groups.join(groups.join("x")))) == ""'],
    [
      'texts doubled in one list after another',
      `groups${times(12, '.map(x, x + x)')}.exists(x, x.contains("ab"))`,
    ],
    [
      'lists doubled in one list after another',
      `[groups]${times(7, '.map(x, x + x)')}.exists(x, x.exists(y, y + "!" in x))`,
    ],
    [
      'texts split and joined',
      'email.split("").join(email).split("").join(email).split("").join(email) == ""',
    ],
    [
      'texts searched for within themselves',
      'groups.join(",").contains(groups.join(",") + "x") && groups.exists(g, groups.join(g).contains(groups.join("") + "x"))',
    ],
    ['errors in each round', 'groups.exists(a, groups.exists(b, groups[900] == "x"))'],
    ['errors in each operand', 'groups.exists(a, groups.exists(b, 1 / groups.size() == 2 || int(a) == 1))'],
  ])('refuse what takes too long for somebody in many groups: %s', (_what, when) => {
    expect(problemOf(when)).toMatch(/takes more than 2000000 steps for 100 groups/);
  });

  it.each([
    ['literals', `email == "${times(1_900, 'a')}"`, 'taken'],
    ['whole numbers', `groups.size() == ${times(1_000, '9')}`, 'taken'],
    ['brackets', `${times(900, '(')}left${times(900, ')')}`, 'is no expression'],
    ['negations', `${times(1_990, '!')}left`, 'is no expression'],
    ['signs', `${times(1_900, '-')}1 == 1`, 'is no expression'],
    ['conditions', `${times(200, 'left ? true : ')}false`, 'is no expression'],
    ['lists in lists', `${times(900, '[')}${times(900, ']')} == []`, 'is no expression'],
    ['comments', `left // ${times(1_900, '(')}`, 'taken'],
    ['only a comment', '// left', 'is no expression'],
  ])('survive huge %s', (_what, when, problem) => {
    expect(problemOf(when)).toContain(problem);
  });

  it.each([
    'groups.exists(g, groups.exists(h, g + h == "a"))',
    'groups.exists(g, groups.exists(h, g.startsWith("a") && h.endsWith("b") || h.contains("c")))',
    'groups.filter(g, g.lowerAscii() == g).size() > 3',
    'email.split("@")[1] == "acme.example" && email.indexOf("@") > 0 && email.substring(1).trim() != ""',
    'groups.map(g, g + "-prod").exists_one(g, g in groups)',
    'left ? groups.size() > 0 : groups == ["a", "b"]',
    'string(groups.size()) == "3" && double(groups.size()) > 2.5',
  ])('take what reviewers write: %s', (when) => {
    expect(problemOf(when)).toBe('taken');
  });

  it('count more steps for more groups and longer names, without evaluating', () => {
    const { countSteps } = compiled('groups.exists(g, groups.exists(h, g != h && g.contains(h)))');
    const [few, many, long] = [inGroups(10), inGroups(100), inGroups(10, times(100, 'x'))].map(countSteps);
    expect(many).toBeGreaterThan(90 * (few ?? 0));
    expect(long).toBeGreaterThan(5 * (few ?? 0));
  });

  it.each([
    'groups.exists(a, groups.exists(b, a == "x" && b == "y"))',
    'groups.exists(a, groups.exists(b, a.contains(b + "x")))',
    'groups.map(a, groups.map(b, a + b)) == groups.map(a, groups.map(b, a + b + "x"))',
    'groups.map(a, a + a).map(a, a + a).map(a, a + a).exists(a, a.contains("yy"))',
    'groups.exists(a, groups[900] == "x" || int(a) == 1)',
    'email.upperAscii().split("").exists(a, email.split(a).join(email) == "")',
    'groups.exists(a, groups.map(b, [b]) == groups.map(b, [b + "x"]))',
  ])('take no longer than their steps say: %s', (when) => {
    const { finds, countSteps } = compiled(when);
    const facts = inGroups(100, 'a group with a name ');
    const attempt = (): void => {
      try {
        finds(facts);
      } catch {
        return;
      }
    };
    attempt();
    const computedMs = startCpuClock();
    attempt();
    // Ten times the time that a step takes on a slow machine; what is not bounded takes thousands of times as long.
    expect(computedMs() * 1_000_000).toBeLessThan(countSteps(facts) * 300 + 20_000_000);
  });
});
