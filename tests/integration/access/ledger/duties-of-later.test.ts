import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { patchOf, entraUser, scimClient } from '../../../fixtures/scim-client';
import { DAY_MS, NEW, setAddress } from '../desk/joined-by-mistake';
import { HISTORY_POLICY } from '../histories/say-in-contract';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const requests = { approvers: [BEN] };
const policyWith = (access: 'keep' | 'suspend') => ({
  mover: { graceDays: 0 },
  groups: { Developers: { requests }, Finance: { requests } },
  birthright: [],
  separationOfDuties: [['Developers', 'Finance']],
  absence: { access },
  sources: HISTORY_POLICY.sources,
});
const worker = (workerId: string) => ({ worker: { workerId }, attributes: { department: 'Automation' } });
const inDays = (world: World, days: number): string =>
  new Date(world.engine.clock.now() + days * DAY_MS).toISOString();
const grant = (person: string, group: string, more: object = {}) => ({
  kind: 'grant',
  person,
  group,
  duration: 'P90D',
  ...more,
});
/** Which of the two groups an account is in. */
const groupsOf = (world: World, id: string): readonly string[] =>
  ['Developers', 'Finance'].filter((group) => world.engine.uipath.memberIds(world.alias, group).has(id));

async function turnsAway(world: World, isAway: boolean): Promise<void> {
  const id = `away-${isAway}`;
  const type = isAway ? 'worker.absent' : 'worker.returned';
  await world.engine.post('hr', { schemaVersion: 1, type, id, worker: { email: ANA, workerId: '7' } });
  await world.pass(DAY_MS);
}

/** Somebody with record 8 and a grant of Finance turns out to have Ana's account. */
async function joinsAna(world: World, more: object = {}): Promise<string> {
  const account = world.id(ANA);
  setAddress(world, account, NEW);
  await world.pass(DAY_MS);
  await world.joins(NEW, worker('8'));
  await world.asks('R2', grant(NEW, 'Finance', more), { requester: CARA });
  await world.settle();
  await world.pass(DAY_MS);
  await world.moves(NEW, { ...worker('8'), attributes: { department: 'Automation', site: 'Cluj' } });
  await world.pass(DAY_MS);
  expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
  return account;
}

describe('of two people who are found to be one, separation of duties', () => {
  it.each<[string, number, string, readonly string[]]>([
    ['counts what the elder has already', 0, 'P90D', ['Developers']],
    ['counts what the elder gets later', 10, 'P90D', ['Developers']],
    ['lets go on what ends before the elder gets the other', 10, 'P6D', ['Developers']],
  ])('%s', async (_what, days, duration, expected) => {
    const world = await start({ policy: policyWith('keep') });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers', { validFrom: inDays(world, days) }));
    await world.settle();
    const account = await joinsAna(world, { duration });
    const isApart = duration === 'P90D';
    expect(groupsOf(world, account)).toEqual(days === 0 ? ['Developers'] : isApart ? [] : ['Finance']);
    for (let passed = 0; passed < 12; passed += 1) await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(expected);
  });

  it.each(['keep', 'suspend'] as const)('counts what the elder has after a leave (%s)', async (access) => {
    const world = await start({ policy: policyWith(access) });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers'));
    await world.settle();
    await turnsAway(world, true);
    const account = await joinsAna(world);
    await turnsAway(world, false);
    expect(groupsOf(world, account)).toEqual(['Developers']);
  });
});

describe('of somebody who is away, separation of duties', () => {
  it.each(['keep', 'suspend'] as const)('counts what they have when they return (%s)', async (access) => {
    const world = await start({ policy: policyWith(access) });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers'));
    await world.settle();
    await turnsAway(world, true);
    await world.asks('R2', grant(ANA, 'Finance'));
    await world.pass(DAY_MS);
    await turnsAway(world, false);
    expect(groupsOf(world, world.id(ANA))).toEqual(['Developers']);
  });

  it('lets them be given what goes with it', async () => {
    const world = await start({ policy: { ...policyWith('suspend'), separationOfDuties: [] } });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers'));
    await world.settle();
    await turnsAway(world, true);
    expect(groupsOf(world, world.id(ANA))).toEqual([]);
    await world.asks('R2', grant(ANA, 'Finance'));
    await turnsAway(world, false);
    expect(groupsOf(world, world.id(ANA))).toEqual(['Developers', 'Finance']);
  });

  it('counts what they have when their account is on again', async () => {
    const world = await start({ policy: policyWith('keep') });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers'));
    await world.settle();
    const scim = scimClient(world);
    const { body } = await scim.send('POST', '/Users', entraUser(ANA));
    const turn = async (value: boolean): Promise<void> => {
      await scim.send(
        'PATCH',
        `/Users/${String(body['id'])}`,
        patchOf({ op: 'Replace', path: 'active', value }),
      );
      await world.pass(DAY_MS);
    };
    await world.pass(DAY_MS);
    await turn(false);
    expect(groupsOf(world, world.id(ANA))).toEqual([]);
    await world.asks('R2', grant(ANA, 'Finance'));
    await world.pass(DAY_MS);
    await turn(true);
    expect(groupsOf(world, world.id(ANA))).toEqual(['Developers']);
  });

  it('lets a grant be extended that rests', async () => {
    const world = await start({ policy: policyWith('suspend') });
    await world.joins(ANA, worker('7'));
    await world.asks('R1', grant(ANA, 'Developers', { duration: 'P4D' }));
    await world.settle();
    await turnsAway(world, true);
    await world.asks('R2', { ...grant(ANA, 'Developers'), kind: 'extend' });
    for (let passed = 0; passed < 6; passed += 1) await world.pass(DAY_MS);
    await turnsAway(world, false);
    expect(groupsOf(world, world.id(ANA))).toEqual(['Developers']);
  });
});
