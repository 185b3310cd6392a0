import { keyOfWord } from './join-ledgers';
import {
  emptyPersonLedger,
  lookedUpAnew,
  withAddress,
  type PersonLedger,
  type Separation,
} from './person-ledger';
import { recordsHandedOn } from './unconfirmed-records';

/** The ledger of somebody who was taken for another, as it was before they were joined. What was said since is added from the other's. */
export function restoredLedger(
  { joined, toldApart = [] }: PersonLedger,
  decision: Pick<Separation, 'by' | 'reason'>,
  nowMs: number,
): PersonLedger | undefined {
  if (joined === undefined) return undefined;
  const { before, into } = joined;
  return {
    ...before,
    identity: before.identity?.kind === 'resolved' ? lookedUpAnew(before.identity, nowMs) : undefined,
    toldApart: [...new Set([...(before.toldApart ?? []), ...toldApart, into])],
    separating: { ...decision, from: into },
  };
}

/** The ledger of somebody who is being told apart, where whom it names joined another meanwhile: nobody on the way is joined again. */
export function separatedFrom(
  ledger: PersonLedger,
  { key, passed }: Readonly<{ key: string; passed: readonly string[] }>,
): PersonLedger {
  if (ledger.separating === undefined) return ledger;
  return {
    ...ledger,
    toldApart: [...new Set([...(ledger.toldApart ?? []), ...passed, key])],
    separating: { ...ledger.separating, from: key },
  };
}

/**
 * The ledger of whoever an address was handed on to: what they had, and the records of theirs that came under it. `from`: the key of whoever had
 * it before. undefined: nobody said so.
 */
export function ledgerOfNewHolder(
  { unconfirmed }: PersonLedger,
  from: string,
  had?: PersonLedger,
): PersonLedger | undefined {
  const handedOn = unconfirmed?.handedTo === undefined ? undefined : recordsHandedOn(unconfirmed);
  const { words = [], addresses: [first, ...more] = [] } = handedOn ?? {};
  if (unconfirmed?.handedTo === undefined || first === undefined) return undefined;
  const { by, reason } = unconfirmed.handedTo;
  const saidAtMs = words.map(({ occurredAtMs }) => occurredAtMs);
  const before = had ?? { ...emptyPersonLedger(first), formerEmails: [] };
  const known = new Set(before.timeline.map(keyOfWord));
  const ledger = [first, ...more].reduce(
    (next, address) => withAddress(next, address, Math.max(...saidAtMs)),
    before,
  );
  return {
    ...ledger,
    timeline: [...before.timeline, ...words.filter((word) => !known.has(keyOfWord(word)))],
    toldApart: [...new Set([...(before.toldApart ?? []), from])],
    separating: { from, by, reason, sinceMs: Math.min(...saidAtMs) },
  };
}
