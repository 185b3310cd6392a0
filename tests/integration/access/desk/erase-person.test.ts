import { describe, expect, it } from '@jest/globals';
import { erasePerson } from '../../../../shared/access/desk/erase-person';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { errorOf } from '../../../fakes/error-of';
import { keyHolder } from '../../../fixtures/key-holder';
import { live, MINUTE_MS } from '../live-through-time';
import { editPolicy } from '../observed-world';
import { auditNight, organizationOf, withoutFaults } from '../remediation-world';
import { ANA, BEN, byHand, CARA, useWorlds, type World } from '../world';
import { erase, faults, joinedAndLeftLongAgo, kept, left, leftLongAgo, OLGA } from './erased-world';
import { DAY_MS, NEW, record } from './joined-by-mistake';

const begin = useWorlds();
describe('somebody who left', () => {
  it('is erased: nothing that is kept names them, and their evidence can be verified', async () => {
    const world = await leftLongAgo(begin);
    const id = world.id(ANA);
    const kinds = await world.kinds(ANA);
    expect(kinds.length).toBeGreaterThan(3);
    expect(await kept(world)).toContain(ANA);
    await erase(world);
    const texts = await kept(world);
    expect(texts).not.toContain(ANA);
    expect(texts).not.toContain(`"${id}:`);
    expect((await world.evidence(ANA)).map(({ kind, facts }) => [kind, facts])).toEqual([
      ...kinds.map((kind) => [kind, {}]),
      ['person-erased', { by: OLGA }],
    ]);
    const decided = (await world.evidence(organizationOf(world))).find(
      ({ kind }) => kind === 'erasure-decided',
    );
    expect(decided?.facts).toEqual({
      person: personKey(ANA),
      ledgers: 1,
      by: OLGA,
      reason: 'Asked for, CHG-7',
    });
    expect(await faults(world)).toEqual([]);
    const { findings } = await auditNight(world);
    expect(findings.filter(({ state }) => state !== 'fixed')).toEqual([]);
  });

  it('is not erased in observe, nor before the edit that ends it was followed: they may be in a group by hand', async () => {
    const observe = { mode: 'observe' };
    const world = await withoutFaults(begin)({ policy: observe });
    await editPolicy(world, observe);
    await world.joins(ANA, record('7'));
    byHand(world, 'Finance', [world.id(ANA)]);
    await world.settle();
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    const refused = { code: 'person-not-erasable' };
    expect(await errorOf(async () => erase(world))).toMatchObject(refused);
    await editPolicy(world, {});
    expect(await errorOf(async () => erase(world))).toMatchObject(refused);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([]);
    await erase(world);
  });

  it('begins anew when they are hired again, and leaves again', async () => {
    const world = await leftLongAgo(begin);
    await erase(world);
    await world.joins(ANA, record('9'));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.members('Finance')).toEqual([]);
    expect(await world.ledger(ANA)).toMatchObject({ email: ANA, grants: [] });
    expect((await world.ledger(ANA))?.formerEmails ?? []).toEqual([]);
    await auditNight(world);
    expect(await faults(world)).toEqual([]);
    await world.leaves(ANA, { worker: { workerId: '9' }, immediate: true });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    await world.pass(31 * DAY_MS);
    await erase(world);
    expect(await kept(world)).not.toContain(ANA);
    expect(await faults(world)).toEqual([]);
  });

  it('may be asked for by a ticket afterwards, as somebody of whom nothing is known', async () => {
    const world = await leftLongAgo(begin);
    await erase(world);
    await world.asks('T-2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P3D' });
    await world.settle();
    expect(world.members('Finance')).toEqual([ANA]);
  });

  it('is erased with whoever was one with them', async () => {
    const world = await joinedAndLeftLongAgo(begin);
    expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
    await expect(erase(world, personKey(NEW))).rejects.toMatchObject({ code: 'person-not-erasable' });
    await erase(world);
    const texts = await kept(world);
    expect([texts.includes(ANA), texts.includes(NEW)]).toEqual([false, false]);
    expect(await faults(world)).toEqual([]);
  });

  it.each(['state', 'records'] as const)(
    'is erased by whoever decides again, where a process died before it came to the %s',
    async (dies) => {
      const world = await leftLongAgo(begin);
      const { app } = world.engine;
      const end = async (): Promise<never> => {
        throw new Error('The process ends here');
      };
      const write: typeof app.ledger.write = async (...args) =>
        args[0].kind === 'person' ? end() : app.ledger.write(...args);
      const dying = {
        ...app,
        ledger: { ...app.ledger, ...(dies === 'state' ? { write } : { redact: end }) },
      };
      await expect(erase(world, personKey(ANA), { app: dying })).rejects.toThrow('ends');
      expect(await faults(world)).toEqual([]);
      await erase(world);
      expect(await kept(world)).not.toContain(ANA);
      expect(await faults(world)).toEqual([]);
    },
  );
});

