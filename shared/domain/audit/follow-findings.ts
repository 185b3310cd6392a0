import type { Finding, FindingRecord } from './finding';

/** What became of each finding since the last audit: same id, same finding. Findings of parts that are unknown today are kept as they are. */
export function followFindings(
  before: readonly FindingRecord[],
  found: readonly Finding[],
  nowMs: number,
  isUnknown: (finding: Finding) => boolean,
): readonly FindingRecord[] {
  const earlier = new Map(before.map((record) => [record.id, record]));
  const today = new Set(found.map((finding) => finding.id));
  return [
    ...found.map((finding): FindingRecord => {
      const known = earlier.get(finding.id);
      return {
        ...finding,
        state: known === undefined ? 'new' : known.state === 'fixed' ? 'reopened' : 'open',
        firstSeenMs: known?.firstSeenMs ?? nowMs,
        lastSeenMs: nowMs,
      };
    }),
    ...before
      .filter((record) => !today.has(record.id))
      .map((record): FindingRecord => {
        if (isUnknown(record) || record.state === 'fixed') return record;
        return { ...record, state: 'fixed', fixedAtMs: nowMs };
      }),
  ];
}
