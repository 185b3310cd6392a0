import type { HistoryStorage } from './history-storage';
import { createRequestIndex } from '../../shared/storage/request-index';
import type { Body } from './story';
import { ALIAS } from './test-organization';

/** What may be refused: an extension of nothing, what was over when it came, and what is for somebody who had left. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['nothing-to-extend', 'already-ended']);

/** The answers that requesters got. An accepted request has one, and only understood refusals are right. */
export async function refusalsIn(
  storage: HistoryStorage,
  accepted: readonly Body[],
): Promise<Readonly<{ refused: ReadonlySet<string>; violations: readonly string[] }>> {
  const index = createRequestIndex(storage);
  const refused = new Set<string>();
  const violations: string[] = [];
  for (const body of accepted) {
    if (!('ticket' in body)) continue;
    const entry = await index.get(ALIAS, `standard/${body.id}`);
    if (entry === undefined) violations.push(`request ${body.id} has no status`);
    if (entry?.refusal === undefined) continue;
    refused.add(body.id);
    const isUnderstood =
      entry.refusal === 'person-has-left'
        ? 'person' in body.action && hasEverLeft(accepted, body.action.person)
        : UNDERSTOOD.has(entry.refusal) &&
          (entry.refusal === 'already-ended' || body.action.kind === 'extend');
    if (!isUnderstood) violations.push(`request ${body.id} was refused: ${entry.refusal}`);
  }
  return { refused, violations };
}

/** Whether a leaving was told of the human who has this address, under any address and worker id that belong together. */
function hasEverLeft(accepted: readonly Body[], address: string): boolean {
  const words = accepted.flatMap((body) => ('worker' in body ? [body] : []));
  const known = new Set([address]);
  for (let before = 0; before !== known.size;) {
    before = known.size;
    for (const { worker } of words) {
      const names = [worker.email, ...(worker.workerId === undefined ? [] : [`#${worker.workerId}`])];
      if (names.some((name) => known.has(name))) for (const name of names) known.add(name);
    }
  }
  return words.some(({ type, worker }) => type === 'worker.left' && known.has(worker.email));
}
