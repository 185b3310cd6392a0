import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStage } from '../../../chaos/stage';
import { ALL_PAIRS } from './containment-cases';
import { playFaults } from './play-faults';

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
});

it.each(ALL_PAIRS)(
  'serve everybody else, are seen and converge: two faults that $title',
  async ({ lasting }) => {
    expect(await playFaults(stage, lasting)).toEqual([]);
  },
);
