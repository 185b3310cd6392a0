import { personKey } from '../person-key';
import { keyOfWord } from './join-ledgers';
import {
  addressesOf,
  emptyPersonLedger,
  lookedUpAnew,
  type PersonLedger,
  type Separation,
} from './person-ledger';
import type { Statement } from './statement';
import { isNamedIn, recordNamedBy } from './unconfirmed-records';

/** The ledger of somebody who was taken for another, as it was before they were joined. What was said since is added from the other's. */
export function restoredLedger(
  { joined, toldApart = [] }: PersonLedger,
  separating: Separation,
  nowMs: number,
): PersonLedger | undefined {
  if (joined === undefined) return undefined;
  const { before } = joined;
  return {
    ...before,
    identity: before.identity?.kind === 'resolved' ? lookedUpAnew(before.identity, nowMs) : undefined,
    toldApart: [...new Set([...(before.toldApart ?? []), ...toldApart, separating.from])],
    separating,
  };
}

/** The ledger of whoever an address was handed on to: the records that came under it. */
export function ledgerOfNewHolder(
  { unconfirmed }: PersonLedger,
  decision: Omit<Separation, 'sinceMs'>,
): PersonLedger | undefined {
  const [email, ...former] = unconfirmed?.addresses.toReversed() ?? [];
  if (unconfirmed === undefined || email === undefined) return undefined;
  const sinceMs = Math.min(...unconfirmed.words.map(({ occurredAtMs }) => occurredAtMs));
  return {
    ...emptyPersonLedger(email),
    formerEmails: former.toReversed(),
    timeline: unconfirmed.words,
    toldApart: [decision.from],
    separating: { ...decision, sinceMs },
  };
}

/**
 * Divides what a ledger says between its person and one who was told apart from them. A word goes with the worker record that it
 * names, else with the address that it was said of; so does a request. Idempotent.
 */
export function divideLedger(
  ledger: PersonLedger,
  their: Readonly<{ key: string; ledger: PersonLedger }>,
): Readonly<{ stays: PersonLedger; goes: PersonLedger }> {
  const { separating, ...other } = their.ledger;
  const keys = new Set(addressesOf(other).map(personKey));
  const { sinceMs = Number.NEGATIVE_INFINITY } = separating ?? {};
  const isUnderTheirs = ({ under, occurredAtMs }: Pick<Statement, 'under' | 'occurredAtMs'>): boolean =>
    under !== undefined && keys.has(under) && occurredAtMs >= sinceMs;
  const theirWords = new Set(other.timeline.map(keyOfWord));
  const isTheirs = (word: Statement): boolean => {
    const record = recordNamedBy(word);
    if (record !== undefined) return isNamedIn(other.timeline, record);
    return theirWords.has(keyOfWord(word)) || isUnderTheirs(word);
  };
  const requests = new Set([...other.grants, ...other.revocations].map(({ requestId }) => requestId));
  const isTheirRequest = (
    one: Readonly<{ requestId: string; under?: string | undefined; occurredAtMs: number }>,
  ) => requests.has(one.requestId) || isUnderTheirs(one);
  const words = [...ledger.timeline, ...(ledger.unconfirmed?.words ?? [])].filter(isTheirs);
  const grants = ledger.grants.filter(isTheirRequest);
  // One that does not say whom it names ends the grants of both.
  const revocations = ledger.revocations.filter((one) => one.under === undefined || isTheirRequest(one));
  return {
    stays: withoutTheirs(ledger, their.key, { other, isTheirs, isTheirRequest }),
    goes: {
      ...their.ledger,
      timeline: [...other.timeline, ...words.filter((word) => !theirWords.has(keyOfWord(word)))],
      grants: [...other.grants, ...grants.filter(({ requestId }) => !requests.has(requestId))],
      revocations: [...other.revocations, ...revocations.filter(({ requestId }) => !requests.has(requestId))],
      applied:
        ledger.replaced === undefined || ledger.unconfirmed === undefined ? other.applied : ledger.applied,
    },
  };
}

type Theirs = Readonly<{
  other: PersonLedger;
  isTheirs: (word: Statement) => boolean;
  isTheirRequest: (one: PersonLedger['grants'][number] | PersonLedger['revocations'][number]) => boolean;
}>;

function withoutTheirs(
  ledger: PersonLedger,
  theirKey: string,
  { other, isTheirs, isTheirRequest }: Theirs,
): PersonLedger {
  const { unconfirmed, replaced, handedOn = [], toldApart = [], ...rest } = ledger;
  const theirAddresses = addressesOf(other);
  const [email = ledger.email, ...former] = addressesOf(ledger).filter(
    (address) => !theirAddresses.includes(address),
  );
  const words = unconfirmed?.words.filter((word) => !isTheirs(word)) ?? [];
  const isDecided = unconfirmed !== undefined && words.length === 0;
  return {
    ...rest,
    email,
    formerEmails: former.toReversed(),
    timeline: ledger.timeline.filter((word) => !isTheirs(word)),
    grants: ledger.grants.filter((one) => !isTheirRequest(one)),
    revocations: ledger.revocations.filter((one) => one.under === undefined || !isTheirRequest(one)),
    handedOn: [...new Set([...handedOn, ...theirAddresses])],
    toldApart: [...new Set([...toldApart, theirKey])],
    ...(unconfirmed === undefined || isDecided ? {} : { unconfirmed: { ...unconfirmed, words } }),
    // The account that took the place of theirs is the other's.
    ...(isDecided && replaced !== undefined
      ? { identity: { kind: 'resolved' as const, id: replaced.accountId, checkedAtMs: 0 }, applied: [] }
      : replaced === undefined
        ? {}
        : { replaced }),
  };
}
