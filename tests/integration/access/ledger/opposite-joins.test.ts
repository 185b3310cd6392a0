import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, useWorlds } from '../world';
import { DAY_MS, groupsOf, NEW, record, renamed, rewrite } from './renamed-world';

const start = useWorlds();

describe('a writer whose lease ended before it joined two people', () => {
  it('joins nobody whom its successor joined the other way round, after an older word came', async () => {
    const world = await renamed(start);
    await world.joins(NEW);
    await record(world);
    const { engine } = world;
    const { app, clock } = engine;
    const second = engine.newInstance();
    let isReplaced = false;
    const mark: typeof app.changes.mark = async (subject, ...more) => {
      await app.changes.mark(subject, ...more);
      if (isReplaced || subject.key !== personKey(ANA)) return;
      isReplaced = true;
      const leases = await engine.storage.container('leases');
      await leases.getBlobClient(world.alias).getBlobLeaseClient().breakLease(0);
      clock.advance(61_000);
      await world.moves(NEW, { attributes: { title: 'Lead' }, saidAtMs: clock.now() - 5 * DAY_MS });
      await record({ ...world, engine: { ...engine, app: second } });
      clock.advance(10_000);
      await engine.work(second);
      expect((await world.ledger(ANA))?.joined).toMatchObject({ into: personKey(NEW) });
    };
    await applyChanges({ ...app, changes: { ...app.changes, mark } }, { organization: world.alias });
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    await world.leaves(NEW);
    await live(world, HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });

  it('leaves it to its successor', async () => {
    const world = await renamed(start);
    await world.joins(NEW);
    await record(world);
    const { app, clock } = world.engine;
    let isReplaced = false;
    const mark: typeof app.changes.mark = async (subject, ...more) => {
      await app.changes.mark(subject, ...more);
      if (isReplaced || subject.key !== personKey(ANA)) return;
      isReplaced = true;
      await app.changes.takeFence(world.alias);
    };
    await applyChanges({ ...app, changes: { ...app.changes, mark } }, { organization: world.alias });
    expect(isReplaced).toBe(true);
    for (const email of [ANA, NEW]) expect((await world.ledger(email))?.joined).toBeUndefined();
    expect(await world.kinds(ANA)).not.toContain('person-joined');
    clock.advance(61_000);
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
  });
});

describe('a writer that is about to join two people', () => {
  it.each([
    ['the elder', ANA, NEW],
    ['the younger', NEW, ANA],
  ])('leaves them two whom somebody tells apart then, as the ledger of %s says', async (_, of, other) => {
    const world = await renamed(start);
    await world.joins(NEW);
    await record(world);
    const { app } = world.engine;
    const mark: typeof app.changes.mark = async (subject, ...more) => {
      await app.changes.mark(subject, ...more);
      if (subject.key === personKey(ANA))
        await rewrite(world, of, (ledger) => ({ ...ledger, toldApart: [personKey(other)] }));
    };
    await applyChanges({ ...app, changes: { ...app.changes, mark } }, { organization: world.alias });
    await live(world, HOUR_MS);
    for (const email of [ANA, NEW]) expect((await world.ledger(email))?.joined).toBeUndefined();
    expect(await world.kinds(ANA)).not.toContain('person-joined');
  });
});
