import { describe, expect, it } from '@jest/globals';
import { keyHolder } from '../../../../fixtures/key-holder';
import { auditNight, fatesOf, withoutFaults } from '../../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, MAX, useWorlds, type World } from '../../world';
import { apply, linesIn, openMembers, plan, SAID } from './plan-world';

const begin = withoutFaults(useWorlds());
const GROUPS = ['Developers', 'Users', 'Finance'];
const PEOPLE = [ANA, BEN, CARA, DAN];

/** Numbers that look random, and are the same each time. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const membershipsOf = (world: World): readonly string[] =>
  GROUPS.flatMap((group) => world.members(group).map((email) => `${group}: ${email}`));

/** Somebody changes memberships by hand; some changes take back earlier ones. */
function changeByHand(world: World, times: number, seed: number): void {
  const below = chances(seed);
  for (let change = 0; change < times; change += 1) {
    const group = GROUPS[below(GROUPS.length)] ?? '';
    const email = PEOPLE[below(PEOPLE.length)] ?? '';
    const isIn = world.members(group).includes(email);
    byHand(world, group, isIn ? [] : [email], isIn ? [email] : []);
  }
}

async function adopted(policy: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await begin({ policy });
  await world.joins(ANA);
  await world.settle();
  byHand(world, 'Finance', [CARA, DAN]);
  byHand(world, 'Users', [CARA, BEN]);
  await auditNight(world);
  await apply(world, (await plan(world, 'adopt', SAID)).hash);
  await world.settle();
  await auditNight(world);
  return world;
}

describe('access plan', () => {
  it('is empty where everybody was adopted, and then exactly the inverse of what was changed by hand', async () => {
    const world = await adopted();
    for (let seed = 1; seed <= 12; seed += 1) {
      expect((await plan(world, 'differences', {})).changes).toEqual([]);
      const before = membershipsOf(world);
      changeByHand(world, 10, seed);
      const after = membershipsOf(world);
      await auditNight(world);
      const proposed = await plan(world, 'differences', {});
      expect(linesIn(proposed, world)).toEqual(
        [
          ...before.filter((one) => !after.includes(one)).map((one) => `add-member ${one}`),
          ...after.filter((one) => !before.includes(one)).map((one) => `remove-member ${one}`),
        ].toSorted((a, b) => (a < b ? -1 : 1)),
      );
      if (proposed.changes.length > 0) await apply(world, proposed.hash);
      await world.settle();
      expect(membershipsOf(world)).toEqual(before);
      expect(await openMembers(world)).toEqual([]);
    }
  }, 60_000);

  it('says how old it is, and leaves out what is mended, held, without a plan, or about oneself', async () => {
    const world = await adopted();
    byHand(world, 'Finance', [ANA, BEN], [CARA]);
    await auditNight(world);
    byHand(world, 'Finance', [CARA], [ANA]);
    const proposed = await plan(world, 'differences', {}, { by: keyHolder(BEN) });
    expect(proposed.changes).toEqual([]);
    expect(proposed.leftOut.map(({ why }) => why).toSorted()).toEqual([
      'it is about whoever asked for this plan: somebody else decides it',
      'it is so by now',
      'it is so by now',
    ]);
    expect(proposed.notes[0]).toMatch(/read, 0 hours before/);
    const [removal] = (await plan(world, 'differences', {})).changes;
    expect(removal).toMatchObject({ change: 'remove-member', at: 'Finance', memberId: world.id(BEN) });
  });

  it('tells the guards that it would trip, and two people apply it where the policy says so', async () => {
    const world = await adopted({
      guards: { group: { count: 1, percent: 10, floor: 1 } },
      decisions: { twoPeople: { releasesOver: 1 } },
    });
    byHand(world, 'Finance', [ANA, BEN]);
    await auditNight(world);
    const proposed = await plan(world, 'differences', {});
    expect(proposed.counts.removals).toBe(2);
    expect(proposed.guards).toContainEqual({ guard: 'group', scope: 'Finance', removals: 2, whole: 4 });
    await expect(apply(world, proposed.hash)).rejects.toMatchObject({ code: 'not-permitted' });
  });

  it('is refused in observe, and applied once', async () => {
    const world = await adopted();
    byHand(world, 'Finance', [ANA]);
    await auditNight(world);
    const { hash } = await plan(world, 'differences', {});
    await Promise.allSettled([apply(world, hash), apply(world, hash)]);
    expect(await apply(world, hash)).toMatchObject({ left: 0 });
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA, DAN]);
    expect(await fatesOf(world)).toEqual(['done']);
    world.setPolicy({ mode: 'observe' });
    byHand(world, 'Finance', [ANA]);
    await auditNight(world);
    const observed = await plan(world, 'differences', {});
    expect(observed.changes).toHaveLength(1);
    await expect(apply(world, observed.hash)).rejects.toMatchObject({ code: 'organization-observed' });
  });

  it('has entries of the access policy in it, and nobody applies one that names them', async () => {
    const world = await adopted();
    const { uipath, app } = world.engine;
    const has = () => uipath.organization(world.alias).accessPolicy.has(world.id(CARA));
    uipath.actAsPerson(world.alias, { kind: 'change-policy', actor: MAX, add: [CARA], remove: [] });
    await auditNight(world);
    const proposed = await plan(world, 'differences', {});
    expect(proposed.changes).toMatchObject([{ change: 'remove-entry', at: `user:${CARA}` }]);
    await expect(apply(world, proposed.hash, { by: keyHolder(CARA) })).rejects.toMatchObject({
      code: 'decides-about-self',
    });
    expect((await plan(world, 'differences', {}, { by: keyHolder(CARA) })).changes).toEqual([]);
    expect(has()).toBe(true);
    await apply(world, proposed.hash);
    await world.settle();
    expect(has()).toBe(false);
    expect((await app.findings.list(world.alias)).map(({ remediation }) => remediation?.status)).toContain(
      'applied',
    );
  });
});
