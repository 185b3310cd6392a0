import { expect, it } from '@jest/globals';
import { tryAll } from './try-all';

it('finds and names what somebody changes in storage, by the application and by the other verifier', async () => {
  const told: string[] = [];
  const figures = await tryAll({ from: 1, runs: 100 }, (text) => told.push(text));
  expect(told).toEqual([]);
  expect(figures).toMatchObject({ tried: 100, unnoticed: 0, misnamed: 0 });
}, 120_000);
