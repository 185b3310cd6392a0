import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { failing, HOUR_MS, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, useWorlds, type World } from '../world';
import { groupsOf, NEW, record, renamed, rewrite } from './renamed-world';

const start = useWorlds();

/** As `live`, where runs may fail. */
async function liveOn(world: World, ms: number): Promise<void> {
  for (const endsAtMs = world.engine.clock.now() + ms; world.engine.clock.now() < endsAtMs;)
    await live(world, TICK_MS).catch(() => undefined);
}

describe('two people who are to be joined', () => {
  it('who left, do not wait for an open call of nobody knows whom, which cannot be read', async () => {
    const world = await renamed(start);
    const table = await world.engine.storage.table('changes');
    const lost = { rowKey: 'a:lost', json0: '{"kind":"planet"}', schemaVersion: 1 };
    await table.createEntity({ partitionKey: world.alias, ...lost });
    await world.leaves(NEW);
    await live(world, 6 * HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });

  it('who have more than a hundred worker records, keep back nobody else, and are out', async () => {
    const world = await renamed(start);
    await world.leaves(NEW);
    await world.joins(BEN);
    await record(world);
    const atMs = world.engine.clock.now();
    const words = Array.from({ length: 120 }, (_, number) => ({
      id: `w${number}`,
      kind: 'mover' as const,
      occurredAtMs: atMs,
      effectiveAtMs: atMs,
      attributes: {},
      source: 'standard',
      workerId: String(number),
      under: personKey(NEW),
    }));
    await rewrite(world, NEW, (ledger) => ({ ...ledger, timeline: [...ledger.timeline, ...words] }));
    await liveOn(world, 10 * MINUTE_MS);
    expect(groupsOf(world, world.id(BEN))).toEqual(['Developers', 'Users']);
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
  });

  it('whose ledgers no row holds together, are out all the same', async () => {
    const world = await renamed(start);
    const atMs = world.engine.clock.now();
    const large =
      (prefix: string) =>
      (ledger: PersonLedger): PersonLedger => ({
        ...ledger,
        timeline: [
          ...ledger.timeline,
          ...Array.from({ length: 300 }, (_, number) => ({
            id: `${prefix}${number}`,
            kind: 'mover' as const,
            source: 'standard',
            under: personKey(ledger.email),
            occurredAtMs: atMs,
            effectiveAtMs: atMs,
            attributes: { [`a${number}`]: 'x'.repeat(900) },
          })),
        ],
      });
    await rewrite(world, ANA, large('a'));
    await world.leaves(NEW);
    await record(world);
    await rewrite(world, NEW, large('b'));
    await live(world, 20 * MINUTE_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    // Of both: each is planned meanwhile, so that each is known to have the account.
    expect(new Set(await failing(world))).toEqual(new Set(['person : record-too-large']));
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});
