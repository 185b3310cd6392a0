import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { EXPORTED } from '../../fixtures/exported-snapshot';
import { policyFile } from '../../fixtures/policy-files';

const POLICY = policyFile(`groups: { Developers: {}, Watched: { mode: observe }, Unread: {} }
birthright:
  - { name: it, when: { department: IT }, groups: [Developers, Watched, Unread] }`);
const HR = `email,name,department
ana@acme.example,Ana Pop,IT
ben@acme.example,"<img src=x>|@all",Ops
cy@acme.example,,IT
nobody,Nobody,IT
new@acme.example,,IT
`;
const FILES = { 'policy.yaml': POLICY, 'hr.csv': HR, 'snapshot.json': JSON.stringify(EXPORTED) };
const WORDS = ['what-if', 'hr.csv', '--policy', 'policy.yaml', '--snapshot', 'snapshot.json'];

describe('access what-if', () => {
  it('says who would be added and removed, by name, and what it does not know', async () => {
    const { exit, stdout, stderr } = await access(WORDS, FILES);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toBe(`1 line of the HR file does not count; 4 do:
  line 5: email: Must be an e-mail address
acme: 1 person gains, 1 person loses, 1 person would change in groups that are only observed (of 4 people; members as of 2026-03-02 02:00Z)
  ! The app had another policy when the snapshot was exported: what it gave by that one is not told.
  ! Nothing is said of "Unread": its members were not read: run an audit with this policy, and export again.
  ! 1 person of the file without one account in UiPath, for whom everything waits: "new@acme.example".
  ! "Developers" has 1 member without a reason that is known, who stay.

  Groups
    Developers  +1 −1
    Watched     would be +2 (observed)

  People
    Ana Pop (ana@acme.example)
      would be + Watched, by "it"
    <img src=x>|@all (ben@acme.example)
      − Developers
    cy@acme.example
      + Developers, by "it"
      would be + Watched, by "it"
`);
  });

  it('answers with JSON', async () => {
    const { stdout } = await access([...WORDS, '--json'], FILES);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'what-if',
      organization: 'acme',
      mode: 'enforce',
      night: '202603020200',
      isOtherPolicy: true,
      people: 4,
      workers: 4,
      gain: 1,
      lose: 1,
      changes: [
        { email: 'ana@acme.example' },
        { loses: [{ group: 'Developers' }] },
        { email: 'cy@acme.example' },
      ],
      withoutAccount: [{ email: 'new@acme.example' }],
      unknownGroups: [{ group: 'Unread', why: 'unread' }],
      badLines: [{ line: 5 }],
    });
  });

  it('is Markdown in which names are nothing but text', async () => {
    const { stdout } = await access([...WORDS, '--markdown'], FILES);
    expect(stdout).toContain('### Whom this HR file changes\n');
    expect(stdout).toContain(
      '| cy@<!-- -->acme.example | Developers, by it<br>Watched, by it (only observed) |  |',
    );
    expect(stdout).not.toMatch(/<img|@all/);
  });

  it.each([
    ['snapshot.json', '[]', 'snapshot-invalid'],
    ['snapshot.json', JSON.stringify({ ...EXPORTED, organization: 'other' }), 'organization-unknown'],
    ['policy.yaml', 'version: 2', 'policy-invalid'],
    ['hr.csv', 'email\n', 'hr-file-invalid'],
  ])('ends with 2 where %s is %s', async (file, content, code) => {
    const { exit, stdout } = await access([...WORDS, '--json'], { ...FILES, [file]: content });
    expect({ exit, ...(JSON.parse(stdout) as object) }).toMatchObject({ exit: 2, error: { code } });
  });

  it('has a help with an example', async () => {
    const { exit, stdout } = await access(['what-if', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# \S.*\n {2}access what-if /);
    expect(stdout).toContain('The HR file is CSV');
  });
});
