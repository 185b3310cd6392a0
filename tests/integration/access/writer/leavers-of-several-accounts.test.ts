import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { formerAccountKey, personKey } from '../../../../shared/domain/person-key';
import { entraUser, scimClient } from '../../../fixtures/scim-client';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { damageFormer, DANS, openCall, replaced, withDan } from '../leavers-world';
import { damage, failing, HOUR_MS, live } from '../live-through-time';
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
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';
import { FOUR_GROUPS, OWN, posted, tells, asksFor } from '../ledger/claimed-world';
import { record as processWords, rewrite } from '../ledger/renamed-world';

const start = useWorlds();

const leftAs = async (world: World, email: string) => (await world.ledger(email))?.timeline.at(-1)?.kind;
const faults = async (world: World) => [...new Set(await failing(world))];
const PLANET = { json0: '{"kind":"planet"}' };

describe('a leaver whose accounts have to be recorded first', () => {
  it.each([false, true])(
    'with a damaged ledger of the account of before is out of every account (damaged: %p)',
    async (isDamaged) => {
      const { world, first, now, dans } = await replaced(start);
      const repair = isDamaged ? await damageFormer(world, first) : undefined;
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await faults(world), groupsOf(world, first), groupsOf(world, now), dans()]).toEqual([
        isDamaged ? ['person : record-unreadable'] : [],
        [],
        [],
        DANS,
      ]);
      await repair?.();
      await live(world, HOUR_MS);
      const { identity, replaced: before } = (await world.ledger(ANA)) ?? {};
      expect([await faults(world), identity, before]).toEqual([
        [],
        expect.objectContaining({ id: now }),
        expect.objectContaining({ accountId: first }),
      ]);
    },
  );
  it.each([false, true])(
    'with three accounts and a damaged ledger of the second is out of the others (damaged: %p)',
    async (isDamaged) => {
      const world = await start({});
      await world.joins(ANA, record('7'));
      const dans = await withDan(world);
      await world.moves(NEW, record('7'));
      await world.moves(THIRD, record('7'));
      await world.settle();
      await world.pass(8 * DAY_MS);
      const first = world.id(ANA);
      const [second, third] = [addAccount(world, NEW), addAccount(world, THIRD)];
      byHand(world, 'Treasury', [first, second, third]);
      const repair = isDamaged ? await damageFormer(world, second) : undefined;
      await world.leaves(THIRD, leaving('7'));
      await live(world, 6 * HOUR_MS);
      const all = () => [first, second, third].map((id) => groupsOf(world, id));
      expect([all(), dans()]).toEqual([[[], isDamaged ? ['Treasury'] : [], []], DANS]);
      await repair?.();
      await live(world, HOUR_MS);
      expect([await faults(world), all(), dans()]).toEqual([[], [[], [], []], DANS]);
    },
  );
  it.each([false, true])(
    'with a decision that fails and a damaged ledger of the account of before is out (damaged: %p)',
    async (isDamaged) => {
      const { world, first, now } = await handedOn(start);
      const dans = await withDan(world);
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
        { partitionKey: `${world.alias}:person:${HOLDER}`, rowKey: 'state', ...PLANET },
        'Merge',
      );
      if (isDamaged) await damageFormer(world, first);
      await world.leaves(NEW, leaving('7'));
      await live(world, 6 * HOUR_MS);
      const all = [first, next, now].map((id) => groupsOf(world, id));
      expect([await faults(world), all, dans()]).toEqual([
        ['person : record-unreadable'],
        [[], [], []],
        DANS,
      ]);
    },
  );
  it.each([false, true])(
    'with an open call in a group that fails is out of the others, in every account (open: %p)',
    async (isOpen) => {
      const { world, first, now, dans } = await replaced(start);
      if (isOpen) await openCall(world, ANA, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      const evidence = (await world.kinds(ANA)).length;
      await live(world, 2 * HOUR_MS);
      expect([groupsOf(world, first), groupsOf(world, now), dans()]).toEqual([[], [], DANS]);
      expect((await world.kinds(ANA)).length).toBe(evidence);
      world.engine.uipath.clearFaults();
      await live(world, HOUR_MS);
      expect([await faults(world), (await world.ledger(ANA))?.identity]).toEqual([
        [],
        expect.objectContaining({ id: now }),
      ]);
    },
  );
  it('is recorded by no writer that was replaced after the look-up', async () => {
    const { world, first, dans } = await replaced(start);
    await world.leaves(ANA, leaving('7'));
    await processWords(world);
    const { app } = world.engine;
    const note: typeof app.accounts.note = async (...args) => {
      await app.accounts.note(...args);
      await app.changes.takeFence(world.alias);
    };
    const before = await world.kinds(ANA);
    await applyChanges({ ...app, accounts: { ...app.accounts, note } }, { organization: world.alias });
    expect([await world.kinds(ANA), await ledgerAt(world, formerAccountKey(first)), dans()]).toEqual([
      before,
      undefined,
      DANS,
    ]);
  });
});

