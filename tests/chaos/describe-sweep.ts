import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../sandbox/azurite';
import { FIXED_STORIES } from './fixed-stories';
import { openEmulatedStorage, openMemoryStorage, type OpenStorage } from './history-storage';
import { play } from './play';
import { openStage } from './stage';
import { sweep } from './sweep';
import type { StepFault } from './turns';

const FAULTS: readonly StepFault[] = [
  'crash-after',
  'fail-before',
  'fail-after',
  'twice',
  'lose-lease',
  'jump-clock',
];
const LIMIT_MS = 300_000;

/** Plays histories written by hand with each fault at each of their steps, and some of it over the storage emulator. */
export function describeSweep(titles: readonly string[]): void {
  const stories = Object.entries(FIXED_STORIES).filter(([title]) => titles.includes(title));
  let stage: Awaited<ReturnType<typeof openStage>>;
  let azurite: Azurite;
  let opened = 0;
  const openAzurite: OpenStorage = () => {
    opened += 1;
    return openEmulatedStorage(azurite, `c${opened}`);
  };

  beforeAll(async () => {
    [stage, azurite] = await Promise.all([openStage(), startAzurite()]);
  }, LIMIT_MS);
  afterAll(async () => {
    await Promise.all([stage.close(), azurite.close()]);
  });

  it('has the histories', () => {
    expect(stories).toHaveLength(titles.length);
  });

  describe.each(stories)('when %s', (_title, story) => {
    it.each(FAULTS)(
      'ends as agreed whichever step meets the fault %s',
      async (fault) => {
        const swept = await sweep({ stage, open: openMemoryStorage, story, fault });
        expect(swept.violations).toEqual([]);
        expect(swept.played).toBeGreaterThan(20);
      },
      LIMIT_MS,
    );

    it(
      'takes the same steps over the storage emulator as over tables in memory',
      async () => {
        const emulated = await play(story, { stage, storage: openAzurite() });
        const inMemory = await play(story, { stage, storage: openMemoryStorage() });
        expect(emulated.violations).toEqual([]);
        expect(emulated.steps).toEqual(inMemory.steps);
      },
      LIMIT_MS,
    );

    it(
      'ends as agreed over the storage emulator, killed at a few steps',
      async () => {
        const swept = await sweep({ stage, open: openAzurite, story, fault: 'crash-after', stride: 29 });
        expect(swept.violations).toEqual([]);
        expect(swept.played).toBeGreaterThan(1);
      },
      LIMIT_MS,
    );
  });
}
