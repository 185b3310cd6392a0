import { describe, expect, it } from '@jest/globals';
import { createOneCopy } from '../../../shared/domain/intern-strings';

describe('one copy of equal texts', () => {
  it('says the same', () => {
    const oneCopy = createOneCopy();
    expect(['developers', 'finance', 'developers', ''].map(oneCopy)).toEqual([
      'developers',
      'finance',
      'developers',
      '',
    ]);
  });
});
