import { randomUUID } from 'node:crypto';
import {
  decideWhoIsWho,
  questionOf,
  type WhoDecision,
} from '../../../../shared/access/desk/decide-who-is-who';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey, workerRecordKey } from '../../../../shared/domain/person-key';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { ANA, BEN, type useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

type Start = ReturnType<typeof useWorlds>;

export const NEW = 'ana.neu@acme.example';
export const THIRD = 'ana.dritte@acme.example';
export const DAY_MS = 86_400_000;
/** The ledger of whoever the address was handed on to, as the word names them. */
export const HOLDER = workerRecordKey('standard', '8');

const GROUPS = ['Developers', 'Users', 'Finance', 'Treasury'];
const requests = { approvers: [BEN] };
const POLICY = {
  groups: {
    Developers: { requests },
    Users: { requests },
    Finance: { requests },
    Treasury: { requests },
  },
};

export const record = (workerId: string, department = 'Automation') => ({
  worker: { workerId },
  attributes: { department },
});
export const leaving = (workerId: string) => ({ worker: { workerId }, immediate: true });

export const groupsOf = (world: World, id: string): readonly string[] =>
  GROUPS.filter((group) => world.engine.uipath.memberIds(world.alias, group).has(id));

export async function ledgerAt(world: World, key: string): Promise<PersonLedger | undefined> {
  return (await world.engine.app.ledger.read(personSubject(world.alias, key)))?.value;
}

/** The words of somebody, each as worker id and kind. */
export async function wordsOf(world: World, key: string): Promise<readonly string[]> {
  const ledger = await ledgerAt(world, key);
  return (ledger?.timeline ?? []).map(({ workerId, kind }) => `${workerId ?? ''}:${kind}`).toSorted();
}

/** Decides what the page of a person asks as it is now. */
export async function decide(
  world: World,
  decision: WhoDecision,
  key = personKey(ANA),
  app = world.engine.app,
): Promise<void> {
  const ledger = await ledgerAt(world, key);
  const question = (ledger === undefined ? undefined : questionOf(ledger)) ?? 'none';
  await decideWhoIsWho(app, world.alias, {
    key,
    decision,
    by: keyHolder('olga'),
    reason: 'Asked HR',
    question,
  });
}

/** The application, with something that happens right before the first write of a ledger of that key. */
export function beforeWriteOf(
  world: World,
  key: string,
  happens: () => Promise<unknown>,
): World['engine']['app'] {
  const { app } = world.engine;
  let isOver = false;
  const write: typeof app.ledger.write = async (...args) => {
    if (!isOver && args[0].key === key) {
      isOver = true;
      await happens();
    }
    return app.ledger.write(...args);
  };
  return { ...app, ledger: { ...app.ledger, write } };
}

/** An account gets another address in UiPath. */
export function setAddress(world: World, id: string, email: string): void {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(id);
  if (user?.kind !== 'user') throw new Error('There is no such account');
  principals.put({ ...user, email, userName: email });
}

/** A new account of an address; returns its id. */
export function addAccount(world: World, email: string): string {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(BEN));
  if (user?.kind !== 'user') throw new Error('There is no such account');
  const id = randomUUID();
  principals.put({ ...user, id, email, userName: email });
  return id;
}

/** Ana with record 7 and somebody with record 8, who joined her: her account has their address by now. */
export async function joinedByMistake(
  start: Start,
  { department = 'Automation', policy = {} }: { department?: string; policy?: object } = {},
): Promise<Readonly<{ world: World; account: string }>> {
  const world = await start({ policy: { ...POLICY, ...policy } });
  await world.joins(ANA, record('7'));
  await world.settle();
  const account = world.id(ANA);
  setAddress(world, account, NEW);
  await world.pass(DAY_MS);
  await world.joins(NEW, record('8', department));
  await world.settle();
  if ((await world.ledger(NEW))?.joined?.into !== personKey(ANA)) throw new Error('They are not joined');
  return { world, account };
}

/** Ana joins somebody who was spoken of before her, and has her account's address by now. */
export async function joinsThird(world: World, account: string, department?: string): Promise<void> {
  setAddress(world, account, THIRD);
  const saidAtMs = world.engine.clock.now() - 30 * DAY_MS;
  await world.joins(THIRD, { ...record('3', department), saidAtMs });
  await world.settle();
  if ((await world.ledger(ANA))?.joined?.into !== personKey(THIRD)) throw new Error('They are not joined');
}

/** Ana's address leads to another account, and record 8 came under it. */
export async function handedOn(
  start: Start,
  { isReplaced = false }: { isReplaced?: boolean } = {},
): Promise<Readonly<{ world: World; first: string; now: string }>> {
  const world = await start({ policy: POLICY });
  await world.joins(ANA, record('7', isReplaced ? 'Automation' : 'Finance'));
  await world.settle();
  const first = world.id(ANA);
  setAddress(world, first, 'old@acme.example');
  const now = addAccount(world, ANA);
  if (isReplaced) {
    await world.pass(8 * DAY_MS);
    await world.moves(ANA, record('7', 'Finance'));
    await world.settle();
    await world.pass(60_000);
  }
  await world.joins(ANA, record('8'));
  await world.settle();
  if ((await world.ledger(ANA))?.unconfirmed?.accountId !== now) throw new Error('Nothing is in doubt');
  return { world, first, now };
}
