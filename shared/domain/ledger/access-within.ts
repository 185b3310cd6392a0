import type { OrganizationPolicy } from '../policy';
import { nextChangeAtMs, personAccess, reasonsIfBack, type PersonAccess, type Reason } from './person-access';
import type { PersonLedger } from './person-ledger';

/** Epoch milliseconds. Open where it has no end. */
type AccessSpan = Readonly<{ fromMs: number; untilMs: number | undefined }>;

/** Every reason that holds at some time of the span, as far as is known now, or would if the person were back by then. */
export function reasonsWithin(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  span: AccessSpan,
): readonly Reason[] {
  return instantsWithin(ledger, organization, span).flatMap((atMs) =>
    reasonsIfBack(ledger, organization, atMs),
  );
}

/** Access at each instant of the span at which it may change, and at its beginning. */
export function accessWithin(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  span: AccessSpan,
): readonly PersonAccess[] {
  return instantsWithin(ledger, organization, span).map((atMs) => personAccess(ledger, organization, atMs));
}

function instantsWithin(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { fromMs, untilMs = Infinity }: AccessSpan,
): readonly number[] {
  const instants: number[] = [];
  for (let atMs: number | undefined = fromMs; atMs !== undefined && atMs < untilMs;) {
    instants.push(atMs);
    atMs = nextChangeAtMs(ledger, organization, atMs);
  }
  return instants;
}
