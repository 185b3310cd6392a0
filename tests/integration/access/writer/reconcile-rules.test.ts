import { describe, expect, it } from '@jest/globals';
import type { Subject } from '../../../../shared/domain/ledger/subject';
import { createHash } from 'node:crypto';
import { DEMO_SEED } from '../../../../sandbox/demo-organization';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { failing, live } from '../live-through-time';
import { ANA, BEN, MAX, useWorlds, type World } from '../world';

const start = useWorlds();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SAML = { seed: { saml: true } };

const aRule = (more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'create-rule',
  name: 'Developers by claim',
  description: 'Claims',
  definition: {
    groups: ['Developers'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Automation' }],
  },
  owner: BEN,
  ...more,
});
const updated = (more: Readonly<Record<string, unknown>> = {}) =>
  aRule({ kind: 'update-rule', enabled: false, ...more });
const DELETED = { kind: 'delete-rule', name: 'Developers by claim' };

function subjectOf(kind: 'rule' | 'entity', name: string): Subject {
  const key = createHash('sha256').update(name.toLowerCase()).digest('hex').slice(0, 32);
  return { organization: 'acme', kind, key };
}
const RULE = subjectOf('rule', 'Developers by claim');

const rulesOf = (world: World) => [...world.engine.uipath.organization(world.alias).rules.values()];
const policyOf = (world: World) => world.engine.uipath.organization(world.alias).accessPolicy;
const stateOf = async (world: World, id: string) =>
  (await readRequestStatus(world.engine.app, world.alias, id)).state;

describe('an open create call that cannot be read', () => {
  it.each([
    ['that is its own', 'Another by claim', []],
    ['that may be its own', undefined, ['kind', 'subjectKey']],
  ])('keeps a rule %s from being created again, until it can be read', async (_whose, another, unsaid) => {
    const world = await start(SAML);
    const { uipath, app, clock, storage, work } = world.engine;
    uipath.inject({ kind: 'answer-lost', match: { endpoint: 'R2' } });
    await world.asks('R1', aRule());
    await work();
    clock.advance(1_000);
    await work();
    const [attempt] = await app.changes.listAttempts(world.alias);
    const table = await storage.table('changes');
    const row = { partitionKey: world.alias, rowKey: `a:${attempt?.id ?? ''}` };
    const damaged = { ...Object.fromEntries(unsaid.map((name) => [name, ''])), schemaVersion: 99 };
    await table.updateEntity({ ...row, ...damaged }, 'Merge');
    if (another !== undefined) await world.asks('R2', aRule({ name: another }));
    await live(world, HOUR_MS);
    const rules = another === undefined ? 1 : 2;
    expect(uipath.organization(world.alias).rules.size).toBe(rules);
    expect((await failing(world)).toSorted()).toEqual([
      'row : record-unreadable',
      'rule : record-unreadable',
    ]);
    await table.updateEntity({ ...row, schemaVersion: 1 }, 'Merge');
    await live(world, HOUR_MS);
    expect(uipath.organization(world.alias).rules.size).toBe(rules);
    expect(await failing(world)).toEqual([]);
    expect(await app.changes.hasWork(world.alias)).toBe(false);
  });
});

