import type { Clock } from '../../clock';
import type { FindingRecord } from '../../domain/audit/finding';
import type { FindingStore } from '../../storage/findings';
import { createRecent } from './recently-read';

/**
 * The findings of an organization for pages that show a few of thousands: as they were some seconds ago, or as they are since this process
 * wrote one. `findings` is the store to write with.
 */
export function createRecentFindings(
  store: FindingStore,
  clock: Clock,
): Readonly<{
  findings: FindingStore;
  recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
}> {
  const recent = createRecent(store.list, clock, { freshMs: 10_000, toldMs: 300_000 });
  return {
    findings: {
      ...store,
      save: async (alias, some) => {
        await store.save(alias, some);
        recent.forget(alias);
      },
    },
    recentFindings: async (alias) => (await recent.read(alias))?.value ?? [],
  };
}
