import { describe, expect, it } from '@jest/globals';
import { namelessMembers } from '../../../../../shared/domain/audit/checks/member-addresses';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import {
  anAudit,
  aPerson,
  aSnapshotGroup,
  aUser,
  inGroup,
  known,
  told,
  UNKNOWN,
} from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf, PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

describe('members whose address the directory is asked for', () => {
  type Parts = NonNullable<Parameters<typeof anAudit>[0]>;
  const domains = { ...PLAIN_AUDIT, domains: new Set(['acme.example']) };
  const administrators = {
    fewest: 1,
    most: 3,
    people: new Set(['a@acme.example']),
    breakGlass: new Set<string>(),
  };
  const privileged = { groups: groupsOf(aGroup('Developers', { privileged: true })), audit: domains };
  const askedFor = (parts: Parts) =>
    [
      ...namelessMembers(
        anAudit({
          ...parts,
          organization: { ...privileged, ...parts.organization },
          snapshot: {
            ...inGroup({
              m1: 'user',
              d1: 'directory-user',
              x1: 'unknown',
              g1: 'directory-group',
              r1: 'robot',
              a1: 'application',
            }),
            administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['admin'])),
            ...parts.snapshot,
          },
        }),
      ),
    ].toSorted();

  it.each<[string, Parts, readonly string[]]>([
    ['whoever may be a person, in every privileged group', {}, ['admin', 'd1', 'm1', 'x1']],
    [
      'nobody in a group that is not privileged',
      { organization: { groups: groupsOf(aGroup('Developers')) } },
      ['admin'],
    ],
    ['nobody while the list of users is unknown', { snapshot: { users: UNKNOWN } }, []],
    [
      'not whom the ledger knows',
      { expected: { people: [aPerson(), aPerson({ memberId: undefined })] } },
      ['admin', 'd1', 'x1'],
    ],
    [
      'not whom the list of users names, but one without an address',
      {
        snapshot: {
          users: known(
            new Map([
              ['m1', aUser('m1')],
              ['d1', aUser('d1', { email: undefined })],
            ]),
          ),
        },
      },
      ['admin', 'd1', 'x1'],
    ],
    ['not whom the policy names', { snapshot: told({ 'a@acme.example': 'admin' }) }, ['d1', 'm1', 'x1']],
    [
      'not whom the policy protects',
      { organization: { protectedPrincipals: new Set(['admin', 'd1']) } },
      ['m1', 'x1'],
    ],
    [
      'only administrators where no domain is named, and nothing of administrators',
      { organization: { audit: PLAIN_AUDIT } },
      ['admin'],
    ],
    [
      'only administrators where only they are named',
      { organization: { audit: { ...PLAIN_AUDIT, administrators } } },
      ['admin'],
    ],
    [
      'nobody where anybody may administer',
      {
        organization: { audit: { ...PLAIN_AUDIT, administrators: { ...administrators, people: undefined } } },
      },
      [],
    ],
  ])('are %s', (_who, parts, ids) => {
    expect(askedFor(parts)).toEqual(ids);
  });
});
