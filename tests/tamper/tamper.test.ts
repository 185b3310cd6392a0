import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { tryAll } from './try-all';

it('finds and names what somebody changes in storage, by the application and by the other verifier', async () => {
  const told: string[] = [];
  const figures = await tryAll({ from: 1, runs: 100 }, (text) => told.push(text));
  expect(told).toEqual([]);
  expect(figures).toMatchObject({ tried: 100, unnoticed: 0, misnamed: 0 });
}, 120_000);

it('has another verifier that can be read as a whole', () => {
  expect(readFileSync('scripts/verify-evidence.mjs', 'utf8').split('\n').length - 1).toBeLessThan(150);
});
