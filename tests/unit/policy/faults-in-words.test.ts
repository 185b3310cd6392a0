import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';

const SAMPLE = readFileSync(join(__dirname, '../../../policy.sample.yaml'), 'utf8');
const START = 'version: 1\norganizations:\n  production:\n';
/** What the libraries say, and their codes. */
const LIBRARY =
  /Invalid|Unrecognized|expected|received|Too (?:small|big)|[<>]=|undefined|NaN|\[object|null|\b[A-Z]+_[A-Z_]+\b|Error\b/;

async function faultsOf(text: string): Promise<readonly string[]> {
  const error = await errorOf(() => parsePolicy(text, 'policy.yaml'));
  expect(error.code).toBe('policy-invalid');
  return error.message.split('\n');
}

/** None where the policy is taken. */
function linesOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'policy.yaml');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

type Step = string | number;

function* placesIn(value: unknown, path: readonly Step[] = []): Generator<readonly Step[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    yield* placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

function withAt(value: unknown, [step, ...rest]: readonly Step[], put: unknown): unknown {
  if (step === undefined) return put;
  if (Array.isArray(value))
    return value.map((one: unknown, index) => (index === step ? withAt(one, rest, put) : one));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => [key, key === step ? withAt(one, rest, put) : one]),
  );
}

function withoutAt(value: unknown, path: readonly Step[]): unknown {
  const parent = path.slice(0, -1);
  const inner = parent.reduce<unknown>((at, step) => (at as Record<Step, unknown>)[step], value);
  if (Array.isArray(inner)) return withAt(value, parent, inner.toSpliced(Number(path.at(-1)), 1));
  const kept = Object.entries(inner as object).filter(([key]) => key !== path.at(-1));
  return withAt(value, parent, Object.fromEntries(kept));
}

const SECRET = 'whsec_c2VjcmV0LXNlY3JldA/ana@example.com';

describe('a fault of a policy file', () => {
  it('is told in our own words at every place, whatever stands there, and never with what stands there', () => {
    const file: unknown = parse(SAMPLE);
    const wrongs = [null, -1.5, 1e300, SECRET, '', true, [], [[]], {}, { [SECRET]: 1 }];
    const said = [...placesIn(file)].flatMap((place) =>
      wrongs.flatMap((wrong) =>
        linesOf(stringify(withAt(file, place, wrong), { aliasDuplicateObjects: false })),
      ),
    );
    expect(said.length).toBeGreaterThan(500);
    expect(said.filter((line) => !/^policy\.yaml:[1-9]\d*: [^:]+: .{3}/.test(line))).toEqual([]);
    const words = [...new Set(said.map((line) => line.split(': ').slice(2).join(': ')))];
    expect(words.length).toBeGreaterThan(40);
    expect(words.filter((one) => LIBRARY.test(one) || one.includes('c2VjcmV0'))).toEqual([]);
  });

  it('is told in our own words where any key is left out', () => {
    const file: unknown = parse(SAMPLE);
    const said = [...placesIn(file)]
      .filter((place) => place.length > 0)
      .flatMap((place) => linesOf(stringify(withoutAt(file, place))));
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter((line) => LIBRARY.test(line))).toEqual([]);
    expect(said.some((line) => line.includes('identityBaseUrl: is missing: must be a text'))).toBe(true);
  });

  it.each<[string, string, readonly string[]]>([
    ['a list where a map is wanted', '- version: 1\n', ['1: the file: must begin with the keys of a policy']],
    ['a text alone', 'hello\n', ['1: the file: must begin with the keys of a policy']],
    ['only a comment', '# later\n', ['1: the file: must begin with the keys of a policy']],
    ['a quote that is not closed', 'version: 1\na: "b\n', ['3: column 1: something is missing before this']],
    [
      'a bracket that is not closed',
      'version: 1\norganizations: { a: 1\n',
      ['3: column 1: is indented otherwise than what it belongs to'],
    ],
    ['two keys in a line', 'version: 1: 2\n', ['1: column 10: has a second ": " in one line']],
    ['an address that begins with @', 'a: @ana\n', ['1: column 4: a text that begins with @ or `']],
    ['a star alone', 'a: *\n', ['1: column 4: a text that begins with * or &']],
    ['a second document', 'version: 1\n---\nversion: 1\n', ['2: column 1: a second document begins']],
    ['a backslash', 'a: "C:\\Users"\n', ['1: column 7: a \\ in double quotes']],
    ['uneven indentation', 'a:\n    b: 1\n  c: 1\n', ['3: column 1: is indented otherwise']],
    ['a key of two lines', 'a\nb: 1\n', ['1: column 1: a key goes on in another line']],
    ['a percent sign', '%a\nversion: 1\n', ['2: column 1: something is missing before this']],
    [
      'a byte that is not UTF-8',
      'version: 1\nx: B\uFFFDro\n',
      ['2: column 4: has a character that is not of UTF-8'],
    ],
    [
      'a file in UTF-16',
      'v\0e\0r\0s\0i\0o\0n\0:\0 \x001\0',
      ['1: column 1: has a character that is not of UTF-8'],
    ],
    [
      'a key of 300 characters',
      `version: 1\norganizations: {}\n${'k'.repeat(300)}: 1\n`,
      [
        '2: organizations: names no organization',
        '1: the file: has a key that is not known: there are version, organizations, sources',
      ],
    ],
    [
      'a number for a text',
      `${START}    partitionGlobalId: 5\n`,
      ['4: organizations.production.partitionGlobalId: must be a text, such as "Finance": here is a number'],
    ],
  ])('such as %s says where, what, and how it should be', async (_fault, text, expected) => {
    const faults = await faultsOf(text);
    expect(faults.join('\n')).not.toMatch(LIBRARY);
    expect(faults.slice(0, expected.length)).toEqual(
      expected.map((start) => expect.stringContaining(`policy.yaml:${start}`)),
    );
  });

  it.each([
    ['Mode: observe', 'mode'],
    ['privilegd: true', 'privileged'],
    ['protected_members: []', 'protectedMembers'],
    ['reqeusts: {}', 'requests'],
  ])('such as the misspelt %s is answered with the nearest key', async (line, meant) => {
    const [fault] = await faultsOf(
      SAMPLE.replace(/^ {6}(\S.*:)( \{\})?$/m, `      $1 { ${line} }\n      Other:`),
    );
    expect(fault).toContain(`is no key here: is ${meant} meant?`);
  });

  it('is told together with the others of its kind', async () => {
    const twins = await faultsOf('a: 1\na: 2\na: 3\nb: &x 1\nc: *x\n');
    expect(twins.map((fault) => fault.split(': ')[0])).toEqual([
      'policy.yaml:2',
      'policy.yaml:3',
      'policy.yaml:5',
    ]);
    const tabs = await faultsOf(`a:\n${'\tb: 1\n'.repeat(150)}`);
    expect(tabs.length).toBeLessThanOrEqual(101);
  });
});
