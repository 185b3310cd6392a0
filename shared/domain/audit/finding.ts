import { hashOf } from '../canonical-json-hash';
import type { DecidedBy } from '../decider';
import type { RuleOrEntryChange } from '../plan/remediation-change-of-rule-or-entry';
import { describeCheck, type CheckId } from './check-catalog';
import type { Severity } from './check-catalog-entry';
import { DAY_MS } from '../durations';

/** What a finding is about, by names and ids. */
export type FindingSubject = Readonly<Record<string, string>>;

/** One audit result. The id is the same every night for the same fault. */
export type Finding = Readonly<{
  id: string;
  check: CheckId;
  severity: Severity;
  subject: FindingSubject;
}>;

/** `waived`: a person accepted it for a time. A waiver that ended makes the finding `reopened`, as one that came back. */
export type FindingState = 'new' | 'open' | 'reopened' | 'waived' | 'fixed';

/**
 * Who caused a finding, by UiPath's audit log. `certainty` is absent where the event names the subject by id, and
 * `likely` where it names it by a word that no other actor's event fits. `why`, where no actor is known, is a stable
 * word; `text` explains it, `code` is that of a failure.
 */
export type Attribution =
  | Readonly<{
      kind: 'known';
      actor: string;
      atMs: number;
      client?: string;
      eventId?: string;
      certainty?: 'likely';
    }>
  | Readonly<{ kind: 'unknown'; why: string; text?: string; code?: string }>;

/** A change of memberships, in directory ids. */
type MembershipRemediation = Readonly<{
  kind?: 'membership';
  group: string;
  groupId?: string;
  add: readonly string[];
  remove: readonly string[];
}>;

/**
 * The change that would remediate a finding. `failed`: it was released before and not carried out, because of a hard
 * stop, a refusal by UiPath, or facts that had changed.
 */
export type Remediation = Readonly<{
  planHash: string;
  /** `observed`: the policy would have released it by itself, and has the organization in observe. */
  status: 'proposed' | 'applied' | 'held' | 'observed';
  failed?: Readonly<{ atMs: number; because: string }>;
}> &
  (MembershipRemediation | Readonly<{ kind: 'change'; change: RuleOrEntryChange }>);

/** True for a remediation that a person may release. */
export function isReleasable({ status }: Pick<Remediation, 'status'>): boolean {
  return status === 'proposed' || status === 'observed';
}

/**
 * Why a finding has no remediation: a person has to decide first, it is done by hand elsewhere, it ends by itself, or
 * it is planned once something else has happened.
 */
export type NoPlan = Readonly<{ kind: 'decision' | 'by-hand' | 'by-itself' | 'not-now'; why: string }>;

/** A finding over the nights. */
export type FindingRecord = Finding &
  Readonly<{
    state: FindingState;
    firstSeenMs: number;
    lastSeenMs: number;
    /** Start of the present occurrence, where it was fixed in between. */
    seenSinceMs?: number;
    /** Start of the last audit that looked for it without finding it; absent where none is known. */
    notSeenAtMs?: number;
    fixedAtMs?: number;
    /** `acceptedBy`: who signed for it; the policy, or a person. Earlier versions did not keep it here. */
    waiver?: Readonly<{
      reason: string;
      owner: string;
      ticket: string;
      untilMs: number;
      acceptedBy?: DecidedBy;
    }>;
    attribution?: Attribution;
    remediation?: Remediation;
    noPlan?: NoPlan;
  }>;

/** True while the finding waits for a person. */
export function isOpen({ state }: Pick<FindingRecord, 'state'>): boolean {
  return state === 'new' || state === 'open' || state === 'reopened';
}

/** Retention of a fixed finding, in days; one that comes back later is a new one. */
const FIXED_DAYS = 90;

/** True for a fixed finding whose retention is over. */
export function isForgotten(
  { state, fixedAtMs, lastSeenMs }: Pick<FindingRecord, 'state' | 'fixedAtMs' | 'lastSeenMs'>,
  nowMs: number,
): boolean {
  return state === 'fixed' && nowMs - (fixedAtMs ?? lastSeenMs) > FIXED_DAYS * DAY_MS;
}

/** A finding about `subject`, which makes its id. `words` are shown beside it and may differ from night to night. */
export function createFinding(
  organization: string,
  check: CheckId,
  subject: FindingSubject,
  words: Readonly<Record<string, string>> = {},
): Finding {
  return {
    id: hashOf([organization, check, subject]).slice(0, 16),
    check,
    severity: describeCheck(check).severity,
    subject: { ...subject, ...words },
  };
}
