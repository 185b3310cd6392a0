import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { policyFile } from '../../fixtures/policy-files';

const POLICY = policyFile(`groups:
  Developers:
    mode: additive
    requests: { approvers: [lead@acme.example, gone@acme.example], longestDays: 30 }
  Operators: { mode: additive, requests: { approvers: [lead@acme.example] } }
birthright:
  - { name: operators, when: { department: Ops }, groups: [Operators] }
separationOfDuties: [[Developers, Operators]]`);

const HEAD = `version: 1
at: 2026-03-02T09:00:00Z
people:
  - { email: ana@acme.example, attributes: { department: IT } }
  - { email: ben@acme.example, attributes: { department: Ops }, grants: [Developers] }
  - { email: gone@acme.example, employment: left }
  - { email: soon@acme.example, attributes: { department: Ops }, employment: expected }
cases:
`;

const REQUEST = {
  kind: 'grant',
  person: 'ana@acme.example',
  group: 'Developers',
  duration: 'P7D',
  requester: 'ana@acme.example',
  approvals: ['lead@acme.example'],
};

/** A case, as YAML has it: JSON is YAML. */
function file(...cases: readonly object[]): string {
  return `${HEAD}${cases.map((one, index) => `  - ${JSON.stringify({ name: `case ${index + 1}`, ...one })}\n`).join('')}`;
}

type Tested = Readonly<{ exit: number; isRight?: boolean; problems: readonly string[] }>;

async function test(cases: string): Promise<Tested> {
  const { exit, stdout } = await access(['policy', 'test', 'policy.yaml', '--json'], {
    'policy.yaml': POLICY,
    'policy.cases.yaml': cases,
  });
  const { results = [], ...answer } = JSON.parse(stdout) as {
    isRight?: boolean;
    results?: ReadonlyArray<{ problems: readonly string[] }>;
  };
  return { ...answer, exit, problems: results.flatMap(({ problems }) => problems) };
}

