import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import {
  addAccount,
  DAY_MS,
  decide,
  groupsOf,
  handedOn,
  HOLDER,
  leaving,
  ledgerAt,
  NEW,
  record,
  setAddress,
  THIRD,
} from '../desk/joined-by-mistake';
import { rewritten } from '../../../fakes/sealed-row';
import { failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const NOBODY = 'nobody';
const NO_KEY = '../acme/planet?#';

/** An application with a mistake writes the row of a ledger. */
async function edit(world: World, key: string, change: (ledger: PersonLedger) => unknown): Promise<void> {
  const table = await world.engine.storage.table('ledger');
  const [partitionKey, rowKey] = [`${world.alias}:person:${key}`, 'state'];
  const { etag: _etag, timestamp: _timestamp, ...row } = await table.getEntity(partitionKey, rowKey);
  const ledger = await ledgerAt(world, key);
  if (ledger === undefined) throw new Error('There is no ledger');
  const next = await rewritten('ledger', { ...row, partitionKey, rowKey }, change(ledger));
  await table.updateEntity(next, 'Replace');
}

const damaged = (): unknown => ({ kind: 'planet' });

/** Somebody says that a record in doubt is another person's; the process dies on the way, and that person's row is damaged. */
async function decideInVain(world: World): Promise<void> {
  const { app } = world.engine;
  for (let steps = 1; (await ledgerAt(world, HOLDER)) === undefined; steps += 1)
    await decide(world, 'another-person', personKey(ANA), dyingAfter(app, countdown(steps))).catch(
      () => 'died',
    );
  expect((await world.ledger(ANA))?.unconfirmed?.handedTo?.key).toBe(HOLDER);
  await edit(world, HOLDER, damaged);
}

describe('somebody of whom a decision is not carried out yet, and who leaves', () => {
  it('is out although the ledger of the new holder of their address cannot be read, which is told', async () => {
    const { world, first } = await handedOn(start);
    expect(groupsOf(world, first)).toEqual(['Users', 'Finance']);
    await decideInVain(world);
    await world.leaves(ANA, leaving('7'));
    await live(world, 6 * HOUR_MS);
    expect(groupsOf(world, first)).toEqual([]);
    const both = ['person : record-unreadable', 'person : record-unreadable'];
    expect(await failing(world)).toEqual(both);
  });

  it('is out of the account of before, and of the one that took its place', async () => {
    const { world, first } = await handedOn(start);
    await world.moves(NEW, record('7', 'Finance'));
    await live(world, HOUR_MS);
    setAddress(world, first, NEW);
    await world.pass(DAY_MS);
    setAddress(world, first, THIRD);
    const next = addAccount(world, NEW);
    byHand(world, 'Treasury', [next]);
    await world.pass(8 * DAY_MS);
    await decideInVain(world);
    await world.leaves(NEW, leaving('7'));
    await live(world, 12 * HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, next)]).toEqual([[], []]);
  });

  it.each([
    ['themselves', personKey(ANA)],
    ['nobody', NOBODY],
    ['a key of another form', NO_KEY],
  ])('is out where an edited row names %s as the new holder', async (_who, key) => {
    const { world, first } = await handedOn(start);
    await edit(world, personKey(ANA), (ledger) => ({
      ...ledger,
      unconfirmed: { ...ledger.unconfirmed, handedTo: { key, by: '', reason: '' } },
    }));
    const { changes } = world.engine.app;
    await changes.mark(personSubject(world.alias, personKey(ANA)), 'normal', world.engine.clock.now());
    await world.leaves(ANA, leaving('7'));
    await live(world, 2 * HOUR_MS);
    expect(groupsOf(world, first)).toEqual([]);
  });

  it.each([
    ['a key of another form', NO_KEY],
    ['nobody', NOBODY],
    ['somebody whose ledger cannot be read', personKey(DAN)],
  ])('is out where they are told apart from %s', async (_who, from) => {
    const world = await start();
    await world.joins(CARA, record('3'));
    await world.joins(DAN, record('4'));
    await world.settle();
    await edit(world, personKey(CARA), (ledger) => ({
      ...ledger,
      toldApart: [from],
      separating: { from, by: 'olga', reason: 'Asked HR' },
    }));
    await edit(world, personKey(DAN), damaged);
    await world.leaves(CARA, leaving('3'));
    await live(world, 6 * HOUR_MS);
    expect(groupsOf(world, world.id(CARA))).toEqual([]);
  });
});

describe('somebody who was told apart from themselves, by an edited row', () => {
  it('gets what they are given afterwards', async () => {
    const world = await start();
    await world.joins(CARA, record('3'));
    await world.settle();
    await edit(world, personKey(CARA), (ledger) => ({
      ...ledger,
      joined: { into: personKey(CARA), before: ledger },
    }));
    await decide(world, 'apart', personKey(CARA));
    await live(world, 5 * MINUTE_MS);
    expect((await world.ledger(CARA))?.joined).toBeUndefined();
    await world.asks('R1', { kind: 'grant', person: CARA, group: 'Finance', duration: 'P90D' });
    await live(world, 5 * MINUTE_MS);
    expect(groupsOf(world, world.id(CARA))).toEqual(['Developers', 'Users', 'Finance']);
  });
});
