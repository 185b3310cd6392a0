import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Membership } from '../../../../sandbox/uipath/membership';
import { personKey } from '../../../../shared/domain/person-key';
import { auditNight, release } from '../remediation-world';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const requests = { approvers: [BEN] };
const DEVELOPER = { attributes: { department: 'Automation' } };
const ACCOUNTANT = { attributes: { department: 'Accounting' } };

type Fields = Readonly<Record<string, unknown>>;

function policyWith(developers: string | undefined, more: Fields = {}): Fields {
  const named = developers === undefined ? [] : [developers];
  return {
    mover: { graceDays: 0 },
    groups: Object.fromEntries(
      [...named, 'Users', 'Finance'].map((name) => [name, { mode: 'additive', requests }]),
    ),
    birthright: named.map((group) => ({
      name: 'automation',
      when: { department: 'Automation' },
      groups: [group],
    })),
    ...more,
  };
}

/** Max deletes a group in the portal; with `anew` he makes another of the same name. */
function deleteGroup(world: World, name: string, anew: boolean): void {
  const { groups } = world.engine.uipath.organization(world.alias);
  const group = [...groups.values()].find((one) => one.name === name);
  if (group === undefined) throw new Error('There is no such group');
  groups.delete(group.id);
  if (!anew) return;
  const id = randomUUID();
  groups.set(id, { ...group, id, members: new Membership() });
}

async function saysAgain(world: World, email = ANA): Promise<void> {
  await world.moves(email, { attributes: { department: 'Automation', site: `${world.engine.clock.now()}` } });
  await world.pass(DAY_MS);
}

