import type { Pause } from '../pause';
import type { OrganizationMode } from '../policy';

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

/** Which version is in force, and how far it is followed. */
export type VersionsOnRecord = Pick<
  OrganizationLedger,
  'policyHash' | 'policyFollowed' | 'isPolicyBetween' | 'observedSinceMs' | 'wasObserved'
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
