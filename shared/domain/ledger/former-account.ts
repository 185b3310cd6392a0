import { emptyPersonLedger, knownAccountOf, type PersonLedger } from './person-ledger';

/** The id by which a ledger tells that its only word is that an account is somebody's no more. */
const FORMER = 'former-account';

/**
 * The ledger of an account that is its person's no more: it leaves, with the memberships that the person had by it, which are known of
 * no other account than the one of their identity. `before`: as an earlier try left it, which says all of that already where it is of the
 * same account and person.
 */
export function formerAccountLedger(
  person: PersonLedger,
  {
    key,
    accountId,
    before,
    nowMs,
  }: Readonly<{
    key: string;
    accountId: string;
    before: PersonLedger | undefined;
    nowMs: number;
  }>,
): PersonLedger {
  if (before !== undefined && knownAccountOf(before) === accountId && before.formerAccountOf === key)
    return before;
  const own = knownAccountOf(person) === accountId ? person.applied : [];
  const known = new Set(before?.applied.map(({ groupId }) => groupId));
  return {
    ...emptyPersonLedger(person.email),
    ...addressesThatProtect(person),
    timeline: [
      {
        id: FORMER,
        kind: 'leaver',
        occurredAtMs: nowMs,
        effectiveAtMs: nowMs,
        attributes: {},
        source: FORMER,
        of: 'account',
      },
    ],
    applied: [...(before?.applied ?? []), ...own.filter(({ groupId }) => !known.has(groupId))],
    identity: { kind: 'resolved', id: accountId, checkedAtMs: nowMs },
    formerAccountOf: key,
  };
}

/** The policy may keep somebody in a group by any of their addresses. */
function addressesThatProtect({ formerEmails, handedOn }: PersonLedger): Partial<PersonLedger> {
  return {
    ...(formerEmails === undefined ? {} : { formerEmails }),
    ...(handedOn === undefined ? {} : { handedOn }),
  };
}
