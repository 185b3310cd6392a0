import { describe, expect, it } from '@jest/globals';
import { recordWorkerEvent } from '../../../../shared/access/ledger/record-worker-event';
import { personKey, workerRecordKey } from '../../../../shared/domain/person-key';
import { aWorkerEvent } from '../../../fixtures/builders/worker-events';
import { rename } from '../ledger/renamed-world';
import { withoutFaults } from '../remediation-world';
import { ANA, CARA, useWorlds } from '../world';
import { erase, faults, kept, leftLongAgo } from './erased-world';
import { DAY_MS, NEW, record, setAddress } from './joined-by-mistake';

const begin = useWorlds();

describe('what was said before somebody was erased', () => {
  it('gives nothing when it comes again, and stores nothing of them', async () => {
    const world = await leftLongAgo(begin);
    const { clock } = world.engine;
    const saidAtMs = clock.now() - 40 * DAY_MS;
    await erase(world);
    const kinds = await world.kinds(ANA);
    await world.joins(ANA, { ...record('7'), saidAtMs });
    await world.asks(
      'T-1',
      { kind: 'grant', person: ANA, group: 'Finance', duration: 'P300D' },
      { saidAtMs },
    );
    await world.settle();
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[], []]);
    expect(await world.kinds(ANA)).toEqual(kinds);
    expect(await kept(world)).not.toContain(ANA);
    expect(await kept(world)).not.toContain(workerRecordKey('standard', '7'));
  });

  it('gives nothing to whoever was hired under their address since, also once both were erased', async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 40 * DAY_MS;
    const comesAgain = async (): Promise<void> => {
      await world.joins(ANA, { ...record('7'), saidAtMs });
      const grant = { kind: 'grant', person: ANA, group: 'Developers', duration: 'P300D' };
      await world.asks('T-1', grant, { saidAtMs });
      await world.settle();
    };
    await erase(world);
    await world.joins(ANA, record('9', 'Finance'));
    await world.settle();
    const kinds = await world.kinds(ANA);
    await comesAgain();
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[], [ANA]]);
    expect(await world.kinds(ANA)).toEqual(kinds);
    await world.leaves(ANA, { worker: { workerId: '9' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await comesAgain();
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it.each([
    ['of later', false],
    ['of a ledger that joined theirs', true],
  ])('gives nothing when it comes again under an address %s', async (_what, joins) => {
    const world = await withoutFaults(begin)();
    const word = joins ? { attributes: { department: 'Finance' }, source: 'standard' } : record('7');
    await world.joins(ANA, record('7'));
    await world.settle();
    rename(world, ANA, NEW);
    for (let day = 0; day < 3; day += 1) {
      if (day < 2) await world.joins(NEW, word);
      await world.pass(DAY_MS);
    }
    const saidAtMs = world.engine.clock.now() - DAY_MS;
    const joined = (await world.ledger(NEW))?.joined?.into;
    expect(joined).toBe(joins ? personKey(ANA) : undefined);
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    if (joins) await world.leaves(NEW);
    await world.pass(31 * DAY_MS);
    await erase(world);
    const kinds = await world.kinds(NEW);
    await world.joins(NEW, { ...word, saidAtMs });
    await world.settle();
    const ids = ['Developers', 'Finance'].map((group) =>
      world.engine.uipath.memberIds(world.alias, group).has(world.id(NEW)),
    );
    expect([ids, await world.kinds(NEW)]).toEqual([[false, false], kinds]);
    expect([(await kept(world)).includes(NEW), await faults(world)]).toEqual([false, []]);
    // Whoever is spoken of there later begins anew.
    await world.joins(NEW, word);
    await world.settle();
    expect((await world.ledger(NEW))?.email).toBe(NEW);
    expect(await faults(world)).toEqual([]);
  });

  it('counts where it was said after they had left', async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await erase(world);
    await world.joins(ANA, { ...record('9'), saidAtMs });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('an old word of somebody who was erased', () => {
  it('gives nothing to a colleague who has their address by now, whose own words count', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    const [ana, cara] = [world.id(ANA), world.id(CARA)];
    setAddress(world, ana, NEW);
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(NEW, { ...record('7'), saidAtMs });
    await world.settle();
    await world.leaves(NEW, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    setAddress(world, ana, 'gone@acme.example');
    setAddress(world, cara, NEW);
    await world.moves(NEW, record('8', 'Finance'));
    await world.pass(DAY_MS);
    await erase(world);
    await world.joins(NEW, { ...record('7'), saidAtMs });
    await world.moves(NEW, { ...record('8', 'Sales'), saidAtMs });
    await world.settle();
    const words = (await world.ledger(CARA))?.timeline.map(({ workerId, kind }) => `${workerId} ${kind}`);
    expect(words?.toSorted()).toEqual(['8 joiner', '8 mover', '8 mover']);
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').has(cara)).toBe(false);
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it('gives nothing to a colleague under whose address it came by mistake', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await world.joins(CARA, { ...record('7'), saidAtMs });
    await world.moves(CARA, { ...record('8', 'Sales'), saidAtMs });
    await world.settle();
    const words = (await world.ledger(CARA))?.timeline.map(({ workerId, kind }) => `${workerId} ${kind}`);
    expect(words?.toSorted()).toEqual(['8 joiner', '8 mover']);
    expect(world.members('Developers')).toEqual([]);
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it('gives nothing to such a colleague once they were found to be one with another', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(NEW, { attributes: { department: 'Finance' } });
    await world.pass(60_000);
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    rename(world, CARA, NEW);
    await world.moves(NEW, { attributes: { department: 'Finance' } });
    await world.moves(CARA, record('8', 'Finance'));
    await world.pass(DAY_MS);
    expect((await world.ledger(CARA))?.joined?.into).toBe(personKey(NEW));
    await world.joins(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    const { timeline = [], unconfirmed } = (await world.ledger(NEW)) ?? {};
    expect([...timeline, ...(unconfirmed?.words ?? [])].map(({ workerId }) => workerId)).not.toContain('7');
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').size).toBe(0);
  });

  it("is the colleague's where the source says that the record is theirs", async () => {
    const world = await withoutFaults(begin)();
    const ofCara = (workerId: string, department: string) => ({
      worker: { workerId, personId: 'P-8' },
      attributes: { department },
    });
    await world.joins(CARA, ofCara('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await world.joins(CARA, { ...ofCara('12', 'Automation'), saidAtMs });
    await world.settle();
    expect(world.members('Developers')).toEqual([CARA]);
  });

  it.each([
    ['another record of the same human', '20'],
    ['a later word of its record', '7'],
  ])('is not kept for the colleague beside %s that is in doubt there', async (_what, again) => {
    const world = await withoutFaults(begin)();
    const ofAna = (workerId: string) => {
      const { worker, attributes } = record(workerId);
      return { worker: { ...worker, personId: 'P-7' }, attributes };
    };
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, ofAna('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...ofAna('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, ofAna('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    rename(world, CARA, NEW);
    await world.joins(CARA, ofAna(again));
    await world.settle();
    await world.joins(CARA, { ...ofAna('7'), saidAtMs });
    await world.settle();
    const { unconfirmed } = (await world.ledger(CARA)) ?? {};
    const words = unconfirmed?.words ?? [];
    expect(words.map(({ workerId }) => workerId)).toEqual([again]);
    expect(words.every(({ occurredAtMs }) => occurredAtMs > saidAtMs)).toBe(true);
  });

  it('is not kept for the colleague where it comes while they are erased', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    const { app, clock } = world.engine;
    const { kinds } = world;
    const before = await kinds(CARA);
    let isOver = false;
    const personOf: typeof app.accounts.personOf = async (...args) => {
      if (!isOver) {
        isOver = true;
        await erase(world);
      }
      return app.accounts.personOf(...args);
    };
    const policy = await app.policy();
    const source = policy.sources.find(({ name, feed }) => feed === 'hr' && name === 'standard');
    if (source === undefined) throw new Error('There is no such source');
    const worker = { email: CARA, workerId: '7', timeZone: undefined };
    const outcome = await recordWorkerEvent(
      { ...app, accounts: { ...app.accounts, personOf } },
      { policy, source, deliveryId: 'again', nowMs: clock.now() },
      aWorkerEvent({ worker, occurredAtMs: saidAtMs, attributes: { department: 'Automation' } }),
    );
    expect([isOver, outcome]).toEqual([true, 'stale']);
    expect((await world.ledger(CARA))?.unconfirmed).toBeUndefined();
    expect(await kinds(CARA)).toEqual(before);
  });

  it("is nobody else's where whoever was hired under their address since joined another", async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 40 * DAY_MS;
    await erase(world);
    await world.joins(NEW, { attributes: { department: 'Finance' } });
    await world.settle();
    await world.joins(ANA, record('9', 'Finance'));
    await world.settle();
    rename(world, ANA, NEW);
    await world.moves(ANA, record('9', 'Finance'));
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.joined?.into).toBe(personKey(NEW));
    const before = await world.ledger(NEW);
    await world.joins(ANA, { ...record('7'), saidAtMs });
    await world.settle();
    expect((await world.ledger(NEW))?.timeline).toEqual(before?.timeline);
    expect((await world.ledger(NEW))?.unconfirmed).toBeUndefined();
  });
});