describe('a leaver who claims an address', () => {
  it.each(['nothing', 'address', 'account of before'])(
    'is out of their account, and of that of the address, with damage to %s',
    async (what) => {
      const { world, first, second } = await posted(start, FOUR_GROUPS);
      const dans = await withDan(world);
      byHand(world, 'Treasury', [second]);
      await tells(world);
      if (what === 'address') await damage(world, NEW, PLANET);
      if (what === 'account of before') await damageFormer(world, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([await faults(world), groupsOf(world, first), groupsOf(world, second), dans()]).toEqual([
        what === 'nothing' ? [] : ['person : record-unreadable'],
        [],
        // Whose it is, only its row tells.
        what === 'address' ? [...OWN, 'Treasury'] : [],
        DANS,
      ]);
    },
  );
  it.each([false, true])(
    'is out of the groups of both accounts with an open call in one that fails (open: %p)',
    async (isOpen) => {
      const { world, first, second } = await posted(start, FOUR_GROUPS);
      const dans = await withDan(world);
      await asksFor(world, 'G5', 'Treasury', NEW);
      await world.settle();
      expect(groupsOf(world, second)).toEqual([...OWN, 'Treasury']);
      await tells(world);
      if (isOpen) await openCall(world, ANA, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([groupsOf(world, first), groupsOf(world, second), dans()]).toEqual([[], [], DANS]);
      world.engine.uipath.clearFaults();
      await live(world, HOUR_MS);
      expect([await faults(world), (await world.ledger(NEW))?.joined?.into]).toEqual([[], personKey(ANA)]);
    },
  );
  it.each([false, true])(
    'and another one, is out of that one while the row of the first is damaged (damaged: %p)',
    async (isDamaged) => {
      const { world, first, second } = await posted(start, FOUR_GROUPS);
      const dans = await withDan(world);
      const third = addAccount(world, THIRD);
      await scimClient(world).send('POST', '/Users', entraUser(THIRD));
      await world.settle();
      await asksFor(world, 'G6', 'Treasury', THIRD);
      await world.settle();
      byHand(world, 'Finance', [second]);
      await tells(world);
      const repair = isDamaged ? await damage(world, NEW, PLANET) : undefined;
      await world.leaves(THIRD, leaving('7'));
      await live(world, 6 * HOUR_MS);
      const all = () => [first, second, third].map((id) => groupsOf(world, id));
      expect([all(), dans()]).toEqual([[[], isDamaged ? [...OWN, 'Finance'] : [], []], DANS]);
      await repair?.();
      await live(world, HOUR_MS);
      expect([await faults(world), all(), dans()]).toEqual([[], [[], [], []], DANS]);
    },
  );
  it('that another claims too who is at work, takes nothing from the account of it', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await world.joins(CARA, record('11'));
    await asksFor(world, 'G5', 'Treasury', NEW);
    await world.settle();
    await tells(world);
    await world.moves(NEW, record('11'));
    await processWords(world);
    await openCall(world, NEW, second);
    await world.leaves(ANA, leaving('7'));
    await live(world, 2 * HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, second), groupsOf(world, world.id(CARA))]).toEqual([
      [],
      [...OWN, 'Treasury'],
      OWN,
    ]);
  });
  it('who leaves, is out although another claims the address too and its row is damaged', async () => {
    const { world, first } = await posted(start);
    await world.joins(CARA, record('11'));
    await world.settle();
    await tells(world);
    await world.moves(NEW, record('11'));
    await processWords(world);
    await damage(world, NEW, PLANET);
    await world.leaves(CARA, leaving('11'));
    await live(world, 6 * HOUR_MS);
    expect([
      await faults(world),
      await leftAs(world, CARA),
      groupsOf(world, first),
      groupsOf(world, world.id(CARA)),
    ]).toEqual([expect.anything(), 'leaver', OWN, []]);
  });
  it.each([false, true])(
    'which is half joined, and somebody else by now, is out with an open call (open: %p)',
    async (isOpen) => {
      const world = await start({ policy: FOUR_GROUPS });
      await world.joins(ANA, record('7'));
      await world.settle();
      const first = world.id(ANA);
      const dans = await withDan(world);
      await asksFor(world, 'G5', 'Treasury', NEW);
      await world.settle();
      await world.pass(DAY_MS);
      await tells(world);
      const { app } = world.engine;
      let isDead = false;
      const write: typeof app.ledger.write = async (...args) => {
        isDead ||= args[0].key === personKey(NEW);
        if (isDead) throw new Error('died');
        return app.ledger.write(...args);
      };
      const dying = { ...app, ledger: { ...app.ledger, write } };
      await expect(applyChanges(dying, { organization: world.alias })).resolves.toBe('waiting');
      await world.joins(NEW, record('11'));
      await processWords(world);
      if (isOpen) await openCall(world, ANA, first);
      await world.leaves(ANA, leaving('7'));
      await live(world, 6 * HOUR_MS);
      expect([groupsOf(world, first), dans(), await leftAs(world, NEW)]).toEqual([[], DANS, 'joiner']);
    },
  );
});

