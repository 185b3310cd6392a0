import { formerAccountKey, personKey } from '../../../shared/domain/person-key';
import { AppError } from '../../../shared/errors';
import { addAccount, DAY_MS, groupsOf, record, setAddress } from './desk/joined-by-mistake';
import { inGroup, TICK_MS } from './live-through-time';
import { ANA, byHand, DAN, type useWorlds, type World } from './world';

type Start = ReturnType<typeof useWorlds>;
type Instance = ReturnType<World['engine']['newInstance']>;
type Write = Parameters<Instance['ledger']['write']>;

/** An application that cannot write some ledgers. */
export function refusing(
  world: World,
  refuses: (subject: Write[0], kinds: readonly string[]) => boolean,
): Instance {
  const own = world.engine.newInstance();
  const write: typeof own.ledger.write = async (...args) => {
    const [subject, , , evidence] = args;
    const kinds = evidence.map(({ kind }) => kind);
    if (refuses(subject, kinds)) throw new AppError('record-too-large', 'Full');
    await own.ledger.write(...args);
  };
  return { ...own, ledger: { ...own.ledger, write } };
}

/** Time as Azure brings it, for that application. */
export async function liveAs({ engine }: World, instance: Instance, ms: number): Promise<void> {
  for (const endsAtMs = engine.clock.now() + ms; engine.clock.now() < endsAtMs;) {
    await engine.tick();
    await engine.work(instance);
    engine.clock.advance(TICK_MS);
  }
}

/** The row of the ledger of an account of before is damaged. Returns how to put it right. */
export async function damageFormer(world: World, accountId: string): Promise<() => Promise<unknown>> {
  const table = await world.engine.storage.table('ledger');
  const partitionKey = `${world.alias}:person:${formerAccountKey(accountId)}`;
  const row = { evidenceSeq: 0, evidenceHash: '', schemaVersion: 1, json0: '{"kind":"planet"}' };
  await table.upsertEntity({ partitionKey, rowKey: 'state', ...row }, 'Replace');
  return async () => table.deleteEntity(partitionKey, 'state');
}

/** A call for Finance whose outcome cannot be read back. Returns how to have it answered. */
export async function openCall(world: World, email: string, memberId: string): Promise<void> {
  const { app, clock, uipath } = world.engine;
  for (const endpoint of ['G7', 'G3'])
    uipath.inject(inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint } }));
  await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
    kind: 'membership',
    id: `${String(clock.now()).padStart(15, '0')}-open`,
    groupId: world.groupId('Finance'),
    groupName: 'Finance',
    add: [{ personKey: personKey(email), memberId }],
    remove: [],
    planHash: '',
    startedAtMs: clock.now(),
  });
}

/** Dan is at work, and somebody put him into Treasury: whatever becomes of others is no matter of his. */
export async function withDan(world: World): Promise<() => readonly string[]> {
  await world.joins(DAN, record('99'));
  await world.settle();
  const id = world.id(DAN);
  byHand(world, 'Treasury', [id]);
  return () => groupsOf(world, id);
}
export const DANS = ['Developers', 'Users', 'Treasury'];

/** Ana's address leads to another account by now, which is in Treasury. */
export async function replaced(
  start: Start,
): Promise<Readonly<{ world: World; first: string; now: string; dans: () => readonly string[] }>> {
  const world = await start({});
  await world.joins(ANA, record('7'));
  const dans = await withDan(world);
  const first = world.id(ANA);
  await world.pass(8 * DAY_MS);
  setAddress(world, first, 'old@acme.example');
  const now = addAccount(world, ANA);
  byHand(world, 'Treasury', [now]);
  return { world, first, now, dans };
}