describe('a group that was deleted and created again under its name', () => {
  it('gets its members back when what the audit misses is released', async () => {
    const world = await start({
      seed: { saml: true, groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
      policy: policyWith('Developers'),
    });
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    deleteGroup(world, 'Developers', true);
    const report = await auditNight(world);
    const missing = report.findings.filter(({ check }) => check === 'member-missing');
    expect(missing).toHaveLength(1);
    if (missing[0] !== undefined) await release(world, missing[0]);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('is joined by who newly has a reason', async () => {
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    deleteGroup(world, 'Developers', true);
    await world.joins(CARA, DEVELOPER);
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([CARA]);
  });
});

describe('a group whose name another one has by now', () => {
  it('does not keep its members from the one that has the name, once what the audit misses is released', async () => {
    const world = await start({
      seed: { saml: true, groups: { Administrators: [OLGA], Developers: [], Users: [], Treasury: [] } },
      policy: policyWith('Developers'),
    });
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    renameGroup(world, 'Developers', 'Developers (old)');
    renameGroup(world, 'Treasury', 'Developers');
    const report = await auditNight(world);
    for (const finding of report.findings)
      if (finding.check === 'member-missing') await release(world, finding);
    await world.pass(DAY_MS);
    expect([world.members('Developers'), world.members('Developers (old)')]).toEqual([[ANA], [ANA]]);
    // What this application put into the other one stays its own.
    await world.leaves(ANA, { immediate: true });
    await world.pass(DAY_MS);
    expect([world.members('Developers'), world.members('Developers (old)')]).toEqual([[], []]);
  });
});

describe('a grant of the name that a group had before', () => {
  async function renamed(more: (name: string) => Fields = () => ({}), isTold = true): Promise<World> {
    const world = await start({
      seed: { saml: true, groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
      policy: policyWith('Developers', more('Developers')),
    });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith('Engineers', more('Engineers')));
    if (isTold) await world.moves(ANA, { attributes: { department: 'Accounting', site: 'x' } });
    await world.pass(DAY_MS);
    expect(world.members('Engineers')).toEqual([ANA]);
    return world;
  }

  it('still keeps duties apart', async () => {
    const world = await renamed((name) => ({ separationOfDuties: [[name, 'Finance']] }));
    await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P9D' });
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([]);
  });

  it('keeps duties apart as without a rename', async () => {
    const world = await start({
      policy: policyWith('Developers', { separationOfDuties: [['Developers', 'Finance']] }),
    });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    await world.asks('G2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P9D' });
    await world.pass(DAY_MS);
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[ANA], []]);
  });

  it.each([true, false])(
    'is not taken away by what the policy lets the audit mend (a word since: %p)',
    async (isTold) => {
      const world = await renamed(() => ({ audit: { remediate: ['member-without-reason'] } }), isTold);
      await auditNight(world);
      await world.pass(DAY_MS);
      expect(world.members('Engineers')).toEqual([ANA]);
    },
  );

  it('is no finding', async () => {
    const world = await renamed();
    const report = await auditNight(world);
    expect(report.findings.map(({ check, subject }) => [check, subject['group']])).toEqual([]);
  });

  it('ends by a revocation under either name', async () => {
    for (const group of ['Developers', 'Engineers']) {
      const world = await renamed();
      await world.asks(`E-${group}`, { kind: 'revoke', person: ANA, group });
      await world.pass(DAY_MS);
      expect(world.members('Engineers')).toEqual([]);
    }
  });

  it('goes by the name of before again when the group is renamed back', async () => {
    const world = await renamed();
    renameGroup(world, 'Engineers', 'Developers');
    world.setPolicy(policyWith('Developers'));
    await world.moves(ANA, { attributes: { department: 'Accounting', site: 'z' } });
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.grants).toMatchObject([{ group: 'Developers' }]);
    await world.asks('E1', { kind: 'revoke', person: ANA, group: 'Developers' });
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('an ordinary grant, of a group that leaves the policy while it runs', () => {
  const withoutFinance = (policy: Fields): Fields => {
    const { Finance: _finance, ...groups } = policy['groups'] as Fields;
    return { ...policy, groups };
  };
  const touch = async (world: World, workerId?: string): Promise<void> => {
    await world.moves(ANA, {
      ...(workerId === undefined ? {} : { worker: { workerId } }),
      attributes: { department: 'Automation', site: `${world.engine.clock.now()}` },
    });
    await world.pass(DAY_MS);
  };

  it('keeps who has it by one of two employments', async () => {
    const world = await start({ policy: policyWith('Developers') });
    for (const workerId of ['1', '2']) await world.joins(ANA, { worker: { workerId }, ...DEVELOPER });
    await world.pass(DAY_MS);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { worker: { workerId: '1' }, immediate: true });
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    await touch(world, '2');
    expect(world.members('Finance')).toEqual([ANA]);
    world.setPolicy(withoutFinance(policyWith('Developers')));
    await touch(world, '2');
    expect(world.members('Finance')).toEqual([ANA]);
  });
});

describe('a leaver where only managed groups are left', () => {
  it('stays in a group that is not in the file and that the application added nobody to', async () => {
    const leaver = { leaver: { groups: 'managed' } };
    const world = await start({ policy: policyWith('Developers', leaver) });
    byHand(world, 'Developers', [world.id(ANA)]);
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    expect((await world.ledger(ANA))?.applied).toMatchObject([{ origin: 'standing' }]);
    world.setPolicy(policyWith(undefined, leaver));
    await world.leaves(ANA, { immediate: true });
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('groups that all leave the policy at once, and come back', () => {
  const people = Array.from({ length: 60 }, (_, index) => `p${index}@acme.example`);

  async function organization(): Promise<World> {
    const world = await start({
      seed: {
        users: [OLGA, ANA, BEN, CARA, DAN, ...people],
        groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
      },
      policy: policyWith('Developers'),
      engine: { peoplePerPass: 10 },
    });
    for (const person of people) await world.joins(person, DEVELOPER);
    await world.settle();
    expect(world.members('Developers')).toHaveLength(60);
    return world;
  }
  const lose = async (world: World): Promise<void> => {
    for (const person of people) await world.moves(person, ACCOUNTANT);
    await world.settle();
  };

  it('have nobody leave them by a wrong export, whichever name the groups have', async () => {
    const world = await organization();
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith('Engineers'));
    await lose(world);
    expect(world.members('Engineers').length).toBeGreaterThanOrEqual(60);
  });

  it('have nobody leave them by a wrong export, without a rename', async () => {
    const world = await organization();
    await lose(world);
    expect(world.members('Developers')).toHaveLength(60);
  });

  it('the same after a rename that every ledger knows of by a word', async () => {
    const world = await organization();
    renameGroup(world, 'Developers', 'Engineers');
    world.setPolicy(policyWith('Engineers'));
    for (const person of people)
      await world.moves(person, { attributes: { department: 'Automation', site: 'x' } });
    await world.settle();
    await lose(world);
    expect(world.members('Engineers')).toHaveLength(60);
  });

  it('hold what is left over when they are back', async () => {
    const world = await organization();
    world.setPolicy({ ...policyWith(undefined), groups: {} });
    await lose(world);
    expect(world.members('Developers')).toHaveLength(60);
    world.setPolicy(policyWith('Developers'));
    for (const person of people)
      await world.moves(person, { attributes: { department: 'Accounting', site: 'x' } });
    await world.settle();
    expect(world.members('Developers')).toHaveLength(60);
    const held = await world.engine.app.holds.list(world.alias, 'held');
    expect(held.map(({ state, removals }) => [state, removals.length])).toEqual([['held', 60]]);
  });
});

describe('a group that the policy does not name any more', () => {
  const without = (name: string, policy: Fields): Fields => {
    const { [name]: _gone, ...groups } = policy['groups'] as Fields;
    return { ...policy, groups };
  };

  it('gets nobody by a grant that begins later', async () => {
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.asks('G1', {
      kind: 'grant',
      person: ANA,
      group: 'Finance',
      validFrom: new Date(world.engine.clock.now() + 3 * DAY_MS).toISOString(),
      duration: 'P30D',
    });
    await world.settle();
    world.setPolicy(without('Finance', policyWith('Developers')));
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([]);
    await world.pass(3 * DAY_MS);
    expect(world.members('Finance')).toEqual([]);
  });

  it('is only observed before it leaves, and has nobody go who leaves by a grant that ended then', async () => {
    const observed = policyWith('Developers');
    const groups = observed['groups'] as Fields;
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P2D' });
    await world.settle();
    world.setPolicy({ ...observed, groups: { ...groups, Finance: { mode: 'observe' } } });
    await world.pass(3 * DAY_MS);
    expect(world.members('Finance')).toEqual([ANA]);
    world.setPolicy(policyWith('Developers'));
    await saysAgain(world);
    expect(world.members('Finance')).toEqual([]);
  });
});

describe('a call that was open when its group left the policy', () => {
  it('gave what a grant alone gives: it is over with the grant', async () => {
    const world = await start({ policy: policyWith('Developers') });
    await world.joins(ANA, DEVELOPER);
    await world.settle();
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P5D' });
    await world.engine.work();
    const { app, clock } = world.engine;
    expect(world.members('Finance')).toEqual([]);
    expect((await world.ledger(ANA))?.grants).toHaveLength(1);
    // The writer died after its call.
    byHand(world, 'Finance', [world.id(ANA)]);
    await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-lost`,
      groupId: world.groupId('Finance'),
      groupName: 'Finance',
      add: [{ personKey: personKey(ANA), memberId: world.id(ANA) }],
      remove: [],
      planHash: 'h',
      startedAtMs: clock.now(),
    });
    const { Finance: _gone, ...groups } = policyWith('Developers')['groups'] as Fields;
    world.setPolicy({ ...policyWith('Developers'), groups });
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.applied).toMatchObject([
      { groupName: 'Developers' },
      { groupName: 'Finance', origin: 'applied' },
    ]);
    await world.pass(6 * DAY_MS);
    await saysAgain(world);
    expect(world.members('Finance')).toEqual([]);
  });
});
