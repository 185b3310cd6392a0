import { unitKeyOf, type Backoff } from '../../shared/domain/plan/backoff';
import type { BackoffStore } from '../../shared/storage/backoffs';

/** Backoffs of one organization in memory; `rows` shows them. */
export function createBackoffs(): BackoffStore & Readonly<{ rows: ReadonlyMap<string, Backoff> }> {
  const rows = new Map<string, Backoff>();
  return {
    rows,
    list: async () => [...rows.values()],
    put: async (_organization, backoff) => {
      rows.set(unitKeyOf(backoff.unit), backoff);
    },
    remove: async (_organization, unit) => {
      rows.delete(unitKeyOf(unit));
    },
  };
}
