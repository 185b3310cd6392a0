import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import {
  accountReplacedByClaim,
  beforeClaimJoined,
  isAccountAlone,
  withClaimSettled,
} from '../../domain/ledger/claimed-account';
import { claimedSinceMs } from '../../domain/ledger/claimed-addresses';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { eldestFirst, joinLedgers } from '../../domain/ledger/join-ledgers';
import { personAccess } from '../../domain/ledger/person-access';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { formerAccountKey, personKey } from '../../domain/person-key';
import { errorCodeOf } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import { readWhoeverJoined } from './find-person';
import { emptyAccount, forgetFormerAccount, type EmptiedAccounts } from './former-accounts';
import { hasOpenCall } from './has-open-call';
import { areTwoPeople, joinPeople, takeBack, type JoinPeopleDeps } from './join-people';
import { updateLedger } from './update-ledger';

export type JoinFoundPeopleDeps = JoinPeopleDeps &
  Readonly<{
    accounts: Pick<PeopleIndex, 'list'>;
    changes: Pick<ChangeStore, 'mark' | 'listAttempts'>;
    clock: Pick<Clock, 'now'>;
  }>;

export type PersonFound = Readonly<{ key: string; ledger: PersonLedger; cause: string | undefined }>;

/** Keys of those whose ledger changed; `waits`: an open call is in the way, and nothing did. */
export type JoinOutcome = Readonly<{ keys: readonly string[]; waits: boolean }>;

export type JoinRun = Readonly<{
  lane: Lane;
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry;
  mayGoOn: () => Promise<void>;
}>;

/**
 * Joins all who have one account, the eldest first: the eldest is marked, and the ledger of the others has nothing any more. Returns
 * the keys of those whose ledger changed, or who wait for an open call.
 */
export async function joinPeopleOfAccount(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  memberId: string,
  newcomers: readonly PersonFound[],
): Promise<readonly string[]> {
  const { alias } = deps.organization;
  const ledgers = new Map(newcomers.map(({ key, ledger }) => [key, ledger]));
  for (const key of await deps.accounts.list(alias, memberId)) {
    if (ledgers.has(key)) continue;
    const ledger = (await deps.ledger.read(personSubject(alias, key)))?.value;
    const isFormer = ledger?.formerAccountOf !== undefined;
    if (
      ledger?.joined === undefined &&
      ledger !== undefined &&
      !isFormer &&
      knownAccountOf(ledger) === memberId
    )
      ledgers.set(key, ledger);
  }
  const [eldest, ...rest] = eldestFirst([...ledgers].map(([key, ledger]) => ({ key, ledger })));
  if (eldest === undefined) return [];
  const others: string[] = [];
  for (const other of rest)
    if (!(await areTwoPeople(deps.ledger, alias, eldest, other))) others.push(other.key);
  if (others.length === 0) return [];
  if (await hasOpenCall(deps.changes, alias, [...ledgers.keys()])) return [...ledgers.keys()];
  // Before anything is joined: the marks of the others lead nowhere then, and a process may die right after.
  const cause = newcomers.find((one) => one.cause !== undefined)?.cause;
  await deps.changes.mark(personSubject(alias, eldest.key), run.lane, deps.clock.now(), cause);
  for (const from of others) await join(deps, run, { into: eldest.key, from, by: 'account' });
  return [eldest.key, ...others];
}

async function join(
  deps: JoinFoundPeopleDeps,
  { evidenceOf, mayGoOn }: JoinRun,
  who: Readonly<{ into: string; from: string; by: 'account' | 'record'; claimedSinceMs?: number }>,
): Promise<boolean> {
  const { alias: organization } = deps.organization;
  return joinPeople(deps, { organization, ...who, evidenceOf, mayGoOn, nowMs: deps.clock.now() });
}

/**
 * Joins to a person what an identity source or a request said of an address before one of the person's records came under it: nobody
 * is employed by that. Of several addresses one is joined in a run: the next is judged by what the ledger says after it. Returns the
 * keys of those whose ledger changed, or who wait for an open call.
 */
export async function joinClaimedAccounts(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  emptied: EmptiedAccounts,
): Promise<JoinOutcome> {
  const { alias } = deps.organization;
  const { key, ledger, cause } = person;
  for (const address of ledger.claimed ?? []) {
    const from = personKey(address);
    const found = await readWhoeverJoined(deps.ledger, alias, from);
    const isJoined = found.key === key;
    const sinceMs = claimedSinceMs(ledger, address);
    if (!isJoined && !(found.key === from && (await isTheirs(deps, person, found, sinceMs)))) {
      const undone = await undoHalf(deps, run, person, address);
      if (undone.length > 0) return { keys: undone, waits: false };
      continue;
    }
    if (await hasOpenCall(deps.changes, alias, [key, from])) return { keys: [key, from], waits: true };
    await deps.changes.mark(personSubject(alias, key), run.lane, deps.clock.now(), cause);
    const claimed = found.stored?.value;
    if (
      isJoined ||
      (claimed !== undefined && (await joinClaimed(deps, run, person, { from, claimed, emptied, sinceMs })))
    )
      await updateLedger(deps.ledger, personSubject(alias, key), (current) =>
        current?.claimed?.includes(address) === true && current.joined === undefined
          ? { next: withClaimSettled(current, address, deps.clock.now()), evidence: [] }
          : undefined,
      );
    else await keepAccount(deps, run, person, knownAccountOf(ledger));
    return { keys: [key, from], waits: false };
  }
  return { keys: await keepAccount(deps, run, person, knownAccountOf(ledger)), waits: false };
}

