import { HOUR_MS } from '../durations';
import { lastFoundMs } from './found-identity';
import { addressesOf, knownAccountOf, type DirectoryIdentity, type PersonLedger } from './person-ledger';
import type { Employment } from './worker-timeline';
import { confirmRecords, isHandedOn, recordsInDoubt, workerIdsOf } from './unconfirmed-records';

/** What the directory says of an address. `ids`: of the accounts that it is of, as far as they were asked for. */
export type AccountAnswer =
  | Readonly<{ kind: 'found'; id: string }>
  | Readonly<{ kind: 'ambiguous'; ids: readonly string[] }>
  | Readonly<{ kind: 'missing' }>;

/** The answer for an address; undefined where it was not asked about. */
export type AnswerOf = (address: string) => AccountAnswer | undefined;

/** Addresses to look a person up by. The account of a person before is asked for by none. */
export function addressesToLookUp(ledger: PersonLedger): readonly string[] {
  if (ledger.formerAccountOf !== undefined) return [];
  const { unconfirmed, claimed = [] } = ledger;
  return [...new Set([...addressesOf(ledger), ...(unconfirmed?.addresses ?? []), ...claimed])];
}

/** Those that nobody else may have: no record in doubt came under them, and none has a ledger of its own. */
function undoubtedAddressesOf(ledger: PersonLedger): readonly string[] {
  const { unconfirmed, claimed = [] } = ledger;
  const doubtful = new Set([...(unconfirmed?.addresses ?? []), ...claimed]);
  return addressesToLookUp(ledger).filter((address) => !doubtful.has(address));
}

/** True where a look-up decides whether somebody's records are the person's. */
export function awaitsLookUp({ unconfirmed }: Pick<PersonLedger, 'unconfirmed'>): boolean {
  return unconfirmed !== undefined && unconfirmed.accountId === undefined && !isHandedOn({ unconfirmed });
}

/** True where a look-up is due although nothing is to be compared with UiPath. */
export function isToLookUp(ledger: PersonLedger): boolean {
  return awaitsLookUp(ledger) || ledger.identity?.checkedAtMs === 0;
}

/** What the directory knows somebody by, the address of the latest word first; none of them is what all say of it. */
function bestAnswer(addresses: readonly string[], answerOf: AnswerOf): AccountAnswer | undefined {
  const answers = addresses.map(answerOf);
  return (
    answers.find((answer) => answer?.kind === 'found') ??
    answers.find((answer) => answer?.kind === 'ambiguous') ??
    answers[0]
  );
}

/**
 * The directory identity of a person after a look-up. An address that records came under which may be somebody else's says nothing of
 * the person; whoever has no address of their own keeps the account that was theirs. One that has a ledger of its own leads to no other
 * account than the known one.
 */
export function identityAfter(ledger: PersonLedger, answerOf: AnswerOf, nowMs: number): DirectoryIdentity {
  const { identity, claimed = [] } = ledger;
  const own = undoubtedAddressesOf(ledger);
  const answer = bestAnswer(own, answerOf);
  if (answer?.kind === 'found') return { kind: 'resolved', id: answer.id, checkedAtMs: nowMs };
  const ofClaimed = bestAnswer(claimed, answerOf);
  const known = knownAccountOf(ledger);
  if (ofClaimed?.kind === 'found' && (known === undefined || known === ofClaimed.id))
    return { kind: 'resolved', id: ofClaimed.id, checkedAtMs: nowMs };
  if (own.length === 0 && identity?.kind === 'resolved') return { ...identity, checkedAtMs: nowMs };
  return unresolved(answer?.kind === 'ambiguous' ? 'ambiguous' : 'missing', identity, nowMs);
}

/**
 * As `identityAfter`, for somebody who may have left: they are taken out under the id that was theirs, whatever became of its address.
 * Of somebody who left long ago another account there is somebody else's.
 */
export function identityToPlan(
  ledger: PersonLedger,
  answerOf: AnswerOf,
  { nowMs, left }: LookedUp,
): DirectoryIdentity {
  const identity = identityAfter(ledger, answerOf, nowMs);
  const known = knownAccountOf(ledger);
  if (left === 'not' || known === undefined) return identity;
  const isTheirs = identity.kind === 'resolved' && (identity.id === known || left === 'lately');
  if (isTheirs) return identity;
  // Whoever was told apart may have had the account of the other: it counts whom the directory found there last.
  const checkedAtMs = ledger.toldApart === undefined ? nowMs : lastFoundMs(ledger);
  return { kind: 'resolved', id: known, checkedAtMs };
}

