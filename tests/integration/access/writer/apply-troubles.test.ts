import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds } from '../world';

const start = useWorlds();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GROUPS = { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] };
const DEVELOPERS_ONLY = {
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
};

describe('a PUT that UiPath refuses', () => {
  it('because of one id is split until that id is alone, and everybody else goes through (incident 27)', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    for (const person of [ANA, BEN, CARA, DAN]) await world.joins(person);
    const bad = world.id(CARA);
    const { principals } = world.engine.uipath.organization(world.alias);
    world.engine.uipath.onRequest(({ phase, endpoint }) => {
      if (phase === 'after' && endpoint === 'D5') principals.remove(bad);
    });
    await world.settle();
    const ids = world.engine.uipath.memberIds(world.alias, 'Developers');
    expect([...ids].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      world.engine.uipath
        .requests()
        .flatMap(({ endpoint, status, membership }) =>
          endpoint === 'G4' && status === 200 ? (membership?.add ?? []) : [],
        )
        .toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(ids.size).toBe(3);
    expect(ids.has(bad)).toBe(false);
    expect(await world.kinds(CARA)).toContain('change-refused');
    expect(await world.kinds(ANA)).not.toContain('change-refused');
    expect(world.calls()['G4']).toBe(5);
  });

  it.each([
    [404, 'uipath-not-found'],
    [409, 'uipath-conflict'],
    [400, 'uipath-rejected'],
  ])('with %i is tried again an hour later, and the evidence names the code', async (status, code) => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.inject({ kind: 'answer', status, family: 'pascal', match: { endpoint: 'G4' } });
    await world.joins(ANA);
    expect(await world.settle()).toContain('done');
    expect(world.members('Developers')).toEqual([]);
    expect((await world.evidence(ANA)).find(({ kind }) => kind === 'change-refused')?.facts).toMatchObject({
      code,
      decision: 'add',
    });
    await world.pass(HOUR_MS - 1_000);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(1_000);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('as a repetition of what a lost call did is ours: the grant that ends takes it away again', async () => {
    const world = await start();
    world.engine.uipath.setSwitches({ repeatedMember: 'conflict' });
    world.engine.uipath.inject(
      { kind: 'answer-lost', match: { endpoint: 'G4' } },
      { kind: 'lag', ms: 4_260, match: { endpoint: 'G4' } },
    );
    await world.asks('REQ-1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'PT2H' });
    await world.settle();
    expect((await world.ledger(ANA))?.applied).toMatchObject([{ origin: 'applied' }]);
    await world.pass(3 * HOUR_MS);
    expect(world.members('Finance')).toEqual([]);
  });
});

describe('an answer that was lost', () => {
  it.each([
    ['after UiPath had done it is read back and not repeated (incident 9)', 'answer-lost', 1],
    ['before UiPath did anything is followed by one more call', 'reset', 2],
  ] as const)('%s', async (_when, kind, puts) => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.inject({ kind, match: { endpoint: 'G4' } });
    await world.joins(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.calls()['G4']).toBe(puts);
    expect((await world.kinds(ANA)).filter((one) => one === 'membership-added')).toHaveLength(1);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
  });

  it('again and again is settled by a later run, with one entry in the evidence', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.inject({ kind: 'reset', match: { endpoint: 'G4' }, times: 2 });
    await world.joins(ANA);
    expect(await world.settle()).toEqual(expect.arrayContaining(['waiting', 'done']));
    expect(world.members('Developers')).toEqual([ANA]);
    expect((await world.kinds(ANA)).filter((one) => one === 'membership-added')).toHaveLength(1);
  });
});

describe('a removal', () => {
  it('that fails twenty times in three days, with another version of the application in between, is still made (incident 10)', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const { engine } = world;
    await world.joins(ANA);
    await world.settle();
    engine.uipath.inject({ kind: 'answer', status: 503, times: 'always', match: { endpoint: 'G4' } });
    await world.leaves(ANA);
    await engine.work();
    engine.clock.advance(1_000);
    const later = engine.newInstance();
    for (let tries = 1; tries <= 20; tries += 1) {
      const instance = tries <= 10 ? engine.app : later;
      await engine.tick(instance);
      expect(await engine.work(instance)).toContain('waiting');
      expect(engine.queued()).toHaveLength(1);
      engine.clock.advance((72 * HOUR_MS) / 20);
    }
    expect(world.members('Developers')).toEqual([ANA]);
    engine.uipath.clearFaults();
    await engine.tick(later);
    await engine.work(later);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await world.kinds(ANA)).filter((kind) => kind === 'membership-removed')).toHaveLength(1);
    expect(await world.fault(ANA)).toBeUndefined();
  });
});

