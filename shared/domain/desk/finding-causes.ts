import { hashOf } from '../canonical-json-hash';
import { SEVERITIES, type Severity } from '../audit/check-catalog-entry';
import type { CheckId } from '../audit/check-catalog';
import type { FindingRecord } from '../audit/finding';
import type { HeldRemoval } from '../plan/hold';

/**
 * Why findings belong together. `hold`: what one guard stopped; `actor`: what one actor did at one time; `before`: what the first audit
 * found that was there already; `check`: the same fault, in one group where there is one.
 */
type CauseKind =
  | Readonly<{ kind: 'hold'; hash: string; people: number }>
  | Readonly<{ kind: 'actor'; actor: string; atMs: number }>
  | Readonly<{ kind: 'before'; check: CheckId; atMs: number }>
  | Readonly<{ kind: 'check'; check: CheckId; group: string | undefined }>;

/** Findings of one cause, the worst first. `key` is the same as long as the cause is. */
export type FindingCause = Readonly<{
  key: string;
  cause: CauseKind;
  severity: Severity;
  /** When the newest of them was seen first, epoch milliseconds. */
  newestMs: number;
  findings: readonly FindingRecord[];
}>;

type SeenWith = Readonly<{
  /** What waits for a release. */
  holds: ReadonlyArray<Readonly<{ hash: string; removals: readonly HeldRemoval[] }>>;
  /** When the first audit of the organization ended; undefined: there was none. */
  firstAuditMs: number | undefined;
}>;

/** One who changes many memberships does so within minutes. */
const TOGETHER_MS = 10 * 60_000;

/** Puts findings together by what caused them: the worst cause first, of one severity the newest. */
export function findingCauses(findings: readonly FindingRecord[], seen: SeenWith): readonly FindingCause[] {
  const causeOf = createCauseOf(findings, seen);
  const byKey = new Map<string, Readonly<{ cause: CauseKind; findings: FindingRecord[] }>>();
  for (const finding of findings) {
    const cause = causeOf(finding);
    const key = keyOf(cause);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { cause, findings: [finding] });
    else known.findings.push(finding);
  }
  return [...byKey].map(([key, one]) => toCause(key, one)).toSorted(worstFirst);
}

/** Names a cause in an address or a form. */
export function idOfCause({ key }: Pick<FindingCause, 'key'>): string {
  return hashOf(key).slice(0, 16);
}

function toCause(
  key: string,
  { cause, findings }: Readonly<{ cause: CauseKind; findings: readonly FindingRecord[] }>,
): FindingCause {
  const sorted = findings.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || b.firstSeenMs - a.firstSeenMs || (a.id < b.id ? -1 : 1),
  );
  const newestMs = sorted.reduce((newest, { firstSeenMs }) => Math.max(newest, firstSeenMs), 0);
  return { key, cause, severity: sorted[0]?.severity ?? 'low', newestMs, findings: sorted };
}

function worstFirst(a: FindingCause, b: FindingCause): number {
  return rankOf(a) - rankOf(b) || b.newestMs - a.newestMs || (a.key < b.key ? -1 : 1);
}

function rankOf({ severity }: Pick<FindingCause, 'severity'>): number {
  return SEVERITIES.indexOf(severity);
}

function createCauseOf(
  findings: readonly FindingRecord[],
  { holds, firstAuditMs }: SeenWith,
): (finding: FindingRecord) => CauseKind {
  const held = new Map<string, CauseKind>();
  for (const { hash, removals } of holds) {
    const people = new Set(removals.map(({ memberId }) => memberId)).size;
    const cause = { kind: 'hold', hash, people } as const;
    held.set(hash, cause);
    for (const { groupId, memberId } of removals) held.set(`${groupId}/${memberId}`, cause);
  }
  const beganMs = beginningsOfActs(findings);
  return ({ id, check, subject, firstSeenMs, attribution, remediation }) => {
    const { plan = '', groupId = '', memberId = '' } = subject;
    const isHeld = check === 'plan-held' || remediation?.status === 'held';
    const hold = isHeld ? (held.get(plan) ?? held.get(`${groupId}/${memberId}`)) : undefined;
    if (hold !== undefined) return hold;
    if (attribution?.kind === 'known')
      return { kind: 'actor', actor: attribution.actor, atMs: beganMs.get(id) ?? attribution.atMs };
    if (firstAuditMs !== undefined && firstSeenMs <= firstAuditMs)
      return { kind: 'before', check, atMs: firstSeenMs };
    return { kind: 'check', check, group: subject['group'] };
  };
}

/** When the act began that a finding is of, by the id of the finding: what one actor did without a longer break is one act. */
function beginningsOfActs(findings: readonly FindingRecord[]): ReadonlyMap<string, number> {
  const acts = findings.flatMap(({ id, attribution }) =>
    attribution?.kind === 'known' ? [{ id, actor: attribution.actor, atMs: attribution.atMs }] : [],
  );
  const last = new Map<string, Readonly<{ beganMs: number; atMs: number }>>();
  const began = new Map<string, number>();
  for (const { id, actor, atMs } of acts.toSorted((a, b) => a.atMs - b.atMs)) {
    const before = last.get(actor);
    const beganMs = before !== undefined && atMs - before.atMs <= TOGETHER_MS ? before.beganMs : atMs;
    last.set(actor, { beganMs, atMs });
    began.set(id, beganMs);
  }
  return began;
}

function keyOf(cause: CauseKind): string {
  const parts =
    cause.kind === 'hold'
      ? ['hold', cause.hash]
      : cause.kind === 'check'
        ? ['check', cause.check, cause.group ?? null]
        : cause.kind === 'actor'
          ? ['actor', cause.actor, cause.atMs]
          : ['before', cause.check, cause.atMs];
  return JSON.stringify(parts);
}
