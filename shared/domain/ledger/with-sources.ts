import type { EvidenceRecord } from './evidence';
import type { PersonLedger } from './person-ledger';
import type { Statement } from './statement';

/** True for a ledger of the form before worker records: nobody noted who said what. */
export function lacksSources({ timeline }: PersonLedger): boolean {
  return timeline.some(({ source }) => source === undefined);
}

/** True for a ledger of an earlier form: of a word that names no record, who said it or under which address is not noted. */
export function isOfEarlierForm(ledger: PersonLedger): boolean {
  return lacksSources(ledger) || ledger.timeline.some(lacksAddress);
}

function lacksAddress({ of, under, workerId }: Statement): boolean {
  return under === undefined && (of !== undefined || workerId === undefined);
}

type KnownOfLedger = Readonly<{
  /** The key of the ledger, which is that of its first address. */
  key: string;
  records: ReadonlyArray<Pick<EvidenceRecord, 'kind' | 'facts'>>;
  isOfAccounts: (source: string) => boolean;
}>;

/**
 * A ledger of the earlier form with the source of each word, as the evidence tells it. The one worker id that it knew is that of all
 * words where one source said them all. A word that no evidence tells of stays one of every record. What names no record was said
 * under the address that was the person then.
 */
export function withSources(
  ledger: PersonLedger,
  { key, records, isOfAccounts }: KnownOfLedger,
): PersonLedger {
  const sources = new Map<unknown, string>();
  for (const { kind, facts } of records)
    if (kind === 'worker-event' && typeof facts['source'] === 'string')
      sources.set(facts['eventId'], facts['source']);
  const isOfOne = new Set(ledger.timeline.map(({ id }) => sources.get(id))).size === 1;
  const withSource = (word: Statement): Statement => {
    const source = word.source ?? sources.get(word.id);
    if (word.source !== undefined || source === undefined) return word;
    if (isOfAccounts(source)) return { ...word, source, of: 'account' };
    return isOfOne && ledger.workerId !== undefined
      ? { ...word, source, workerId: ledger.workerId }
      : { ...word, source };
  };
  const timeline = ledger.timeline
    .map(withSource)
    .map((word) => (lacksAddress(word) ? { ...word, under: key } : word));
  return { ...ledger, timeline };
}
