import { describe, expect, it } from '@jest/globals';
import type { ExportedPerson, ExportedSnapshot } from '../../../../shared/domain/desk/exported-snapshot';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { whatIfLoaded } from '../../../../shared/domain/plan/what-if-loaded';
import { parsePolicy } from '../../../../shared/policy/parse-policy';
import { policyFile } from '../../../fixtures/policy-files';

const NOW_MS = Date.parse('2026-12-01T08:00:00Z');
const GROUPS = {
  Added: 'aaaaaaaa-0000-4000-8000-000000000001',
  Ruled: 'aaaaaaaa-0000-4000-8000-000000000002',
  Watched: 'aaaaaaaa-0000-4000-8000-000000000003',
  Administrators: ADMINISTRATORS_GROUP_ID,
};
type GroupName = keyof typeof GROUPS;
const LINES = `
groups:
  Added: { mode: additive }
  Ruled: { mode: authoritative, protectedMembers: [eva@acme.example] }
  Watched: { mode: observe }
birthright:
  - { name: it, when: { department: IT }, groups: [Added, Ruled, Watched] }`;
const POLICY = policyFile(`mode: enforce${LINES}`);

function organizationOf(text: string) {
  const organization = parsePolicy(text, 'policy.yaml').organizations.get('acme');
  if (organization === undefined) throw new Error('It has no acme');
  return organization;
}

const idOf = (email: string): string =>
  `bbbbbbbb-0000-4000-8000-${Buffer.from(email).toString('hex').slice(0, 12)}`;

function person(email: string, more: Partial<ExportedPerson> = {}): ExportedPerson {
  return {
    addresses: [email],
    accountId: idOf(email),
    employment: 'active',
    memberships: [],
    grants: [],
    ...more,
  };
}

const known = (group: GroupName, origin: 'applied' | 'standing') => ({ groupId: GROUPS[group], origin });

/** Who is in which group, by addresses; those in `without` have an account and no group. */
function snapshotOf(
  members: Partial<Record<GroupName, readonly string[]>>,
  people: readonly ExportedPerson[] = [],
  without: readonly string[] = [],
): ExportedSnapshot {
  const emails = [...new Set([...Object.values(members).flat(), ...without])];
  return {
    snapshot: 1,
    organization: 'acme',
    night: '202612010200',
    takenAtMs: NOW_MS,
    atMs: NOW_MS,
    policyHash: 'a3'.repeat(32),
    accounts: emails.map((email) => ({ id: idOf(email), kind: 'user', name: email })),
    groups: Object.entries(GROUPS).map(([name, id]) => ({
      id,
      name,
      isBuiltIn: false,
      members: (members[name as GroupName] ?? []).map((email) => emails.indexOf(email)),
    })),
    people,
    unreadablePeople: 0,
  };
}

const worker = (email: string, department: string) => ({
  email,
  name: undefined,
  workerId: undefined,
  attributes: { department },
});
const load = (
  workers: readonly ReturnType<typeof worker>[],
  snapshot: ExportedSnapshot,
  policy = organizationOf(POLICY),
) => whatIfLoaded(workers, { snapshot, policy, nowMs: NOW_MS });

/** `ana@x: +Added, would be +Watched −Ruled`. */
function changesIn({ changes }: ReturnType<typeof load>): readonly string[] {
  return changes.map(({ email, gains, loses }) => {
    const words = [
      ...gains.map(({ group, isOnlySeen }) => `${isOnlySeen ? 'would be ' : ''}+${group}`),
      ...loses.map(({ group, isOnlySeen }) => `${isOnlySeen ? 'would be ' : ''}-${group}`),
    ];
    return `${email}: ${words.join(' ')}`;
  });
}

