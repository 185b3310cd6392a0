import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import { eldestFirst } from '../../domain/ledger/join-ledgers';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import type { RecordsOfRun } from './former-accounts';
import { hasOpenCall } from './has-open-call';
import { areTwoPeople, joinPeople, type JoinPeopleDeps } from './join-people';

export type JoinFoundPeopleDeps = JoinPeopleDeps &
  Readonly<{
    accounts: Pick<PeopleIndex, 'list'>;
    changes: Pick<ChangeStore, 'mark' | 'emptyingEditOf' | 'listAttempts'>;
    clock: Pick<Clock, 'now'>;
  }>;

export type PersonFound = Readonly<{ key: string; ledger: PersonLedger; cause: string | undefined }>;

export type JoinOutcome = Readonly<{
  /** Keys of those whose ledger changed, or who wait for an open call. */
  keys: readonly string[];
  /** True where nothing changed, as an open call is in the way or something fails: who leaves is taken out of their accounts all the same. */
  isOpen: boolean;
  /** Ledgers that are the person's too, by key, and cannot be joined now. */
  theirs: ReadonlyMap<string, PersonLedger>;
  failures: readonly unknown[];
}>;

export function joined(keys: readonly string[], failures: readonly unknown[] = []): JoinOutcome {
  return { keys, isOpen: false, theirs: new Map(), failures };
}

export type JoinRun = RecordsOfRun & Readonly<{ lane: Lane }>;

/**
 * Joins all who have one account, the eldest first: the eldest is marked, and the ledger of the others has nothing any more.
 * @throws AppError `record-unreadable` where nobody can tell who they are
 */
export async function joinPeopleOfAccount(
  deps: JoinFoundPeopleDeps,
  run: JoinRun,
  memberId: string,
  newcomers: readonly PersonFound[],
): Promise<JoinOutcome> {
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
  if (eldest === undefined) return joined([]);
  const others: string[] = [];
  for (const other of rest)
    if (!(await areTwoPeople(deps.ledger, alias, eldest, other))) others.push(other.key);
  if (others.length === 0) return joined([]);
  const keys = [eldest.key, ...others];
  const theirs = new Map([...ledgers].filter(([key]) => keys.includes(key)));
  if (await hasOpenCall(deps.changes, alias, keys)) return { keys, isOpen: true, theirs, failures: [] };
  // Before anything is joined: the marks of the others lead nowhere then, and a process may die right after.
  const cause = newcomers.find((one) => one.cause !== undefined)?.cause;
  await deps.changes.mark(personSubject(alias, eldest.key), run.lane, deps.clock.now(), cause);
  try {
    for (const from of others) await join(deps, run, { into: eldest.key, from, by: 'account' });
    return joined(keys);
  } catch (error) {
    return { keys, isOpen: true, theirs, failures: [error] };
  }
}

export async function join(
  deps: JoinFoundPeopleDeps,
  { evidenceOf, mayGoOn }: JoinRun,
  who: Readonly<{ into: string; from: string; by: 'account' | 'record'; claimedSinceMs?: number }>,
): Promise<boolean> {
  const { alias: organization } = deps.organization;
  return joinPeople(deps, { organization, ...who, evidenceOf, mayGoOn, nowMs: deps.clock.now() });
}
