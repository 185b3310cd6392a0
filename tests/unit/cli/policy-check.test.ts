import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { policyFile } from '../../fixtures/policy-files';

const RIGHT = policyFile(`groups:
  Developers: { mode: additive }
  Operators: { mode: additive }
birthright:
  - name: developers
    when: { department: IT, country: [RO, DE] }
    groups: [Developers]
  - name: operators
    when: { department: Operations }
    groups: [Operators]
separationOfDuties:
  - [Developers, Operators]
`);

const PEOPLE =
  'email,name,department,country\nana@acme.example,Ana,IT,RO\nben@acme.example,Ben,Operations,DE\n';

type Checked = Readonly<{
  command: string;
  isRight: boolean;
  findings: ReadonlyArray<Readonly<{ kind: string; line: number; place: string; problem: string }>>;
  more?: number;
  badLines?: readonly unknown[];
}>;

async function check(policy: string, people?: string): Promise<Checked & { exit: number }> {
  const files = { 'policy.yaml': policy, ...(people === undefined ? {} : { 'hr.csv': people }) };
  const words = [
    'policy',
    'check',
    'policy.yaml',
    '--json',
    ...(people === undefined ? [] : ['--people', 'hr.csv']),
  ];
  const { exit, stdout } = await access(words, files);
  return { ...(JSON.parse(stdout) as Checked), exit };
}

/** Kind, line in which something stands that begins so, and the words. */
async function told(policy: string, people?: string): Promise<readonly string[]> {
  const { findings } = await check(policy, people);
  return findings.map(
    ({ kind, line, problem }) => `${kind} ${policy.split('\n')[line - 1]?.trim()}: ${problem}`,
  );
}

