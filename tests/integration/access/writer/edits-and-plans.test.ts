import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { keyHolder } from '../../../fixtures/key-holder';
import { live, MINUTE_MS } from '../live-through-time';
import { AUTOMATION, edit, followed, held, line, MISSPELT, staffed } from '../policy-edits-world';
import { ANA, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();

async function applied(world: World) {
  return world.engine.log
    .filter(({ event }) => event === 'memberships-applied')
    .map(({ groupId, added, removed }) => [groupId, added, removed]);
}

describe('a birthright line that loses a group and gains another', () => {
  it('changes exactly its people, in one plan of the edit (incident 38)', async () => {
    const world = await staffed(start);
    const before = await applied(world);
    const kinds = [await world.kinds(ANA), await world.kinds(CARA)];
    await edit(world, { birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Treasury'])] });
    await live(world, 10 * MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
    expect([world.members('Users'), world.members('Finance')]).toEqual([
      [ANA, CARA],
      [DAN, OLGA],
    ]);
    expect([await world.kinds(ANA), await world.kinds(CARA)]).toEqual(kinds);
    const calls = (await applied(world)).slice(before.length);
    expect(calls).toHaveLength(2);
    expect(calls).toContainEqual([world.groupId('Treasury'), 2, 0]);
    expect(calls).toContainEqual([world.groupId('Users'), 0, 2]);
    expect((await followed(world)).at(-1)).toMatchObject({
      people: 2,
      groups: [
        { group: 'treasury', gains: 2, loses: 0 },
        { group: 'users', gains: 0, loses: 2 },
      ],
    });
  });
});

describe('a plan that was made before an edit of the policy', () => {
  /** All developers are held by an edit that misspelt their department, and then it is corrected. */
  async function heldThenEdited(): Promise<Readonly<{ world: World; hash: string }>> {
    const world = await staffed(start);
    await edit(world, MISSPELT);
    await live(world, 2 * MINUTE_MS);
    const [hold] = await held(world);
    if (hold === undefined) throw new Error('Nothing is held');
    expect(new Set(hold.removals.map(({ groupName }) => groupName))).toContain('Developers');
    await edit(world, {});
    return { world, hash: hold.hash };
  }

  it.each([
    ['before the edit was followed', 0],
    ['after the edit was followed', 2 * MINUTE_MS],
  ])('is applied to nobody where it is released %s (incident 50)', async (_, waitMs) => {
    const { world, hash } = await heldThenEdited();
    if (waitMs > 0) await live(world, waitMs);
    const before = await applied(world);
    await releaseHold(world.engine.app, world.alias, hash, keyHolder('Ben'));
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect((await applied(world)).slice(before.length)).toEqual([]);
    const own = await world.evidence(organizationSubject(world.alias));
    const said = own.filter(({ kind }) => kind === 'plan-stale').map(({ facts }) => facts['planHash']);
    expect(said).toEqual([hash]);
    expect(await world.engine.app.holds.get(world.alias, hash)).toMatchObject({ state: 'stale' });
  });
});