/**
 * What the directory says of a person, but for accounts at their addresses that others of the ledger have: those of others are none of
 * theirs, and those of others who have left are as if the address were of several accounts.
 */
export function answersWithout(
  ledger: PersonLedger,
  answerOf: AnswerOf,
  { ofOthers, ofLeavers }: Readonly<Record<'ofOthers' | 'ofLeavers', ReadonlySet<string>>>,
): AnswerOf {
  const own = new Set(addressesOf(ledger));
  return (address) => {
    const answer = answerOf(address);
    if (answer?.kind !== 'found' || !own.has(address)) return answer;
    if (ofOthers.has(answer.id)) return { kind: 'missing' };
    return ofLeavers.has(answer.id) ? { kind: 'ambiguous', ids: [answer.id] } : answer;
  };
}

function unresolved(
  kind: 'missing' | 'ambiguous',
  before: DirectoryIdentity | undefined,
  nowMs: number,
): DirectoryIdentity {
  const same = before?.kind === kind ? before : undefined;
  const lastKnownId = before?.kind === 'resolved' ? before.id : before?.lastKnownId;
  return {
    kind,
    sinceMs: same?.sinceMs ?? nowMs,
    attempts: (same?.attempts ?? 0) + 1,
    checkedAtMs: nowMs,
    ...(lastKnownId === undefined ? {} : { lastKnownId }),
  };
}

/** Backoff of looking for somebody whom the directory does not have: doubled each time, from the first to the longest. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 6 * HOUR_MS;

/** In how long to look somebody up again whom the directory did not have; undefined: not before something is said of them. */
export function nextLookUpInMs(
  ledger: PersonLedger,
  { isNeeded, retryHours, nowMs }: Readonly<{ isNeeded: boolean; retryHours: number; nowMs: number }>,
): number | undefined {
  const { identity, unconfirmed } = ledger;
  const isAwaited = unconfirmed !== undefined && awaitsLookUp(ledger);
  if (!isAwaited && (identity === undefined || identity.kind === 'resolved' || !isNeeded)) return undefined;
  const missing = identity?.kind === 'resolved' ? undefined : identity;
  const sinceMs = isAwaited ? unconfirmed.sinceMs : (missing?.sinceMs ?? nowMs);
  if (nowMs - sinceMs > retryHours * HOUR_MS) return undefined;
  const waitedMs = isAwaited ? nowMs - sinceMs : FIRST_RETRY_MS * 2 ** ((missing?.attempts ?? 1) - 1);
  return Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, waitedMs));
}

/** A fact about a person that a look-up told, with the ledger that has it. */
export type AccountVerdict = Readonly<{
  kind: 'records-confirmed' | 'address-handed-on' | 'account-replaced' | 'leaver-accounts';
  next: PersonLedger;
  facts: Readonly<Record<string, unknown>>;
  /** Accounts that are to be emptied: the one that was the person's, and all that a leaver's addresses lead to. */
  toEmpty: readonly string[];
}>;

export type LookedUp = Readonly<{
  nowMs: number;
  /** Whether the person left, and their lockout is over. */
  left: 'not' | 'lately' | 'long-ago';
}>;

/**
 * What follows from a look-up for a person, their records and accounts; undefined: nothing but who they are in the directory.
 * - Records under an address that the person's own account answers to are the person's. Another account there, or one that took the
 *   place of theirs and that nobody has confirmed, leaves them to a decision.
 * - Another account of the person's own address took the place of theirs. Of somebody who left long ago it is somebody else's.
 * - Of somebody who has just left, every account of their own addresses is to be emptied.
 * Records that wait for a decision keep nothing of that back.
 */