describe('access policy check', () => {
  it('says that a policy is right', async () => {
    expect(await access(['policy', 'check', 'policy.yaml'], { 'policy.yaml': RIGHT })).toEqual({
      exit: 0,
      stdout: '✔ policy.yaml: no fault\n',
      stderr: '',
      kept: {},
    });
    expect(await check(RIGHT, PEOPLE)).toEqual({
      exit: 0,
      command: 'policy check',
      file: 'policy.yaml',
      isRight: true,
      findings: [],
      workers: 2,
      badLines: [],
    });
  });

  it('tells each fault in words, at its line, and ends with 1', async () => {
    const wrong = RIGHT.replace('groups:', 'groups:\t{');
    const { exit, stdout } = await access(['policy', 'check', 'policy.yaml'], { 'policy.yaml': wrong });
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^policy\.yaml:\d+: fault: column \d+: [a-z -]+/);
    expect(
      await told(RIGHT.replace('mode: additive', 'mode: aditive').replace('[Operators]', '[Operatos]')),
    ).toEqual([
      'fault Developers: { mode: aditive }: must be one of observe, additive, authoritative: is additive meant?',
    ]);
    expect(await told(RIGHT.replace('[Operators]', '[Operatos]'))).toEqual([
      'fault groups: [Operatos]: group "Operatos" is not under groups: is Operators meant?',
    ]);
  });

  it('counts faults beyond the first hundred', async () => {
    const many = policyFile(
      `groups: {${Array.from({ length: 150 }, (_, index) => `G${index}: 1`).join(', ')}}`,
    );
    const { findings, more } = await check(many);
    expect([findings.length, more]).toEqual([100, 50]);
    expect((await access(['policy', 'check', 'p'], { p: many })).stdout).toMatch(
      /\nand 50 more\n✘ p: 150 faults\n$/,
    );
  });

  it('tells conditions that match nobody, with what was probably meant', async () => {
    expect(await told(RIGHT.replace('department: IT', 'departmnt: IT'), PEOPLE)).toEqual([
      'fault when: { departmnt: IT, country: [RO, DE] }: line "developers": no worker has attribute "departmnt": is "department" meant?',
      'note - [Developers, Operators]: somebody can match line "developers" and line "operators", which give both groups',
    ]);
    expect(await told(RIGHT.replace('Operations', 'Operation'), PEOPLE)).toEqual([
      'fault when: { department: Operation }: line "operators": nobody has "operation" as department: is "Operations" meant?',
    ]);
    expect(await told(RIGHT.replace('Operations', 'Legal'), PEOPLE)).toEqual([
      'fault when: { department: Legal }: line "operators": nobody has "legal" as department',
    ]);
    expect(await told(RIGHT.replace('[RO, DE]', '[DE]'), PEOPLE)).toEqual([
      'fault - name: developers: line "developers": matches nobody: no worker meets all of its conditions',
    ]);
  });

  it('takes a value that nobody has yet beside others as a note', async () => {
    expect(await told(RIGHT.replace('[RO, DE]', '[RO, Japan]'), PEOPLE)).toEqual([
      'note when: { department: IT, country: [RO, Japan] }: line "developers": nobody has "japan" as country',
    ]);
    expect((await check(RIGHT.replace('[RO, DE]', '[RO, Japan]'), PEOPLE)).exit).toBe(0);
    // A slip of the pen takes people out, although others still match.
    expect((await check(RIGHT.replace('[RO, DE]', '[RO, D-E]'), PEOPLE)).exit).toBe(1);
  });

  it('notes lines of no use, lines in conflict and groups without a way in', async () => {
    const odd = policyFile(`groups:
  Developers: { mode: additive }
  Operators: { mode: additive }
  Nobody: { mode: authoritative }
  Alone: { mode: additive }
  Watched: { mode: observe }
birthright:
  - { name: wide, when: { department: [IT, Ops] }, groups: [Developers] }
  - { name: narrow, when: { department: IT, country: RO }, groups: [developers] }
  - { name: other, when: { country: RO }, groups: [Operators] }
  - { name: same, when: { country: ro }, groups: [Operators] }
separationOfDuties:
  - [Developers, Operators]
`);
    expect(await told(odd)).toEqual([
      'note Nobody: { mode: authoritative }: has no way in: no birthright line gives it and it has no "requests", so that everybody whom the ledger knows is taken out',
      'note Alone: { mode: additive }: has no way in: no birthright line gives it and it has no "requests"',
      'note - { name: narrow, when: { department: IT, country: RO }, groups: [developers] }: gives nothing that line "wide" does not give to the same people',
      'note - { name: same, when: { country: ro }, groups: [Operators] }: gives nothing that line "other" does not give to the same people',
      'note - [Developers, Operators]: somebody can match line "wide" and line "other", which give both groups',
    ]);
    expect((await check(odd)).exit).toBe(0);
  });

  it('has a form for a pull request, in which names are nothing but text', async () => {
    const odd = RIGHT.replace('- name: operators', "- name: '<b>|@all #1 [x](http://e.example)'").replace(
      'Operations',
      'Legal',
    );
    const { exit, stdout } = await access(
      ['policy', 'check', 'policy.yaml', '--markdown', '--people', 'hr.csv'],
      {
        'policy.yaml': odd,
        'hr.csv': `${PEOPLE}no address,x,,\n`,
      },
    );
    expect(exit).toBe(1);
    expect(stdout).toContain(
      '**policy.yaml**: 1 fault\n\n| line | where | what |\n| ---: | --- | --- |\n| 15 |',
    );
    expect(stdout).toContain('- line 4: email: Must be an e-mail address');
    expect(stdout).not.toMatch(/<b>|@all|#1|\]\(http/);
  });

  it('says what a file is that cannot be read, and ends with 2', async () => {
    expect(await access(['policy', 'check', 'none.yaml'])).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'access: none.yaml cannot be read: there is no such file\n',
      kept: {},
    });
    const { exit, stdout } = await access(['policy', 'check', 'none.yaml', '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      command: 'policy check',
      error: { code: 'file-unreadable', message: 'none.yaml cannot be read: there is no such file' },
    });
    expect((await check(RIGHT, 'mail,department\n')) as object).toMatchObject({
      exit: 2,
      error: { code: 'hr-file-invalid' },
    });
  });

  it('shows examples with its help', async () => {
    const { exit, stdout } = await access(['policy', 'check', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('Usage: access policy check [options] <file>');
    expect(stdout).toContain('Examples:\n  # is it right?\n  access policy check policy.yaml\n');
  });
});