describe('a rule that was approved', () => {
  it('is created in the run whose people could not be planned, as the list of groups failed for them', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule());
    await world.joins(ANA);
    world.engine.clock.advance(1_000);
    world.engine.uipath.inject({ kind: 'answer', status: 503, match: { endpoint: 'G1' }, times: 3 });
    await world.engine.work();
    world.engine.clock.advance(1_000);
    expect(await world.engine.work()).toEqual(['waiting']);
    expect(rulesOf(world)).toHaveLength(1);
    expect(world.members('Developers')).toEqual([]);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('is created with its groups, and says who owns it, under which ticket and until when', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule({ duration: 'PT4H' }));
    await world.settle();
    const [rule, ...others] = rulesOf(world);
    expect(others).toEqual([]);
    expect(rule).toMatchObject({ name: 'Developers by claim', enabled: true });
    for (const part of [BEN, 'R1', '2026-03-02T12:0']) expect(rule?.description).toContain(part);
    expect(rule?.definition).toContain(world.groupId('Developers'));
    expect(world.calls()).toEqual({ G1: 1, R2: 1 });
    expect(await world.kinds(RULE)).toEqual(['access-request', 'rule-created']);
    expect(await world.fault(RULE)).toBeUndefined();
  });

  it('is updated in place, deleted on request, and each is one call', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule());
    await world.settle();
    await world.asks('R2', updated());
    await world.engine.work();
    expect(await stateOf(world, 'R2')).toBe('pending');
    await world.settle();
    expect(rulesOf(world)).toMatchObject([{ enabled: false }]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['ended', 'applied']);
    world.calls();
    await world.pass(HOUR_MS);
    await world.asks('R3', DELETED);
    await world.settle();
    expect(rulesOf(world)).toEqual([]);
    expect(world.calls()).toEqual({ R4: 1 });
    expect(await world.kinds(RULE)).toEqual([
      'access-request',
      'rule-created',
      'access-request',
      'rule-updated',
      'access-request',
      'rule-deleted',
    ]);
  });

  it('goes when its time is over', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule({ duration: 'PT4H' }));
    await world.pass(3 * HOUR_MS);
    expect(rulesOf(world)).toHaveLength(1);
    world.engine.clock.advance(2 * HOUR_MS);
    expect(await stateOf(world, 'R1')).toBe('ending');
    await world.pass(0);
    expect(rulesOf(world)).toEqual([]);
    expect(await stateOf(world, 'R1')).toBe('ended');
  });

  it('goes when a later version of it arrives after its own end', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule({ duration: 'P1D' }));
    await world.pass(HOUR_MS);
    const saidAtMs = world.engine.clock.now();
    await world.pass(5 * HOUR_MS);
    expect(rulesOf(world)).toHaveLength(1);
    await world.asks('R2', updated({ duration: 'PT1H' }), { saidAtMs });
    await world.settle();
    expect(rulesOf(world)).toEqual([]);
    expect([await stateOf(world, 'R1'), await stateOf(world, 'R2')]).toEqual(['ended', 'ended']);
  });

  it('of which nothing new is said costs no call', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule());
    await world.settle();
    world.calls();
    await world.asks('R1', aRule());
    await world.settle();
    expect(world.calls()['R2']).toBeUndefined();
    expect(world.calls()['R3']).toBeUndefined();
    expect(rulesOf(world)).toHaveLength(1);
  });

  it('whose answer was lost is found by a later run and not created twice (incident 9)', async () => {
    const world = await start(SAML);
    world.engine.uipath.inject({ kind: 'answer-lost', match: { endpoint: 'R2' } });
    await world.asks('R1', aRule());
    expect(await world.settle()).toEqual(['waiting', 'done']);
    expect(rulesOf(world)).toHaveLength(1);
    expect(world.calls()['R2']).toBe(1);
    expect((await world.evidence(RULE)).filter(({ kind }) => kind === 'rule-created')).toHaveLength(1);
    expect(await stateOf(world, 'R1')).toBe('applied');
  });

  it('whose call was given up is not created twice when the call arrives minutes later', async () => {
    const world = await start(SAML);
    const { app, uipath } = world.engine;
    uipath.inject({ kind: 'answer', status: 503, family: 'pascal', match: { endpoint: 'R2' } });
    await world.asks('R1', aRule());
    await world.settle();
    await live(world, 4 * MINUTE_MS);
    const [attempt] = await app.changes.listAttempts(world.alias);
    if (attempt?.kind !== 'create-rule') throw new Error('The call is not open');
    const { name, description } = attempt;
    uipath.actAsPerson(world.alias, { kind: 'create-rule', actor: MAX, name, description });
    await live(world, 20 * MINUTE_MS);
    expect(world.calls()['R2']).toBe(1);
    expect(rulesOf(world)).toHaveLength(1);
    expect(await stateOf(world, 'R1')).toBe('applied');
    expect(await failing(world)).toEqual([]);
  });

  it('whose call was given up is created anew when it does not show within ten minutes', async () => {
    const world = await start(SAML);
    world.engine.uipath.inject({ kind: 'answer', status: 503, family: 'pascal', match: { endpoint: 'R2' } });
    await world.asks('R1', aRule());
    await world.settle();
    await live(world, 9 * MINUTE_MS);
    const { R1: listings, R2: creations } = world.calls();
    expect(creations).toBe(1);
    expect(listings).toBeLessThan(15);
    await live(world, 2 * MINUTE_MS);
    expect(world.calls()['R2']).toBe(1);
    expect(rulesOf(world)).toHaveLength(1);
    expect(await stateOf(world, 'R1')).toBe('applied');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('that UiPath refuses is tried again, and the one after it has its turn', async () => {
    const world = await start(SAML);
    world.engine.uipath.inject({ kind: 'answer', status: 400, family: 'pascal', match: { endpoint: 'R2' } });
    await world.asks('R1', aRule());
    await world.asks('R2', aRule({ name: 'Another' }));
    await world.settle();
    expect(rulesOf(world)).toHaveLength(1);
    await world.pass(HOUR_MS);
    expect(rulesOf(world)).toHaveLength(2);
  });

  it('that somebody deleted by hand is created anew by the next approved change', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule());
    await world.settle();
    for (const { id } of rulesOf(world))
      world.engine.uipath.actAsPerson(world.alias, { kind: 'delete-rule', actor: MAX, ruleId: id });
    await world.asks('R2', updated());
    await world.settle();
    expect(rulesOf(world)).toMatchObject([{ enabled: false }]);
    await world.asks('R3', DELETED);
    await world.settle();
    expect(rulesOf(world)).toEqual([]);
    expect(await stateOf(world, 'R3')).toBe('applied');
  });

  it('that is gone already is deleted all the same', async () => {
    const world = await start(SAML);
    await world.asks('R1', aRule());
    await world.settle();
    world.engine.uipath.organization(world.alias).rules.clear();
    await world.asks('R2', DELETED);
    await world.settle();
    expect(await world.kinds(RULE)).toContain('rule-deleted');
  });
});