describe('two leavers of one account', () => {
  it.each([ANA, NEW])('are out of it with an open call of %s in a group that fails', async (email) => {
    const { world, first, dans } = await twoOfOne();
    await openCall(world, email, first);
    await world.leaves(ANA, leaving('7'));
    await world.leaves(NEW, leaving('8'));
    await live(world, 6 * HOUR_MS);
    expect([groupsOf(world, first), dans()]).toEqual([[], DANS]);
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    expect([await faults(world), (await world.ledger(NEW))?.joined?.into]).toEqual([[], personKey(ANA)]);
  });
  it('of whom one is at work are not, also while they cannot be joined', async () => {
    const { world, first, dans } = await twoOfOne();
    byHand(world, 'Treasury', [first]);
    const { accounts, clock } = world.engine.app;
    await accounts.note(world.alias, [{ memberId: first, personKey: personKey(NEW) }], clock.now());
    const identity = { kind: 'resolved', id: first, checkedAtMs: clock.now() } as const;
    await rewrite(world, NEW, (ledger) => ({ ...ledger, identity }));
    await openCall(world, ANA, first);
    await world.leaves(ANA, leaving('7'));
    await live(world, 2 * HOUR_MS);
    expect([groupsOf(world, first), dans()]).toEqual([[...OWN, 'Treasury'], DANS]);
  });
  it('of whom one has an open call in a group that fails are out of the others', async () => {
    const world = await start({});
    await world.joins(ANA, record('7'));
    await world.joins(CARA, record('9'));
    await world.settle();
    const first = world.id(ANA);
    await world.pass(8 * DAY_MS);
    await world.joins(DAN, record('8'));
    await world.settle();
    const second = world.id(DAN);
    await world.pass(8 * DAY_MS);
    setAddress(world, second, 'old.dan@acme.example');
    await openCall(world, ANA, first);
    await world.leaves(ANA, leaving('7'));
    await world.leaves(DAN, leaving('8'));
    await live(world, 6 * HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, second), groupsOf(world, world.id(CARA))]).toEqual([
      [],
      [],
      OWN,
    ]);
  });

  async function twoOfOne() {
    const world = await start({});
    await world.joins(ANA, record('7'));
    const dans = await withDan(world);
    const first = world.id(ANA);
    await world.pass(8 * DAY_MS);
    setAddress(world, first, NEW);
    await world.joins(NEW, record('8'));
    await processWords(world);
    return { world, first, dans };
  }
});
