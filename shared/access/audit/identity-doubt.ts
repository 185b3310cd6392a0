import type { IdentityDoubt } from '../../domain/audit/expected-access-types';
import { smallestOf } from '../../domain/extremes';
import { fold } from '../../domain/fold';
import { isKeptByAnother } from '../../domain/ledger/has-ended-since';
import { grantsHeldWithAccount, isGrantValid } from '../../domain/ledger/person-access';
import { addressesOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { isOffAtWork } from '../../domain/ledger/worker-records';
import { personKey } from '../../domain/person-key';
import type { OrganizationPolicy } from '../../domain/policy';

/** What is odd about who somebody is; absent for nearly everybody. */
export function doubtOf(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { left, nowMs }: Readonly<{ left: boolean; nowMs: number }>,
): Readonly<{ doubt?: IdentityDoubt }> {
  const { unconfirmed, replaced, toldApart, otherAccounts, identity } = ledger;
  const held = replaced === undefined ? [] : grantsHeldWithAccount(ledger, organization, nowMs);
  const hasSeveral = left && (otherAccounts !== undefined || identity?.kind === 'ambiguous');
  const kept = left ? [] : keptGroups(ledger, organization, nowMs);
  const newAddressSinceMs = left ? undefined : toldNewAddressMs(ledger);
  const doubt: IdentityDoubt = {
    ...(unconfirmed === undefined
      ? {}
      : {
          records: {
            workerIds: [...new Set(unconfirmed.words.flatMap(({ workerId }) => workerId ?? []))],
            addresses: unconfirmed.addresses,
            accountId: unconfirmed.accountId,
            sinceMs: unconfirmed.sinceMs,
          },
        }),
    ...(held.length === 0 ? {} : { heldGroups: held }),
    ...(toldApart === undefined ? {} : { toldApart }),
    ...(hasSeveral ? { hasSeveralAccounts: true } : {}),
    ...(left && isOffAtWork(ledger.timeline, nowMs) ? { isOffAtWork: true } : {}),
    ...(kept.length === 0 ? {} : { keptGroups: kept }),
    ...(newAddressSinceMs === undefined ? {} : { newAddressSinceMs }),
  };
  return Object.keys(doubt).length === 0 ? {} : { doubt };
}

function keptGroups(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly string[] {
  const kept = ledger.grants.filter(
    (grant) =>
      isKeptByAnother(ledger.timeline, grant.occurredAtMs, nowMs) &&
      isGrantValid(grant, ledger, organization, nowMs),
  );
  return [...new Set(kept.map(({ group }) => fold(group)))];
}

/** When the address of today was said first, where there was another before. */
function toldNewAddressMs(ledger: PersonLedger): number | undefined {
  if (addressesOf(ledger).length < 2) return undefined;
  const key = personKey(ledger.email);
  const told = ledger.timeline.filter(({ under }) => under === key);
  return smallestOf(
    told.map(({ occurredAtMs }) => occurredAtMs),
    undefined,
  );
}