describe('what a file of HR would do', () => {
  it('adds whoever a line matches and who is not there, and tells what would only be seen', () => {
    const snapshot = snapshotOf({ Added: ['ana@x.example'] }, [], ['ben@x.example']);
    const found = load([worker('ANA@x.example', 'IT'), worker('ben@x.example', 'IT')], snapshot);
    expect(changesIn(found)).toEqual([
      'ANA@x.example: +Ruled would be +Watched',
      'ben@x.example: +Added +Ruled would be +Watched',
    ]);
    expect(found.changes[0]?.gains[0]?.lines).toEqual(['it']);
    expect(found.groups.map(({ group, gains, wouldGain }) => [group, gains, wouldGain])).toEqual([
      ['Added', 1, 0],
      ['Ruled', 2, 0],
      ['Watched', 0, 2],
    ]);
  });

  it('takes out whom the app put there, and of an authoritative group whom it knows there', () => {
    const members = { Added: ['ana@x.example', 'ben@x.example'], Ruled: ['ana@x.example', 'ben@x.example'] };
    const people = [
      person('ana@x.example', { memberships: [known('Added', 'applied'), known('Ruled', 'applied')] }),
      person('ben@x.example', { memberships: [known('Added', 'standing'), known('Ruled', 'standing')] }),
    ];
    const found = load(
      [worker('ana@x.example', 'HR'), worker('ben@x.example', 'HR')],
      snapshotOf(members, people),
    );
    expect(changesIn(found)).toEqual(['ana@x.example: -Added -Ruled', 'ben@x.example: -Ruled']);
  });

  it('takes out nobody whom no reason ever gave, and counts them', () => {
    const found = load(
      [worker('ana@x.example', 'HR')],
      snapshotOf({ Added: ['ana@x.example'], Ruled: ['ana@x.example', 'zoe@x.example'] }),
    );
    expect(found.changes).toEqual([]);
    expect(found.withoutReason).toEqual([
      { group: 'Added', members: 1 },
      { group: 'Ruled', members: 2 },
    ]);
  });

  it('leaves alone who is not in the file, tells whom the ledger has at work, and no leaver', () => {
    const people = [
      person('ana@x.example', { memberships: [known('Ruled', 'applied')] }),
      person('gone@x.example', { employment: 'left', memberships: [known('Ruled', 'applied')] }),
    ];
    const found = load(
      [worker('ben@x.example', 'HR')],
      snapshotOf({ Ruled: ['ana@x.example', 'gone@x.example'] }, people, ['ben@x.example']),
    );
    expect(found.changes).toEqual([]);
    expect(found.notInFile).toEqual(['ana@x.example']);
  });

  it('keeps what a grant gives and what the policy protects', () => {
    const people = [
      person('ana@x.example', { memberships: [known('Added', 'applied')], grants: ['ADDED'] }),
      person('eva@acme.example', { memberships: [known('Ruled', 'applied')] }),
    ];
    const found = load(
      [worker('ana@x.example', 'HR'), worker('eva@acme.example', 'HR')],
      snapshotOf({ Added: ['ana@x.example'], Ruled: ['eva@acme.example'] }, people),
    );
    expect(found.changes).toEqual([]);
    expect(found.withoutReason).toEqual([]);
  });

  it('never takes out the last administrator', () => {
    const policy = organizationOf(
      policyFile(
        `mode: enforce${LINES.replace('  Watched', '  Administrators: { mode: authoritative }\n  Watched')}`,
      ),
    );
    const of = (emails: readonly string[]) =>
      snapshotOf(
        { Administrators: emails },
        emails.map((email) => person(email, { memberships: [known('Administrators', 'applied')] })),
      );
    const file = [worker('ana@x.example', 'HR')];
    expect(load(file, of(['ana@x.example']), policy).changes).toEqual([]);
    expect(changesIn(load(file, of(['ana@x.example', 'ben@x.example']), policy))).toEqual([
      'ana@x.example: -Administrators',
    ]);
  });

  it('goes by any address that is known of somebody, and by the account rather than by an address that is theirs no more', () => {
    const people = [
      person('ana.new@x.example', {
        addresses: ['ana.new@x.example', 'ana@x.example'],
        memberships: [known('Added', 'applied')],
      }),
    ];
    const snapshot = snapshotOf({ Added: ['ana.new@x.example'] }, people, ['ana@x.example']);
    const found = load([worker('ana@x.example', 'HR')], snapshot);
    expect(changesIn(found)).toEqual(['ana@x.example: -Added']);
    expect(found.notInFile).toEqual([]);
    const both = [worker('ana@x.example', 'HR'), worker('ana.new@x.example', 'IT')];
    expect(changesIn(load(both, snapshot))).toEqual(['ana.new@x.example: +Ruled would be +Watched']);
  });

  it('names who has no account, or several, and adds them nowhere', () => {
    const snapshot = snapshotOf({}, [], ['two@x.example']);
    const twice = {
      ...snapshot,
      accounts: [...snapshot.accounts, { id: idOf('other'), kind: 'user', name: 'TWO@x.example' } as const],
    };
    const found = load([worker('two@x.example', 'IT'), worker('nobody@x.example', 'IT')], twice);
    expect(found.changes).toEqual([]);
    expect(found.withoutAccount.map(({ email }) => email)).toEqual(['nobody@x.example', 'two@x.example']);
  });

  it('says nothing of groups that it does not know', () => {
    const policy = organizationOf(
      policyFile(`mode: enforce${LINES.replace('  Watched', '  Gone: { mode: authoritative }\n  Watched')}`),
    );
    const snapshot = snapshotOf({}, [], ['ana@x.example']);
    const groups = snapshot.groups.flatMap((group) => {
      if (group.name === 'Added') return [{ ...group, members: null }];
      return group.name === 'Ruled' ? [group, { ...group, id: idOf('twin'), name: 'RULED' }] : [group];
    });
    const found = load([worker('ana@x.example', 'IT')], { ...snapshot, groups }, policy);
    expect(changesIn(found)).toEqual(['ana@x.example: would be +Watched']);
    expect(found.unknownGroups).toEqual([
      { group: 'Added', why: 'unread' },
      { group: 'Ruled', why: 'ambiguous' },
      { group: 'Gone', why: 'missing' },
    ]);
  });

  it('only tells what would be where the organization is in observe', () => {
    const found = load(
      [worker('ana@x.example', 'IT')],
      snapshotOf({}, [], ['ana@x.example']),
      organizationOf(policyFile(`mode: observe${LINES}`)),
    );
    expect(changesIn(found)).toEqual(['ana@x.example: would be +Added would be +Ruled would be +Watched']);
  });

  it('changes nobody twice: what it would do is nothing once it was done', () => {
    const file = [worker('ana@x.example', 'IT')];
    const done = snapshotOf({
      Added: ['ana@x.example'],
      Ruled: ['ana@x.example'],
      Watched: ['ana@x.example'],
    });
    expect(load(file, done).changes).toEqual([]);
  });
});
