import { personKey } from '../person-key';
import { knownAccountOf, lookedUpAnew, withAddress, type PersonLedger } from './person-ledger';
import { personAt } from './worker-records';

/**
 * True for a ledger that is nobody's employment: an identity source switched an account on, or a request named an address, before HR
 * told of the address. It is of whoever's record comes under the address.
 */
export function isAccountAlone(ledger: PersonLedger, nowMs: number): boolean {
  const { timeline, unconfirmed, joined, formerAccountOf } = ledger;
  return (
    joined === undefined &&
    formerAccountOf === undefined &&
    unconfirmed === undefined &&
    timeline.every(({ of }) => of === 'account') &&
    personAt(timeline, nowMs).employment !== 'left'
  );
}

/** The account that another takes the place of when the ledger at a claimed address joins a person; undefined: none. */
export function accountReplacedByClaim(person: PersonLedger, claimed: PersonLedger): string | undefined {
  const [known, other] = [knownAccountOf(person), knownAccountOf(claimed)];
  return other === undefined || known === other ? undefined : known;
}

/**
 * The ledger of a person and of a claimed address, `both`, where the claim is kept until the other ledger is emptied. The account of the
 * address takes the place of theirs, with what it has: as when their address leads to another one, nothing privileged follows.
 */
export function joinedByClaim(
  both: PersonLedger,
  { person, claimed, nowMs }: Readonly<{ person: PersonLedger; claimed: PersonLedger; nowMs: number }>,
): PersonLedger {
  const joined = { ...both, claimed: person.claimed };
  const formerId = accountReplacedByClaim(person, claimed);
  if (formerId === undefined) return joined;
  const { confirmedAccountId: confirmed, ...rest } = joined;
  const isConfirmed = confirmed === knownAccountOf(claimed);
  return {
    ...rest,
    applied: claimed.applied,
    identity: claimed.identity,
    replaced: isConfirmed ? undefined : { accountId: formerId, atMs: nowMs },
  };
}

/** The ledger of a person once an address that they claimed is theirs: it is looked up as one of those that they have. */
export function withClaimSettled(ledger: PersonLedger, address: string, nowMs: number): PersonLedger {
  const under = personKey(address);
  const said = ledger.timeline.filter((word) => word.under === under);
  const saidAtMs = Math.max(0, ...said.map(({ occurredAtMs }) => occurredAtMs));
  const others = ledger.claimed?.filter((claimed) => claimed !== address) ?? [];
  return {
    ...withAddress(ledger, address, saidAtMs),
    claimed: others.length === 0 ? undefined : others,
    identity: lookedUpAnew(ledger.identity, nowMs),
  };
}
