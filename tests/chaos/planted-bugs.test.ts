import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FIXED_STORIES } from './fixed-stories';
import { openHistoryInMemory } from './history-storage';
import { makeStory } from './make-story';
import { PLANTED_BUGS, underBug } from './planted-bugs';
import { PLANTED_STANDING_BUGS } from './planted-standing-bugs';
import { play } from './play';
import { openStage } from './stage';

const FEW_SEEDS = 6;
/** A mistake is to be found within so many seeds; without it the same history shows nothing. */
const MOST_SEEDS = 40;

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
});

it.each(Object.entries(PLANTED_BUGS))(
  'notices that %s',
  async (_title, planted) => {
    const storage = openHistoryInMemory;
    for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
      for (const plain of [...Object.values(FIXED_STORIES), makeStory(seed)]) {
        const story = underBug({ ...plain, seed }, planted);
        const faulty = await play(story, { stage, storage: storage(), ...planted.options });
        if (faulty.violations.length === 0) continue;
        const sound = await play(story, { stage, storage: storage() });
        expect(sound.violations).toEqual([]);
        return;
      }
    }
    throw new Error(`Not noticed with ${MOST_SEEDS} seeds`);
  },
  240_000,
);

it.each(Object.entries(PLANTED_STANDING_BUGS))(
  'notices that %s',
  async (_title, { story, bug }) => {
    for (let seed = 1; seed <= FEW_SEEDS; seed += 1) {
      const seeded = { ...story, seed };
      const faulty = await play(seeded, { stage, storage: openHistoryInMemory(), bug });
      if (faulty.violations.length === 0) continue;
      const sound = await play(seeded, { stage, storage: openHistoryInMemory() });
      expect(sound.violations).toEqual([]);
      return;
    }
    throw new Error(`Not noticed with ${FEW_SEEDS} seeds`);
  },
  240_000,
);

it('knows enough mistakes', () => {
  expect(Object.keys({ ...PLANTED_BUGS, ...PLANTED_STANDING_BUGS }).length).toBeGreaterThanOrEqual(24);
});
