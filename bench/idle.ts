import { sweepDueAndPendingWork } from '../shared/access/sweep-due-and-pending-work';
import { rounded, scaled, type Benchmark } from './benchmark';
import { startEngine } from './engine';
import { everyTick } from './schedule';
import { createWorkforce, seedOf } from './workforce';
import { HOUR_MS } from '../shared/domain/durations';

const FULL_ORGANIZATIONS = 10;

/** An hour in which nothing happens. */
export const idle: Benchmark = {
  name: 'idle',
  about: 'An hour with nothing to do: calls to UiPath and storage transactions of the timer for due work',
  targets: [{ figure: 'uipathCallsPerHour', atMost: 0 }],
  run: async ({ size, progress }) => {
    const organizations = Array.from(
      { length: scaled(FULL_ORGANIZATIONS, size, 1) },
      (_, index) => `idle-${index + 1}`,
    );
    const workforce = createWorkforce({ people: 10, groups: 5, groupsEach: 1 });
    const engine = await startEngine({
      organizations: organizations.map((alias) => seedOf(alias, workforce)),
      policy: { organizations, workforce },
    });
    try {
      const startMs = engine.clock.now();
      // The first tick makes tables and reads the policy: once in the life of a process.
      await sweepDueAndPendingWork(engine.app);
      const storageBefore = engine.storage.count();
      const ticks = everyTick(engine.app.config.dueWorkSchedule, startMs, startMs + HOUR_MS);
      for (const atMs of ticks) {
        engine.clock.moveTo(atMs);
        await sweepDueAndPendingWork(engine.app);
        await engine.work();
      }
      progress(`${ticks.length} ticks`);
      const storageCalls = engine.storage.count() - storageBefore;
      return {
        organizations: organizations.length,
        ticksPerHour: ticks.length,
        uipathCallsPerHour: engine.uipath.requests().length,
        storageCallsPerHour: storageCalls,
        storageCallsPerOrganizationAndTick: rounded(storageCalls / ticks.length / organizations.length, 2),
      };
    } finally {
      await engine.close();
    }
  },
};
