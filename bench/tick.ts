import type { RecordSeal } from '../shared/domain/evidence/record-seal';
import { sandboxSeal } from '../sandbox/evidence-key';
import type { TransactionAction } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { sweepDueAndPendingWork } from '../shared/access/sweep-due-and-pending-work';
import { DAY_MS } from '../shared/domain/durations';
import { mapConcurrently } from '../shared/map-concurrently';
import { rowsOf } from '../shared/storage/delivery-rows';
import { openStorage } from '../shared/storage/storage-account';
import { rounded, scaled, type Benchmark } from './benchmark';
import { startEngine, type Engine } from './engine';
import { createWorkforce, seedOf } from './workforce';

const FEW = 1_000;
const MANY = 300_000;
const TICKS = 10;
const TICK_MS = 30_000;
/** Bodies are kept for thirty days, so that none of these is due. */
const STORED_OVER_MS = 29 * DAY_MS;
/** Two rows of each stay when it is processed, and a transaction holds a hundred. */
const TOGETHER = 50;
const INSERTS_AT_A_TIME = 4;

/** What the timer for due work costs beside what is stored. */
export const tick: Benchmark = {
  name: 'tick',
  about:
    'The timer for due work beside 1,000 and 300,000 processed deliveries, none due: storage transactions of a tick',
  targets: [{ figure: 'callsRatio', atMost: 1.2 }],
  run: async ({ size, progress }) => {
    const few = await callsPerTick(scaled(FEW, size, 10), progress);
    const many = await callsPerTick(scaled(MANY, size, 100), progress);
    return {
      callsPerTick1000: few,
      callsPerTick300000: many,
      callsRatio: rounded(many / few),
      deliveries: scaled(MANY, size, 100),
      ticks: TICKS,
    };
  },
};

async function callsPerTick(deliveries: number, progress: (line: string) => void): Promise<number> {
  const workforce = createWorkforce({ people: 10, groups: 5, groupsEach: 1 });
  const engine = await startEngine({
    organizations: [seedOf('tick', workforce)],
    policy: { organizations: ['tick'], workforce },
  });
  try {
    await store(engine, deliveries);
    progress(`${deliveries} deliveries stored`);
    // The first tick of a process makes tables, reads the policy and looks, as once an hour, for rows of an earlier version.
    await sweepDueAndPendingWork(engine.app);
    const before = engine.storage.count();
    for (let ticks = 0; ticks < TICKS; ticks += 1) {
      engine.clock.moveTo(engine.clock.now() + TICK_MS);
      await sweepDueAndPendingWork(engine.app);
      await engine.work();
    }
    progress(`${TICKS} ticks`);
    return (engine.storage.count() - before) / TICKS;
  } finally {
    await engine.close();
  }
}

/** Writes the rows that a processed delivery leaves, without processing any. */
async function store(engine: Engine, deliveries: number): Promise<void> {
  const storage = openStorage(
    { kind: 'connection-string', connectionString: engine.connectionString },
    sandboxSeal,
  );
  const table = await storage.table('deliveries');
  const starts = Array.from({ length: Math.ceil(deliveries / TOGETHER) }, (_, index) => index * TOGETHER);
  const nowMs = engine.clock.now();
  const seal = await sandboxSeal();
  await mapConcurrently(starts, INSERTS_AT_A_TIME, async (start) => {
    const length = Math.min(TOGETHER, deliveries - start);
    await table.submitTransaction(
      Array.from({ length }, (_, index) => start + index).flatMap((number) =>
        rowsLeftOf(
          number,
          nowMs - STORED_OVER_MS + Math.floor((number * (STORED_OVER_MS - DAY_MS)) / deliveries),
          seal,
        ),
      ),
    );
  });
}

function rowsLeftOf(number: number, receivedAtMs: number, seal: RecordSeal): readonly TransactionAction[] {
  const deliveryId = createHash('sha256').update(String(number)).digest('hex');
  const body = Buffer.from('{"schemaVersion":1}');
  const delivery = {
    feed: 'hr',
    source: 'standard',
    deliveryId,
    receivedAtMs,
    contentType: 'application/json',
    body,
  } as const;
  return rowsOf(delivery, seal).flatMap(([, row]): TransactionAction[] => {
    if (/^[pq]:/.test(row.rowKey)) return [];
    return [['create', row.rowKey.startsWith('d:') ? { ...row, outcome: 'recorded' } : row]];
  });
}
