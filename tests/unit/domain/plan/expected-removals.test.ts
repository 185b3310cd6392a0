import { describe, expect, it } from '@jest/globals';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { countElsewhere, expectedRemovals } from '../../../../shared/domain/plan/expected-removals';
import type { GroupMode } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

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

function expectedIn(modes: Readonly<Record<string, GroupMode>>, ledger: PersonLedger): readonly string[] {
  const organization = anOrganization({
    groups: groupsOf(...Object.entries(modes).map(([name, mode]) => aGroup(name, { mode }))),
    birthright: [{ name: 'all', when: new Map(), groups: ['wanted'] }],
  });
  const access = personAccess(ledger, organization, NOW_MS);
  const removals = expectedRemovals({ personKey: 'p', ledger, access, cause: 'hr' }, organization);
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
    expect(expectedIn(MODES, mover)).toEqual(['id of additive', 'id of owned']);
    const standing = applied.map((membership) => ({ ...membership, origin: 'standing' }) as const);
    expect(expectedIn(MODES, { ...mover, applied: standing })).toEqual(['id of owned']);
  });

  it('are counted as the guards look at them', () => {
    const removal = (groupId: string, cause: string) => ({ groupId, cause, personKey: 'p' });
    const counted = countElsewhere([removal('g', 'hr'), removal('h', 'hr'), removal('g', 'jira')]);
    expect(counted.all).toBe(3);
    expect([...counted.forCause]).toEqual([
      ['hr', 2],
      ['jira', 1],
    ]);
    expect([...counted.inGroup]).toEqual([
      ['g', 2],
      ['h', 1],
    ]);
  });
});
