import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEventKind } from '../domain/ledger/worker-event';

const kinds = ['joiner', 'mover', 'leaver'] as const;

/** What an event is about, by the policy first and then by the format; undefined: nothing that concerns access. */
export function workerKindOf(
  name: string | undefined,
  events: ReadonlyMap<string, WorkerEventKind>,
  mapping: SourceMapping,
): WorkerEventKind | undefined {
  if (name === undefined) return undefined;
  const own = mapping.events.get(name);
  return own === undefined ? events.get(name) : kinds.find((kind) => kind === own);
}
