import { HOUR_MS } from '../durations';
import type { Pause } from '../pause';
import type { OrganizationMode } from '../policy';
import type { PolicyOrigin } from '../policy-version';

/** What is known of an organization as a whole; its evidence holds the runs and audits. */
export type OrganizationLedger = Readonly<{
  lastAudit: Readonly<{ night: string; reportHash: string; atMs: number; startedAtMs?: number }> | undefined;
  /** Ids that UiPath took in one PUT at most; undefined until it refused more. */
  maxIdsPerPut: number | undefined;
  /** When that was learnt. */
  maxIdsLearntMs?: number;
  /** The latest decisions of people that are in the evidence, by id, so that one that is repeated is there once. */
  decisions?: readonly string[] | undefined;
  /** Hash of the version of the policy that is on record as in force, or under which the organization ceased to be named. */
  policyHash?: string;
  /** Counts the versions that came into force: each has one more than the one before, also where it was in force earlier. */
  policyNumber?: number;
  /** Versions that processes on this storage have and that are not in force, each once. */
  policiesElsewhere?: readonly PolicyElsewhere[];
  /** Hash of the version whose changes for people were planned last; undefined: none was, as far as is known. */
  policyFollowed?: string;
  /** Another version was in force since that one, and nobody followed it: runs may have acted under it. */
  isPolicyBetween?: true;
  /** Since when the policy on record has the organization in observe; undefined: it is enforced. */
  observedSinceMs?: number;
  /** It was in observe since everybody was planned last: what would have been done meanwhile is not done. */
  wasObserved?: true;
  /** Somebody stopped every change of it. One that has ended by itself may still stand here. */
  paused?: Pause;
}>;

/** A version that a process has which is not in force. */
export type PolicyElsewhere = Readonly<{
  hash: string;
  origin: Pick<PolicyOrigin, 'kind' | 'name'>;
  /** When such a process told of it first and last, epoch milliseconds. */
  sinceMs: number;
  seenMs: number;
}>;

/** Which version is in force, and how far it is followed. */
export type VersionsOnRecord = Pick<
  OrganizationLedger,
  'policyHash' | 'policyNumber' | 'policyFollowed' | 'isPolicyBetween' | 'observedSinceMs' | 'wasObserved'
>;

/** True where it was planned for everybody what the version on record changes, and what observe left undone. */
export function isPolicyFollowed(own: VersionsOnRecord): boolean {
  const { policyHash, policyFollowed, isPolicyBetween } = own;
  return policyFollowed === policyHash && isPolicyBetween !== true && !isLeftByObserve(own);
}

/** True once an organization that was in observe is enforced, until everybody was planned again. */
export function isLeftByObserve({
  observedSinceMs,
  wasObserved,
}: Pick<OrganizationLedger, 'observedSinceMs' | 'wasObserved'>): boolean {
  return wasObserved === true && observedSinceMs === undefined;
}

/** The ledger under a version of the policy that has the organization in this mode. */
export function withMode(
  { observedSinceMs, ...rest }: OrganizationLedger,
  mode: OrganizationMode,
  nowMs: number,
): OrganizationLedger {
  return mode === 'enforce'
    ? rest
    : { ...rest, observedSinceMs: observedSinceMs ?? nowMs, wasObserved: true };
}

/** Of one that nothing is known of yet. */
export const NEW_ORGANIZATION_LEDGER: OrganizationLedger = { lastAudit: undefined, maxIdsPerPut: undefined };

/** A process tells of its version once an hour, and one that is gone does not. */
const TOLD_WITHIN_MS = 3 * HOUR_MS;
const TOLD_AGAIN_MS = HOUR_MS / 2;
const MOST_ELSEWHERE = 5;

/** Versions that processes had lately which work on this storage and do nothing, the one that told last first. */
export function policiesElsewhere(
  { policiesElsewhere: all = [], policyHash }: Pick<OrganizationLedger, 'policiesElsewhere' | 'policyHash'>,
  nowMs: number,
): readonly PolicyElsewhere[] {
  return all
    .filter(({ hash, seenMs }) => hash !== policyHash && seenMs > nowMs - TOLD_WITHIN_MS)
    .toSorted((a, b) => b.seenMs - a.seenMs);
}

/** The ledger after a process told of its version; undefined: it did so a moment ago. */
export function withPolicyElsewhere(
  ledger: OrganizationLedger,
  { hash, origin: { kind, name } }: Readonly<{ hash: string; origin: PolicyOrigin }>,
  nowMs: number,
): OrganizationLedger | undefined {
  const told = policiesElsewhere(ledger, nowMs);
  const before = told.find((one) => one.hash === hash);
  if (before !== undefined && before.seenMs > nowMs - TOLD_AGAIN_MS && before.seenMs <= nowMs)
    return undefined;
  const one = { hash, origin: { kind, name }, sinceMs: before?.sinceMs ?? nowMs, seenMs: nowMs };
  const others = told.filter((each) => each.hash !== hash);
  return { ...ledger, policiesElsewhere: [one, ...others].slice(0, MOST_ELSEWHERE) };
}
