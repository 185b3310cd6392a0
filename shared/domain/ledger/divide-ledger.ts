import { personKey } from '../person-key';
import { isEndedByJoin } from './grants-ended-by-join';
import { keyOfWord } from './join-ledgers';
import { isEndedBy } from './person-access';
import {
  addressesOf,
  keyOfRequest,
  knownAccountOf,
  type Grant,
  type PersonLedger,
  type Revocation,
} from './person-ledger';
import type { Statement } from './statement';
import { isNamedIn, recordNamedBy, withAddresses, type NamedRecord } from './unconfirmed-records';

type Divided = Readonly<{ stays: PersonLedger; goes: PersonLedger }>;

/**
 * Divides what a ledger says between its person and one who was told apart from them. A word goes with the worker record that it
 * names, else with the address that it was said of; so does a request. A record that came after they were joined goes with the address
 * that all its words were said of. What the join of the two ended begins again. Idempotent.
 */
export function divideLedger(
  ledger: PersonLedger,
  { key, ledger: their }: Readonly<{ key: string; ledger: PersonLedger }>,
): Divided {
  const { separating, ...all } = their;
  const { sinceMs } = separating ?? {};
  // Once it is done, the ledger says nothing of what the other has.
  const isFirst = sinceMs === undefined && ledger.toldApart?.includes(key) !== true;
  const other = isFirst ? withoutLost(all, ledger) : all;
  const theirs = whatIsOf(ledger, other, sinceMs);
  const { isTheirs, isDoubtOfTheirs, isTheirRequest, endsFor } = theirs;
  const known = new Set(other.timeline.map(keyOfWord));
  const requests = new Set([...other.grants, ...other.revocations].map(keyOfRequest));
  const words = [...ledger.timeline, ...(ledger.unconfirmed?.words ?? [])].filter(
    (word) => isTheirs(word) && !isDoubtOfTheirs(word) && !known.has(keyOfWord(word)),
  );
  const doubts = doubtsThatGo(ledger, other, { isDoubtOfTheirs, isFirst });
  const { unconfirmed: _unconfirmed, ...rest } = {
    ...other,
    ...(separating === undefined ? {} : { separating }),
  };
  return {
    stays: withoutTheirs(ledger, key, { other, sinceMs, ...theirs }),
    goes: {
      ...rest,
      timeline: [...other.timeline, ...words],
      grants: [...other.grants.map(asKnownNow), ...ledger.grants.filter(isTheirRequest).filter(isNew)],
      // One of people that does not say whom it names ends the grants of both.
      revocations: [
        ...other.revocations,
        ...ledger.revocations.filter((one) => !isEndedByJoin(one) && endsFor(one).theirs).filter(isNew),
      ],
      // Whoever was joined has an account of their own; the one of a new holder took the place of the first holder's.
      applied:
        hasTheirAccount(ledger, other) || hasAccountOfNewHolder(ledger, sinceMs)
          ? ledger.applied
          : other.applied,
      ...(doubts === undefined ? {} : { unconfirmed: doubts }),
    },
  };

  /** What a grant has learnt since of its group goes with it. */
  function asKnownNow(grant: Grant): Grant {
    const request = keyOfRequest(grant);
    return ledger.grants.find((one) => keyOfRequest(one) === request) ?? grant;
  }

  function isNew(one: Grant | Revocation): boolean {
    return !requests.has(keyOfRequest(one));
  }
}

/** True where the account that took the place of another is that of the other person. */
function hasTheirAccount({ replaced, ...ledger }: PersonLedger, other: PersonLedger): boolean {
  const known = knownAccountOf(ledger);
  return replaced !== undefined && known !== undefined && known === knownAccountOf(other);
}

/**
 * Whether the account that took the place of the first holder's is the one of the records in doubt. Whoever was joined has an account of
 * their own, and so has a new holder of an address of before.
 */
function hasAccountOfNewHolder(ledger: PersonLedger, sinceMs: number | undefined): boolean {
  const { replaced, unconfirmed } = ledger;
  return (
    sinceMs !== undefined &&
    replaced !== undefined &&
    unconfirmed?.accountId !== undefined &&
    unconfirmed.accountId === knownAccountOf(ledger)
  );
}

/** The ledger without addresses that were handed on while its person was joined: they are somebody else's by now. */
function withoutLost(ledger: PersonLedger, { handedOn = [] }: PersonLedger): PersonLedger {
  const lost = addressesOf(ledger).filter((address) => handedOn.includes(address));
  return lost.length === 0 ? ledger : { ...ledger, handedOn: [...(ledger.handedOn ?? []), ...lost] };
}

type WhatIsOf = Readonly<{
  isTheirs: (word: Statement) => boolean;
  /** Of words in doubt: it stays in doubt. */
  isDoubtOfTheirs: (word: Statement) => boolean;
  isTheirRequest: (one: Grant | Revocation) => boolean;
  /** Whose grants a revocation ends: of both, or of neither where it kept what is the one's apart from what is the other's. */
  endsFor: (one: Revocation) => Readonly<Record<'theirs' | 'own', boolean>>;
}>;