describe('access policy test', () => {
  it.each([
    ['attributes', { person: { department: 'ops' }, has: ['operators'], hasNot: ['Developers'] }],
    ['somebody with a grant', { person: 'BEN@acme.example', has: ['Operators', 'Developers'] }],
    ['a leaver', { person: 'gone@acme.example', hasNot: ['Operators'] }],
    ['somebody who is to begin', { person: 'soon@acme.example', hasNot: ['Operators'] }],
    [
      'somebody who has begun by then',
      { person: 'soon@acme.example', at: '2026-03-02T09:00:00Z', hasNot: ['Operators'] },
    ],
    ['a request', { request: REQUEST, allowed: true }],
    ['a request that is too long', { request: { ...REQUEST, duration: 'P31D' }, refused: 'lasts-too-long' }],
    ['one without an end', { request: { ...REQUEST, duration: undefined }, refused: 'end-required' }],
    ['one to a day', { request: { ...REQUEST, duration: undefined, until: '2026-03-20' }, allowed: true }],
    [
      'one for oneself',
      { request: { ...REQUEST, approvals: ['ana@acme.example'] }, refused: 'approvals-missing' },
    ],
    [
      'an approver who left',
      { request: { ...REQUEST, approvals: ['gone@acme.example'] }, refused: 'approver-not-employed' },
    ],
    [
      'an old approval',
      {
        request: {
          ...REQUEST,
          approvals: [{ approver: 'lead@acme.example', approvedAt: '2025-01-01T00:00:00Z' }],
        },
        refused: 'approval-too-old',
      },
    ],
    ['for a leaver', { request: { ...REQUEST, person: 'gone@acme.example' }, refused: 'person-has-left' }],
    [
      'beside birthright',
      { request: { ...REQUEST, person: 'ben@acme.example' }, refused: 'separation-of-duties' },
    ],
    [
      'to extend what is not there',
      { request: { ...REQUEST, kind: 'extend' }, refused: 'nothing-to-extend' },
    ],
    ['to end', { request: { ...REQUEST, kind: 'revoke', approvals: [] }, allowed: true }],
    [
      'a group that is not managed',
      { request: { ...REQUEST, group: 'Others' }, refused: 'group-not-managed' },
    ],
  ])('holds for %s', async (_what, one) => {
    expect(await test(file(one))).toMatchObject({ exit: 0, isRight: true, problems: [] });
  });

  it.each([
    [
      'a group that is missing',
      { person: { department: 'IT' }, has: ['Operators'] },
      'has not Operators, but should',
    ],
    [
      'a group too many',
      { person: 'ben@acme.example', hasNot: ['Operators', 'Developers'] },
      'has Operators, by line "operators", but should not',
    ],
    [
      'a grant too many',
      { person: 'ben@acme.example', hasNot: ['Developers'] },
      'has Developers, by a grant, but should not',
    ],
    [
      'a group of another name',
      { person: { department: 'IT' }, hasNot: ['Operator'] },
      'Operator is not under groups: is Operators meant?',
    ],
    [
      'a request that is allowed',
      { request: REQUEST, refused: 'lasts-too-long' },
      'is allowed, but should be refused as lasts-too-long',
    ],
    [
      'a request that is refused',
      { request: { ...REQUEST, approvals: [] }, allowed: true },
      'is refused as approvals-missing (Have it approved by others who may: no requester, nobody whom it is for), but should be allowed',
    ],
    [
      'another reason',
      { request: { ...REQUEST, approvals: [] }, refused: 'lasts-too-long' },
      'is refused as approvals-missing (Have it approved by others who may: no requester, nobody whom it is for), but should be refused as lasts-too-long',
    ],
    [
      'an end before its beginning',
      { request: { ...REQUEST, duration: undefined, until: '2020-01-01' }, allowed: true },
      'request.until: Must be later than the beginning',
    ],
  ])('tells %s, and ends with 1', async (_what, one, problem) => {
    const { exit, problems } = await test(file(one));
    expect({ exit, first: problems[0] }).toEqual({ exit: 1, first: problem });
  });

  it('tells them one by one, with their lines', async () => {
    const cases = file(
      { person: { department: 'Ops' }, has: ['Operators'] },
      { person: { department: 'IT' }, has: ['Operators'] },
    );
    const files = { 'policy.yaml': POLICY, 'other.yaml': cases };
    expect(await access(['policy', 'test', 'policy.yaml', 'other.yaml'], files)).toEqual({
      exit: 1,
      stdout: '✔ case 1\n✘ case 2\n    other.yaml:10: has not Operators, but should\n1 of 2 cases hold\n',
      stderr: '',
      kept: {},
    });
    expect((await access(['policy', 'test', 'policy.yaml', 'other.yaml', '--markdown'], files)).stdout).toBe(
      '**other.yaml**: 1 of 2 cases hold\n\n- case 2 (line 10): has not Operators, but should\n',
    );
  });

  it.each([
    ['a key that is not known', { person: {}, hass: [] }, 'cases.0.hass: is no key here: is has meant?'],
    ['neither person nor request', {}, 'cases.0: needs either person or request'],
    [
      'both',
      { person: {}, has: ['x'], request: REQUEST, allowed: true },
      'cases.0: needs either person or request',
    ],
    ['nothing to expect', { person: {} }, 'cases.0: needs has or hasNot'],
    ['nothing to expect of a request', { request: REQUEST }, 'needs either allowed: true or refused'],
    [
      'a reason that is none',
      { request: REQUEST, refused: 'aprovals-missing' },
      'cases.0.refused: "aprovals-missing" is no reason',
    ],
    [
      'a verdict on a person',
      { person: {}, has: ['x'], allowed: true },
      'cases.0: has a person: allowed and refused are said of a request',
    ],
    [
      'groups of a request',
      { request: REQUEST, allowed: true, hasNot: ['x'] },
      'cases.0: has a request: has and hasNot are said of a person',
    ],
    ['somebody who is not there', { person: 'anna@acme.example', has: ['x'] }, 'is ana@acme.example meant?'],
    [
      'another organization',
      { person: {}, has: ['x'], organization: 'acne' },
      'has no organization acne: is acme meant?',
    ],
  ])('ends with 2 for %s', async (_what, one, said) => {
    const { exit, stderr } = await access(['policy', 'test', 'p.yaml', 'c.yaml'], {
      'p.yaml': POLICY,
      'c.yaml': file(one),
    });
    expect(exit).toBe(2);
    expect(stderr).toContain(said);
  });

  it('ends with 2 where one person is described twice', async () => {
    const people = '- { email: ana@acme.example }\n  - { email: ANA@acme.example, grants: [Operators] }';
    const cases = `version: 1\npeople:\n  ${people}\ncases: [{ name: a, person: {}, has: [Operators] }]\n`;
    const { exit, stderr } = await access(['policy', 'test', 'p.yaml', 'c'], { 'p.yaml': POLICY, c: cases });
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: 'access: c:4: people.1.email: is the address of somebody above: it is one person\n',
    });
  });

  it('ends with 2 where the cases are not there or are no YAML', async () => {
    expect(await access(['policy', 'test', 'p.yaml'], { 'p.yaml': POLICY })).toMatchObject({
      exit: 2,
      stderr: 'access: p.cases.yaml cannot be read: there is no such file\n',
      kept: {},
    });
    const { stderr } = await access(['policy', 'test', 'p.yaml', 'c'], { 'p.yaml': POLICY, c: 'cases: [\n' });
    expect(stderr).toMatch(/^access: c:\d+: column \d+: /);
  });

  it('shows how cases are written with its help', async () => {
    const { exit, stdout } = await access(['policy', 'test', '--help']);
    expect(exit).toBe(0);
    const [, yaml = ''] = /(  version: 1\n[^]*?)\n\nReasons/.exec(stdout) ?? [];
    const example = yaml.replaceAll(/^ {2}/gm, '');
    const { stderr } = await access(['policy', 'test', 'p.yaml', 'c.yaml'], {
      'p.yaml': POLICY,
      'c.yaml': example,
    });
    expect(stderr).toBe('');
  });
});
