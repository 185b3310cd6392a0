import {
  accountReplacedByClaim,
  beforeClaimJoined,
  isAccountAlone,
  withClaimSettled,
} from '../../domain/ledger/claimed-account';
import { claimedSinceMs } from '../../domain/ledger/claimed-addresses';
import { joinLedgers } from '../../domain/ledger/join-ledgers';
import { personAccess } from '../../domain/ledger/person-access';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { formerAccountKey, personKey } from '../../domain/person-key';
import { errorCodeOf } from '../../errors';
import { readWhoeverJoined } from './find-person';
import { emptyAccount, forgetFormerAccount, type EmptiedAccounts } from './former-accounts';
import { hasOpenCall } from './has-open-call';
import { areTwoPeople, takeBack } from './join-people';
import {
  join,
  joined,
  type JoinFoundPeopleDeps,
  type JoinOutcome,
  type JoinRun,
  type PersonFound,
} from './join-people-of-account';
import { updateLedger } from './update-ledger';

/**
 * Joins to a person what an identity source or a request said of an address before one of the person's records came under it: nobody
 * is employed by that. Of several addresses one is joined in a run: the next is judged by what the ledger says after it. One that fails
 * or waits keeps no other back.
 */
export async function joinClaimedAccounts(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  emptied: EmptiedAccounts,
): Promise<JoinOutcome> {
  const waiting = new Set<string>();
  const theirs = new Map<string, PersonLedger>();
  const failures: unknown[] = [];
  for (const address of person.ledger.claimed ?? [])
    try {
      const keys = await joinClaim(deps, run, person, { address, emptied, theirs, waiting });
      if (keys.length > 0) return joined(keys, failures);
    } catch (error) {
      failures.push(error);
    }
  if (failures.length + waiting.size === 0)
    return joined(await keepAccount(deps, run, person, knownAccountOf(person.ledger)));
  return { keys: [...waiting, person.key], isOpen: true, theirs, failures };
}

type Claim = Readonly<{
  address: string;
  emptied: EmptiedAccounts;
  /** Ledgers at claimed addresses that are the person's, as far as is told yet. */
  theirs: Map<string, PersonLedger>;
  /** Keys of those who wait for an open call. */
  waiting: Set<string>;
}>;

/** Returns the keys of those whose ledger changed. */
async function joinClaim(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  { address, emptied, theirs, waiting }: Claim,
): Promise<readonly string[]> {
  const { alias } = deps.organization;
  const { key, ledger, cause } = person;
  const from = personKey(address);
  const found = await readWhoeverJoined(deps.ledger, alias, from);
  const claimed = found.stored?.value;
  const isJoined = found.key === key;
  const sinceMs = claimedSinceMs(ledger, address);
  if (!isJoined && !(found.key === from && (await isTheirs(deps, person, found, sinceMs))))
    return undoHalf(deps, run, person, { address, waiting });
  if (!isJoined && claimed !== undefined) theirs.set(from, claimed);
  if (await hasOpenCall(deps.changes, alias, [key, from])) {
    for (const one of [key, from]) waiting.add(one);
    return [];
  }
  await run.mayGoOn();
  await deps.changes.mark(personSubject(alias, key), run.lane, deps.clock.now(), cause);
  if (
    isJoined ||
    (claimed !== undefined && (await joinClaimed(deps, run, person, { from, claimed, emptied, sinceMs })))
  )
    await updateLedger(deps.ledger, personSubject(alias, key), async (current) => {
      if (current?.claimed?.includes(address) !== true || current.joined !== undefined) return undefined;
      await run.mayGoOn();
      return { next: withClaimSettled(current, address, deps.clock.now()), evidence: [] };
    });
  else await keepAccount(deps, run, person, knownAccountOf(ledger));
  return [key, from];
}

/** Takes back what a process that died had joined of a claimed address which is somebody else's by now. */
async function undoHalf(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  person: PersonFound,
  { address, waiting }: Pick<Claim, 'address' | 'waiting'>,
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
  if (await hasOpenCall(deps.changes, organization, [into])) {
    waiting.add(into);
    return [];
  }
  await run.mayGoOn();
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
  { lane, evidenceOf, mayGoOn }: JoinRun,
  { key, ledger, cause }: PersonFound,
  { claimed, emptied }: Omit<Claimed, 'from' | 'sinceMs'>,
): Promise<void> {
  const accountId = accountReplacedByClaim(ledger, claimed);
  const now = knownAccountOf(claimed);
  if (accountId === undefined || now === undefined) return;
  const { alias: organization } = deps.organization;
  const nowMs = deps.clock.now();
  await forgetFormerAccount(deps, organization, now, { evidenceOf, mayGoOn });
  const mark = async (account: Subject<'person'>): Promise<void> => {
    emptied.set(account.key, cause);
    await deps.changes.mark(account, lane, nowMs, cause);
  };
  const former = { organization, accountId, key, ledger, nowMs, mark };
  await emptyAccount(deps, former, { evidenceOf, mayGoOn });
}

/** A person who still has the account keeps it, and is planned anew. Returns the keys of those whose ledger changed. */
async function keepAccount(
  deps: JoinFoundPeopleDeps,
  { lane, evidenceOf, mayGoOn }: JoinRun,
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
  await forgetFormerAccount(deps, alias, accountId, { evidenceOf, mayGoOn });
  return [key, account.key];
}
