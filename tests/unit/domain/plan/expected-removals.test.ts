import { describe, expect, it } from '@jest/globals';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import {
  expectedRemovals,
  noteLeft,
  notePlanned,
  type RemovalsLeft,
} from '../../../../shared/domain/plan/expected-removals';
import type { DecidedCase } from '../../../../shared/domain/plan/membership-plan';
import type { GroupMode, OrganizationPolicy } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const NOW_MS = 1_000;

const says = (kind: 'joiner' | 'leaver'): PersonLedger['timeline'][number] => ({
  id: kind,
  kind,
  occurredAtMs: 1,
  effectiveAtMs: 1,
  attributes: {},
});
const seen = (groupName: string, origin: AppliedMembership['origin'] = 'applied'): AppliedMembership => ({
  groupId: `id of ${groupName}`,
  groupName,
  origin,
  sinceMs: 0,
});

const aCase = (personKey: string): DecidedCase => ({
  personKey,
  addresses: [`${personKey}@acme.example`],
  memberId: `id of ${personKey}`,
  want: false,
  have: true,
  leaving: true,
  applied: undefined,
  why: ['left'],
  decision: 'remove',
});

function expectedIn(modes: Readonly<Record<string, GroupMode>>, ledger: PersonLedger): readonly string[] {
  const organization = anOrganization({
    groups: groupsOf(...Object.entries(modes).map(([name, mode]) => aGroup(name, { mode }))),
    birthright: [{ name: 'all', when: new Map(), groups: ['wanted'] }],
  });
  const access = personAccess(ledger, organization, NOW_MS);
  const removals = expectedRemovals({ personKey: 'p', ledger, access, cause: 'hr' }, organization, NOW_MS);
  expect(removals.every(({ personKey, cause }) => personKey === 'p' && cause === 'hr')).toBe(true);
  return removals.map(({ groupId }) => groupId);
}

const MODES = { wanted: 'additive', additive: 'additive', owned: 'authoritative', seen: 'observe' } as const;
const applied = Object.keys(MODES).map((name) => seen(name));

describe('removals to expect', () => {
  it('of a leaver are all that the ledger knows, wherever it came from, but for what is only observed', () => {
    const leaver = aPersonLedger({
      timeline: [says('leaver')],
      applied: [...applied, seen('standing', 'standing'), seen('unmanaged')],
    });
    expect(expectedIn(MODES, leaver)).toEqual(
      ['wanted', 'additive', 'owned', 'standing', 'unmanaged'].map((name) => `id of ${name}`),
    );
  });

  it('of whoever stays are those without a reason that this application may take away', () => {
    const mover = aPersonLedger({ timeline: [says('joiner')], applied: [...applied, seen('unmanaged')] });
    expect(expectedIn(MODES, mover)).toEqual(['id of additive', 'id of owned', 'id of unmanaged']);
    const standing = applied.map((membership) => ({ ...membership, origin: 'standing' }) as const);
    expect(expectedIn(MODES, { ...mover, applied: standing })).toEqual(['id of owned']);
  });

  it('of whom this app put into a group that the policy does not name have the policy as their cause, but for a grant that ended', () => {
    const given = { ...seen('unmanaged'), by: 'grant' } as const;
    const mover = aPersonLedger({
      timeline: [says('joiner')],
      applied: [
        given,
        { ...seen('another'), by: 'birthright' },
        { ...seen('granted'), by: 'grant' },
        seen('there before', 'standing'),
      ],
      grants: [aGrant({ group: 'Granted' })],
    });
    const organization = anOrganization({ groups: groupsOf(aGroup('wanted')) });
    const access = personAccess(mover, organization, NOW_MS);
    const person = { personKey: 'p', ledger: mover, access, cause: 'hr', byPolicy: 'edit' };
    const removals = expectedRemovals(person, organization, NOW_MS);
    expect(removals.map(({ groupId, cause }) => [groupId, cause])).toEqual([
      ['id of unmanaged', 'hr'],
      ['id of another', 'edit'],
      ['id of granted', 'edit'],
    ]);
  });

  it.each<[string, Partial<OrganizationPolicy>]>([
    ['a protected principal', { protectedPrincipals: new Set(['id of p']) }],
    [
      'a protected member of the group',
      { groups: groupsOf(aGroup('owned', { protectedMembers: new Set(['p@acme.example']) })) },
    ],
  ])('are none of %s', (_who, policy) => {
    const identity = { kind: 'resolved', id: 'id of p', checkedAtMs: 0 } as const;
    const timeline = [says('leaver')];
    const ledger = aPersonLedger({ email: 'P@acme.example', identity, timeline, applied: [seen('owned')] });
    const access = personAccess(ledger, anOrganization(policy), NOW_MS);
    const person = { personKey: 'p', ledger, access, cause: 'hr' };
    expect(expectedRemovals(person, anOrganization(policy), NOW_MS)).toEqual([]);
    expect(expectedRemovals(person, anOrganization(), NOW_MS)).toHaveLength(1);
  });

  it('after a pass are those of whoever is deferred that it did not decide', () => {
    const organization = anOrganization();
    const ledger = aPersonLedger({ timeline: [says('leaver')], applied: [seen('g'), seen('h')] });
    const access = personAccess(ledger, organization, NOW_MS);
    const people = ['planned', 'deferred'].map((personKey) => ({ personKey, ledger, access, cause: 'hr' }));
    const decided = people.map(({ personKey }) => aCase(personKey));
    const groups = [{ groupId: 'id of g', name: 'g', decided }];
    const left: RemovalsLeft = new Map(['planned', 'deferred', 'later'].map((key) => [key, undefined]));
    notePlanned(left, people, { groups }, new Set(['deferred']), { organization, nowMs: NOW_MS });
    const ofDeferred = { groupId: 'id of h', personKey: 'deferred', cause: 'hr' };
    expect([...left]).toMatchObject([
      ['later', undefined],
      ['deferred', [ofDeferred]],
    ]);
    const [expected] = left.get('deferred') ?? [];
    expect([0, 1].map((ms) => expected?.isLater(ms))).toEqual([true, false]);
    const again = { ...ofDeferred, groupId: 'id of g' };
    noteLeft(left, [again]);
    expect(left.get('deferred')).toMatchObject([ofDeferred, again]);
  });
});
