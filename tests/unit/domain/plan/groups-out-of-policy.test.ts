import { describe, expect, it } from '@jest/globals';
import { hasLostSince } from '../../../../shared/domain/ledger/has-lost-since';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { recordRequest } from '../../../../shared/domain/ledger/record-request';
import {
  grantsOverWithGroups,
  isEndedByPolicy,
  revocationWithGroup,
  wantedGroups,
} from '../../../../shared/domain/plan/groups-out-of-policy';
import { differencesOf } from '../../../../shared/domain/plan/ledger-differences';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRequest, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, timelineOf } from '../../../fixtures/builders/worker-events';

const NOW_MS = 1_000;
const named = anOrganization({ groups: groupsOf(aGroup('Users')) });
const row = (groupName: string, more: Partial<AppliedMembership> = {}): AppliedMembership => ({
  groupId: `id of ${groupName}`,
  groupName,
  origin: 'applied',
  sinceMs: 5,
  ...more,
});
const ofDevelopers = aGrant({ groupId: 'id of Developers' });
const worker = (more: Partial<PersonLedger> = {}): PersonLedger =>
  aPersonLedger({ timeline: timelineOf(joined({ saidAt: 1 })), grants: [ofDevelopers], ...more });

describe('a group that the policy does not name any more', () => {
  it('is given by no grant, in whatever case the policy writes the others', () => {
    const ledger = worker({ grants: [ofDevelopers, aGrant({ requestId: 'R2', group: 'USERS' })] });
    const access = personAccess(ledger, named, NOW_MS);
    expect(access.reasons).toHaveLength(2);
    expect([...wantedGroups(access, named)]).toEqual(['users']);
  });

  it.each<[string, boolean, AppliedMembership | undefined, Partial<PersonLedger>]>([
    ['by a grant that runs', true, row('Developers', { by: 'grant' }), {}],
    ['by a grant that is over', false, row('Developers', { by: 'grant' }), { grants: [] }],
    ['by a birthright line', true, row('Developers', { by: 'birthright' }), { grants: [] }],
    ['by nobody knows what', true, row('Developers'), { grants: [] }],
    ['by somebody else', false, row('Developers', { origin: 'standing', by: 'grant' }), {}],
    ['by nothing known', false, undefined, {}],
    [
      'by a line, and they left',
      false,
      row('Developers', { by: 'birthright' }),
      { timeline: timelineOf(joined({ saidAt: 1 }), left({ saidAt: 2 })) },
    ],
  ])('ends for whom it was given %s: %s', (_given, expected, applied, more) => {
    const access = personAccess(worker(more), named, NOW_MS);
    expect(isEndedByPolicy(applied, access, ['Developers'])).toBe(expected);
  });

  it('explains no loss by a word while its grant runs, and one by whoever takes it back', () => {
    const since = { sinceMs: 10, nowMs: NOW_MS };
    expect(hasLostSince(worker(), named, 'Developers', since)).toBe(false);
    const revocations = [aRevocation({ occurredAtMs: 500 })];
    expect(hasLostSince(worker({ revocations }), named, 'Developers', since)).toBe(true);
  });

  it('keeps in the ledger who stood in it before, as it may come back', () => {
    const over = (ledger: PersonLedger) => {
      const access = personAccess(ledger, named, NOW_MS);
      const of = { access, wanted: wantedGroups(access, named), added: [] };
      return differencesOf(ledger, of, named).over.map(({ groupName }) => groupName);
    };
    const applied = [row('Developers', { origin: 'standing' })];
    expect(over(worker({ applied }))).toEqual([]);
    expect(over(worker({ applied, grants: [] }))).toEqual(['Developers']);
    expect(over(worker({ applied: [row('Developers')] }))).toEqual(['Developers']);
  });
});

describe('a grant of a group that left the policy', () => {
  const over = (more: Partial<PersonLedger> = {}, organization = named) =>
    grantsOverWithGroups(worker(more), organization, NOW_MS).map(({ requestId }) => requestId);

  it('is over once its person is taken out, and not before', () => {
    expect(over()).toEqual(['REQ-1']);
    expect(over({ applied: [row('Developers')] })).toEqual([]);
    expect(over({ applied: [row('Renamed', { groupId: 'id of Developers' })] })).toEqual([]);
  });

  it.each<[string, Partial<PersonLedger>]>([
    ['gave nothing yet', { grants: [aGrant()] }],
    ['is over already', { grants: [{ ...ofDevelopers, validUntilMs: NOW_MS }] }],
    ['was taken back', { revocations: [aRevocation({ occurredAtMs: 1 })] }],
  ])('that %s is left as it is', (_case, more) => {
    expect(over(more)).toEqual([]);
  });

  it('is left as it is while the policy names the group', () => {
    expect(over({}, anOrganization({ groups: groupsOf(aGroup('DEVELOPERS')) }))).toEqual([]);
  });

  it('does not come back with the group, but approved again it does', () => {
    const ended = worker({ revocations: [revocationWithGroup(ofDevelopers, NOW_MS)] });
    const again = anOrganization({ groups: groupsOf(aGroup('Developers')) });
    const groups = (ledger: PersonLedger) => [
      ...wantedGroups(personAccess(ledger, again, NOW_MS + 9), again),
    ];
    expect([groups(worker()), groups(ended)]).toEqual([['developers'], []]);
    const action = {
      kind: 'grant',
      person: 'ana.pop@example.com',
      group: 'Developers',
      validFromMs: 0,
      validUntilMs: undefined,
    } as const;
    const request = aRequest(action, { occurredAtMs: NOW_MS + 5 });
    const { ledger, outcome } = recordRequest(ended, request, 'tickets');
    expect([outcome, groups(ledger)]).toEqual(['recorded', ['developers']]);
  });
});
