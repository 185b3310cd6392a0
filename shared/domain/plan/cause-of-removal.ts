import { fold } from '../fold';
import { isEndedBy, isGrantValid, type PersonAccess } from '../ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../ledger/person-ledger';
import { isByGrantAlone } from '../ledger/reasons-of-memberships';
import type { OrganizationPolicy } from '../policy';
import { AGREED, isOfEdit } from './guards';
import { isEndedByPolicy } from './groups-out-of-policy';

/** `cause`: the source that led to the person; `byPolicy`: of what ends with a group that the policy does not name. */
type PersonWhoLoses = Readonly<{
  ledger: PersonLedger;
  access: PersonAccess;
  cause: string | undefined;
  byPolicy: string | undefined;
}>;

/** `names`: by which the group of a membership is known. */
type LossOfMembership = Readonly<{ applied: AppliedMembership | undefined; names: readonly string[] }>;

/** What a removal is weighed as. Whoever left goes by their leaving, and what an edit takes by the edit. */
export function causeOfRemoval(
  { ledger, access, cause, byPolicy }: PersonWhoLoses,
  { applied, names }: LossOfMembership,
  organization: OrganizationPolicy,
  nowMs: number,
): string | undefined {
  if (access.employment === 'left' || applied === undefined) return cause;
  const isNamed = names.some((name) => organization.groups.has(fold(name)));
  if (!isNamed && isEndedByPolicy(applied, access, names)) return byPolicy ?? cause;
  if (cause !== undefined && isOfEdit(cause)) return cause;
  return isAgreedEnd(ledger, { applied, names }, organization, nowMs) ? AGREED : cause;
}

/**
 * Whether somebody loses what requests alone gave because the last of them ended when it was approved to end. Not where one of them was
 * taken back since, or ended with a worker record.
 */
function isAgreedEnd(
  ledger: PersonLedger,
  { applied, names }: LossOfMembership & Readonly<{ applied: AppliedMembership }>,
  organization: OrganizationPolicy,
  nowMs: number,
): boolean {
  if (!isByGrantAlone(applied)) return false;
  const known = new Set(names.map(fold));
  const grants = ledger.grants.filter(
    ({ groupId, group }) => groupId === applied.groupId || (groupId === undefined && known.has(fold(group))),
  );
  const ends = grants.flatMap((grant) => {
    const { validUntilMs = Infinity } = grant;
    return validUntilMs <= nowMs && isGrantValid(grant, ledger, organization, validUntilMs - 1)
      ? [validUntilMs]
      : [];
  });
  if (ends.length === 0) return false;
  const lastMs = Math.max(...ends);
  const isTakenBack = ledger.revocations.some(
    (revocation) =>
      revocation.occurredAtMs >= lastMs &&
      grants.some((grant) => (grant.validUntilMs ?? Infinity) > lastMs && isEndedBy(grant, revocation)),
  );
  const isAnotherEnd = grants.some(
    (grant) =>
      (grant.validUntilMs ?? Infinity) > lastMs &&
      grant.validFromMs <= nowMs &&
      !ledger.revocations.some((revocation) => isEndedBy(grant, revocation)),
  );
  return !isTakenBack && !isAnotherEnd;
}
