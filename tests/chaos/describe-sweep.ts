import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../sandbox/azurite';
import { FIXED_STORIES } from './fixed-stories';
import { openEmulatedStorage, openHistoryInMemory, type OpenStorage } from './history-storage';
import { play, type Played } from './play';
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
const LIMIT_MS = 900_000;

/**
 * The steps in their order. Those at deliveries without one, as the timer looks at the sources side by side, and those that bring records
 * into the log: their order is the storage's.
 */
function stepsOf({
  steps,
}: Pick<Played, 'steps'>): Readonly<Record<'inOrder' | 'inAnyOrder', readonly string[]>> {
  const named = steps.map(({ actor, what }) => `${actor}: ${what}`);
  const isSideBySide = (step: string): boolean =>
    /: (deliveries|evidence) |: ledger (getEntity|listEntities)/.test(step);
  return {
    inOrder: named.filter((step) => !isSideBySide(step)),
    inAnyOrder: named.filter(isSideBySide).toSorted(),
  };
}

/**
 * Plays histories written by hand with each fault at every so many of their steps, and some of it over the storage emulator. A crash is
 * what a writer meets most often.
 */
export function describeSweep(
  titles: readonly string[],
  { strideOfCrashes, strideOfOthers }: Readonly<Record<'strideOfCrashes' | 'strideOfOthers', number>>,
): void {
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
        const stride = fault === 'crash-after' ? strideOfCrashes : strideOfOthers;
        const swept = await sweep({ stage, open: openHistoryInMemory, story, fault, stride });
        expect(swept.violations).toEqual([]);
        expect(swept.played).toBeGreaterThan(20 / stride);
      },
      LIMIT_MS,
    );

    it(
      'takes the same steps over the storage emulator as over tables in memory',
      async () => {
        const emulated = await play(story, { stage, storage: openAzurite() });
        const inMemory = await play(story, { stage, storage: openHistoryInMemory() });
        expect(emulated.violations).toEqual([]);
        expect(stepsOf(emulated)).toEqual(stepsOf(inMemory));
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
