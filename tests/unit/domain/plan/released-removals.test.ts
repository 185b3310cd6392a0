import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { statesOfReleased } from '../../../../shared/domain/plan/released-removals';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';
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

function statesOf(statements: readonly Statement[], isOver: boolean): readonly string[] {
  const ledger = aPersonLedger({ timeline: timelineOf(...statements) });
  return statesOfReleased({ groups: [], hash: 'h' }, hold, {
    organization,
    nowMs: 100,
    ledgers: new Map([['p', ledger]]),
    wanted: new Map([['p', new Set()]]),
    over: new Set(isOver ? ['p'] : []),
    identities: new Map([['p', { kind: 'resolved', id: 'm', checkedAtMs: 0 }]]),
    open: new Set(['p']),
  });
}
