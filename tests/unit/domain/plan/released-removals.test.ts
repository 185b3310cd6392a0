import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { statesOfReleased } from '../../../../shared/domain/plan/released-removals';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, timelineOf } from '../../../fixtures/builders/worker-events';

const IT = { department: 'IT' };
const organization = anOrganization({ birthright: [aBirthrightLine('it', IT, 'Dev')] });
const hold: Hold = {
  hash: 'h',
  state: 'released',
  guards: [],
  removals: [{ groupId: 'g', groupName: 'Dev', personKey: 'p', memberId: 'm', why: ['left'] }],
  heldAtMs: 10,
  expiresAtMs: 1_000,
  releasedBy: 'olga',
  releasedAtMs: 20,
};
const started = joined({ saidAt: 1, attributes: IT });

describe('a released removal', () => {
  it.each([true, false])('of somebody who left before and stays away is as it was (over: %p)', (isOver) => {
    expect(statesOf([started, left({ saidAt: 5 })], isOver)).toEqual([isOver ? 'as-released' : 'unknown']);
  });

  it.each([true, false])(
    'of somebody who was hired again and left after the release is changed (over: %p)',
    (isOver) => {
      const again = joined({ saidAt: 30, attributes: IT });
      expect(statesOf([started, left({ saidAt: 5 }), again, left({ saidAt: 40 })], isOver)).toEqual([
        'changed',
      ]);
    },
  );
});

it.each<[string, string, boolean, readonly string[], string]>([
  ['who wants the group by its name of today', 'g', false, ['coders'], 'changed'],
  ['who wants another group', 'other', false, ['coders'], 'as-released'],
  ['who had it by its name of today since, and lost it', 'g', true, [], 'changed'],
])('a released removal of somebody %s', (_what, groupId, isRevoked, wanted, expected) => {
  const grants = [aGrant({ group: 'Coders', groupId, occurredAtMs: 30, validFromMs: 30 })];
  const revocations = isRevoked ? [aRevocation({ group: 'Coders', occurredAtMs: 50 })] : [];
  const more = { grants, revocations };
  const [at] = statesOf([joined({ saidAt: 1, attributes: {} })], false, { more, wanted, isOpen: false });
  expect(at).toBe(expected);
});

function statesOf(
  statements: readonly Statement[],
  isOver: boolean,
  {
    more = {},
    wanted = [],
    isOpen = true,
  }: Readonly<{ more?: Partial<PersonLedger>; wanted?: readonly string[]; isOpen?: boolean }> = {},
): readonly string[] {
  const ledger = aPersonLedger({ timeline: timelineOf(...statements), ...more });
  return statesOfReleased({ groups: [], hash: 'h' }, hold, {
    organization,
    nowMs: 100,
    ledgers: new Map([['p', ledger]]),
    wanted: new Map([['p', new Set(wanted)]]),
    over: new Set(isOver ? ['p'] : []),
    identities: new Map([['p', { kind: 'resolved', id: 'm', checkedAtMs: 0 }]]),
    open: new Set(isOpen ? ['p'] : []),
  });
}
