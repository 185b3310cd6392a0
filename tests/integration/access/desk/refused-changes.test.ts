import { describe, expect, it } from '@jest/globals';
import { listRefusedChanges } from '../../../../shared/access/ledger/list-refused-changes';
import { retryRefusedChange } from '../../../../shared/access/desk/retry-refused-change';
import { ANA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const HOUR_MS = 3_600_000;
const NOBODY = '00000000-0000-4000-8000-000000000000';
const DEVELOPERS_ONLY = {
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
};

/** Ana joins, and UiPath refuses her again and again. */
async function refused(): Promise<World> {
  const world = await start({ policy: DEVELOPERS_ONLY });
  world.engine.uipath.inject({
    kind: 'answer',
    status: 404,
    family: 'pascal',
    match: { endpoint: 'G4' },
    times: 'always',
  });
  await world.joins(ANA);
  await world.settle();
  return world;
}

const lettersOf = async (world: World) => listRefusedChanges(world.engine.app, world.alias);

describe('a dead letter', () => {
  it('keeps the change, its error and its history; after three refusals only a person has it tried again', async () => {
    const world = await refused();
    for (const _ of [1, 2, 3, 4]) await world.pass(HOUR_MS);
    const [letter] = await lettersOf(world);
    expect(letter).toMatchObject({
      groupName: 'Developers',
      memberId: world.id(ANA),
      decision: 'add',
      state: 'open',
    });
    expect(letter?.history.map(({ event, code }) => [event, code])).toEqual(
      Array.from({ length: 3 }, () => ['refused', 'uipath-not-found']),
    );
  });

  it('is tried again in a name, and is gone once UiPath has the change', async () => {
    const world = await refused();
    const [letter] = await lettersOf(world);
    world.engine.uipath.clearFaults();
    await retryRefusedChange(world.engine.app, world.alias, letter?.id ?? '', { by: keyHolder('olga') });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await lettersOf(world)).toEqual([]);
    const retried = (await world.evidence(ANA)).find(({ kind }) => kind === 'dead-letter-retried');
    expect(retried?.facts).toMatchObject({ by: keyHolder('olga'), correctedId: null });
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('waits for nobody any more once the person has left', async () => {
    const world = await refused();
    expect(await lettersOf(world)).toHaveLength(1);
    world.engine.clock.advance(1);
    await world.leaves(ANA);
    await world.settle();
    expect(await lettersOf(world)).toEqual([]);
  });

  it('takes a corrected directory id, and remembers that a wrong one was refused too', async () => {
    const world = await refused();
    const [letter] = await lettersOf(world);
    world.engine.uipath.clearFaults();
    const retry = { by: keyHolder('olga'), memberId: NOBODY.toUpperCase() };
    await retryRefusedChange(world.engine.app, world.alias, letter?.id ?? '', retry);
    await world.settle();
    const [again] = await lettersOf(world);
    expect(again?.memberId).toBe(NOBODY);
    expect(again?.history.map(({ event }) => event)).toEqual(['refused', 'retried', 'refused']);
    await retryRefusedChange(world.engine.app, world.alias, letter?.id ?? '', {
      by: keyHolder('olga'),
      memberId: world.id(ANA),
    });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it.each([['not-a-guid'], [42], [''], [null]])('refuses %p as a directory id', async (memberId) => {
    const world = await refused();
    const [letter] = await lettersOf(world);
    await expect(
      retryRefusedChange(world.engine.app, world.alias, letter?.id ?? '', {
        by: keyHolder('olga'),
        memberId,
      }),
    ).rejects.toMatchObject({
      code: 'body-invalid',
      fields: [{ field: 'memberId', problem: 'is not a GUID' }],
    });
  });

  it('is unknown under another id or in another organization', async () => {
    const world = await start();
    const { app } = world.engine;
    const unknown = { code: 'dead-letter-unknown' };
    await expect(listRefusedChanges(app, 'nobody')).rejects.toMatchObject(unknown);
    await expect(
      retryRefusedChange(app, world.alias, 'none', { by: keyHolder('olga') }),
    ).rejects.toMatchObject(unknown);
    await expect(retryRefusedChange(app, 'nobody', 'none', { by: keyHolder('olga') })).rejects.toMatchObject(
      unknown,
    );
  });
});
