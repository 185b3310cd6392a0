import { describe, expect, it } from '@jest/globals';
import { useWorlds } from '../world';
import { playHistory, SEED, type Word } from './history';
import { HISTORY_POLICY, sayInContract } from './say-in-contract';
import { WORKER_RECORD_HISTORIES } from './worker-record-histories';

const begin = useWorlds();

describe.each(WORKER_RECORD_HISTORIES.map((history) => [history.number, history.title, history] as const))(
  'history %s: %s',
  (_number, _title, history) => {
    it.each([
      ['backwards', (words: readonly Word[]) => words.toReversed()],
      ['with the first word last', (words: readonly Word[]) => [...words.slice(1), ...words.slice(0, 1)]],
      ['in its order', (words: readonly Word[]) => words],
    ] as const)('ends so too when all of it arrives late, %s', async (_order, inOrder) => {
      const world = await begin({ policy: HISTORY_POLICY, seed: SEED });
      const lastDay = Math.max(...Object.keys(history.at).map(Number));
      const late = {
        ...history,
        words: inOrder(history.words),
        at: { [lastDay]: history.at[lastDay] ?? [] },
      };
      const { at } = await playHistory(world, late, sayInContract, () => lastDay);
      expect(at).toEqual(late.at);
    });
  },
);
