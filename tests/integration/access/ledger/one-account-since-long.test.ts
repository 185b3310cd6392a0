import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { DAY_MS, groupsOf, NEW, record, renamed, rewrite } from './renamed-world';

const start = useWorlds();

/** The look-up of an earlier version: it noted the account in the ledger, and joined nobody. */
async function resolve(world: World): Promise<void> {
  const { accounts, changes, clock } = world.engine.app;
  const resolved = { kind: 'resolved' as const, id: world.id(NEW), checkedAtMs: clock.now() };
  await rewrite(world, NEW, ({ joined: _joined, ...ledger }) => ({ ...ledger, identity: resolved }));
  await accounts.note(
    world.alias,
    [{ memberId: resolved.id, personKey: personKey(NEW) }],
    resolved.checkedAtMs,
  );
  await changes.mark(personSubject(world.alias, personKey(NEW)), 'urgent', clock.now());
}

describe('two people of one account whom an earlier version looked up', () => {
  it('become one, and are out when they leave under the new address', async () => {
    const world = await renamed(start);
    await world.joins(NEW);
    await record(world);
    await resolve(world);
    await live(world, HOUR_MS);
    await world.pass(30 * DAY_MS);
    await world.leaves(NEW);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });

  it('become one again where it came back for a while, and wrote the leaving into the emptied ledger', async () => {
    const world = await renamed(start);
    await world.joins(NEW);
    await world.settle();
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    world.engine.clock.advance(HOUR_MS);
    const atMs = world.engine.clock.now();
    const leaving = {
      id: 'l',
      kind: 'leaver' as const,
      occurredAtMs: atMs,
      effectiveAtMs: atMs,
      attributes: {},
    };
    await rewrite(world, NEW, (ledger) => ({ ...ledger, timeline: [leaving] }));
    await resolve(world);
    await live(world, HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });
});
