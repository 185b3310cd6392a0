import { createHash } from 'node:crypto';
import type { EvidenceHead, EvidenceRecord } from '../ledger/evidence';
import type { Subject } from '../ledger/subject';
import type { EvidenceKey } from './evidence-keys';
import { recordInLog, type LogEntry } from './log-entry';

/** What the log has of a subject by one key, in a few bytes however many entries there are. */
export type EntriesDigest = Readonly<{
  /** The numbers of the first entry, and the highest. */
  first: number;
  last: number;
  count: number;
  digest: string;
}>;

/** The digest with one entry more. */
export function digestEntry(
  known: EntriesDigest | undefined,
  { seq, record }: Pick<LogEntry, 'seq' | 'record'>,
): EntriesDigest {
  return {
    first: known?.first ?? seq,
    last: Math.max(known?.last ?? 0, seq),
    count: (known?.count ?? 0) + 1,
    digest: createHash('sha256')
      .update(`${known?.digest ?? ''}\n${seq}\n${record}`)
      .digest('base64'),
  };
}

/**
 * Whether the log has the first records of a subject, each once and in order, and as many as the places say that were read before its
 * entries and after. `digests` are by the id of the key.
 */
export function isAsLogged(
  keys: readonly Pick<EvidenceKey, 'id' | 'log'>[],
  subject: Pick<Subject, 'kind' | 'key'>,
  records: readonly EvidenceRecord[],
  log: Readonly<{
    digests: ReadonlyMap<string, EntriesDigest>;
    before: Pick<EvidenceHead, 'seq'> | undefined;
    after: Pick<EvidenceHead, 'seq'> | undefined;
  }>,
): boolean {
  const parts = keys
    .flatMap((key) => {
      const known = log.digests.get(key.id);
      return known === undefined ? [] : [{ key, known }];
    })
    .toSorted((a, b) => a.known.first - b.known.first);
  let end = 0;
  for (const { key, known } of parts) {
    const own = records.slice(end, known.last);
    if (known.first !== end + 1 || known.count !== known.last - end || own.length !== known.count)
      return false;
    const expected = own.reduce<EntriesDigest | undefined>(
      (digest, { seq, hash }) => digestEntry(digest, { seq, record: recordInLog(key, subject, hash) }),
      undefined,
    );
    if (expected?.digest !== known.digest) return false;
    end = known.last;
  }
  return log.after !== undefined && (log.before?.seq ?? 0) <= end && end <= log.after.seq;
}
