import { describe, expect, it } from '@jest/globals';
import { createStringInterner } from '../../../shared/domain/intern-strings';

describe('one copy of equal texts', () => {
  it('says the same', () => {
    const internString = createStringInterner();
    expect(['developers', 'finance', 'developers', ''].map(internString)).toEqual([
      'developers',
      'finance',
      'developers',
      '',
    ]);
  });
});
