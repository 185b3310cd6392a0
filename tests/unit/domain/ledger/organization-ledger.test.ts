import { describe, expect, it } from '@jest/globals';
import {
  isLeftByObserve,
  isPolicyFollowed,
  NEW_ORGANIZATION_LEDGER,
  withMode,
} from '../../../../shared/domain/ledger/organization-ledger';

describe('the mode on record', () => {
  it('says since when the organization is in observe, however many versions say it', () => {
    const first = withMode(NEW_ORGANIZATION_LEDGER, 'observe', 5);
    expect(withMode(first, 'observe', 9)).toEqual(first);
    expect(first).toMatchObject({ observedSinceMs: 5, wasObserved: true });
  });

  it('keeps that everybody is to be planned again until that was done, also where observe comes and goes', () => {
    const observed = withMode(
      { ...NEW_ORGANIZATION_LEDGER, policyHash: 'a', policyFollowed: 'a' },
      'observe',
      5,
    );
    const enforced = withMode(observed, 'enforce', 6);
    const again = withMode(withMode(enforced, 'observe', 7), 'enforce', 8);
    expect([observed, enforced, again].map(isLeftByObserve)).toEqual([false, true, true]);
    expect([observed, enforced, again].map(isPolicyFollowed)).toEqual([true, false, false]);
    expect(enforced).not.toHaveProperty('observedSinceMs');
  });
});
