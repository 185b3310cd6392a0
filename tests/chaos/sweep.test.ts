import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../sandbox/azurite';
import { FIXED_STORIES } from './fixed-stories';
import { openEmulatedStorage, openMemoryStorage, type OpenStorage } from './history-storage';
import { play } from './play';
import { openStage } from './stage';
import { sweep } from './sweep';
import type { StepFault } from './turns';

const stories = Object.entries(FIXED_STORIES);
/** Here some of the steps; `npm run chaos -- --sweep` takes them all. */
const faults: readonly StepFault[] = ['crash-after', 'fail-before', 'fail-after', 'twice', 'lose-lease'];

let stage: Awaited<ReturnType<typeof openStage>>;
let azurite: Azurite;
let opened = 0;
const openAzurite: OpenStorage = () => {
  opened += 1;
  return openEmulatedStorage(azurite, `c${opened}`);
};

beforeAll(async () => {
  [stage, azurite] = await Promise.all([openStage(), startAzurite()]);
}, 180_000);
afterAll(async () => {
  await Promise.all([stage.close(), azurite.close()]);
});

describe.each(stories)('when %s', (_title, story) => {
  it.each(faults)(
    'ends as agreed when a step meets the fault %s',
    async (fault) => {
      const stride = fault === 'crash-after' ? 5 : 19;
      const swept = await sweep({ stage, open: openMemoryStorage, story, fault, stride });
      expect(swept.violations).toEqual([]);
      expect(swept.played).toBeGreaterThan(1);
    },
    120_000,
  );

  it('takes the same steps over the storage emulator as over tables in memory', async () => {
    const emulated = await play(story, { stage, storage: openAzurite() });
    const inMemory = await play(story, { stage, storage: openMemoryStorage() });
    expect(emulated.violations).toEqual([]);
    expect(emulated.steps).toEqual(inMemory.steps);
  }, 180_000);
});

it('ends as agreed over the storage emulator, killed at a few steps', async () => {
  for (const [, story] of stories) {
    const swept = await sweep({ stage, open: openAzurite, story, fault: 'crash-after', stride: 29 });
    expect(swept.violations).toEqual([]);
    expect(swept.played).toBeGreaterThan(1);
  }
}, 180_000);
