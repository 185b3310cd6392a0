import { describe, expect, it } from '@jest/globals';
import { explainPerson } from '../../../../shared/access/desk/explain-person';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject, subjectByName } from '../../../../shared/domain/ledger/subject';
import { errorOf } from '../../../fakes/error-of';
import { dyingAfter } from '../../../fixtures/dying-instance';
import { keyHolder } from '../../../fixtures/key-holder';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { editPolicy, mutatingCalls } from '../observed-world';
import { auditNight, release } from '../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const OBSERVE = { mode: 'observe' };
const GRANT = { kind: 'grant', person: CARA, group: 'Finance', duration: 'P2D' };
const RULE = {
  kind: 'create-rule',
  name: 'Robots',
  description: 'All robots',
  definition: {
    groups: ['Users'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Robots' }],
  },
  owner: BEN,
};

/** Ana is a developer, Cara has Finance for two days, Dan works in Finance: all of it in UiPath. */
async function staffed(): Promise<World> {
  const world = await start();
  await editPolicy(world, {});
  await world.joins(ANA);
  await world.joins(CARA);
  await world.joins(DAN, { attributes: { department: 'Finance' } });
  await world.asks('G-1', GRANT);
  await world.settle();
  await live(world, MINUTE_MS);
  return world;
}

async function withheld(world: World, email: string) {
  return (await world.evidence(email))
    .filter(({ kind }) => kind === 'change-withheld')
    .map(({ facts }) => [facts['would'], facts['group']]);
}

describe('an organization in observe', () => {
  it('gets nothing of what is decided, and the evidence says what it would be', async () => {
    const world = await start({ policy: OBSERVE });
    await world.joins(ANA);
    await world.asks('G-1', { ...GRANT, person: ANA });
    await world.asks('E-1', { kind: 'add-policy-entity', entityType: 'user', name: ANA });
    await world.asks('R-1', RULE);
    await world.settle();
    await live(world, HOUR_MS);
    expect(mutatingCalls(world)).toEqual([]);
    expect(await withheld(world, ANA)).toEqual(
      expect.arrayContaining([
        ['add', 'Developers'],
        ['add', 'Users'],
        ['add', 'Finance'],
      ]),
    );
    const rule = subjectByName(world.alias, 'rule', RULE.name);
    const [told] = (await world.evidence(rule)).filter(({ kind }) => kind === 'change-withheld');
    expect(told?.facts).toMatchObject({ decision: 'observed', would: 'create' });
    const entry = subjectByName(world.alias, 'entity', `user:${ANA}`);
    const [ofEntry] = (await world.evidence(entry)).filter(({ kind }) => kind === 'change-withheld');
    expect(ofEntry?.facts).toMatchObject({ would: 'add' });
    expect(await world.engine.app.changes.listMarks(world.alias, 10)).toEqual([]);
  });

  it('loses nobody: not a leaver, not whose grant ends meanwhile, also not by a group that is enforced', async () => {
    const world = await staffed();
    await editPolicy(world, OBSERVE);
    const before = mutatingCalls(world).length;
    byHand(world, 'Treasury', [world.id(ANA)]);
    await world.leaves(ANA);
    await world.pass(3 * DAY_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
    expect(await withheld(world, ANA)).toEqual(
      expect.arrayContaining([
        ['remove', 'Developers'],
        ['remove', 'Treasury'],
      ]),
    );
    expect(await withheld(world, CARA)).toContainEqual(['remove', 'Finance']);
  });

  it('is planned again as a whole by the edit that enforces it, leavers and ended grants too', async () => {
    const world = await staffed();
    await editPolicy(world, OBSERVE);
    byHand(world, 'Treasury', [world.id(ANA)]);
    await world.leaves(ANA);
    await world.asks('R-1', RULE);
    await world.asks('E-1', { kind: 'add-policy-entity', entityType: 'user', name: DAN });
    await world.pass(3 * DAY_MS);
    await editPolicy(world, {});
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([CARA]);
    expect([world.members('Treasury'), world.members('Finance')]).toEqual([[], [DAN]]);
    expect(mutatingCalls(world).filter((call) => call.includes('/api/Rule'))).toHaveLength(1);
    expect(mutatingCalls(world).filter((call) => call.includes('AccessPolicy'))).toHaveLength(1);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect([own?.value.observedSinceMs, own?.value.wasObserved]).toEqual([undefined, undefined]);
  });

  it('is enforced group by group, as groups keep their modes beneath', async () => {
    const modes = (developers: string) => ({
      groups: { Developers: { mode: developers }, Users: {}, Finance: {} },
    });
    const world = await start({ policy: { ...OBSERVE, ...modes('additive') } });
    await editPolicy(world, { ...OBSERVE, ...modes('additive') });
    await world.joins(ANA);
    await world.settle();
    await editPolicy(world, modes('observe'));
    await live(world, MINUTE_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([[], [ANA]]);
    await editPolicy(world, modes('additive'));
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('has the removals that wait weighed as one edit when it is enforced', async () => {
    const policy = { guards: { batch: { count: 2, percent: 0, floor: 2 } } };
    const world = await staffed();
    await editPolicy(world, { ...policy, ...OBSERVE });
    for (const person of [ANA, CARA, DAN]) {
      await world.leaves(person);
      await world.pass(2 * HOUR_MS);
    }
    await editPolicy(world, policy);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toEqual([ANA, CARA, DAN]);
    const open = (await world.engine.app.holds.list(world.alias)).filter(({ state }) => state === 'held');
    expect(open.length).toBeGreaterThan(0);
  });

  it('weighs removals as it would, and refuses their release', async () => {
    const world = await staffed();
    const policy = { guards: { batch: { count: 1, percent: 0, floor: 0 } }, ...OBSERVE };
    await editPolicy(world, policy);
    const before = mutatingCalls(world).length;
    await world.leaves(ANA);
    await world.leaves(CARA);
    await world.settle();
    const [hold] = await world.engine.app.holds.list(world.alias, 'held');
    const { app } = world.engine;
    const asked = await errorOf(async () =>
      releaseHold(app, world.alias, hold?.hash ?? '', keyHolder('Ben')),
    );
    expect(asked).toMatchObject({ code: 'organization-observed' });
    await live(world, MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
  });

  it('carries out nothing that was released just before, and keeps no release for later', async () => {
    const world = await staffed();
    const guards = { batch: { count: 1, percent: 0, floor: 0 } };
    await editPolicy(world, { guards });
    await world.leaves(ANA);
    await world.leaves(CARA);
    await world.settle();
    const [hold] = await world.engine.app.holds.list(world.alias, 'held');
    await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
    await editPolicy(world, { guards, ...OBSERVE });
    const before = mutatingCalls(world).length;
    await live(world, 5 * MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
    expect(await world.engine.app.holds.list(world.alias, 'released')).toEqual([]);
    await editPolicy(world, { guards });
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
  });

  it('stops a run that is at work: its call is finished, and no other is begun', async () => {
    const world = await staffed();
    await world.leaves(ANA);
    const before = mutatingCalls(world).length;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      if (init?.method === 'PUT') await editPolicy(world, OBSERVE);
      return answer;
    };
    const instance = world.engine.newInstance({ fetch });
    await world.engine.finish({ instances: [instance] });
    await live(world, 5 * MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before + 1);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'apply-stopped', code: 'organization-observed' }),
    );
  });

  it('is that for every process, also for one that has not read the edit yet', async () => {
    const world = await staffed();
    const before = mutatingCalls(world).length;
    await editPolicy(world, OBSERVE);
    world.setPolicy({});
    await world.leaves(ANA);
    await live(world, 5 * MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
    await editPolicy(world, {});
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).not.toContain(ANA);
  });

  it('ends nothing by a process that has not read yet that it is enforced: no request, no release', async () => {
    const policy = { guards: { batch: { count: 1, percent: 0, floor: 0 } } };
    const world = await staffed();
    await editPolicy(world, { ...policy, ...OBSERVE });
    await world.leaves(ANA);
    await world.leaves(CARA);
    await world.settle();
    await editPolicy(world, policy);
    await live(world, 5 * MINUTE_MS);
    const { app } = world.engine;
    for (const { hash } of await app.holds.list(world.alias, 'held'))
      await releaseHold(app, world.alias, hash, keyHolder('Ben'));
    world.setPolicy({ ...policy, ...OBSERVE });
    await world.asks('R-1', RULE);
    await world.asks('E-1', { kind: 'add-policy-entity', entityType: 'user', name: DAN });
    await live(world, 2 * MINUTE_MS);
    const before = mutatingCalls(world).filter((call) => /Rule|AccessPolicy/.test(call));
    await editPolicy(world, policy);
    await live(world, 5 * MINUTE_MS);
    const after = mutatingCalls(world).filter((call) => /Rule|AccessPolicy/.test(call));
    expect([before.length, after.length, world.members('Users')]).toEqual([0, 2, [DAN]]);
  });

  it('keeps no leaver in where its own record cannot be read, so that nothing tells later that it was observed', async () => {
    const world = await staffed();
    const { alias, engine } = world;
    const { kind, key } = organizationSubject(alias);
    const table = await engine.storage.table('ledger');
    await table.updateEntity(
      { partitionKey: `${alias}:${kind}:${key}`, rowKey: 'state', json0: '{}' },
      'Merge',
    );
    await editPolicy(world, OBSERVE);
    await world.leaves(ANA);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toContain(ANA);
    await editPolicy(world, {});
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).not.toContain(ANA);
  });

  it('has a grant that ended meanwhile taken, also where its group keeps nobody', async () => {
    const world = await start();
    await editPolicy(world, {});
    await world.joins(CARA);
    await world.asks('G-1', GRANT);
    await world.settle();
    await editPolicy(world, OBSERVE);
    await world.pass(3 * DAY_MS);
    expect(world.members('Finance')).toEqual([CARA]);
    await editPolicy(world, {});
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Finance')).toEqual([]);
  });

  it('tells the requester what would be granted, and what is over and would be taken', async () => {
    const world = await staffed();
    await editPolicy(world, OBSERVE);
    await world.asks('G-2', { ...GRANT, person: ANA });
    await world.settle();
    const statusOf = async (id: string) => readRequestStatus(world.engine.app, world.alias, id);
    expect(await statusOf('G-2')).toMatchObject({
      state: 'observed',
      explanation: expect.stringContaining('in observe') as unknown,
    });
    expect(await statusOf('G-1')).toMatchObject({ state: 'applied' });
    await world.pass(3 * DAY_MS);
    expect(await statusOf('G-1')).toMatchObject({ state: 'overdue' });
    const found = await explainPerson(world.engine.app, world.alias, CARA);
    const [grant] = found?.ledger.grants ?? [];
    expect(found?.would).toEqual([
      { group: 'finance', would: 'remove', overdueSinceMs: grant?.validUntilMs },
    ]);
    expect(grant?.validUntilMs).toBeLessThan(world.engine.clock.now());
  });

  it('is audited: the report says since when, and what the policy would mend by itself', async () => {
    const policy = { audit: { remediate: ['member-missing', 'leaver-present'] }, ...OBSERVE };
    const world = await start({ policy });
    await editPolicy(world, policy);
    const sinceMs = world.engine.clock.now();
    await world.joins(ANA);
    await world.settle();
    const report = await auditNight(world);
    expect(report.observed).toEqual({ sinceMs });
    const missing = report.findings.filter(({ check }) => check === 'member-missing');
    expect(missing.map(({ remediation }) => remediation?.status)).toEqual(['observed', 'observed']);
    const [finding] = missing;
    if (finding === undefined) throw new Error('There is no finding');
    expect(await errorOf(async () => release(world, finding))).toMatchObject({
      code: 'organization-observed',
    });
    await live(world, MINUTE_MS);
    expect(mutatingCalls(world)).toEqual([]);
  });

  it.each([
    ['before it was made', 0, false],
    ['after it was made', 1, true],
  ])('has a call whose process died %s asked about, and not made again', async (_, made, isRecorded) => {
    const world = await staffed();
    await world.leaves(ANA);
    const { app } = world.engine;
    const before = mutatingCalls(world).length;
    let begun = 0;
    const begin: typeof app.changes.begin = async (...attempt) => {
      await app.changes.begin(...attempt);
      begun += 1;
    };
    const isLast = () => (made === 0 ? begun > 0 : mutatingCalls(world).length > before);
    const dying = dyingAfter({ ...app, changes: { ...app.changes, begin } }, isLast);
    await world.engine.finish({ instances: [dying] }).catch(() => undefined);
    expect(await app.changes.listAttempts(world.alias)).toHaveLength(1);
    await editPolicy(world, OBSERVE);
    await live(world, HOUR_MS);
    expect(mutatingCalls(world)).toHaveLength(before + made);
    expect(await app.changes.listAttempts(world.alias)).toEqual([]);
    expect((await world.kinds(ANA)).includes('membership-removed')).toBe(isRecorded);
  });
});