function whatIsOf(ledger: PersonLedger, other: PersonLedger, sinceMs: number | undefined): WhatIsOf {
  const keys = new Set(addressesOf(other).map(personKey));
  const isUnderTheirs = ({ under, occurredAtMs }: Pick<Statement, 'under' | 'occurredAtMs'>): boolean =>
    under !== undefined && keys.has(under) && occurredAtMs >= (sinceMs ?? Number.NEGATIVE_INFINITY);
  const inDoubt = ledger.unconfirmed?.words ?? [];
  const all = [...ledger.timeline, ...inDoubt];
  // An address that was the first holder's says nothing of a record; one that came with a join does.
  const cameUnderTheirs = (record: NamedRecord): boolean =>
    sinceMs === undefined && all.filter((word) => isNamedIn([word], record)).every(isUnderTheirs);
  const theirWords = new Set(other.timeline.map(keyOfWord));
  const theirDoubts = new Set(other.unconfirmed?.words.map(keyOfWord));
  const doubts = new Set(inDoubt.map(keyOfWord));
  const requests = new Set([...other.grants, ...other.revocations].map(keyOfRequest));
  const isNamedByTheirs = (record: NamedRecord | undefined): boolean =>
    record !== undefined && isNamedIn(other.timeline, record);
  const isTheirRequest = (one: Grant | Revocation): boolean =>
    requests.has(keyOfRequest(one)) || isUnderTheirs(one);
  const isTheirs = (word: Statement): boolean => {
    const record = recordNamedBy(word);
    if (record === undefined) return theirWords.has(keyOfWord(word)) || isUnderTheirs(word);
    return isNamedByTheirs(record) || theirDoubts.has(keyOfWord(word)) || cameUnderTheirs(record);
  };
  return {
    isTheirs,
    isDoubtOfTheirs: (word) =>
      doubts.has(keyOfWord(word)) && isTheirs(word) && !isNamedByTheirs(recordNamedBy(word)),
    isTheirRequest,
    endsFor: (one) => {
      if (one.under === undefined && one.beside === undefined) return { theirs: true, own: true };
      if (one.beside === undefined) return { theirs: isTheirRequest(one), own: !isTheirRequest(one) };
      const isTheirGrant = ledger.grants.some((grant) => isTheirRequest(grant) && isEndedBy(grant, one));
      const isBesideTheirs = isUnderTheirs(one.beside);
      return { theirs: isTheirGrant && isBesideTheirs, own: !isTheirGrant && !isBesideTheirs };
    },
  };
}

/** What is in doubt of the other: what the ledger has in doubt of them, and nothing that was decided while they were joined. */
function doubtsThatGo(
  { unconfirmed }: PersonLedger,
  other: PersonLedger,
  { isDoubtOfTheirs, isFirst }: Pick<WhatIsOf, 'isDoubtOfTheirs'> & Readonly<{ isFirst: boolean }>,
): PersonLedger['unconfirmed'] {
  const going = (unconfirmed?.words ?? []).filter(isDoubtOfTheirs);
  const goingKeys = new Set(going.map(keyOfWord));
  const kept = isFirst
    ? []
    : (other.unconfirmed?.words ?? []).filter((word) => !goingKeys.has(keyOfWord(word)));
  const words = [...kept, ...going];
  const before = other.unconfirmed ?? unconfirmed;
  if (before === undefined || words.length === 0) return undefined;
  if (other.unconfirmed !== undefined) return { ...other.unconfirmed, words };
  const addresses = before.addresses.filter((address) => addressesOf(other).includes(address));
  return { words, addresses, sinceMs: before.sinceMs };
}

function withoutTheirs(
  ledger: PersonLedger,
  theirKey: string,
  {
    other,
    sinceMs,
    isTheirs,
    isTheirRequest,
    endsFor,
  }: WhatIsOf & Readonly<{ other: PersonLedger; sinceMs: number | undefined }>,
): PersonLedger {
  const { unconfirmed, replaced, handedOn = [], toldApart = [], ...rest } = ledger;
  const theirAddresses = addressesOf(other);
  const [email = ledger.email, ...former] = addressesOf(ledger).filter(
    (address) => !theirAddresses.includes(address),
  );
  const words = unconfirmed?.words.filter((word) => !isTheirs(word)) ?? [];
  const isDecided = unconfirmed !== undefined && words.length === 0;
  const grants = ledger.grants.filter((one) => !isTheirRequest(one));
  const isOfTheirs = (revocation: Revocation): boolean => !grants.some((one) => isEndedBy(one, revocation));
  const revocations = ledger.revocations.filter((one) =>
    isEndedByJoin(one) ? one.joinOf !== theirKey && !isOfTheirs(one) : endsFor(one).own,
  );
  return {
    ...rest,
    email,
    formerEmails: former.toReversed(),
    timeline: ledger.timeline.filter((word) => !isTheirs(word)),
    grants,
    revocations,
    handedOn: [...new Set([...handedOn, ...theirAddresses])],
    toldApart: [...new Set([...toldApart, theirKey])],
    // What came since is another question.
    ...(unconfirmed === undefined || isDecided
      ? {}
      : {
          unconfirmed: {
            ...unconfirmed,
            ...withAddresses(words, unconfirmed.addresses),
            handedTo: undefined,
          },
        }),
    // The account that took the place of theirs is the other's.
    ...(replaced !== undefined &&
    (hasTheirAccount(ledger, other) || (isDecided && hasAccountOfNewHolder(ledger, sinceMs)))
      ? { identity: { kind: 'resolved' as const, id: replaced.accountId, checkedAtMs: 0 }, applied: [] }
      : replaced === undefined
        ? {}
        : { replaced }),
  };
}
