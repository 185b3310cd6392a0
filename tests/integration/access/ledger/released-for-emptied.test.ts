import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS } from '../live-through-time';
import { findingOf, release, withoutFaults } from '../remediation-world';
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';
import { AUTOMATION, DAY_MS, groupsOf, NEW, rename } from './renamed-world';
import { keyHolder } from '../../../fixtures/key-holder';

const begin = useWorlds();
const withoutOtherFaults = withoutFaults(begin);

/** Ana's account has another address, of which an older word comes: she joins whom that is about. */
async function joinElder(world: World, say: (more: { saidAtMs: number }) => Promise<void>): Promise<void> {
  rename(world, ANA, NEW);
  await say({ saidAtMs: world.engine.clock.now() - 9 * DAY_MS });
  await world.pass(HOUR_MS);
  expect((await world.ledger(ANA))?.joined?.into).toBe(personKey(NEW));
}

describe('what a person released about somebody who joined another meanwhile', () => {
  it('is made where it was held: they are out', async () => {
    const world = await begin({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
    for (const email of [ANA, CARA, DAN]) await world.joins(email);
    await world.pass(DAY_MS);
    for (const email of [ANA, CARA]) await world.leaves(email);
    await world.pass(HOUR_MS);
    await joinElder(world, async (more) => world.leaves(NEW, { immediate: true, ...more }));
    for (const { hash } of await world.engine.app.holds.list(world.alias, 'held'))
      await releaseHold(world.engine.app, world.alias, hash, keyHolder('olga'));
    await world.pass(HOUR_MS);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(CARA))).toEqual([]);
    expect(groupsOf(world, world.id(NEW))).toEqual([]);
  });

  it('is made where it was a remediation: they have again what somebody took by hand', async () => {
    const world = await withoutOtherFaults();
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Developers', [], [world.id(ANA)]);
    const finding = await findingOf(world, 'member-missing');
    await joinElder(world, async (more) => world.joins(NEW, { ...AUTOMATION, ...more }));
    await release(world, finding);
    await world.pass(HOUR_MS);
    expect(groupsOf(world, world.id(NEW))).toEqual(['Developers', 'Users']);
  });
});
