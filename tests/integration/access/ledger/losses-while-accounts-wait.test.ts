import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { patchOf, scimClient } from '../../../fixtures/scim-client';
import { addAccount, DAY_MS, groupsOf, NEW, record, setAddress } from '../desk/joined-by-mistake';
import { damageFormer, openCall, replaced } from '../leavers-world';
import { damage, failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { asksFor, FOUR_GROUPS, OWN, posted, tells } from './claimed-world';
import { record as processWords } from './renamed-world';

const start = useWorlds();
const LEGAL = record('7', 'Legal');

const revokes = async (world: World): Promise<void> =>
  world.asks('R1', { kind: 'revoke', person: ANA, group: 'Treasury' });

describe('somebody at work whose accounts cannot be told yet', () => {
  it.each(['nothing', 'row', 'open call'])(
    'loses what is revoked, and gets nothing, while an address that they claim waits for: %s',
    async (what) => {
      const { world, first } = await posted(start, FOUR_GROUPS);
      await asksFor(world, 'G1', 'Treasury', ANA);
      await world.settle();
      expect(groupsOf(world, first)).toEqual([...OWN, 'Treasury']);
      await tells(world);
      if (what === 'row') await damage(world, NEW, { json0: '{"kind":"planet"}' });
      if (what === 'open call') await openCall(world, ANA, first);
      await revokes(world);
      await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P30D' });
      await live(world, 3 * HOUR_MS);
      expect(groupsOf(world, first)).toEqual(what === 'nothing' ? [] : OWN);
    },
  );

  it.each([false, true])(
    'loses what ends in the account of an address that they claim, which waits (open call: %p)',
    async (isOpen) => {
      const { world, first, second } = await posted(start, FOUR_GROUPS);
      await world.asks('G1', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P2D' });
      await world.settle();
      expect(groupsOf(world, second)).toEqual([...OWN, 'Treasury']);
      if (isOpen) await openCall(world, ANA, first);
      await tells(world);
      await live(world, HOUR_MS);
      world.engine.clock.advance(2 * DAY_MS);
      await live(world, HOUR_MS);
      expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([isOpen ? OWN : [], OWN]);
    },
  );

  it.each(['nothing', 'row', 'open call'])(
    'loses what they have no reason for while another account takes the place of theirs: %s',
    async (what) => {
      const { world, first, now } = await replaced(start);
      const repair = what === 'row' ? await damageFormer(world, first) : undefined;
      if (what === 'open call') await openCall(world, ANA, first);
      await world.moves(ANA, LEGAL);
      await live(world, 3 * HOUR_MS);
      const told = (await world.kinds(ANA)).length;
      await live(world, HOUR_MS);
      expect([groupsOf(world, first), (await world.kinds(ANA)).length]).toEqual([[], told]);
      world.engine.uipath.clearFaults();
      await repair?.();
      await live(world, HOUR_MS);
      expect([await failing(world), (await world.ledger(ANA))?.identity]).toEqual([
        [],
        expect.objectContaining({ id: now }),
      ]);
    },
  );

  it.each([false, true])(
    'loses what is revoked while two who are one cannot be joined (open call: %p)',
    async (isOpen) => {
      const world = await start({ policy: FOUR_GROUPS });
      await world.joins(ANA, record('7'));
      await asksFor(world, 'G1', 'Treasury', ANA);
      await world.settle();
      const first = world.id(ANA);
      await world.pass(8 * DAY_MS);
      setAddress(world, first, NEW);
      if (isOpen) await openCall(world, ANA, first);
      await world.joins(NEW, record('8'));
      await live(world, HOUR_MS);
      await revokes(world);
      await live(world, 2 * HOUR_MS);
      expect(groupsOf(world, first)).toEqual(OWN);
      world.engine.uipath.clearFaults();
      await live(world, HOUR_MS);
      expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    },
  );
});

describe('a leaving that HR says of an address that is claimed, while an open call is in a group that fails,', () => {
  it.each(['HR', 'identity source'])('takes the person out of every account: %s', async (who) => {
    const { world, first, second, userId } = await posted(start, FOUR_GROUPS);
    await tells(world);
    world.engine.clock.advance(MINUTE_MS);
    await openCall(world, ANA, first);
    const off = patchOf({ op: 'Replace', path: 'active', value: false });
    if (who === 'HR') await world.leaves(NEW, { immediate: true });
    else await scimClient(world).send('PATCH', `/Users/${userId}`, off);
    await processWords(world);
    await live(world, 3 * HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });
});

describe('somebody at work whose account has another address in UiPath alone, looked up since,', () => {
  const change: ReadonlyArray<readonly [string, (world: World) => Promise<unknown>, readonly string[]]> = [
    ['loses what is revoked', revokes, OWN],
    ['loses what a move takes', async (world) => world.moves(ANA, LEGAL), ['Treasury']],
    ['loses what ends', async (world) => world.pass(20 * DAY_MS), OWN],
  ];
  it.each(change)('%s', async (_what, happens, expected) => {
    const world = await start({ policy: FOUR_GROUPS });
    await world.joins(ANA, record('7'));
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P20D' });
    await world.settle();
    const first = world.id(ANA);
    await world.pass(8 * DAY_MS);
    setAddress(world, first, 'elsewhere@acme.example');
    await happens(world);
    await live(world, HOUR_MS);
    expect(groupsOf(world, first)).toEqual(expected);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ kind: 'missing', lastKnownId: first });
  });
});

describe('somebody whose grant ended while it cannot be told whose a further record is', () => {
  it.each([
    { title: 'keeps the group that the record gives', department: 'Finance', kept: ['Finance'] },
    { title: 'loses a group that the record does not give', department: 'Legal', kept: [] },
  ])('$title', async ({ department, kept }) => {
    const world = await start({ policy: FOUR_GROUPS });
    await world.joins(ANA, record('7'));
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P2D' });
    await world.settle();
    const first = world.id(ANA);
    expect(groupsOf(world, first)).toEqual([...OWN, 'Finance']);
    world.engine.clock.advance(3 * DAY_MS);
    world.engine.uipath.inject({
      kind: 'answer',
      status: 500,
      match: { endpoint: 'D5' },
      times: 'always',
    });
    await world.joins(ANA, record('8', department));
    await live(world, 20 * MINUTE_MS);
    expect(await failing(world)).not.toEqual([]);
    expect(groupsOf(world, first)).toEqual([...OWN, ...kept]);
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    expect([groupsOf(world, first), await failing(world)]).toEqual([[...OWN, ...kept], []]);
  });
});

describe('somebody for whose further record another account was found', () => {
  it('loses what a move takes while their look-up fails', async () => {
    const world = await start({ policy: FOUR_GROUPS });
    await world.joins(ANA, record('7', 'Finance'));
    await world.settle();
    const first = world.id(ANA);
    setAddress(world, first, NEW);
    await world.moves(NEW, record('7', 'Finance'));
    await live(world, HOUR_MS);
    const another = addAccount(world, ANA);
    await world.joins(ANA, record('8', 'Finance'));
    await live(world, HOUR_MS);
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(another);
    world.engine.clock.advance(8 * DAY_MS);
    world.engine.uipath.inject({ kind: 'answer', status: 500, match: { endpoint: 'D5' }, times: 'always' });
    await world.moves(NEW, LEGAL);
    await live(world, 5 * MINUTE_MS);
    expect(groupsOf(world, first)).toEqual([]);
  });
});
