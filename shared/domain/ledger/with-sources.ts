import type { EvidenceRecord } from './evidence';
import type { PersonLedger } from './person-ledger';

/** True for a ledger of the form before worker records: nobody noted who said what. */
export function lacksSources({ timeline }: PersonLedger): boolean {
  return timeline.some(({ source }) => source === undefined);
}

/**
 * A ledger of the earlier form with the source of each word, as the evidence tells it. The one worker id that it knew is that of all
 * words where one source said them all. A word that no evidence tells of stays one of every record.
 */
export function withSources(
  ledger: PersonLedger,
  records: ReadonlyArray<Pick<EvidenceRecord, 'kind' | 'facts'>>,
  isOfAccounts: (source: string) => boolean,
): PersonLedger {
  const sources = new Map<unknown, string>();
  for (const { kind, facts } of records)
    if (kind === 'worker-event' && typeof facts['source'] === 'string')
      sources.set(facts['eventId'], facts['source']);
  const isOfOne = new Set(ledger.timeline.map(({ id }) => sources.get(id))).size === 1;
  const timeline = ledger.timeline.map((word) => {
    const source = word.source ?? sources.get(word.id);
    if (word.source !== undefined || source === undefined) return word;
    if (isOfAccounts(source)) return { ...word, source, of: 'account' as const };
    return isOfOne && ledger.workerId !== undefined
      ? { ...word, source, workerId: ledger.workerId }
      : { ...word, source };
  });
  return { ...ledger, timeline };
}
