import { workerJoined } from '../sandbox/events';
import { mapConcurrently } from '../shared/map-concurrently';
import { emptyPersonLedger } from '../shared/domain/ledger/person-ledger';
import { personKey } from '../shared/domain/person-key';
import {
  percentile,
  rounded,
  scaled,
  type Benchmark,
  type BenchmarkContext,
  type Figures,
} from './benchmark';
import { withEngine, type Engine } from './engine';
import { play } from './timeline';
import { createWorkforce, seedOf, type Workforce } from './workforce';
import { DAY_MS } from '../shared/domain/durations';

const ALIAS = 'growth';
const LEVELS = [1_000, 10_000, 100_000] as const;
/** Events measured at each level, after some that warm the process up. */
const FULL_EVENTS = 100;
const FULL_WARM_UP = 40;
const FILL_WIDTH = 32;
const BETWEEN_EVENTS_MS = 400_000;
const LONGEST_MS = 365 * DAY_MS;

type Level = Readonly<{ ms: number; calls: number; bytes: number }>;

/** The same event costs the same, however many people the ledger holds. */
export const growth: Benchmark = {
  name: 'growth',
  about: 'Work per event, from the webhook to the membership, with more and more people in the ledger',
  targets: [{ figure: 'growthRatio', atMost: 1.5 }],
  run: async (context) => {
    const { warmUp, events } = countsAt(context.size);
    const workforce = createWorkforce({
      people: warmUp + LEVELS.length * events,
      groups: 40,
      groupsEach: 3,
    });
    const options = {
      organizations: [seedOf(ALIAS, workforce)],
      policy: { organizations: [ALIAS], workforce },
    };
    return withEngine(options, async (engine) => measure(engine, workforce, context));
  },
};

async function measure(
  engine: Engine,
  { people }: Workforce,
  { size, progress }: BenchmarkContext,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  const levels: Level[] = [];
  let filled = 0;
  const { warmUp, events } = countsAt(size);
  await playOneByOne(engine, people.slice(0, warmUp));
  for (const [index, level] of LEVELS.entries()) {
    const target = scaled(level, size, 10 * (index + 1));
    await fill(engine, filled, target, progress);
    filled = target;
    const first = warmUp + index * events;
    const found = await playOneByOne(engine, people.slice(first, first + events));
    progress(`${found.ms} ms and ${found.calls} storage calls per event with ${target} people`);
    figures[`people${level}`] = target;
    figures[`msPerEvent${level}`] = found.ms;
    figures[`storageCallsPerEvent${level}`] = found.calls;
    figures[`heapBytesPerEvent${level}`] = found.bytes;
    levels.push(found);
  }
  const [smallest, largest] = [levels.at(0), levels.at(-1)];
  if (smallest === undefined || largest === undefined) throw new Error('Nothing was measured');
  const timeRatio = rounded(largest.ms / smallest.ms);
  const callsRatio = rounded(largest.calls / smallest.calls);
  return { ...figures, timeRatio, callsRatio, growthRatio: Math.max(timeRatio, callsRatio) };
}

function countsAt(size: number): Readonly<{ warmUp: number; events: number }> {
  return { warmUp: scaled(FULL_WARM_UP, size, 3), events: scaled(FULL_EVENTS, size, 5) };
}

/** Ledgers straight into the store: this is what is there already, not what is measured. */
async function fill(
  { app }: Engine,
  from: number,
  to: number,
  progress: (line: string) => void,
): Promise<void> {
  const indexes = Array.from({ length: to - from }, (_, index) => from + index);
  await mapConcurrently(indexes, FILL_WIDTH, async (index) => {
    const email = `colleague.${index}@bench.example`;
    const subject = { organization: ALIAS, kind: 'person', key: personKey(email) } as const;
    await app.ledger.write(subject, emptyPersonLedger(email), undefined, []);
    if (index > 0 && index % 10_000 === 0) progress(`${index} people in the ledger`);
  });
}

/** Each event alone and to its end, a window after the one before, so that nothing waits for anything else. */
async function playOneByOne(engine: Engine, people: Workforce['people']): Promise<Level> {
  const milliseconds: number[] = [];
  const callsBefore = engine.storage.count();
  const heapBefore = process.memoryUsage().heapUsed;
  for (const { email, attributes } of people) {
    const startMs = performance.now();
    await engine.post(workerJoined(email, attributes));
    await engine.work();
    await play(engine, [], LONGEST_MS);
    milliseconds.push(performance.now() - startMs);
    engine.clock.moveTo(engine.clock.now() + BETWEEN_EVENTS_MS);
  }
  return {
    ms: rounded(percentile(milliseconds, 50), 1),
    calls: rounded((engine.storage.count() - callsBefore) / people.length, 1),
    bytes: Math.round((process.memoryUsage().heapUsed - heapBefore) / people.length),
  };
}