describe('an entry of the access policy', () => {
  const add = (entityType: string, name: string) => ({ kind: 'add-policy-entity', entityType, name });
  const remove = (entityType: string, name: string) => ({ kind: 'remove-policy-entity', entityType, name });

  it.each([
    ['user', ANA],
    ['group', 'Finance'],
  ])('for a %s is added and removed', async (entityType, name) => {
    const world = await start();
    const id = entityType === 'group' ? world.groupId(name) : world.id(name);
    await world.asks('E1', add(entityType, name));
    await world.settle();
    expect(policyOf(world).has(id)).toBe(true);
    expect(await stateOf(world, 'E1')).toBe('applied');
    await world.pass(HOUR_MS);
    await world.asks('E2', remove(entityType, name));
    await world.settle();
    expect(policyOf(world).has(id)).toBe(false);
    expect(await stateOf(world, 'E2')).toBe('applied');
    expect(await world.kinds(subjectOf('entity', `${entityType}:${name}`))).toEqual([
      'access-request',
      'policy-entity-added',
      'access-request',
      'policy-entity-removed',
    ]);
  });

  it('that was on the list before is taken off on request', async () => {
    const world = await start();
    await world.asks('E1', remove('group', 'Citizen Developers'));
    await world.engine.work();
    expect(await stateOf(world, 'E1')).toBe('pending');
    await world.settle();
    expect(policyOf(world).has(world.groupId('Citizen Developers'))).toBe(false);
    expect(await stateOf(world, 'E1')).toBe('applied');
  });

  it('that is as asked already is noted as applied, with no PUT', async () => {
    const world = await start();
    await world.asks('E1', remove('group', 'Finance'));
    await world.settle();
    expect(world.calls()['P2']).toBeUndefined();
    expect(await stateOf(world, 'E1')).toBe('applied');
  });

  it('that UiPath refuses is tried again later and keeps no other from its turn', async () => {
    const world = await start();
    world.engine.uipath.inject({ kind: 'answer', status: 404, family: 'pascal', match: { endpoint: 'P2' } });
    await world.asks('E1', add('group', 'Finance'));
    await world.asks('E2', add('group', 'Users'));
    expect(await world.settle()).toContain('done');
    const list = policyOf(world);
    expect(['Finance', 'Users'].filter((name) => list.has(world.groupId(name)))).toHaveLength(1);
    await world.pass(HOUR_MS);
    expect([list.has(world.groupId('Finance')), list.has(world.groupId('Users'))]).toEqual([true, true]);
  });

  it('that UiPath does not know is noted and looked for again', async () => {
    const world = await start();
    await world.asks('E1', add('group', 'Ghosts'));
    await world.settle();
    expect(await world.kinds(subjectOf('entity', 'group:Ghosts'))).toContain('entity-missing');
    expect(await stateOf(world, 'E1')).toBe('pending');
    expect(
      await world.engine.app.due.listDue(world.alias, world.engine.clock.now() + HOUR_MS, 9),
    ).toHaveLength(1);
  });

  it('of this application itself stays on the list, where it has an id of the directory', async () => {
    const [client] = DEMO_SEED.clients ?? [];
    const name = 'Access functions';
    const clients = [{ clientId: '', clientSecret: '', scopes: [], ...client, name, administrator: true }];
    const world = await start({ seed: { clients, accessPolicy: ['Administrators', name] } });
    const id = world.id(name);
    expect([policyOf(world).has(id), id === client?.clientId]).toEqual([true, false]);
    await world.asks('E1', remove('application', name));
    await world.settle();
    expect(policyOf(world).has(id)).toBe(true);
    expect(await world.kinds(subjectOf('entity', `application:${name}`))).toContain('change-withheld');
  });

  it('of a pinned principal stays on the list (incident 21)', async () => {
    const world = await start();
    world.setPolicy({
      accessPolicy: { requests: { approvers: [BEN] } },
      protectedPrincipals: [world.groupId('Citizen Developers')],
    });
    await world.asks('E1', remove('group', 'Citizen Developers'));
    await world.settle();
    expect(policyOf(world).has(world.groupId('Citizen Developers'))).toBe(true);
    expect(await world.kinds(subjectOf('entity', 'group:Citizen Developers'))).toContain('change-withheld');
  });
});
