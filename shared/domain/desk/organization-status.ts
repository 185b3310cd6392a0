import { openCount, type AuditSummary } from '../audit/audit-summary';
import type { Known } from '../audit/snapshot';
import { DAY_MS } from '../durations';
import { pauseInWords, type PauseShown } from '../pause';
import type { RollOut } from './roll-out';

/** A check of readiness that failed, by its name. */
type ReadinessFault = Readonly<{ name: string; code: string; problem?: string | undefined }>;

/** How an organization stands, from what is stored. A part that could not be read, or not in time, is unknown. */
export type OrganizationStatus = Readonly<{
  organization: string;
  /** Epoch milliseconds. */
  atMs: number;
  /** `atMs`: when the checks were made, which is not for every question anew. */
  readiness: Known<Readonly<{ atMs: number; checks: number; faults: readonly ReadinessFault[] }>>;
  /** `onRecord`: the version in force, where that is not the one of this process. `elsewhere`: files of other deployments on this storage, which do nothing. */
  policy: Readonly<{
    hash: string;
    sinceMs: Known<number | null>;
    standing: Known<
      Readonly<{
        onRecord?:
          | Readonly<{
              hash: string;
              number?: number | undefined;
              sinceMs?: number | undefined;
              file?: string | undefined;
            }>
          | undefined;
        elsewhere: ReadonlyArray<
          Readonly<{ hash: string; origin: Readonly<{ name: string }>; sinceMs: number }>
        >;
      }>
    >;
  }>;
  /** null: nobody paused it. */
  pause: Known<PauseShown | null>;
  rollOut: RollOut;
  /** null: no audit has ended yet. */
  audit: Known<AuditSummary | null>;
  holds: Known<Readonly<{ count: number; removals: number }>>;
  deadDeliveries: Known<number>;
  refusedChanges: Known<number>;
  /** `isMore`: among the newest that were looked at are these, and older ones may be. */
  requestsPending: Known<Readonly<{ count: number; isMore: boolean }>>;
  /** Calls to UiPath that this app may make now. */
  callsLeft: Known<Readonly<{ GET: number; PUT: number }>>;
}>;

/** Audits are nightly: of an older one something is wrong. */
const AUDIT_OLD_MS = 2 * DAY_MS;

/** What a person has to see to, in words; nothing where all is well. What is unknown is to be seen to as well. */
export function whatToSeeTo(status: OrganizationStatus): readonly string[] {
  const {
    readiness,
    pause,
    rollOut,
    audit,
    holds,
    deadDeliveries,
    refusedChanges,
    callsLeft,
    requestsPending,
  } = status;
  const unknown = Object.entries({
    readiness,
    pause,
    observed: rollOut.observedSinceMs,
    nights: rollOut.nights,
    sources: rollOut.sources,
    audit,
    holds,
    deadDeliveries,
    refusedChanges,
    callsLeft,
    requestsPending,
  }).flatMap(([part, known]) =>
    known.kind === 'unknown' ? [`${WORDS[part] ?? part} cannot be told now (${known.code})`] : [],
  );
  return [
    ...(pause.kind === 'known' && pause.value !== null
      ? [...pauseInWords(pause.value), 'to end the pause: access resume']
      : []),
    ...(readiness.kind === 'known' && readiness.value.faults.length > 0
      ? [`not ready: ${readiness.value.faults.map(({ name }) => name).join(', ')}`]
      : []),
    ...(audit.kind === 'known' ? whyAudit(audit.value, status.atMs) : []),
    // In observe none can be released.
    ...(holds.kind === 'known' && holds.value.count > 0 && rollOut.mode === 'enforce'
      ? [
          `${countOf(holds.value.count, 'hold')} ${holds.value.count === 1 ? 'waits' : 'wait'} for a release: access holds`,
        ]
      : []),
    ...(deadDeliveries.kind === 'known' && deadDeliveries.value > 0
      ? [`${countOf(deadDeliveries.value, 'dead delivery', 'dead deliveries')}: access dead-letters list`]
      : []),
    ...(refusedChanges.kind === 'known' && refusedChanges.value > 0
      ? [`${countOf(refusedChanges.value, 'refused change')}: access dead-letters list`]
      : []),
    ...whyPolicy(status.policy.standing),
    ...unknown,
  ];
}

function whyPolicy(standing: OrganizationStatus['policy']['standing']): readonly string[] {
  if (standing.kind === 'unknown') return [];
  const { onRecord, elsewhere } = standing.value;
  return [
    ...(onRecord === undefined ? [] : ['another version of the policy is in force: access doctor']),
    ...(elsewhere.length === 0
      ? []
      : ['another deployment on this storage has a policy that is not in force: access doctor']),
  ];
}

const WORDS: Readonly<Record<string, string>> = {
  pause: 'whether it is paused',
  observed: 'since when it is in observe',
  nights: 'how many audits there were',
  sources: 'how its sources fare',
  deadDeliveries: 'dead deliveries',
  refusedChanges: 'refused changes',
  callsLeft: 'the quota',
  requestsPending: 'pending requests',
};

function whyAudit(audit: AuditSummary | null, nowMs: number): readonly string[] {
  if (audit === null) return ['no audit has ended yet'];
  const open = openCount(audit);
  return [
    ...(open > 0 ? [`${countOf(open, 'open finding')} of the last audit`] : []),
    ...(audit.unknown > 0 ? [`the last audit could not read ${countOf(audit.unknown, 'part')}`] : []),
    ...(nowMs - audit.takenAtMs > AUDIT_OLD_MS ? ['the last audit is older than two days'] : []),
  ];
}

/** A number with its word. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
