import { describe, expect, it } from '@jest/globals';
import { DEMO_SEED } from '../../../../sandbox/demo-organization';
import type { FindingRecord } from '../../../../shared/domain/audit/finding';
import { audit } from '../audit-world';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';

const HOUR_MS = 3_600_000;
const begin = useWorlds();
const { clientId = '', clientSecret = '' } = DEMO_SEED.clients?.[0] ?? {};

/** A world whose changes have been noted for longer than an hour. */
const start = async (options: Parameters<typeof begin>[0] = {}): Promise<World> => {
  const world = await begin(options);
  await audit(world);
  world.engine.clock.advance(2 * HOUR_MS);
  return world;
};
const checksOf = async (world: World): Promise<ReadonlyArray<FindingRecord>> =>
  (await audit(world)).findings.filter(({ check }) => /^credential|^audit-log/.test(check));
const statesIn = async (world: World): Promise<readonly string[]> =>
  (await checksOf(world)).map(({ check, state }) => `${check} ${state}`);

/** Somebody who has the secret adds a member, as the application. */
const useElsewhere = async (world: World, group: string, memberId: string): Promise<void> => {
  const base = world.engine.uipath.identityBaseUrl(world.alias);
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const asked = await fetch(`${base}/connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...grant, scope: 'PM.Group' }),
  });
  const { access_token: token } = (await asked.json()) as { access_token: string };
  const { status } = await fetch(`${base}/api/Group/${world.groupId(group)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      partitionGlobalId: DEMO_SEED.partitionGlobalId,
      name: group,
      directoryUserIDsToAdd: [memberId],
      directoryUserIDsToRemove: [],
    }),
  });
  expect(status).toBe(200);
};

describe('a change by the credential of this application', () => {
  it('is explained by what was sent, whatever became of the calls', async () => {
    const world = await start({ policy: { maxIdsPerPut: 4 } });
    const { uipath } = world.engine;
    uipath.inject({ kind: 'answer-lost', match: { endpoint: 'G4' } });
    uipath.inject({ kind: 'answer', status: 400, match: { endpoint: 'G4' }, skip: 1 });
    for (const email of [ANA, BEN, CARA, DAN]) await world.joins(email);
    await world.settle();
    uipath.inject({ kind: 'answer-lost', match: { endpoint: 'R3' } });
    const definition = {
      groups: ['Developers'],
      conditions: [{ claimName: 'c', conditionType: 'Contains', value: 'IT' }],
    };
    const rule = { kind: 'create-rule', name: 'Robots', description: 'd', owner: BEN, definition };
    await world.asks('R-1', { ...rule, enabled: true });
    await world.asks('P-1', { kind: 'add-policy-entity', entityType: 'user', name: CARA });
    await world.settle();
    await world.pass(HOUR_MS / 2);
    await world.asks('R-2', { kind: 'delete-rule', name: 'Robots' });
    await world.leaves(DAN);
    await world.settle();
    expect(uipath.organization(world.alias).audit.events.length).toBeGreaterThan(8);
    expect(await statesIn(world)).toEqual([]);
  });

  it('is found when nothing of it was sent, for a week, with what was done', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await useElsewhere(world, 'Developers', world.id(CARA));
    const [found] = await checksOf(world);
    expect(found).toMatchObject({
      check: 'credential-used-elsewhere',
      severity: 'critical',
      subject: { what: expect.stringContaining(`${CARA} was added to Developers`) },
    });
    expect(Object.keys(found?.subject ?? {})).toEqual(['what', 'at', 'event']);
    for (let night = 2; night <= 7; night += 1)
      expect(await statesIn(world)).toEqual(['credential-used-elsewhere open']);
    expect(await statesIn(world)).toEqual(['credential-used-elsewhere fixed']);
  });

  it('is not judged before the changes were noted', async () => {
    const world = await begin();
    await useElsewhere(world, 'Developers', world.id(CARA));
    expect(await statesIn(world)).toEqual([]);
  });

  it('is looked for again a week back once the log can be read', async () => {
    const world = await start();
    await useElsewhere(world, 'Developers', world.id(CARA));
    world.engine.uipath.inject({ kind: 'answer', status: 403, times: 'always', match: { endpoint: 'L1' } });
    for (const state of ['new', 'open', 'open', 'open'])
      expect(await statesIn(world)).toEqual([`audit-log-unread ${state}`]);
    world.engine.uipath.clearFaults();
    expect((await statesIn(world)).toSorted()).toEqual([
      'audit-log-unread fixed',
      'credential-used-elsewhere new',
    ]);
  });
});
