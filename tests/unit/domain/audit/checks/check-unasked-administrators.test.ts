import { describe, expect, it } from '@jest/globals';
import type { MemberKind } from '../../../../../shared/domain/member-kind';
import type { OperationalState } from '../../../../../shared/domain/audit/operational-state';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import { runAllChecks } from '../../../../../shared/domain/audit/checks/run-all-checks';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import type { OrganizationPolicy } from '../../../../../shared/domain/policy';
import {
  anAudit,
  aSnapshotGroup,
  aUser,
  DAY_MS,
  known,
  NOW_MS,
  policyOf,
  UNKNOWN,
} from '../../../../fixtures/builders/audits';
import { PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

type Members = Readonly<Record<string, MemberKind>>;
type Earlier = OperationalState['administrators'];
type Parts = Readonly<{
  members?: Members | undefined;
  organization?: Partial<OrganizationPolicy>;
  earlier?: Earlier;
  snapshot?: Partial<Snapshot>;
}>;

const names = (name: string): Pick<Snapshot, 'groupNames'> => ({
  groupNames: known(new Map([[ADMINISTRATORS_GROUP_ID, { name, builtIn: true }]])),
});
const was = (memberId: string, goneMs?: number): Earlier[number] => ({
  memberId,
  name: `${memberId}@a`,
  goneMs,
});
const found = ({ members, organization = {}, earlier = [], snapshot = {} }: Parts): readonly string[] =>
  runAllChecks(
    anAudit({
      organization,
      operations: { administrators: earlier },
      snapshot: {
        ...names('Administrators'),
        administrators:
          members === undefined ? UNKNOWN : known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, members)),
        groups: new Map(),
        users: known(new Map([['ana', aUser('ana')]])),
        directory: known({
          administratorIds: undefined,
          addresses: known(new Map([['bob', 'bob@partner.example']])),
          names: new Map([
            ['crew', 'Platform Crew'],
            ['app', 'Deployer'],
            ['self', 'access-functions'],
          ]),
          own: { memberId: 'self', name: 'access-functions' },
        }),
        robots: known(new Map([['r1', 'invoices']])),
        ...snapshot,
      },
    }),
  )
    .filter(({ check, subject }) =>
      /^administrator-|^machine-|check:/.test(`${check} ${subject['part'] ?? ''}`),
    )
    .map(({ check, subject }) => [check, ...Object.values(subject)].join(' '))
    .toSorted((a, b) => (a < b ? -1 : 1));

const NOW = new Date(NOW_MS).toISOString();
const ana = { ana: 'user' } as const;

describe('administrators whom the policy says nothing of', () => {
  it('are each a finding by name: people, groups, robots and applications', () => {
    const kinds: Members = {
      ...ana,
      bob: 'directory-user',
      crew: 'directory-group',
      r1: 'robot-account',
      app: 'application',
      odd: 'unknown',
    };
    expect(found({ members: kinds })).toEqual([
      'administrator-unagreed ana ana@acme.example',
      'administrator-unagreed bob bob@partner.example',
      'administrator-unagreed crew Platform Crew directory-group',
      'administrator-unagreed odd',
      'machine-in-privileged-group administrators app Deployer application',
      'machine-in-privileged-group administrators r1 invoices robot-account',
    ]);
  });

  it.each<[string, Parts, readonly string[]]>([
    ['nobody', { members: {} }, []],
    ['this application itself', { members: { self: 'application' } }, []],
    ['this application under its client id', { members: { own: 'application' } }, []],
    [
      'an id that the policy protects',
      {
        members: { ...ana, app: 'application' },
        organization: { protectedPrincipals: new Set(['ana', 'app']) },
      },
      [],
    ],
    [
      'members of a group that the policy lists',
      { members: ana, organization: policyOf('Administrators'), earlier: [was('bob')] },
      [],
    ],
    [
      'members of a group that the policy lists under its own name',
      { members: ana, organization: policyOf('Administratoren'), snapshot: names('Administratoren') },
      [],
    ],
    [
      'members of another group of the name',
      { members: ana, organization: policyOf('Administrators'), snapshot: names('Administratoren') },
      ['administrator-unagreed ana ana@acme.example'],
    ],
    ['anybody while the list is unknown', { earlier: [was('bob'), was('cara', NOW_MS - DAY_MS)] }, []],
    ['anybody while no group has a name', { members: ana, snapshot: { groupNames: UNKNOWN } }, []],
    [
      'whom the policy asks about',
      {
        members: ana,
        earlier: [was('bob')],
        organization: {
          audit: {
            ...PLAIN_AUDIT,
            administrators: { fewest: 1, most: 9, people: undefined, breakGlass: new Set() },
          },
        },
      },
      [],
    ],
  ])('are not found so: %s', (_whom, parts, findings) => {
    expect(found(parts)).toEqual(findings);
  });

  it.each<[string, Parts, readonly string[]]>([
    ['since the last audit', { members: {}, earlier: [was('bob')] }, [`administrator-gone bob bob@a ${NOW}`]],
    [
      'without a name',
      { members: {}, earlier: [{ memberId: 'bob', name: undefined, goneMs: undefined }] },
      [`administrator-gone bob ${NOW}`],
    ],
    [
      'for a week',
      { members: {}, earlier: [was('bob', NOW_MS - 7 * DAY_MS + 1)] },
      [`administrator-gone bob bob@a ${new Date(NOW_MS - 7 * DAY_MS + 1).toISOString()}`],
    ],
    ['for longer than that', { members: {}, earlier: [was('bob', NOW_MS - 7 * DAY_MS)] }, []],
    [
      'and back',
      { members: ana, earlier: [was('ana', NOW_MS - DAY_MS)] },
      ['administrator-unagreed ana ana@acme.example'],
    ],
    ['not at all', { members: ana, earlier: [was('ana')] }, ['administrator-unagreed ana ana@acme.example']],
    ['at a time that nobody can read', { members: {}, earlier: [was('bob', Number.NaN)] }, []],
  ])('are gone %s', (_when, parts, findings) => {
    expect(found(parts)).toEqual(findings);
  });
});
