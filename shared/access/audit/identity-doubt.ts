import type { IdentityDoubt } from '../../domain/audit/expected-access-types';
import { grantsHeldWithAccount } from '../../domain/ledger/person-access';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';

/** What only a person can say of somebody; absent for nearly everybody. */
export function doubtOf(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { left, nowMs }: Readonly<{ left: boolean; nowMs: number }>,
): Readonly<{ doubt?: IdentityDoubt }> {
  const { unconfirmed, replaced, toldApart, otherAccounts, identity } = ledger;
  const held = replaced === undefined ? [] : grantsHeldWithAccount(ledger, organization, nowMs);
  const hasSeveral = left && (otherAccounts !== undefined || identity?.kind === 'ambiguous');
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
  };
  return Object.keys(doubt).length === 0 ? {} : { doubt };
}
