import { describe, expect, it } from '@jest/globals';
import { signedInPerson } from '../../../../fixtures/signed-in-person';
import { auditNight, withoutFaults } from '../../remediation-world';
import { renameGroup } from '../../rename-group';
import { BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../../world';
import { apply, openMembers, plan, SAID } from './plan-world';

const begin = withoutFaults(useWorlds());
const DAY_MS = 86_400_000;

/** Cara was taken out of a group by a release. Returns the hash of what took her. */
async function takenOut(world: World): Promise<string> {
  byHand(world, 'Finance', [CARA]);
  await auditNight(world);
  const { hash } = await plan(world, 'differences', {});
  await apply(world, hash);
  await world.settle();
  expect(world.members('Finance')).toEqual([]);
  return hash;
}

describe('access undo', () => {
  it('gives nothing back in another group that has the name by now', async () => {
    const groups = { Administrators: [OLGA], Finance: [], Treasury: [], Users: [], Developers: [] };
    const world = await begin({ seed: { groups } });
    const hash = await takenOut(world);
    world.engine.uipath.organization(world.alias).groups.delete(world.groupId('Finance'));
    renameGroup(world, 'Treasury', 'Finance');
    await auditNight(world);
    const undo = await plan(world, 'undo', { id: hash, ...SAID });
    expect(undo).toMatchObject({
      changes: [],
      leftOut: [{ why: 'UiPath does not have this group any more' }],
    });
  });

  it('takes two people where a grant of the group does', async () => {
    const requests = { approvers: [BEN, OLGA], approvals: 2 };
    const world = await begin({ policy: { groups: { Finance: { requests } }, birthright: [] } });
    const hash = await takenOut(world);
    await auditNight(world);
    const undo = await plan(world, 'undo', { id: hash, ...SAID });
    expect(undo.changes).toMatchObject([{ change: 'give-back' }]);
    await expect(apply(world, undo.hash)).rejects.toMatchObject({ code: 'not-permitted' });
    const [one, other] = [signedInPerson('Olga Admin'), signedInPerson('Ben Lead')];
    await expect(apply(world, undo.hash, { by: one })).rejects.toMatchObject({
      code: 'second-person-needed',
    });
    await expect(apply(world, undo.hash, { by: one })).rejects.toMatchObject({
      code: 'second-person-needed',
    });
    expect(await apply(world, undo.hash, { by: other })).toMatchObject({ left: 0 });
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
  });

  it('ends a request of somebody who has no account yet', async () => {
    const world = await begin();
    await auditNight(world);
    const person = 'nora.new@acme.example';
    await world.asks('REQ-5', { kind: 'grant', person, group: 'Finance' });
    await world.settle();
    const undo = await plan(world, 'undo', { id: 'standard/REQ-5' });
    expect(undo.changes).toMatchObject([{ change: 'end-reason', at: 'Finance' }]);
    await apply(world, undo.hash);
    expect((await world.ledger(person))?.revocations).toHaveLength(1);
  });

  it('ends a request about a group that was renamed since', async () => {
    const world = await begin();
    await auditNight(world);
    await world.asks('REQ-6', { kind: 'grant', person: DAN, group: 'Finance' });
    await world.settle();
    renameGroup(world, 'Finance', 'Accounting');
    world.setPolicy({ groups: { Accounting: { requests: { approvers: [BEN] } } }, birthright: [] });
    const undo = await plan(world, 'undo', { id: 'standard/REQ-6' });
    expect(undo.changes).toHaveLength(1);
    await apply(world, undo.hash);
    await world.settle();
    expect(world.members('Accounting')).toEqual([]);
  });

  it('leaves who was there before where they are, whatever else gave it for a while', async () => {
    const requests = { approvers: [BEN] };
    const groups = { Finance: { mode: 'authoritative', requests } };
    const world = await begin({ policy: { groups, birthright: [] } });
    byHand(world, 'Finance', [CARA]);
    await auditNight(world);
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash);
    await world.settle();
    await world.asks('REQ-7', { kind: 'grant', person: CARA, group: 'Finance', duration: 'P1D' });
    await world.settle();
    await world.pass(2 * DAY_MS);
    expect((await world.ledger(CARA))?.grants).toHaveLength(2);
    await apply(world, (await plan(world, 'undo', { id: hash })).hash);
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([CARA]);
    expect(await openMembers(world)).toHaveLength(1);
  });
});

describe('access adopt', () => {
  it('believes no address that two accounts have', async () => {
    const world = await begin();
    byHand(world, 'Finance', [CARA, DAN]);
    const { principals } = world.engine.uipath.organization(world.alias);
    const cara = principals.get(world.id(CARA));
    if (cara === undefined) throw new Error('There is no such user');
    principals.put({ ...cara, id: '99999999-0000-4000-8000-000000000002' });
    await auditNight(world);
    const adopt = await plan(world, 'adopt', SAID);
    expect(adopt.changes).toMatchObject([{ change: 'add-reason', memberId: world.id(DAN) }]);
    expect(adopt.leftOut[0]?.why).toContain('several with the same address');
  });
});
