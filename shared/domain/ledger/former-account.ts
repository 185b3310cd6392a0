import { emptyPersonLedger, type PersonLedger } from './person-ledger';

/** The id by which a ledger tells that its only word is that an account is somebody's no more. */
const FORMER = 'former-account';

/**
 * The ledger of an account that is its person's no more: it leaves, with the memberships that the person had by it. `before`: as an
 * earlier try left it.
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
  const known = new Set(before?.applied.map(({ groupId }) => groupId));
  return {
    ...emptyPersonLedger(person.email),
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
    applied: [...(before?.applied ?? []), ...person.applied.filter(({ groupId }) => !known.has(groupId))],
    identity: { kind: 'resolved', id: accountId, checkedAtMs: nowMs },
    formerAccountOf: key,
  };
}
