import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, useWorlds } from '../world';
import { AUTOMATION, FINANCE, groupsOf, NEW, record, rename, renamed, rewrite } from './renamed-world';

const start = useWorlds();
const withId = (workerId: string) => ({ worker: { workerId } });

/** As an earlier version left it: it did not note who said what, of which record and under which address. */
const asBefore =
  (workerId?: string) =>
  (ledger: PersonLedger): PersonLedger => ({
    ...ledger,
    workerId,
    timeline: ledger.timeline.map(
      ({ source: _source, workerId: _workerId, of: _of, under: _under, ...word }) => word,
    ),
  });

describe('a person whose ledger is of an earlier version', () => {
  it('is renamed like others: the leaving of the old address is not theirs', async () => {
    const world = await renamed(start);
    await rewrite(world, ANA, asBefore());
    await world.joins(NEW);
    await world.settle();
    await world.leaves(ANA);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });

  it('and who joins another such person keeps the records of both apart', async () => {
    const world = await start();
    await world.joins(ANA, { ...withId('7'), ...AUTOMATION });
    await world.settle();
    rename(world, ANA, NEW);
    await rewrite(world, ANA, asBefore('7'));
    await world.joins(NEW, { ...withId('8'), ...FINANCE });
    await record(world);
    await rewrite(world, NEW, asBefore('8'));
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    await world.leaves(ANA, { ...withId('7'), immediate: true });
    await live(world, HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Users', 'Finance']);
  });
});
