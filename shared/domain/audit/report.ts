import type { RecordedPolicyChange } from '../policy-version';
import { describeCheck } from './check-catalog';
import type { CheckEntry } from './check-catalog-entry';
import type { PauseShown } from '../pause';
import { isOpen, type FindingRecord } from './finding';
import type { WaiverReach } from './waiver';

/** What an audit says of one organization on one night. Stored as JSON, its hash is in the evidence. */
export type AuditReport = Readonly<{
  schemaVersion: 1;
  /** Alias. */
  organization: string;
  /** The minute of the timer in UTC, such as `202611210200`; with its seconds for a further audit in one minute. */
  night: string;
  /** First and last read. */
  startedAtMs: number;
  takenAtMs: number;
  policyHash: string;
  /** The policy had the organization in observe: no plan of a finding was carried out. Since when, where that is known, epoch milliseconds. */
  observed?: Readonly<{ sinceMs?: number }>;
  /** Somebody had paused the organization: what is wrong may only wait for the end of that. */
  paused?: PauseShown;
  /** `red`: something is open or unknown. */
  result: 'green' | 'red';
  /** What could not be read, and the code of the failure. */
  unknown: ReadonlyArray<Readonly<{ part: string; code: string }>>;
  looked: Readonly<{
    groups: number;
    members: number;
    people: number;
    rules: number;
    policyEntities: number;
    /** Left out where the policy does not have them read, or they could not be. */
    applications?: number;
    robots?: number;
  }>;
  /** Calls to UiPath by HTTP method. */
  calls: Readonly<Record<string, number>>;
  /** Checks of the policy, by `own:<name>`. */
  ownChecks: Readonly<Record<string, CheckEntry>>;
  /** The catalogue entry of every check with a finding, by its id. Reports of older versions have none. */
  checks?: Readonly<Record<string, CheckEntry>>;
  /** In every state, those that were fixed too. */
  findings: readonly FindingRecord[];
  previousNight?: string;
  /** The signed head of the organization's evidence, as it was that night (C2SP tlog-checkpoint). */
  checkpoint?: string;
  /** The latest versions of the policy that came into force for the organization, the oldest first: of earlier nights too. */
  policyChanges?: readonly RecordedPolicyChange[];
  /** The waivers of the policy, where it has some: those that ended or match nothing too. */
  waivers?: readonly WaiverReach[];
}>;

/** The part that is unknown where another version of the policy was in force, so that a night looked at nothing. */
export const NOT_JUDGED = { part: 'policy', code: 'policy-not-in-force' } as const;

/** False where a night looked at nothing. */
export function isJudged({ unknown }: Pick<AuditReport, 'unknown'>): boolean {
  return unknown.every(({ part, code }) => part !== NOT_JUDGED.part || code !== NOT_JUDGED.code);
}

/** The words of the checks that have a finding. */
export function checksOf(
  findings: readonly FindingRecord[],
  ownChecks: AuditReport['ownChecks'],
): Readonly<Record<string, CheckEntry>> {
  const found = [...new Set(findings.map(({ check }) => check))].toSorted();
  return Object.fromEntries(found.map((check) => [check, describeCheck(check, ownChecks)]));
}

/** What is different between two nights. */
export type ReportDifference = Readonly<{
  appeared: readonly FindingRecord[];
  fixed: readonly FindingRecord[];
  reopened: readonly FindingRecord[];
  waived: readonly FindingRecord[];
  stillOpen: number;
  /** Versions of the policy that came into force since. */
  policyChanges: readonly RecordedPolicyChange[];
}>;

/** Compares two nights, which need not follow each other. Without an earlier one everything open has appeared. */
export function compareReports(before: AuditReport | undefined, after: AuditReport): ReportDifference {
  const earlier = new Map(before?.findings.map((record) => [record.id, record]));
  const later = new Map(after.findings.map((record) => [record.id, record]));
  const open = after.findings.filter(isOpen);
  return {
    appeared: open.filter(({ id }) => !earlier.has(id)),
    reopened: open.filter(({ id }) => earlier.has(id) && !wasOpen(earlier.get(id))),
    waived: after.findings.filter(
      ({ id, state }) => state === 'waived' && earlier.get(id)?.state !== 'waived',
    ),
    fixed: [...earlier.values()]
      .filter(({ state }) => state !== 'fixed')
      .flatMap((record) => {
        const now = later.get(record.id);
        return now === undefined
          ? [{ ...record, state: 'fixed' as const }]
          : now.state === 'fixed'
            ? [now]
            : [];
      }),
    stillOpen: open.filter(({ id }) => wasOpen(earlier.get(id))).length,
    policyChanges: policyChangesSince(before, after),
  };
}

/** By the numbers of their records: whatever the clock did. */
function policyChangesSince(
  before: AuditReport | undefined,
  { policyChanges = [] }: AuditReport,
): readonly RecordedPolicyChange[] {
  const known = before?.policyChanges?.at(-1)?.seq ?? 0;
  return policyChanges.filter(({ seq }) => seq > known);
}

function wasOpen(record: FindingRecord | undefined): boolean {
  return record !== undefined && isOpen(record);
}
