import { describe, expect, it } from '@jest/globals';
import { personKey, formerAccountKey } from '../../../../shared/domain/person-key';
import { AppError } from '../../../../shared/errors';
import { damage, failing, HOUR_MS, inGroup, live, TICK_MS } from '../live-through-time';
import {
  DAY_MS,
  NEW,
  THIRD,
  addAccount,
  groupsOf,
  handedOn,
  leaving,
  record,
  setAddress,
  decide,
  HOLDER,
  ledgerAt,
} from '../desk/joined-by-mistake';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';
import { OWN, posted, tells } from '../ledger/claimed-world';
import { record as processWords } from '../ledger/renamed-world';

const start = useWorlds();

/** The row of the ledger of an account of before is damaged. */
async function damageFormer(world: World, accountId: string): Promise<void> {
  const table = await world.engine.storage.table('ledger');
  await table.upsertEntity(
    {
      partitionKey: `${world.alias}:person:${formerAccountKey(accountId)}`,
      rowKey: 'state',
      evidenceSeq: 0,
      evidenceHash: '',
      schemaVersion: 1,
      json0: '{"kind":"planet"}',
    },
    'Replace',
  );
}
/** A call for Finance whose outcome cannot be read back. */
async function openCall(world: World, email: string, memberId: string): Promise<void> {
  const { app, clock } = world.engine;
  world.engine.uipath.inject(
    inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }),
  );
  world.engine.uipath.inject(
    inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G3' } }),
  );
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
const leftAs = async (world: World, email: string) => (await world.ledger(email))?.timeline.at(-1)?.kind;

describe('a leaver whose accounts have to be recorded first', () => {
  it.each([false, true])(
    'with a damaged ledger of the account of before is out of it (damaged: %p)',
    async (isDamaged) => {
      const world = await start({});
      await world.joins(ANA, record('7'));
      await world.settle();
      const first = world.id(ANA);
      await world.pass(8 * DAY_MS);
      setAddress(world, first, 'old@acme.example');
      const now = addAccount(world, ANA);
      byHand(world, 'Treasury', [now]);
      if (isDamaged) await damageFormer(world, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
    },
  );
  it.each([false, true])(
    'with a decision that fails and a damaged ledger of the account of before is out (damaged: %p)',
    async (isDamaged) => {
      const { world, first } = await handedOn(start);
      await world.moves(NEW, record('7', 'Finance'));
      await live(world, HOUR_MS);
      setAddress(world, first, NEW);
      await world.pass(DAY_MS);
      setAddress(world, first, THIRD);
      const next = addAccount(world, NEW);
      byHand(world, 'Treasury', [next]);
      await world.pass(8 * DAY_MS);
      const { app } = world.engine;
      for (let steps = 1; (await ledgerAt(world, HOLDER)) === undefined; steps += 1)
        await decide(world, 'another-person', personKey(ANA), dyingAfter(app, countdown(steps))).catch(
          () => 'died',
        );
      const table = await world.engine.storage.table('ledger');
      await table.updateEntity(
        { partitionKey: `${world.alias}:person:${HOLDER}`, rowKey: 'state', json0: '{"kind":"planet"}' },
        'Merge',
      );
      if (isDamaged) await damageFormer(world, first);
      await world.leaves(NEW, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
    },
  );
  it.each([false, true])(
    'with an open call in a group that fails is out of the others (open: %p)',
    async (isOpen) => {
      const world = await start({});
      await world.joins(ANA, record('7'));
      await world.settle();
      const first = world.id(ANA);
      await world.pass(8 * DAY_MS);
      setAddress(world, first, 'old@acme.example');
      addAccount(world, ANA);
      if (isOpen) await openCall(world, ANA, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
    },
  );
});

describe('a leaver who claims an address', () => {
  it.each(['nothing', 'address', 'account of before'])(
    'is out of their account with damage to %s',
    async (what) => {
      const { world, first } = await posted(start);
      await tells(world);
      if (what === 'address') await damage(world, NEW, { json0: '{"kind":"planet"}' });
      if (what === 'account of before') await damageFormer(world, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
    },
  );
  it('is out of the other groups with an open call in one that fails', async () => {
    const { world, first } = await posted(start);
    await tells(world);
    await openCall(world, ANA, first);
    await world.leaves(ANA, leaving('7'));
    await live(world, 6 * HOUR_MS);
    expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
  });
  it('who leaves, is out although another claims the address too and its row is damaged', async () => {
    const { world, first } = await posted(start);
    await world.joins(CARA, record('11'));
    await world.settle();
    await tells(world);
    await world.moves(NEW, record('11'));
    await processWords(world);
    await damage(world, NEW, { json0: '{"kind":"planet"}' });
    await world.leaves(CARA, leaving('11'));
    await live(world, 6 * HOUR_MS);
    expect([
      await failing(world),
      await leftAs(world, CARA),
      groupsOf(world, first),
      groupsOf(world, world.id(CARA)),
    ]).toEqual([expect.anything(), 'leaver', OWN, []]);
  });
});

it('two leavers of one account of whom one has an open call in a group that fails are out of the others', async () => {
  const world = await start({});
  await world.joins(ANA, record('7'));
  await world.settle();
  const first = world.id(ANA);
  await world.pass(8 * DAY_MS);
  await world.joins(DAN, record('8'));
  await world.settle();
  await world.pass(8 * DAY_MS);
  setAddress(world, world.id(DAN), 'old.dan@acme.example');
  await openCall(world, ANA, first);
  await world.leaves(ANA, leaving('7'));
  await live(world, 6 * HOUR_MS);
  expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
});
void AppError;
void TICK_MS;
