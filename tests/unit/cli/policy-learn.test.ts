import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from '../../../shared/policy/parse-policy';
import { access } from '../../fakes/run-access';
import { EXPORTED } from '../../fixtures/exported-snapshot';
import { policyFile } from '../../fixtures/policy-files';

const people = (department: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${department.toLowerCase()}.${index}@acme.example`);
const HR = [
  'email,name,department,badge',
  ...people('IT', 10).map((email, index) => `${email},"I|T ${index}",IT,b${index}`),
  ...people('Ops', 10).map((email, index) => `${email},,"O: #ps",c${index}`),
  'nobody,Nobody,IT,x',
].join('\n');
const MEMBERS = [
  'Group,E-Mail,email',
  ...people('IT', 9).map((email) => `"Dev\u202Eelopers: #1",x,${email.toUpperCase()}`),
  'Developers,x',
  '"Dev\u202Eelopers: #1",x,someone@else.example',
  'Everyone,x,it.0@acme.example',
].join('\n');
const FILES = { 'hr.csv': HR, 'members.csv': MEMBERS };
const WORDS = ['policy', 'learn', '--people', 'hr.csv', '--members', 'members.csv'];

describe('access policy learn', () => {
  it('prints lines that a policy file takes as they are, and names the exceptions', async () => {
    const { exit, stdout, stderr } = await access(WORDS, FILES);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain(
      '# 9 memberships of 9 memberships explained (100 %), of 20 people in the HR file\n',
    );
    expect(stdout).toContain('#   would be added: I|T 9 (it.9@acme.example)\n');
    expect(stdout).toContain('#   members whom the HR file does not have: someone@else.example\n');
    expect(stdout).toContain('#   line 11: has 2 fields, and the first line names 3\n');
    expect(stdout).toContain('#   line 22: email: Must be an e-mail address\n');
    expect(stdout).toContain('# Not used, as nearly everybody has a value of their own: badge\n');
    expect(stdout).not.toContain('\u202E');
    const indented = stdout.trimEnd().replaceAll(/^(?!#)/gm, '');
    const policy = checkPolicy(
      policyFile(`groups: { "Dev\\u202Eelopers: #1": { mode: additive } }\n${indented}`),
    ).policy;
    expect(policy?.organizations.get('acme')?.birthright).toEqual([
      {
        name: 'department IT',
        when: new Map([['department', new Set(['it'])]]),
        groups: ['Dev\u202Eelopers: #1'],
      },
    ]);
  });

  it('answers with JSON', async () => {
    const { stdout } = await access([...WORDS, '--json'], FILES);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'policy learn',
      people: 20,
      explainedPercent: 100,
      unused: ['badge'],
      groups: [
        {
          members: 9,
          explained: 9,
          lines: [{ when: [{ attribute: 'department', values: ['IT'] }], matched: 10, members: 9 }],
          wouldGain: [{ email: 'it.9@acme.example' }],
        },
      ],
      birthright: expect.stringMatching(/^birthright:\n/),
      badLines: [{ line: 22 }],
      badMemberLines: [{ line: 11 }],
    });
  });

  it('takes what "access snapshot" wrote, by every address that is known, and says which groups it does not have', async () => {
    const hr = `email,department\nana@acme.example,IT\nben@acme.example,IT\n${people('IT', 3)
      .map((email) => `${email},IT`)
      .join('\n')}`;
    const files = { 'hr.csv': hr, 'snapshot.json': JSON.stringify(EXPORTED) };
    const words = ['policy', 'learn', '--people', 'hr.csv', '--members', 'snapshot.json', '--json'];
    expect(JSON.parse((await access(words, files)).stdout)).toMatchObject({
      groups: [
        { group: 'Developers', members: 2, notInFile: ['Un\u202Eattended'] },
        { group: 'Watched', members: 0 },
      ],
      unread: ['Unread'],
    });
  });

  it.each([
    ['{"snapshot": 2}', 'snapshot-invalid'],
    ['{', 'snapshot-invalid'],
    [JSON.stringify({ ...EXPORTED, accounts: [] }), 'snapshot-invalid'],
    ['', 'members-invalid'],
    ['group,mail\na,b@c.example', 'members-invalid'],
    ['group,email\n', 'members-invalid'],
    ['group,email\n,a@b.example\nDevelopers,\n', 'members-invalid'],
    [Buffer.from([0x67, 0xff, 0xfe]), 'members-invalid'],
  ])('ends with 2 for %j', async (members, code) => {
    const { exit, stdout } = await access([...WORDS, '--json'], { ...FILES, 'members.csv': members });
    expect({ exit, error: JSON.parse(stdout) as unknown }).toMatchObject({
      exit: 2,
      error: { error: { code } },
    });
  });

  it.each(['50', '101', 'x', '8.5'])('takes no precision of %s', async (percent) => {
    const { exit, stderr } = await access([...WORDS, '--precision', percent], FILES);
    expect(exit).toBe(2);
    expect(stderr).toContain('It is a number from 51 to 100.');
  });

  it('has a help with an example', async () => {
    const { exit, stdout } = await access(['policy', 'learn', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# \S.*\n {2}access policy learn /);
  });
});
