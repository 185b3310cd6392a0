import { describe, expect, it } from '@jest/globals';
import {
  ADMINISTRATORS_GROUP_ID,
  EVERYONE_GROUP_ID,
  hardStopOf,
  type HardStop,
  type HardStopRules,
} from '../../../../shared/domain/plan/hard-stops';

const rules: HardStopRules = {
  ownIds: new Set(['self']),
  protectedIds: new Set(['robot']),
  protectedMembers: new Map([['g1', new Set(['owner@example.com'])]]),
  administratorsLeft: 1,
};
const change = (memberId: string, want = false, ...addresses: readonly string[]) => ({
  memberId,
  addresses,
  want,
});

describe('what no ledger, policy or ticket can bring about (peribolos, k8s.io)', () => {
  it.each<[string, string, ReturnType<typeof change>, Partial<HardStopRules>, HardStop | undefined]>([
    ['an ordinary removal goes through', 'g1', change('m1'), {}, undefined],
    ['Everyone is not added to', EVERYONE_GROUP_ID, change('m1', true), {}, 'everyone-is-implicit'],
    ['Everyone is not removed from', EVERYONE_GROUP_ID, change('m1'), {}, 'everyone-is-implicit'],
    ['the application does not remove itself', 'g1', change('self'), {}, 'own-identity'],
    ['the application may be added', 'g1', change('self', true), {}, undefined],
    ['a protected principal is not removed', 'g1', change('robot'), {}, 'protected-principal'],
    ['a protected principal may be added', 'g1', change('robot', true), {}, undefined],
    [
      'a protected member stays, however the address is written',
      'g1',
      change('m1', false, ' Owner@Example.COM '),
      {},
      'protected-principal',
    ],
    [
      'a protected member of one group is not protected in another',
      'g2',
      change('m1', false, 'owner@example.com'),
      {},
      undefined,
    ],
    [
      'the last administrator stays',
      ADMINISTRATORS_GROUP_ID,
      change('m1'),
      { administratorsLeft: 0 },
      'last-administrator',
    ],
    ['an administrator may go while one stays', ADMINISTRATORS_GROUP_ID, change('m1'), {}, undefined],
    [
      'an administrator may be added when none would be left',
      ADMINISTRATORS_GROUP_ID,
      change('m1', true),
      { administratorsLeft: 0 },
      undefined,
    ],
    [
      'the last administrator may leave another group',
      'g1',
      change('m1'),
      { administratorsLeft: 0 },
      undefined,
    ],
  ])('%s', (_case, groupId, member, overrides, expected) => {
    expect(hardStopOf(groupId, member, { ...rules, ...overrides })).toBe(expected);
  });

  it('knows the ids that UiPath gives its built-in groups', () => {
    expect([EVERYONE_GROUP_ID, ADMINISTRATORS_GROUP_ID]).toEqual([
      'ce684f6f-5af3-4e43-8516-1adad6e98fc9',
      '35551807-06b1-4cda-90a1-2fb84851eee7',
    ]);
  });
});
