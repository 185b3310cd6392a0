import {
  addressesOf,
  emptyPersonLedger,
  keyOfRequest,
  type AppliedMembership,
  type PersonLedger,
} from './person-ledger';
import type { Statement } from './statement';
import { personAt } from './worker-records';

/** When somebody was first spoken of; far ahead for whoever never was. */
function firstSaidMs({ timeline, grants }: PersonLedger): number {
  return Math.min(
    Number.MAX_SAFE_INTEGER,
    ...timeline.map(({ occurredAtMs }) => occurredAtMs),
    ...grants.map(({ occurredAtMs }) => occurredAtMs),
  );
}

function latestSaidMs({ timeline }: PersonLedger): number {
  return Math.max(0, ...timeline.map(({ occurredAtMs }) => occurredAtMs));
}

/** Of several who are one, who was spoken of first comes first: the others join them, in whatever order they are found. */
export function eldestFirst<P extends Readonly<{ key: string; ledger: PersonLedger }>>(
  people: readonly P[],
): readonly P[] {
  return people.toSorted((a, b) => firstSaidMs(a.ledger) - firstSaidMs(b.ledger) || (a.key < b.key ? -1 : 1));
}

type KnownPerson = Readonly<{ key: string; ledger: PersonLedger }>;

/** Whether a person said that these are two, although they are found under one account. */
export function areToldApart(one: KnownPerson, other: KnownPerson): boolean {
  return (
    one.ledger.toldApart?.includes(other.key) === true || other.ledger.toldApart?.includes(one.key) === true
  );
}

/** The ledger of one person who was taken for two: the words, grants and memberships of both. Idempotent. */
export function joinLedgers(into: PersonLedger, from: PersonLedger): PersonLedger {
  const [newer, older] = latestSaidMs(from) > latestSaidMs(into) ? [from, into] : [into, from];
  const addresses = new Set([...addressesOf(newer), ...addressesOf(older)]);
  const [email = into.email, ...former] = addresses;
  const claimed = [...new Set([...(into.claimed ?? []), ...(from.claimed ?? [])])].filter(
    (address) => !addresses.has(address),
  );
  return {
    ...into,
    identity: into.identity ?? from.identity,
    email,
    formerEmails: former.toReversed(),
    timeline: union(into.timeline, from.timeline, keyOfWord),
    grants: union(into.grants, from.grants, keyOfRequest),
    revocations: union(into.revocations, from.revocations, keyOfRequest),
    applied: union(bothApplied(into.applied, from.applied), from.applied, ({ groupId }) => groupId),
    ...(claimed.length === 0 ? { claimed: undefined } : { claimed }),
    ...joinedDoubts(into, from),
  };
}

/** What is not known of either is not known of both. */
function joinedDoubts(into: PersonLedger, from: PersonLedger): Partial<PersonLedger> {
  const unconfirmed = joinUnconfirmed(into.unconfirmed, from.unconfirmed);
  const replaced = laterReplaced(into.replaced, from.replaced);
  const handedOn = [...new Set([...(into.handedOn ?? []), ...(from.handedOn ?? [])])];
  const toldApart = [...new Set([...(into.toldApart ?? []), ...(from.toldApart ?? [])])];
  return {
    ...(unconfirmed === undefined ? {} : { unconfirmed }),
    ...(replaced === undefined ? {} : { replaced }),
    ...(handedOn.length === 0 ? {} : { handedOn }),
    ...(toldApart.length === 0 ? {} : { toldApart }),
  };
}

/** What was asked for before either account was replaced waits: of the two, the later one counts. */
function laterReplaced(
  into: PersonLedger['replaced'],
  from: PersonLedger['replaced'],
): PersonLedger['replaced'] {
  if (into === undefined || from === undefined) return into ?? from;
  return { ...into, atMs: Math.max(into.atMs, from.atMs) };
}

function joinUnconfirmed(
  one: PersonLedger['unconfirmed'],
  other: PersonLedger['unconfirmed'],
): PersonLedger['unconfirmed'] {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    words: union(one.words, other.words, keyOfWord),
    addresses: [...new Set([...one.addresses, ...other.addresses])],
    sinceMs: Math.min(one.sinceMs, other.sinceMs),
    accountId: one.accountId ?? other.accountId,
  };
}

/** Names a word among those of a person. */
export function keyOfWord({ source = '', id, kind }: Statement): string {
  return JSON.stringify([source, id, kind]);
}

/** What is left of a ledger whose person joined another: nothing that gives access, and all that it takes to undo it. */
export function joinedLedger(from: PersonLedger, into: string): PersonLedger {
  const { joined: _joined, ...before } = from;
  return { ...emptyPersonLedger(from.email), joined: { into, before } };
}

/** Of a group that both speak of, what one of them got from us is ours to take away. */
function bothApplied(
  into: readonly AppliedMembership[],
  from: readonly AppliedMembership[],
): readonly AppliedMembership[] {
  const ours = new Set(from.filter(({ origin }) => origin === 'applied').map(({ groupId }) => groupId));
  return into.map((membership) =>
    ours.has(membership.groupId) ? { ...membership, origin: 'applied' as const } : membership,
  );
}

/**
 * A person's ledger with what takes access of another's who is the same, where no row would hold both: the revocations, and the
 * leaving where the two together have left by `nowMs`. undefined: it has all of that.
 */
export function withWhatTakes(
  own: PersonLedger,
  other: PersonLedger,
  nowMs: number,
): PersonLedger | undefined {
  const hasLeft = personAt(union(own.timeline, other.timeline, keyOfWord), nowMs).employment === 'left';
  const leavings = other.timeline.filter(
    ({ kind, effectiveAtMs }) => hasLeft && kind === 'leaver' && effectiveAtMs <= nowMs,
  );
  const timeline = union(own.timeline, leavings, keyOfWord);
  const revocations = union(own.revocations, other.revocations, keyOfRequest);
  const more = timeline.length + revocations.length - own.timeline.length - own.revocations.length;
  return more === 0 ? undefined : { ...own, timeline, revocations };
}

function union<T>(first: readonly T[], second: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((one) => !known.has(keyOf(one)))];
}