/** Takes back what a process that died had joined of a claimed address which is somebody else's by now. */
async function undoHalf(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  address: string,
): Promise<readonly string[]> {
  const { alias: organization } = deps.organization;
  const { key: into, ledger, cause } = person;
  const from = personKey(address);
  const stored = (await deps.ledger.read(personSubject(organization, from)))?.value;
  if (stored === undefined) return [];
  const claimed = stored.joined?.before ?? stored;
  const formerId = ledger.replaced?.accountId;
  const former =
    formerId && (await deps.ledger.read(personSubject(organization, formerAccountKey(formerId))))?.value;
  const before = beforeClaimJoined(ledger, { address, claimed, former: former || undefined });
  if (before === undefined) return [];
  if (await hasOpenCall(deps.changes, organization, [into])) return [into];
  const nowMs = deps.clock.now();
  await deps.changes.mark(personSubject(organization, into), run.lane, nowMs, cause);
  const joining = { organization, into, from, evidenceOf: run.evidenceOf, nowMs };
  await takeBack(deps, joining, { before, claimed }, stored.joined?.into);
  return [into, ...(await keepAccount(deps, run, person, formerId))];
}

/** Not of somebody who left long ago by their own words, as an account that was made since is somebody else's. */
async function isTheirs(
  { ledger: ledgers, organization, clock }: JoinFoundPeopleDeps,
  person: PersonFound,
  { key, stored }: Awaited<ReturnType<typeof readWhoeverJoined>>,
  sinceMs: number,
): Promise<boolean> {
  const nowMs = clock.now();
  const ledger = stored?.value;
  if (ledger === undefined || !isAccountAlone(ledger, { claimedSinceMs: sinceMs, nowMs })) return false;
  const isLongGone = [person.ledger, joinLedgers(person.ledger, ledger)].every((one) => {
    const { employment, lockedUntilMs = 0 } = personAccess(one, organization, nowMs);
    return employment === 'left' && nowMs >= lockedUntilMs;
  });
  if (isLongGone) return false;
  return !(await areTwoPeople(ledgers, organization.alias, person, { key, ledger }));
}

type Claimed = Readonly<{ from: string; claimed: PersonLedger; emptied: EmptiedAccounts; sinceMs: number }>;

/** Returns whether they are one now. What no row holds together leaves the person the account that was theirs. */
async function joinClaimed(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  { from, sinceMs, ...claimed }: Claimed,
): Promise<boolean> {
  await replaceAccount(deps, run, person, claimed);
  try {
    return await join(deps, run, { into: person.key, from, by: 'record', claimedSinceMs: sinceMs });
  } catch (error) {
    if (errorCodeOf(error) === 'record-too-large')
      await keepAccount(deps, run, person, knownAccountOf(person.ledger));
    throw error;
  }
}

/** The account that was the person's gets a ledger of its own that leaves, before theirs says so. */
async function replaceAccount(
  deps: JoinFoundPeopleDeps,
  { lane, evidenceOf }: JoinRun,
  { key, ledger, cause }: PersonFound,
  { claimed, emptied }: Omit<Claimed, 'from' | 'sinceMs'>,
): Promise<void> {
  const accountId = accountReplacedByClaim(ledger, claimed);
  const now = knownAccountOf(claimed);
  if (accountId === undefined || now === undefined) return;
  const { alias: organization } = deps.organization;
  const nowMs = deps.clock.now();
  await forgetFormerAccount(deps, organization, now, evidenceOf);
  const mark = async (account: Subject<'person'>): Promise<void> => {
    emptied.set(account.key, cause);
    await deps.changes.mark(account, lane, nowMs, cause);
  };
  await emptyAccount(deps, { organization, accountId, key, ledger, nowMs, mark }, evidenceOf);
}

/** A person who still has the account keeps it, and is planned anew. Returns the keys of those whose ledger changed. */
async function keepAccount(
  deps: JoinFoundPeopleDeps,
  { lane, evidenceOf }: JoinRun,
  { key, cause }: PersonFound,
  accountId: string | undefined,
): Promise<readonly string[]> {
  if (accountId === undefined) return [];
  const { alias } = deps.organization;
  const account = personSubject(alias, formerAccountKey(accountId));
  const former = (await deps.ledger.read(account))?.value;
  if (former?.identity === undefined || former.formerAccountOf !== key) return [];
  const person = personSubject(alias, key);
  const current = (await deps.ledger.read(person))?.value;
  if (current === undefined || knownAccountOf(current) !== accountId) return [];
  await deps.changes.mark(person, lane, deps.clock.now(), cause);
  await forgetFormerAccount(deps, alias, accountId, evidenceOf);
  return [key, account.key];
}
