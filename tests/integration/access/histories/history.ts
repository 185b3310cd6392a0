import { runAudit } from '../../../../shared/access/audit/run-audit';
import { ANA, byHand, OLGA, type World } from '../world';

/** Her address of before, the one that she or somebody else has later, and one that no account has. */
const ADDRESSES = { A: ANA, B: 'ana.neu@acme.example', private: 'ana@mail.example' } as const;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

type Address = keyof typeof ADDRESSES;

/** What one source says of one worker record. Days count from the beginning; what is left out holds from when it is said. */
export type Word = Readonly<{
  day: number;
  says: 'joins' | 'moves' | 'leaves' | 'deletes';
  record: string;
  /** The human behind the record, where the source names one. */
  human?: string;
  department?: string;
  /** The first day of a hire, or the last day of work. */
  on?: number;
  address?: Address;
  source?: string;
}>;

/** What happens otherwise. */
type Act = Readonly<{ day: number }> &
  (
    | Readonly<{ does: 'asks'; group: 'Treasury' | 'Finance'; address?: Address }>
    /** UiPath has the account of her first address under another one. */
    | Readonly<{ does: 'renames' }>
    /** Her account is deleted in UiPath, and another one has this address. */
    | Readonly<{ does: 'gives-account'; address: Address }>
    /** Another account has the address of her first one, too. */
    | Readonly<{ does: 'adds-twin' }>
    | Readonly<{ does: 'puts-in'; group: string; account: 'first' | 'second' }>
  );

export type History = Readonly<{
  number: number | string;
  title: string;
  words: readonly Word[];
  acts?: readonly Act[];
  /** Groups of her first account, at the end of a day. */
  at: Readonly<Record<number, readonly string[]>>;
  /** Groups of the second account at the end. */
  second?: readonly string[];
  /** What the audit of the last day finds, by check. */
  findings?: readonly string[];
}>;

export type Said = Word & Readonly<{ email: string; index: number }>;

/** How a source says something: it posts its raw bytes. */
export type Sayer = (world: World, word: Said) => Promise<void>;

const GROUPS = ['Developers', 'Finance', 'Treasury', 'Users'] as const;

export const firstDayMs = Date.parse('2026-03-02T00:00:00Z');

/** The date of a day of the history. */
export function dateOf(day: number): string {
  return new Date(firstDayMs + day * DAY_MS).toISOString().slice(0, 10);
}

type Played = Readonly<{
  at: Readonly<Record<number, readonly string[]>>;
  second: readonly string[];
  findings: readonly string[];
}>;

/**
 * Plays a history day by day. `arrives` tells at which day a word arrives, not before it was said: what it says is said in its time all
 * the same.
 */
export async function playHistory(
  world: World,
  history: History,
  say: Sayer,
  arrives: (word: Said) => number = ({ day }) => day,
): Promise<Played> {
  const accounts = { first: world.id(ANA), second: '' };
  const words = history.words.map((word, index): Said => ({
    ...word,
    index,
    email: ADDRESSES[word.address ?? 'A'],
  }));
  const days = Object.keys(history.at).map(Number);
  const lastDay = Math.max(...days, ...words.map(arrives));
  const at: Record<number, readonly string[]> = {};
  const eventful = [...words.map(arrives), ...(history.acts ?? []).map(({ day }) => day), ...days];
  const daysToPlay = [...new Set(eventful)].filter((day) => day <= lastDay).toSorted((a, b) => a - b);
  await world.pass((daysToPlay[0] ?? 0) * DAY_MS);
  for (const [index, day] of daysToPlay.entries()) {
    for (const act of history.acts ?? [])
      if (act.day === day) accounts.second = await doAct(world, act, accounts);
    for (const word of words) if (arrives(word) === day) await say(world, word);
    await world.pass(HOUR_MS);
    if (days.includes(day)) at[day] = groupsOf(world, accounts.first);
    const nextDay = daysToPlay[index + 1] ?? day + 1;
    await world.pass((nextDay - day) * DAY_MS - HOUR_MS);
  }
  return { at, second: groupsOf(world, accounts.second), findings: await findingsOf(world) };
}

function groupsOf(world: World, accountId: string): readonly string[] {
  const { uipath } = world.engine;
  return GROUPS.filter((group) => uipath.memberIds(world.alias, group).has(accountId));
}

async function findingsOf(world: World): Promise<readonly string[]> {
  const { app } = world.engine;
  const report = await runAudit(
    { ...app, uipath: app.auditUiPath },
    { organization: world.alias, night: '202603010200' },
  );
  if (report === undefined) throw new Error('The audit was given up');
  return [...new Set(report.findings.map(({ check }) => check))].toSorted();
}

async function doAct(
  world: World,
  act: Act,
  accounts: Readonly<{ first: string; second: string }>,
): Promise<string> {
  const { principals } = world.engine.uipath.organization(world.alias);
  const first = principals.get(accounts.first);
  if (act.does === 'asks') {
    const person = ADDRESSES[act.address ?? 'A'];
    await world.asks(`${act.group}-${act.day}`, {
      kind: 'grant',
      person,
      group: act.group,
      duration: 'P90D',
    });
    return accounts.second;
  }
  if (act.does === 'puts-in') {
    byHand(world, act.group, [accounts[act.account]]);
    return accounts.second;
  }
  if (first?.kind !== 'user') throw new Error('She has no account');
  if (act.does === 'renames') {
    principals.put({ ...first, email: ADDRESSES.B, userName: ADDRESSES.B });
    return accounts.second;
  }
  const id = `${accounts.first.slice(0, -4)}beef`;
  if (act.does === 'adds-twin') {
    // The directory prefers a name that is written just as it is asked for.
    const [one, other] = ['Ana.Pop@acme.example', 'ANA.POP@acme.example'];
    principals.put({ ...first, email: one, userName: one });
    principals.put({ ...first, id, email: other, userName: other });
    return id;
  }
  const email = ADDRESSES[act.address];
  const away = `former.${first.userName}`;
  if (first.email === email) principals.put({ ...first, email: away, userName: away });
  principals.put({ ...first, id, email, userName: email });
  return id;
}

/** The people of UiPath at the beginning. */
export const SEED = { users: [OLGA, ANA, 'ben.lead@acme.example'] };
