import { describe, expect, it } from '@jest/globals';
import { createCachedKeyPages } from '../../../shared/storage/cache-row-keys-for-paging';

describe('keys that are forgotten while they are read', () => {
  it('are read again by the next page', async () => {
    const answers: Array<(keys: readonly string[]) => void> = [];
    const keys = createCachedKeyPages(
      async () => new Promise<readonly string[]>((resolve) => answers.push(resolve)),
      { now: () => 0 },
    );
    const first = keys.keysAt('p', 0);
    keys.forget('p');
    answers[0]?.(['before']);
    expect(await first).toEqual(['before']);
    const second = keys.keysAt('p', 1);
    answers[1]?.(['before', 'after']);
    expect(await second).toEqual(['before', 'after']);
    expect(await keys.keysAt('p', 1)).toEqual(['before', 'after']);
    expect(answers).toHaveLength(2);
  });
});
