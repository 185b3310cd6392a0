import type { HistoryStorage } from './history-storage';
import { createRequestIndex } from '../../shared/storage/request-index';
import type { Body } from './story';
import { ALIAS } from './test-organization';

/** What may be refused: an extension of nothing, and what was over when it came. */
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
      UNDERSTOOD.has(entry.refusal) && (entry.refusal === 'already-ended' || body.action.kind === 'extend');
    if (!isUnderstood) violations.push(`request ${body.id} was refused: ${entry.refusal}`);
  }
  return { refused, violations };
}
