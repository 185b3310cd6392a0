import { personKey } from '../person-key';
import { keyOfWord } from './join-ledgers';
import {
  addressesOf,
  keyOfRequest,
  knownAccountOf,
  lookedUpAnew,
  withAddress,
  type PersonLedger,
} from './person-ledger';
import { isOfOneRecord, type Statement } from './statement';
import { personAt } from './worker-records';

/**
 * True for a ledger that is nobody's employment: an identity source switched an account, or a request named an address, before HR told of
 * the address; or HR ended, and perhaps changed before, somebody whom it named by the address alone, while a record was under it: since
 * `claimedSinceMs`. It is of whoever's record that is; one whose person was erased is nobody's. What was switched off before may be of somebody who left long ago, unless HR ended
 * them since.
 */
export function isAccountAlone(
  { timeline, unconfirmed, joined, formerAccountOf, erased }: PersonLedger,
  { claimedSinceMs, nowMs }: Readonly<{ claimedSinceMs: number; nowMs: number }>,
): boolean {
  if ([joined, formerAccountOf, unconfirmed, erased].some((one) => one !== undefined)) return false;
  const isSince = ({ occurredAtMs }: Statement): boolean => occurredAtMs >= claimedSinceMs;
  const ofWork = timeline.filter(({ of }) => of !== 'account');
  const leftBefore = timeline.filter((word) => word.kind !== 'leaver' || !isSince(word));
  return (
    ofWork.every((word) => isSince(word) && word.kind !== 'joiner' && !isOfOneRecord(word)) &&
    (ofWork.length === 0
      ? personAt(leftBefore, nowMs).employment !== 'left'
      : ofWork.some(({ kind }) => kind === 'leaver'))
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

/** A person before an address that they claimed was joined, and the ledger of that address. */
export type JoinedByClaim = Readonly<{ before: PersonLedger; claimed: PersonLedger }>;

/** The ledger of a person once such a join is taken back: as it was, with what was said since. */
export function withoutClaimJoined(
  ledger: PersonLedger,
  { before, claimed, key, nowMs }: JoinedByClaim & Readonly<{ key: string; nowMs: number }>,
): PersonLedger {
  const isTheirs = isOnlyOf(claimed, before, addressesOf, (address) => address);
  const [email = before.email, ...former] = addressesOf(ledger).filter((address) => !isTheirs(address));
  const isTheirWord = isOnlyOf(claimed, before, ({ timeline }) => timeline, keyOfWord);
  const isTheirGrant = isOnlyOf(claimed, before, ({ grants }) => grants, keyOfRequest);
  const isTheirRevocation = isOnlyOf(claimed, before, ({ revocations }) => revocations, keyOfRequest);
  const known = new Set(before.revocations.map(keyOfRequest));
  return {
    ...ledger,
    email,
    formerEmails: former.toReversed(),
    timeline: ledger.timeline.filter((word) => !isTheirWord(word)),
    grants: ledger.grants.filter((grant) => !isTheirGrant(grant)),
    revocations: ledger.revocations.filter(
      (one) => !isTheirRevocation(one) && (one.joinOf !== key || known.has(keyOfRequest(one))),
    ),
    applied: before.applied,
    identity: lookedUpAnew(before.identity, nowMs),
    replaced: before.replaced,
    confirmedAccountId: before.confirmedAccountId,
    handedOn: before.handedOn,
    toldApart: before.toldApart,
  };
}

/**
 * A person before an address that they still claim was joined, where a process died before the ledger of the address said so; undefined:
 * it was not joined. `former`: the ledger of the account that was theirs.
 */
export function beforeClaimJoined(
  ledger: PersonLedger,
  {
    address,
    claimed,
    former,
  }: Readonly<{ address: string; claimed: PersonLedger; former: PersonLedger | undefined }>,
): PersonLedger | undefined {
  if (!addressesOf(ledger).includes(address)) return undefined;
  const theirAddresses = addressesOf(claimed);
  const [email = ledger.email, ...others] = addressesOf(ledger).filter(
    (one) => !theirAddresses.includes(one),
  );
  const { replaced } = ledger;
  const isOfTheirs = replaced !== undefined && knownAccountOf(ledger) === knownAccountOf(claimed);
  return {
    ...ledger,
    email,
    formerEmails: others.toReversed(),
    timeline: [],
    grants: [],
    revocations: [],
    ...(isOfTheirs
      ? {
          identity: { kind: 'resolved', id: replaced.accountId, checkedAtMs: 0 },
          applied: former?.applied ?? [],
          replaced: undefined,
        }
      : {}),
  };
}

function isOnlyOf<T>(
  one: PersonLedger,
  other: PersonLedger,
  listOf: (ledger: PersonLedger) => readonly T[],
  keyOf: (item: T) => string,
): (item: T) => boolean {
  const others = new Set(listOf(other).map(keyOf));
  const own = new Set(listOf(one).map(keyOf));
  return (item) => own.has(keyOf(item)) && !others.has(keyOf(item));
}
