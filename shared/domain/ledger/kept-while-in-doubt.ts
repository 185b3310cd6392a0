import { HOUR_MS } from '../durations';
import type { OrganizationPolicy } from '../policy';
import { personAccess } from './person-access';
import type { PersonLedger } from './person-ledger';
import { confirmRecords, firstSaidMs, humansInDoubt, isHandedOn } from './unconfirmed-records';

/**
 * Groups, by folded name, that records in doubt give if they turn out to be this person's. While nobody can tell, nobody is taken out of
 * these: what such a record gives begins where something else may have ended before. A record that another account was found for keeps
 * nothing, and none does for longer than somebody is looked up.
 */
export function keptWhileInDoubt(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): ReadonlySet<string> {
  const { unconfirmed } = ledger;
  if (unconfirmed === undefined || isHandedOn(ledger)) return new Set();
  const humans = humansInDoubt(unconfirmed);
  // Of several, the account does not say whose of them it is.
  const isTold = unconfirmed.accountId !== undefined && humans.length === 1;
  const fromMs = nowMs - organization.identityRetryHours * HOUR_MS;
  const words = isTold
    ? []
    : humans
        .filter((human) => Math.max(unconfirmed.sinceMs, firstSaidMs(human.words)) >= fromMs)
        .flatMap((human) => human.words);
  if (words.length === 0) return new Set();
  const { reasons } = personAccess(confirmRecords(ledger, words), organization, nowMs);
  return new Set(reasons.map(({ group }) => group));
}
