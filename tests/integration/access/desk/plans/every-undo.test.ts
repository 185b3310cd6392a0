import { describe, expect, it } from '@jest/globals';
import { withoutFaults } from '../../remediation-world';
import { useWorlds } from '../../world';
import { undoHistories } from './undo-histories';

const begin = withoutFaults(useWorlds());

describe('access undo', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('brings UiPath back in 25 random histories of seed %i', async (seed) => {
    const { before, after } = await undoHistories(await begin(), 25, seed);
    expect(before).toHaveLength(25);
    expect(after).toEqual(before);
  });
});
