import type { RecordedPolicyChange } from '../policy-version';
import type { FindingSubject } from './finding';
import type { EarlierAudits } from './seen-in-earlier-audits';
import type { Known, UnknownPart } from './snapshot';

/** The operational state of the application, from its storage and the vault. */
export type OperationalState = Readonly<{
  /** Changes that UiPath refused and that a person has to look at. */
  refusals: ReadonlyArray<
    Readonly<{ id: string; group: string; memberId: string; decision: 'add' | 'remove'; code: string }>
  >;
  /** Sources with deliveries that could not be processed and wait for a person. */
  deadDeliveries: ReadonlyArray<
    Readonly<{
      source: string;
      deliveries: number;
      codes: readonly string[];
      sinceMs: number;
      /** How often it, or a part of it, was refused for the causes of these, and the fields at fault. */
      refused?: number;
      fields?: readonly string[];
    }>
  >;
  holds: ReadonlyArray<Readonly<{ hash: string; removals: number; expiresAtMs: number }>>;
  /** Subjects that were marked for the writer, and since when. */
  marks: ReadonlyArray<Readonly<{ kind: string; key: string; sinceMs: number }>>;
  /** Ends of the secrets that have one, by the name in the vault. */
  secretEndsMs: Known<ReadonlyMap<string, number>>;
  /** Sources with a heartbeat in the policy, when they sent last, and of those that never did, since when the policy names them. */
  sources: ReadonlyArray<
    Readonly<{
      name: string;
      heartbeatHours: number;
      lastMs: number | undefined;
      namedMs: number | undefined;
    }>
  >;
  /** Units of the writer's work that fail, and since when. */
  failing: ReadonlyArray<
    Readonly<{ kind: string; key: string; name?: string | undefined; code: string; sinceMs: number }>
  >;
  /** What was found in this application's own evidence, and the checkpoint that was signed over it. */
  evidence: Readonly<{
    faults: ReadonlyArray<Readonly<{ subject: string; kind: string; at: number }>>;
    checkpoint?: string;
    /** The latest versions of the policy that came into force, the oldest first. */
    policyChanges?: readonly RecordedPolicyChange[];
    /** Checkpoints that the container elsewhere lacks, and why. */
    uncopied?: Readonly<{ place: string; count: number; code: string }>;
  }>;
  /** Policies that other deployments on this storage have and that are not in force. */
  policiesElsewhere?: ReadonlyArray<
    Readonly<{ hash: string; origin: Readonly<{ kind: string; name: string }>; sinceMs: number }>
  >;
  /** What of all this could not be read, and is left empty. */
  unread: readonly UnknownPart[];
  /** Members of Administrators by earlier audits, and those of them who went, since when: where the policy does not say who may be there. */
  administrators: EarlierAudits['administrators'];
  /** Changes that UiPath logged as made by this application, which it did not send. */
  uses: readonly FindingSubject[];
  /** The code of why the audit log, or not all of it, was looked through for them. */
  logUnread: string | undefined;
  lastAudit: Readonly<{ night: string; atMs: number }> | undefined;
  /** Nights whose audit began and never ended. */
  unfinished: readonly string[];
  /** Client id and scopes that this application asks for. */
  own: Readonly<{ clientId: string; scopes: readonly string[] }>;
}>;
