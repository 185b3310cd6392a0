import type { OrganizationPolicy } from '../policy';
import { personAccess } from './person-access';
import type { PersonLedger } from './person-ledger';
import { confirmRecords, isHandedOn } from './unconfirmed-records';

/**
 * Groups, by folded name, that records in doubt give if they turn out to be this person's. While nobody can tell, nobody is taken out of
 * these: what such a record gives begins where something else may have ended before.
 */
export function keptWhileInDoubt(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): ReadonlySet<string> {
  if (ledger.unconfirmed === undefined || isHandedOn(ledger)) return new Set();
  const { reasons } = personAccess(confirmRecords(ledger), organization, nowMs);
  return new Set(reasons.map(({ group }) => group));
}