describe('nobody is erased', () => {
  const refused = { code: 'person-not-erasable' };

  it('who works here', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(ANA, record('7'));
    await world.settle();
    await expect(erase(world)).rejects.toMatchObject(refused);
  });

  it('who is kept out still', async () => {
    const world = await left(begin);
    await world.pass(20 * DAY_MS);
    await expect(erase(world)).rejects.toMatchObject(refused);
  });

  it('who is in a group still, as a guard holds it', async () => {
    const world = await withoutFaults(begin)({
      policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } },
    });
    for (const email of [ANA, CARA]) await world.joins(email);
    await world.settle();
    for (const email of [ANA, CARA]) await world.leaves(email);
    await world.settle();
    await world.pass(31 * DAY_MS);
    await expect(erase(world)).rejects.toMatchObject(refused);
  });

  /** Somebody whom UiPath refused to take out of a group that their ledger does not have. */
  async function refusedLeaver(policy = {}): Promise<World> {
    const groups = { Administrators: [BEN], Developers: [], Users: [], Finance: [], Treasury: [] };
    const world = await withoutFaults(begin)({ seed: { groups }, policy });
    await world.joins(ANA, record('7'));
    await world.settle();
    byHand(world, 'Treasury', [world.id(ANA)]);
    const match = { endpoint: 'G4', path: world.groupId('Treasury') } as const;
    world.engine.uipath.inject({ kind: 'answer', status: 400, match, times: 'always' });
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.settle();
    expect([world.members('Treasury'), (await world.ledger(ANA))?.applied]).toEqual([[ANA], []]);
    return world;
  }

  it('whom the audit finds in a group that their ledger does not have, as UiPath refuses to take them out', async () => {
    const world = await refusedLeaver();
    await world.pass(31 * DAY_MS);
    await auditNight(world);
    await expect(erase(world)).rejects.toMatchObject(refused);
    byHand(world, 'Treasury', [], [world.id(ANA)]);
    await expect(erase(world)).rejects.toMatchObject(refused);
    await auditNight(world);
    await erase(world);
  });

  it('whom UiPath refused to take out of such a group since the last audit', async () => {
    const world = await refusedLeaver({ leaver: { lockoutDays: 0 } });
    world.engine.clock.advance(60_000);
    await expect(erase(world)).rejects.toMatchObject(refused);
    byHand(world, 'Treasury', [], [world.id(ANA)]);
    await expect(erase(world)).rejects.toMatchObject(refused);
    await auditNight(world);
    await erase(world);
  });

  it('of whom a ticket gives something', async () => {
    const world = await withoutFaults(begin)();
    await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P300D' });
    await world.settle();
    await expect(erase(world)).rejects.toMatchObject(refused);
  });

  it('by themselves, without a reason, or who is not known', async () => {
    const world = await leftLongAgo(begin);
    await expect(erase(world, personKey(ANA), { by: keyHolder(ANA) })).rejects.toMatchObject({
      code: 'decides-about-self',
    });
    const silent = { key: personKey(ANA), by: OLGA, reason: ' ' };
    await expect(erasePerson(world.engine.app, world.alias, silent)).rejects.toMatchObject({
      code: 'body-invalid',
    });
    for (const key of [personKey('nobody@acme.example'), 'organization', '../x'])
      await expect(erase(world, key)).rejects.toMatchObject({ code: 'person-unknown' });
    expect((await world.ledger(ANA))?.email).toBe(ANA);
    expect(personSubject(world.alias, personKey(BEN)).key).not.toBe(personKey(ANA));
  });
});