describe('a change that readers do not see yet', () => {
  it.each([
    ['for two seconds is waited for', 2_000, ['done']],
    ['for longer is looked at again by a later run', 30_000, ['waiting', 'done']],
  ])('%s, and is not made twice', async (_how, membershipLagMs, outcomes) => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    world.engine.uipath.setSwitches({ membershipLagMs });
    await world.joins(ANA);
    expect(await world.settle()).toEqual(expect.arrayContaining(outcomes));
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.calls()['G4']).toBe(1);
    expect((await world.ledger(ANA))?.applied).toMatchObject([{ origin: 'applied' }]);
    expect((await world.kinds(ANA)).filter((one) => one === 'membership-added')).toHaveLength(1);
  });
});

describe('a change that UiPath shows between two looks of one run', () => {
  it('is ours all the same, and ends with its reason (incident A)', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const { engine } = world;
    engine.uipath.setSwitches({ membershipLagMs: 90_000 });
    await world.asks('REQ-1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P1D' });
    expect(await engine.work()).toEqual([]);
    engine.clock.advance(1_000);
    expect(await engine.work()).toEqual(['waiting']);
    engine.uipath.onRequest(({ phase, endpoint }) => {
      if (phase === 'after' && endpoint === 'G7') engine.clock.advance(60_000);
    });
    engine.clock.advance(60_000);
    expect(await engine.work()).toEqual(['done']);
    expect(await world.kinds(ANA)).not.toContain('membership-standing');
    await world.pass(HOUR_MS);
    expect((await world.kinds(ANA)).at(-1)).toBe('membership-added');
    expect(world.calls()['G4']).toBe(1);
    await world.pass(25 * HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('a group that somebody renames', () => {
  it('between the list and the PUT is not renamed back (incident 28)', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    const groupId = world.groupId('Developers');
    const organization = world.engine.uipath.organization(world.alias);
    const stop = world.engine.uipath.onRequest(({ phase, endpoint }) => {
      if (phase !== 'before' || endpoint !== 'G7') return;
      const group = organization.groups.get(groupId);
      if (group !== undefined) organization.groups.set(groupId, { ...group, name: 'Builders' });
    });
    await world.joins(ANA);
    await world.settle();
    stop();
    expect(organization.groups.get(groupId)?.name).toBe('Builders');
    expect(world.members('Builders')).toEqual([ANA]);
  });

  it('after we put somebody in still loses them when the reason ends (incident 28)', async () => {
    const world = await start();
    await world.asks('REQ-1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'PT2H' });
    await world.settle();
    const groupId = world.groupId('Finance');
    const organization = world.engine.uipath.organization(world.alias);
    const group = organization.groups.get(groupId);
    if (group !== undefined) organization.groups.set(groupId, { ...group, name: 'Money' });
    await world.pass(3 * HOUR_MS);
    expect(world.members('Money')).toEqual([]);
    expect(organization.groups.get(groupId)?.name).toBe('Money');
  });

  it('or deletes is missing: noted, looked for again, and the others go on', async () => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Users: [], Finance: [], Treasury: [] } },
    });
    await world.joins(ANA);
    await world.settle();
    expect(world.members('Users')).toEqual([ANA]);
    expect(await world.kinds(ANA)).toContain('group-missing');
    expect(
      await world.engine.app.due.listDue(world.alias, world.engine.clock.now() + HOUR_MS, 10),
    ).toHaveLength(1);
  });
});

