import { DAY_MS } from '../durations';
import type { PersonLedger } from './person-ledger';

/**
 * True for somebody whom the ledger may have under another address, which only their account tells: whoever was never looked up, and
 * whoever the directory did not have, where something was said of them since or takes a grant from them. Of a whole workforce that is
 * one look-up each, and later at most one a day of whom HR goes on to speak.
 */
export function mayBeKnownOtherwise(
  { identity, timeline, revocations }: PersonLedger,
  nowMs: number,
): boolean {
  if (identity === undefined) return true;
  if (identity.kind === 'resolved' || identity.lastKnownId !== undefined) return false;
  if (revocations.length > 0) return true;
  const { checkedAtMs } = identity;
  return nowMs - checkedAtMs >= DAY_MS && timeline.some(({ occurredAtMs }) => occurredAtMs > checkedAtMs);
}
