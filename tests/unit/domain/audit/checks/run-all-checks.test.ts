import { describe, expect, it } from '@jest/globals';
import { runAllChecks } from '../../../../../shared/domain/audit/checks/run-all-checks';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import {
  anAudit,
  aPerson,
  aSnapshotGroup,
  findingsOf,
  known,
  UNKNOWN,
} from '../../../../fixtures/builders/audits';

const withMembers = (...members: readonly string[]): Partial<Snapshot> => ({
  groups: new Map([['developers', known(aSnapshotGroup('g1', members))]]),
});

describe('an audit', () => {
  it('finds nothing where everything is as agreed', () => {
    expect(findingsOf({})).toEqual([]);
  });

  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['the list of groups', { groupNames: UNKNOWN }, ['groups']],
    ['a group', { groups: new Map([['developers', UNKNOWN]]) }, ['group:developers']],
    ['the access policy', { accessPolicy: UNKNOWN }, ['access-policy']],
    ['the rules', { rules: UNKNOWN }, ['rules']],
    ['the users', { users: UNKNOWN }, ['users']],
    ['the administrators', { administrators: UNKNOWN }, ['administrators']],
    ['where leavers are', { elsewhere: UNKNOWN }, ['leavers']],
    ['an account for emergencies', { breakGlass: new Map([['b@acme', UNKNOWN]]) }, ['break-glass:b@acme']],
    ['applications and robots', { applications: UNKNOWN, robots: UNKNOWN }, ['applications', 'robots']],
  ])(
    'names %s when it could not be read, and concludes nothing from it (EasyPIM)',
    (_what, snapshot, parts) => {
      const people = [aPerson({ groups: new Set(['developers']), pending: !('groups' in snapshot) })];
      expect(findingsOf({ snapshot, expected: { people } })).toEqual(
        parts.map((part) => `part-unknown ${part} uipath-unavailable`),
      );
    },
  );

  it('finds a member without a name while the users are unknown', () => {
    expect(findingsOf({ snapshot: { ...withMembers('m9'), users: UNKNOWN } })).toEqual([
      'member-without-reason developers m9',
      'part-unknown users uipath-unavailable',
    ]);
  });

  it('names the secrets when the vault does not tell', () => {
    expect(findingsOf({ operations: { secretEndsMs: UNKNOWN } })).toEqual([
      'part-unknown secrets uipath-unavailable',
    ]);
  });

  it('gives a fault the same id every night, whatever its name by then, and another to another fault', () => {
    const idOf = (...parts: Parameters<typeof anAudit>) => runAllChecks(anAudit(...parts))[0]?.id;
    const one = idOf({ snapshot: withMembers('m1') });
    const named = idOf({
      snapshot: {
        ...withMembers('m1'),
        users: known(new Map([['m1', { id: 'm1', email: 'x@y', isActive: true, lastUsedMs: undefined }]])),
      },
    });
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(named).toBe(one);
    const others = [
      idOf({ snapshot: withMembers('m2') }),
      idOf({ snapshot: withMembers('m1'), expected: { people: [aPerson({ left: true })] } }),
      idOf({ snapshot: withMembers('m1'), organization: { alias: 'test' } }),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
  });

  it('stands in the order of ids, each once', () => {
    const ids = runAllChecks(anAudit({ snapshot: withMembers('m1', 'm2', 'm3', 'm4') })).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(ids).toHaveLength(4);
  });
});