export function judgeLookUp(
  ledger: PersonLedger,
  answerOf: AnswerOf,
  { nowMs, left }: LookedUp,
): AccountVerdict | undefined {
  const ofRecords = judgeRecords(ledger, answerOf, nowMs);
  if (ofRecords !== undefined || left === 'long-ago') return ofRecords;
  const identity = identityAfter(ledger, answerOf, nowMs);
  const known = knownAccountOf(ledger);
  const isReplaced = identity.kind === 'resolved' && known !== undefined && identity.id !== known;
  const others = left === 'lately' ? otherAccountsOf(ledger, identity, answerOf) : [];
  if (!isReplaced && others.length === 0) return undefined;
  const otherAccounts = [...(ledger.otherAccounts ?? []), ...others];
  const next = others.length === 0 ? ledger : { ...ledger, otherAccounts };
  if (!isReplaced) return { kind: 'leaver-accounts', next, facts: { accountIds: others }, toEmpty: others };
  const { confirmedAccountId: confirmed, replaced: before, ...rest } = next;
  const isConfirmed = confirmed === identity.id;
  const replaced =
    before?.accountId === identity.id
      ? {}
      : { replaced: { accountId: before?.accountId ?? known, atMs: nowMs } };
  return {
    kind: 'account-replaced',
    // Looked up once more: others of the ledger may have the account. Where it is not theirs after all by then, it is emptied too.
    next: {
      ...rest,
      identity: { ...identity, checkedAtMs: 0 },
      applied: [],
      // What was asked for under an account in between waits too: nobody has said of the one after it that it is theirs. The first
      // one, once it is back, was theirs all along.
      ...(isConfirmed ? { confirmedAccountId: confirmed } : replaced),
    },
    facts: { formerAccountId: known, accountId: identity.id },
    toEmpty: [...new Set([known, ...others])],
  };
}

/**
 * Records that came under an address of the person are theirs where their own account answers to it, each by its own address: another may
 * be of whoever an address was handed on to. That one only a decision goes on with; while it is so, the account tells of the others.
 */
function judgeRecords(ledger: PersonLedger, answerOf: AnswerOf, nowMs: number): AccountVerdict | undefined {
  const { unconfirmed, replaced, confirmedAccountId } = ledger;
  const answer = bestAnswer(unconfirmed?.addresses.toReversed() ?? [], answerOf);
  if (unconfirmed === undefined || answer?.kind !== 'found' || isHandedOn(ledger)) return undefined;
  const own = identityAfter(ledger, answerOf, nowMs);
  const theirs = knownAccountOf(ledger) ?? confirmedAccountId ?? (own.kind === 'resolved' ? own : answer).id;
  const records = recordsInDoubt(unconfirmed).map(({ words, addresses }) => {
    const best = bestAnswer(addresses.toReversed(), answerOf);
    return { words, accountId: best?.kind === 'found' ? best.id : undefined };
  });
  const words = records.filter(({ accountId }) => accountId === theirs).flatMap((one) => one.words);
  const { accountId: another } = unconfirmed;
  const isTold = another === undefined || records.some(({ accountId }) => accountId === another);
  if (words.length > 0 && isTold && replaced === undefined && another !== theirs) {
    const identity = { kind: 'resolved', id: theirs, checkedAtMs: nowMs } as const;
    const [next, workerIds] = [{ ...confirmRecords(ledger, words), identity }, workerIdsOf(words)];
    return { kind: 'records-confirmed', next, facts: { by: 'account', workerIds }, toEmpty: [] };
  }
  if (another !== undefined) return undefined;
  const accountId = records.findLast((one) => (one.accountId ?? theirs) !== theirs)?.accountId ?? answer.id;
  const next = { ...ledger, unconfirmed: { ...unconfirmed, accountId } };
  const facts = { workerIds: workerIdsOf(unconfirmed.words), accountId };
  return { kind: 'address-handed-on', next, facts, toEmpty: [] };
}

/** The ledger without the accounts that were emptied, once somebody is back at work: when they leave again, they are emptied anew. */
export function withoutOtherAccounts(ledger: PersonLedger, employment: Employment): PersonLedger {
  if (ledger.otherAccounts === undefined || employment === 'left') return ledger;
  const { otherAccounts: _otherAccounts, ...rest } = ledger;
  return rest;
}

/** All that somebody's own addresses lead to beside the account that is known to be theirs. */
function otherAccountsOf(
  ledger: PersonLedger,
  identity: DirectoryIdentity,
  answerOf: AnswerOf,
): readonly string[] {
  const ids = undoubtedAddressesOf(ledger).flatMap((address) => {
    const answer = answerOf(address);
    if (answer?.kind === 'ambiguous') return answer.ids;
    return answer?.kind === 'found' ? [answer.id] : [];
  });
  const all = identity.kind === 'ambiguous' ? [...ids, identity.lastKnownId ?? []].flat() : ids;
  const known = new Set([...(ledger.otherAccounts ?? []), identity.kind === 'resolved' ? identity.id : '']);
  return [...new Set(all)].filter((id) => !known.has(id));
}
