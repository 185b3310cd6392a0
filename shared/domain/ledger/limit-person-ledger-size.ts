import { DAY_MS } from '../durations';
import { fold } from '../fold';
import { isRevoked } from './person-access';
import { keyOfGrant, type Grant, type PersonLedger, type Revocation } from './person-ledger';
import { hasEndedSince } from './has-ended-since';

/**
 * What a person's ledger may grow to, in characters of JSON. Each limit leaves room for what comes after it: the memberships of
 * the grants, the words of HR, and at last that the person leaves.
 */
const MOST_WITH_ANOTHER = { grant: 300_000, word: 400_000 } as const;

/** From this size on what has ended goes, and from the next on at once. */
const PRUNED_FROM = 150_000;
const PRUNED_AT_ONCE_FROM = 300_000;
/** So long what has ended stays, where there is room: a late word may be about it, and an audit names it. */
const KEPT_MS = 90 * DAY_MS;

/** True when a person's ledger has room for another grant, or another word of HR that is no leaving: those always have. */
export function hasRoomFor(what: keyof typeof MOST_WITH_ANOTHER, next: PersonLedger): boolean {
  return lengthOf(next) <= MOST_WITH_ANOTHER[what];
}

/**
 * The ledger in a size that can be stored: as it is where it is small, else without what has ended, and at last without what
 * only explains a grant, which its evidence says as well. Access is the same at every instant from `nowMs` on.
 */
export function fitPersonLedger(ledger: PersonLedger, nowMs: number): PersonLedger {
  if (lengthOf(ledger) < PRUNED_FROM) return ledger;
  const pruned = withoutEnded(ledger, nowMs - KEPT_MS, nowMs);
  if (lengthOf(pruned) < PRUNED_AT_ONCE_FROM) return pruned;
  const atOnce = withoutEnded(ledger, nowMs, nowMs);
  if (lengthOf(atOnce) <= MOST_WITH_ANOTHER.word) return atOnce;
  const grants = atOnce.grants.map((grant) => ({ ...grant, approvals: [], ticketUrl: undefined }));
  return { ...atOnce, grants };
}

/**
 * A ledger without the grants that ended before `endedBeforeMs` for good, and without the revocations that nothing needs. One that
 * has no end of its own needs its revocation for ever: the same request may be sent again.
 */
export function withoutEnded(ledger: PersonLedger, endedBeforeMs: number, nowMs: number): PersonLedger {
  const isOver = ({ validUntilMs = Infinity }: Grant): boolean => validUntilMs <= endedBeforeMs;
  const hasEnded = (grant: Grant): boolean =>
    isOver(grant) ||
    hasEndedSince(ledger.timeline, {
      askedAtMs: grant.occurredAtMs,
      isPrivileged: false,
      nowMs: Math.min(endedBeforeMs, nowMs),
    }) ||
    isRevoked(grant, {
      ...ledger,
      revocations: ledger.revocations.filter(({ occurredAtMs }) => occurredAtMs <= endedBeforeMs),
    });
  const over = new Set(ledger.grants.filter(isOver).map(keyOfGrant));
  const latest = latestOfAll(ledger.revocations);
  return {
    ...ledger,
    grants: ledger.grants.filter((grant) => !hasEnded(grant)),
    revocations: ledger.revocations.filter((revocation) =>
      revocation.grantRequestId === undefined
        ? latest.get(fold(revocation.group)) === revocation
        : !over.has(keyOfGrant({ requestId: revocation.grantRequestId, group: revocation.group })),
    ),
  };
}

/** By group, the last revocation of all its grants: it ends what an earlier one ended. */
function latestOfAll(revocations: readonly Revocation[]): ReadonlyMap<string, Revocation> {
  const latest = new Map<string, Revocation>();
  for (const revocation of revocations) {
    if (revocation.grantRequestId !== undefined) continue;
    const group = fold(revocation.group);
    const known = latest.get(group);
    if (known === undefined || known.occurredAtMs <= revocation.occurredAtMs) latest.set(group, revocation);
  }
  return latest;
}

function lengthOf(ledger: PersonLedger): number {
  return JSON.stringify(ledger).length;
}
