import { describe, expect, it } from '@jest/globals';
import { formerAccountKey, personKey } from '../../../../shared/domain/person-key';
import { DANS, liveAs, openCall, refusing, withDan } from '../leavers-world';
import { damage, failing, HOUR_MS, inGroup, live, TICK_MS } from '../live-through-time';
import {
  DAY_MS,
  NEW,
  addAccount,
  decide,
  groupsOf,
  joinedByMistake,
  leaving,
  record,
  setAddress,
} from '../desk/joined-by-mistake';
import { ANA, byHand, CARA, useWorlds } from '../world';
import { record as processWords } from '../ledger/renamed-world';

const start = useWorlds();
const CARAS = ['Developers', 'Users'];
const ALL = ['Developers', 'Users', 'Treasury'];

describe('an address that a leaver had and that leads to the account of somebody else', () => {
  it.each([false, true])(
    'takes them out of their own account alone (row of the other damaged: %p)',
    async (isDamaged) => {
      const world = await start({});
      await world.joins(ANA, record('7'));
      await world.joins(CARA, record('11'));
      const dans = await withDan(world);
      const [first, caras] = [world.id(ANA), world.id(CARA)];
      await world.pass(8 * DAY_MS);
      setAddress(world, first, 'old@acme.example');
      setAddress(world, caras, ANA);
      const repair = isDamaged ? await damage(world, CARA, { json0: '{"kind":"planet"}' }) : undefined;
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await failing(world), groupsOf(world, first), groupsOf(world, caras), dans()]).toEqual([
        isDamaged ? ['person : record-unreadable'] : [],
        [],
        CARAS,
        DANS,
      ]);
      await repair?.();
      await live(world, HOUR_MS);
      expect([await failing(world), groupsOf(world, caras)]).toEqual([[], CARAS]);
    },
  );
});

describe('an address of a leaver that leads to the account of somebody who left before them', () => {
  it('takes them out of both, and makes them no one person', async () => {
    const world = await start({});
    await world.joins(ANA, record('7'));
    await world.joins(CARA, record('9'));
    const dans = await withDan(world);
    const [own, caras] = [world.id(ANA), world.id(CARA)];
    await world.leaves(CARA, leaving('9'));
    await world.settle();
    await world.pass(60 * DAY_MS);
    await world.moves(NEW, record('7'));
    await world.settle();
    setAddress(world, caras, NEW);
    byHand(world, 'Treasury', [caras, own]);
    await world.pass(8 * DAY_MS);
    expect(groupsOf(world, caras)).toEqual(['Treasury']);
    await world.leaves(NEW, leaving('7'));
    await live(world, HOUR_MS);
    expect([groupsOf(world, own), groupsOf(world, caras), dans()]).toEqual([[], [], DANS]);
    expect([(await world.ledger(ANA))?.joined, (await world.ledger(CARA))?.joined]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('an account that waits to be emptied and is somebody else by now', () => {
  it.each(['nothing', 'refused', 'damaged'])('keeps what it has by hand: %s', async (what) => {
    const world = await start({});
    await world.joins(ANA, record('7'));
    const dans = await withDan(world);
    const first = world.id(ANA);
    await world.pass(8 * DAY_MS);
    setAddress(world, first, 'old@acme.example');
    addAccount(world, ANA);
    for (const match of [{ endpoint: 'G3' }, { method: 'PUT' }])
      world.engine.uipath.inject(inGroup(world, 'Developers', { kind: 'answer', status: 500, match }));
    await world.moves(ANA, record('7', 'Finance'));
    await live(world, 2 * HOUR_MS);
    world.engine.uipath.organization(world.alias).principals.remove(world.id(CARA));
    setAddress(world, first, CARA);
    await world.joins(CARA, record('11', 'Finance'));
    await processWords(world);
    await live(world, 2 * TICK_MS);
    byHand(world, 'Treasury', [first]);
    const refused = what === 'refused' ? formerAccountKey(first) : undefined;
    const app = refusing(world, ({ key }) => key === refused);
    if (what === 'damaged') await damage(world, CARA, { json0: '{"kind":"planet"}' });
    world.engine.uipath.clearFaults();
    await liveAs(world, app, 3 * HOUR_MS);
    expect([groupsOf(world, first), dans()]).toEqual([expect.arrayContaining(['Treasury']), DANS]);
  });
});

describe('somebody who was told apart from another, and leaves,', () => {
  it.each(['missing', 'another account', 'another account, open call', 'another account, refused'])(
    'takes nothing of the account of the other: %s',
    async (what) => {
      const { world, account } = await joinedByMistake(start);
      const dans = await withDan(world);
      await decide(world, 'apart', personKey(NEW));
      await world.settle();
      await world.pass(8 * DAY_MS);
      byHand(world, 'Treasury', [account]);
      const own = what === 'missing' ? undefined : addAccount(world, ANA);
      if (own !== undefined) byHand(world, 'Treasury', [own]);
      await world.leaves(ANA, leaving('7'));
      await processWords(world);
      if (what.endsWith('open call')) await openCall(world, ANA, account);
      const refused = what.endsWith('refused') ? personKey(ANA) : undefined;
      const app = refusing(world, ({ key }) => key === refused);
      await liveAs(world, app, 4 * HOUR_MS);
      const told = (await world.kinds(ANA)).length;
      await liveAs(world, app, 4 * HOUR_MS);
      expect([groupsOf(world, account), own === undefined ? [] : groupsOf(world, own), dans()]).toEqual([
        ALL,
        [],
        DANS,
      ]);
      expect((await world.kinds(ANA)).length).toBe(told);
    },
  );
  it.each(['nothing', 'open call', 'refused'])(
    'does not either before the other is looked up: %s',
    async (what) => {
      const { world, account } = await joinedByMistake(start);
      const dans = await withDan(world);
      const own = addAccount(world, ANA);
      await world.pass(8 * DAY_MS);
      byHand(world, 'Treasury', [account, own]);
      await decide(world, 'apart', personKey(NEW));
      await world.leaves(ANA, leaving('7'));
      await processWords(world);
      if (what === 'open call') await openCall(world, ANA, account);
      const refused = what === 'refused' ? personKey(ANA) : undefined;
      await liveAs(
        world,
        refusing(world, ({ key }) => key === refused),
        4 * HOUR_MS,
      );
      expect([groupsOf(world, account), groupsOf(world, own), dans()]).toEqual([ALL, [], DANS]);
    },
  );
});
