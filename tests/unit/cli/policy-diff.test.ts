import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { policyFile } from '../../fixtures/policy-files';

const GROUPS =
  'groups: { Developers: { mode: additive }, Watched: { mode: observe }, Operators: { mode: additive } }';
const BEFORE = policyFile(`${GROUPS}
birthright:
  - { name: developers, when: { department: IT }, groups: [Developers] }
separationOfDuties: [[Developers, Operators]]`);
const AFTER = policyFile(`${GROUPS}
birthright:
  - { name: developers, when: { department: [Ops, Dev] }, groups: [Developers, Watched] }
  - { name: operators, when: { department: Dev }, groups: [Operators] }
separationOfDuties: [[Developers, Operators]]`);
const PEOPLE = `email,name,department
ana@acme.example,Ana Pop,IT
ben@acme.example,"<img src=x>|@all",Ops
cy@acme.example,,Dev
nobody,Nobody,Ops
`;
const FILES = { 'a.yaml': BEFORE, 'b.yaml': AFTER, 'hr.csv': PEOPLE };
const WORDS = ['policy', 'diff', 'a.yaml', 'b.yaml', '--people', 'hr.csv'];

describe('access policy diff', () => {
  it('says who would gain and lose what, names before addresses', async () => {
    const { exit, stdout, stderr } = await access(WORDS, FILES);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toBe(`1 line of the HR file does not count; 3 do:
  line 5: email: Must be an e-mail address
acme: 2 people gain, 1 person loses, 1 new conflict (of 3 people)

  Groups
    Developers  +2 −1
    Operators   +1
    Watched     would be +2 (observed)

  People
    Ana Pop (ana@acme.example)
      − Developers, had by "developers"
    <img src=x>|@all (ben@acme.example)
      + Developers, by "developers"
      would be + Watched, by "developers"
    cy@acme.example
      + Developers, by "developers"
      + Operators, by "operators"
      would be + Watched, by "developers"

  New conflicts: nobody may have both
    cy@acme.example: Developers ("developers") and Operators ("operators")
`);
  });

  it('answers with JSON', async () => {
    const { stdout } = await access([...WORDS, '--json'], FILES);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'policy diff',
      before: { file: 'a.yaml' },
      workers: 3,
      badLines: [{ line: 5, problem: 'email: Must be an e-mail address' }],
      organizations: [
        {
          organization: 'acme',
          isNew: false,
          gain: 2,
          lose: 1,
          people: 3,
          changes: [
            {
              email: 'ana@acme.example',
              name: 'Ana Pop',
              gains: [],
              loses: [{ group: 'Developers', lines: ['developers'], isOnlySeen: false }],
            },
            {},
            {},
          ],
        },
      ],
      removed: [],
    });
  });

  it('is a comment on a pull request, in which names are nothing but text', async () => {
    const { stdout } = await access([...WORDS, '--markdown'], FILES);
    expect(stdout).toContain('**acme**: 2 people gain, 1 person loses, 1 new conflict (of 3 people)');
    expect(stdout).toContain('| Ana Pop (ana@<!-- -->acme.example) |  | Developers, had by developers |');
    expect(stdout).not.toMatch(/<img|@all/);
    expect(stdout).not.toContain('people</summary>');
  });

  it('folds a long list, and counts what there is no room for', async () => {
    const people = Array.from(
      { length: 2_000 },
      (_, index) => `c${index}@acme.example,Colleague ${index},Ops`,
    );
    const files = { ...FILES, 'hr.csv': `email,name,department\n${people.join('\n')}\n` };
    const { stdout } = await access([...WORDS, '--markdown'], files);
    expect(stdout.length).toBeLessThan(60_000);
    expect(stdout).toContain('<details><summary>2,000 people</summary>\n\n| person | gains | loses |\n');
    expect(stdout).toMatch(/\nand 1,\d{3} more, for which there is no room here\n\n<\/details>/);
    expect((await access(WORDS, files)).stdout).toContain('    and 1,800 more: --json has them all\n');
  });

  it('says what would be held, and which groups are in the file no more', async () => {
    const gone = BEFORE.replace('Developers: { mode: additive }, ', '')
      .replace('groups: [Developers]', 'groups: [Operators]')
      .replace('department: IT', 'department: Legal')
      .replace('[[Developers, Operators]]', '[]');
    const { stdout } = await access(WORDS, { ...FILES, 'b.yaml': gone });
    expect(stdout).toContain('acme: 1 person loses (of 3 people)');
    expect(stdout).toContain(
      '! "Developers" would have nobody left: removals are held, however few they are.',
    );
    expect(stdout).toContain(
      '! "Developers" is in the edited file no more: 1 person loses it once somebody releases that; so end requests and rules that give it.',
    );
  });

  it('says that a group which is gone may be a new one by another name', async () => {
    const renamed = BEFORE.replaceAll('Developers', 'Programmers');
    const { stdout } = await access(WORDS, { ...FILES, 'b.yaml': renamed });
    expect(stdout).toContain(
      'once somebody releases that, unless it is one of the new groups under another name; so end requests and rules that give it.',
    );
  });

  it('says that more are taken out of a group that turns authoritative', async () => {
    const later = BEFORE.replace('Developers: { mode: additive }', 'Developers: { mode: authoritative }');
    const { stdout } = await access(WORDS, { ...FILES, 'b.yaml': later });
    expect(stdout).toContain('! "Developers" is authoritative from now on: whoever the app knows in it');
    expect((await access(WORDS, { ...FILES, 'a.yaml': later, 'b.yaml': later })).stdout).not.toContain('!');
  });

  it('says which attributes of conditions no worker has', async () => {
    const files = { ...FILES, 'hr.csv': 'email,Department\nana@acme.example,IT\n' };
    expect((await access(WORDS, files)).stdout).toBe(
      'acme: nobody changes (of 1 person)\n  ! No worker of the HR file has "department", so that lines that ask for it count for nobody here: is its column "Department"? Then say --column "department=Department".\n',
    );
  });

  it('takes no worker out for a value that the policy does not ask for', async () => {
    const hr = 'email,department,address\nana@acme.example,IT,"Street 1\nTown"\nben@acme.example,"O\nps",\n';
    const { stdout } = await access([...WORDS, '--json'], { ...FILES, 'hr.csv': hr });
    expect(JSON.parse(stdout)).toMatchObject({
      workers: 1,
      badLines: [{ line: 4, problem: 'department: Must not hold control characters' }],
    });
  });

  it.each([
    ['email,department\n', 'hr.csv has no line that can be used\n'],
    ['email\nnobody\n', 'hr.csv has no line that can be used: line 2: email: Must be an e-mail address\n'],
  ])('ends with 2 where nobody works', async (hr, said) => {
    const { exit, stdout, stderr } = await access(WORDS, { ...FILES, 'hr.csv': hr });
    expect({ exit, stdout, stderr }).toEqual({ exit: 2, stdout: '', stderr: `access: ${said}` });
  });

  it('tells organizations that are new or gone', async () => {
    const { stdout } = await access(WORDS, { ...FILES, 'b.yaml': AFTER.replace('  acme:', '  other:') });
    expect(stdout).toContain('other: 2 people gain, 1 new conflict (of 3 people)');
    expect(stdout).toContain('The organization is new: everybody counts as without any group.');
    expect(stdout).toContain('\nacme is in the edited file no more: nothing is done there.\n');
  });

  it.each([
    [
      'a policy with faults',
      ['policy', 'diff', 'a.yaml', 'bad.yaml', '--people', 'hr.csv'],
      'bad.yaml:1: version: must be 1',
    ],
    [
      'no people',
      ['policy', 'diff', 'a.yaml', 'b.yaml'],
      "required option '--people <hr.csv>' not specified",
    ],
    ['another organization', [...WORDS, '--organization', 'acne'], 'no organization acne: is acme meant?'],
    [
      'a column that is not there',
      [...WORDS, '--column', 'department=Dept'],
      'has no column "Dept": there are',
    ],
    ['a column without a name', [...WORDS, '--column', 'department'], 'such as department=Abteilung'],
  ])('ends with 2 for %s', async (_what, words, said) => {
    const { exit, stdout, stderr } = await access(words, {
      ...FILES,
      'bad.yaml': BEFORE.replace('version: 1', 'version: 2'),
    });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('shows on a terminal how far it is, and colours', async () => {
    let atMs = 0;
    const { stdout, stderr } = await access(WORDS, FILES, { isTerminal: true, nowMs: () => (atMs += 300) });
    expect(stderr).toContain('\r\u001B[Kacme: 2 of 3');
    expect(stderr.endsWith('\r\u001B[K')).toBe(true);
    expect(stdout).toContain('\u001B[32m+2\u001B[0m');
  });

  it('takes columns of other names', async () => {
    const files = { ...FILES, 'hr.csv': PEOPLE.replace('email,name,department', 'Mail Who,name,Dept x') };
    const columns = ['--column', 'email=Mail Who', '--column', 'department=Dept x'];
    expect((await access([...WORDS, ...columns], files)).stdout).toContain(
      'acme: 2 people gain, 1 person loses',
    );
  });

  it('shows examples with its help', async () => {
    const { exit, stdout } = await access(['policy', 'diff', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('access policy diff main/policy.yaml policy.yaml --people hr.csv --markdown');
  });
});
