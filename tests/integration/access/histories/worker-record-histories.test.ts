import { describe, expect, it } from '@jest/globals';
import { useWorlds, type World } from '../world';
import { dateOf, DAY_MS, firstDayMs, playHistory, SEED, type Said, type Word } from './history';
import { WORKER_RECORD_HISTORIES } from './worker-record-histories';

const begin = useWorlds();
const requests = { approvers: ['ben.lead@acme.example'] };
const policy = {
  leaver: { groups: 'managed' },
  groups: {
    Developers: {},
    Users: {},
    Finance: { requests },
    Treasury: { privileged: true, requests: { ...requests, longestDays: 90 } },
  },
  sources: { agency: { secret: 's' }, core: { secret: 's', leaving: 'person' } },
};

/** Says a word in the standard contract, at the time of its day, whenever it arrives. */
async function sayInContract(world: World, { day, says, record, on, email, department, source }: Said) {
  const saidAtMs = Math.min(world.engine.clock.now(), firstDayMs + day * DAY_MS + 8 * 3_600_000 + 60_000);
  const about = {
    saidAtMs,
    source: source ?? 'standard',
    worker: record === '' ? {} : { workerId: record },
  };
  if (says === 'leaves')
    return world.leaves(email, {
      ...about,
      ...(on === undefined ? { immediate: true } : { lastWorkingDay: dateOf(on) }),
    });
  const attributes = { department: department ?? 'Automation' };
  const effectiveAt = on === undefined ? {} : { effectiveAt: `${dateOf(on)}T00:00:00Z` };
  return says === 'joins'
    ? world.joins(email, { ...about, attributes, ...effectiveAt })
    : world.moves(email, { ...about, attributes, ...effectiveAt });
}

describe.each(WORKER_RECORD_HISTORIES.map((history) => [history.number, history.title, history] as const))(
  'history %s: %s',
  (_number, _title, history) => {
    it('ends with what is right, and the audit says so', async () => {
      const world = await begin({ policy, seed: SEED });
      const { at, findings } = await playHistory(world, history, sayInContract);
      expect({ at, findings }).toEqual({ at: history.at, findings: history.findings ?? [] });
    });

    it.each([
      ['backwards', (words: readonly Word[]) => words.toReversed()],
      [
        'with the first word last',
        ([first, ...others]: readonly Word[]) => [...others, ...(first === undefined ? [] : [first])],
      ],
    ] as const)('ends so too when all of it arrives late, %s', async (_order, inOrder) => {
      const world = await begin({ policy, seed: SEED });
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
