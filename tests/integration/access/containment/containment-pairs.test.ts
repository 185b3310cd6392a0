import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStage } from '../../../chaos/stage';
import { A_PAIR_OF_EACH, ALONE } from './containment-cases';
import { playFaults } from './play-faults';

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
});

it.each(ALONE)('serves everybody else, is seen and converges: a fault that $title', async ({ lasting }) => {
  expect(await playFaults(stage, lasting)).toEqual([]);
});

it.each(A_PAIR_OF_EACH)(
  'serve everybody else, are seen and converge: two faults that $title',
  async ({ lasting }) => {
    expect(await playFaults(stage, lasting)).toEqual([]);
  },
);
