import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import type { Instance } from '../../../fixtures/engine-instance';
import { ANA, CARA, DAN, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const PEOPLE = [ANA, CARA];

async function heldLeavers(): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await start({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
  for (const email of PEOPLE) await world.joins(email);
  await world.settle();
  for (const email of PEOPLE) await world.leaves(email);
  await world.settle();
  const [hold] = await world.engine.app.holds.list(world.alias, 'held');
  return { world, hash: hold?.hash ?? '' };
}

function refuseChangesOf(world: World, group: string): void {
  const match = { endpoint: 'G4', path: world.groupId(group) } as const;
  world.engine.uipath.inject({ kind: 'answer', status: 400, match, times: 'always' });
}

/** The instance whose quota ends with so many changes of groups. */
function withPuts(app: Instance, most: number): Instance {
  let puts = 0;
  return {
    ...app,
    uipath: async (alias, signal) => {
      const { forLane, ...rest } = await app.uipath(alias, signal);
      return {
        ...rest,
        forLane: (lane) => {
          const uipath = forLane(lane);
          const updateMembers: typeof uipath.groups.updateMembers = async (update) => {
            puts += 1;
            if (puts > most)
              throw new AppError('quota-exhausted', 'It is used up', { retryAtMs: app.clock.now() + 60_000 });
            return uipath.groups.updateMembers(update);
          };
          return { ...uipath, groups: { ...uipath.groups, updateMembers } };
        },
      };
    },
  };
}

async function refusals({ engine, alias }: World): Promise<readonly string[]> {
  const changes = await engine.app.refusedChanges.list(alias);
  return changes.map(({ groupName, decision, history }) => `${decision} ${groupName} ${history.length}`);
}

describe('a removal of a released hold that UiPath refuses', () => {
  it('is a refused change, and the hold says why it was not carried out whole', async () => {
    const { world, hash } = await heldLeavers();
    refuseChangesOf(world, 'Developers');
    await releaseHold(world.engine.app, world.alias, hash, keyHolder('olga'));
    await world.settle();
    expect(['Developers', 'Users'].map(world.members)).toEqual([PEOPLE, []]);
    expect(await refusals(world)).toEqual(['remove Developers 1', 'remove Developers 1']);
    expect(await world.engine.app.holds.get(world.alias, hash)).toMatchObject({
      state: 'stale',
      because: 'uipath-rejected',
      releasedBy: keyHolder('olga'),
    });
    const [last] = (await world.evidence(organizationSubject(world.alias))).toReversed();
    expect(last).toMatchObject({
      kind: 'plan-stale',
      facts: {
        planHash: hash,
        because: 'uipath-rejected',
        refused: expect.arrayContaining(
          PEOPLE.map((email) => ({
            groupId: world.groupId('Developers'),
            memberId: world.id(email),
            code: 'uipath-rejected',
          })),
        ),
      },
    });
  });

  it('is a refused change also where the quota ends before the others were tried', async () => {
    const { world, hash } = await heldLeavers();
    refuseChangesOf(world, 'Developers');
    refuseChangesOf(world, 'Users');
    await releaseHold(world.engine.app, world.alias, hash, keyHolder('olga'));
    await world.engine.work(withPuts(world.engine.app, 2));
    expect(await refusals(world)).toHaveLength(1);
    expect(await world.engine.app.holds.get(world.alias, hash)).toMatchObject({ state: 'released' });
  });
});

describe('a change that UiPath refuses', () => {
  it('is recorded also where the quota ends before the other half of its PUT was tried', async () => {
    const automation = { name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] };
    const world = await start({ policy: { birthright: [automation] } });
    refuseChangesOf(world, 'Developers');
    for (const email of [ANA, CARA, DAN]) await world.joins(email);
    await world.engine.work();
    world.engine.clock.advance(1_000);
    await world.engine.work(withPuts(world.engine.app, 3));
    expect(await refusals(world)).toEqual(['add Developers 1']);
    world.engine.uipath.clearFaults();
    await world.settle();
    await world.pass(3_600_000);
    expect(world.members('Developers')).toEqual([ANA, CARA, DAN]);
  });
});