describe('a person whom the directory does not know', () => {
  it('is looked up again, each time after twice as long, until they are found', async () => {
    const world = await start({
      policy: DEVELOPERS_ONLY,
      seed: { users: [OLGA, ANA, BEN, CARA, DAN, { email: 'zoe@acme.example', source: 'aad', seen: false }] },
    });
    await world.joins('zoe@acme.example');
    await world.settle();
    const lookUps: number[] = [];
    for (let minute = 1; minute <= 8; minute += 1) {
      world.calls();
      await world.pass(MINUTE_MS);
      lookUps.push(world.calls()['D5'] ?? 0);
    }
    expect(lookUps.slice(0, 7).filter((count) => count > 0)).toHaveLength(3);
    expect(
      (await world.kinds('zoe@acme.example')).filter((kind) => kind === 'identity-missing'),
    ).toHaveLength(1);
    world.engine.uipath.actAsPerson(world.alias, { kind: 'sign-in', user: 'zoe@acme.example' });
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([world.id('zoe@acme.example')]);
    expect((await world.ledger('zoe@acme.example'))?.identity?.kind).toBe('resolved');
  });

  it('is given up after the hours that the policy names', async () => {
    const world = await start({ policy: { identityRetryHours: 1 } });
    await world.joins('nobody@acme.example');
    for (let hour = 0; hour < 4; hour += 1) await world.pass(HOUR_MS);
    world.calls();
    await world.pass(10 * HOUR_MS);
    await world.pass(10 * HOUR_MS);
    expect(world.calls()).toEqual({});
  });

  it('or knows twice is ambiguous, and nothing is changed (incident 25)', async () => {
    const world = await start({
      seed: {
        users: [
          OLGA,
          BEN,
          CARA,
          DAN,
          { email: 'Ana.Pop@acme.example', userName: 'first', id: 'aaaaaaaa-0000-4000-8000-000000000001' },
          { email: 'ANA.POP@acme.example', userName: 'second', id: 'aaaaaaaa-0000-4000-8000-000000000002' },
          { email: ANA, source: 'aad', seen: false },
        ],
      },
    });
    await world.joins(ANA);
    await world.settle();
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').size).toBe(0);
    expect((await world.ledger(ANA))?.identity?.kind).toBe('ambiguous');
    expect(await world.kinds(ANA)).toContain('identity-ambiguous');
    expect(world.calls()['G4']).toBeUndefined();
  });
});

describe('what is never removed (incident 21)', () => {
  it('the last administrator, whatever HR says', async () => {
    const world = await start({ seed: { groups: { ...GROUPS, Developers: [OLGA] } } });
    await world.leaves(OLGA);
    await world.settle();
    expect([world.members('Administrators'), world.members('Developers')]).toEqual([[OLGA], []]);
    expect((await world.evidence(OLGA)).find(({ kind }) => kind === 'change-withheld')?.facts).toMatchObject({
      groupId: ADMINISTRATORS_GROUP_ID,
      decision: 'last-administrator',
    });
  });

  it('both of two administrators who leave together', async () => {
    const world = await start({ seed: { groups: { ...GROUPS, Administrators: [OLGA, BEN] } } });
    await world.leaves(OLGA);
    await world.leaves(BEN);
    await world.settle();
    expect(world.members('Administrators')).toEqual([BEN, OLGA]);
  });

  it('both of two administrators whose time ends together, planned in one pass after the other', async () => {
    const requests = { approvers: [BEN] };
    const world = await start({
      seed: { groups: GROUPS },
      policy: { groups: { Administrators: { requests }, Developers: {}, Users: {}, Finance: {} } },
      engine: { peoplePerPass: 1 },
    });
    for (const person of [ANA, CARA]) {
      await world.joins(person);
      await world.asks(person, { kind: 'grant', person, group: 'Administrators', duration: 'P1D' });
    }
    await world.settle();
    byHand(world, 'Administrators', [], [world.id(OLGA)]);
    await world.pass(25 * 3_600_000);
    expect(world.members('Administrators')).toHaveLength(1);
  });

  it('but one of two administrators is', async () => {
    const world = await start({ seed: { groups: { ...GROUPS, Administrators: [OLGA, BEN] } } });
    await world.leaves(BEN);
    await world.settle();
    expect(world.members('Administrators')).toEqual([OLGA]);
  });

  it('a principal that the policy pins, and a member that the policy of the group protects', async () => {
    const groups = { ...GROUPS, Developers: [CARA, DAN], Treasury: [CARA, DAN] };
    const world = await start({ seed: { groups } });
    world.setPolicy({
      groups: { Developers: { protectedMembers: [DAN] } },
      birthright: [],
      protectedPrincipals: [world.id(CARA)],
    });
    await world.leaves(CARA);
    await world.leaves(DAN);
    await world.settle();
    expect([world.members('Developers'), world.members('Treasury')]).toEqual([[CARA, DAN], [CARA]]);
  });

  it('anybody from Everyone, which has no list', async () => {
    const world = await start({ seed: { groups: { ...GROUPS, Developers: [ANA] } } });
    await world.leaves(ANA);
    await world.settle();
    const puts = world.engine.uipath.requests().filter(({ endpoint }) => endpoint === 'G4');
    expect(puts.map(({ membership }) => membership?.groupId)).toEqual([world.groupId('Developers')]);
  });
});
