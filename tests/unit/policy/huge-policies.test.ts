import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';
import { startCpuClock } from '../../fakes/cpu-clock';

const LARGEST = 524_288;
const START = `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: https://cloud.uipath.com/acme/identity_
    credentialSecret: uipath
    groups:
`;

const fill = (piece: string, length = 100_000): string => piece.repeat(Math.floor(length / piece.length));
const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

describe('a large policy file', () => {
  it('is taken up to a limit in bytes, and refused beyond it before it is parsed', async () => {
    const text = `${START}      Developers: {}\n# ${'é'.repeat(1_000)}`;
    const full = text + 'x'.repeat(LARGEST - Buffer.byteLength(text));
    expect(parsePolicy(full, 'policy.yaml').organizations.size).toBe(1);
    const error = await errorOf(() => parsePolicy(`${full}x`, 'policy.yaml'));
    expect([error.code, error.message]).toEqual([
      'policy-invalid',
      'policy.yaml:1: the file: has more than 524288 bytes',
    ]);
  });

  it('with thousands of groups and lines is read within seconds', () => {
    const text = `${START}${many(2_500, (index) => `      Group ${index}: { requests: { approvers: [a@b.de] } }\n`)}    birthright:\n${many(
      2_500,
      (index) =>
        `      - { name: line ${index}, when: { department: d${index} }, groups: [Group ${index}] }\n`,
    )}`;
    expect(text.length).toBeLessThan(LARGEST);
    const computedMs = startCpuClock();
    expect(parsePolicy(text, 'policy.yaml').organizations.get('acme')?.groups.size).toBe(2_500);
    expect(computedMs()).toBeLessThan(15_000);
  }, 60_000);

  it('with thousands of lines that name no group is refused within seconds, with what was meant by the first', async () => {
    const text = `${START}${many(2_000, (index) => `      Group of department ${index}: {}\n`)}    birthright:\n${many(
      2_500,
      (index) => `      - { name: line ${index}, groups: [Groop of department ${index % 2_000}] }\n`,
    )}`;
    const computedMs = startCpuClock();
    const { message } = await errorOf(() => parsePolicy(text, 'policy.yaml'));
    expect(computedMs()).toBeLessThan(15_000);
    expect(message.split('\n').slice(0, 101)).toEqual([
      ...Array.from({ length: 100 }, () => expect.stringContaining(': is Group of department ')),
      'and 2400 more',
    ]);
  }, 60_000);

  it('with many faults names the first hundred, and counts the others', async () => {
    const text = `${START}${many(5_000, (index) => `      Group ${index}: { mode: none }\n`)}`;
    const { code, message } = await errorOf(() => parsePolicy(text, 'policy.yaml'));
    const faults = message.split('\n');
    expect(code).toBe('policy-invalid');
    expect(faults).toHaveLength(101);
    expect(faults[0]).toMatch(/^policy\.yaml:8: organizations\.acme\.groups\.Group 0\.mode: /);
    expect(faults[100]).toBe('and 4900 more');
  }, 60_000);
});

/** Text that makes a parser work for long, or a value large. */
const BOMBS: ReadonlyArray<readonly [string, string]> = [
  [
    'a list of lists of aliases',
    many(9, (index) => `a${index}: &a${index} [${fill(`*a${index - 1},`, 40)}]\n`),
  ],
  ['an alias of what it is in', 'a: &a [*a]\n'],
  ['a merge of an alias', `a: &a { b: 1 }\nc: { <<: *a }\n`],
  ['anchors one after the other', `a: ${fill('&a ')}`],
  ['tags one after the other', `a: ${fill('!x ')}`],
  ['aliases one after the other', `a: ${fill('*a ')}`],
  ['lists in lists', `a: ${fill('[')}`],
  ['lists in lists that are closed', `a: ${fill('[', 50_000)}${fill(']', 50_000)}`],
  ['lists in lists by hyphens', fill('- ')],
  ['maps in maps', `a: ${fill('{')}`],
  ['maps in keys', fill('? ')],
  ['commas', `a: [${fill(',', 20_000)}]`],
  ['many keys', many(20_000, (index) => `k${index}: 1\n`)],
  ['many keys, the last of which stands twice', `${many(20_000, (index) => `k${index}: 1\n`)}k0: 1\n`],
  ['escapes that are none', `a: "${fill('\\x')}`],
  ['directives', fill('%YAML 9\n')],
  ['many documents', fill('---\na: 1\n')],
];

describe('a policy file that is made to hurt', () => {
  it.each(BOMBS)(
    'by %s is refused within seconds',
    async (_bomb, text) => {
      const computedMs = startCpuClock();
      expect((await errorOf(() => parsePolicy(text, 'policy.yaml'))).code).toBe('policy-invalid');
      expect(computedMs()).toBeLessThan(10_000);
    },
    120_000,
  );

  it.each([
    ['a number and its text', '1: a\n"1": b\n', 2],
    ['plain and in quotes', 'a: 1\nb: 2\n"a": 3\n', 3],
    ['within a list in braces', 'a:\n  - { b: 1, b: 2 }\n', 2],
    ['by the name that every object has', '__proto__: 1\n__proto__: 2\n', 2],
    ['with nothing for a name', '~: 1\nnull: 2\n', 2],
  ])('by a key that stands twice, %s, is refused', async (_twin, text, line) => {
    expect((await errorOf(() => parsePolicy(text, 'policy.yaml'))).message).toMatch(
      new RegExp(`^policy\\.yaml:${line}: column \\d+: the key stands twice`),
    );
  });
});
