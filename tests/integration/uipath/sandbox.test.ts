import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { UiPathSandbox } from '../../../sandbox/uipath/sandbox-controls';
import { createUiPathClient, type UiPathClient } from '../../../shared/uipath/client';
import { toRuleDefinitionText } from '../../../shared/uipath/rule-definition';
import { startUiPathSandbox } from '../../../sandbox/uipath/sandbox';
import { errorOf } from '../../fakes/error-of';
import { guid, manualClock, recordingQuota, type ManualClock } from './client-harness';

const SCOPES = ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'];
const PEOPLE = Array.from({ length: 1_200 }, (_, at) => `person${at}@example.com`);

let sandbox: UiPathSandbox;
let clock: ManualClock;
let client: UiPathClient;

beforeAll(async () => {
  clock = manualClock();
  sandbox = await startUiPathSandbox({
    clock,
    seed: {
      organizations: [
        {
          name: 'acme',
          saml: true,
          clients: [{ clientId: 'app', clientSecret: 'hush', scopes: SCOPES, administrator: true }],
          users: [
            ...PEOPLE,
            { email: 'Eva@Example.com' },
            { email: 'kim@example.com', source: 'aad', externalId: guid(500) },
            { email: 'new@example.com', source: 'aad', externalId: guid(501), seen: false },
          ],
          groups: { Developers: PEOPLE, Empty: [] },
        },
      ],
    },
  });
});

afterAll(async () => {
  await sandbox.close();
});

beforeEach(() => {
  sandbox.reset();
  client = createUiPathClient({
    organization: {
      alias: 'acme',
      partitionGlobalId: sandbox.organization('acme').partitionGlobalId,
      identityBaseUrl: sandbox.identityBaseUrl('acme'),
    },
    credentials: async () => ({ clientId: 'app', clientSecret: 'hush' }),
    quota: recordingQuota().gate,
    clock,
    random: () => 0,
    requireMayWrite: async () => undefined,
  });
});

async function groupNamed(name: string): Promise<string> {
  return (await client.groups.list()).find((group) => group.name === name)?.id ?? '';
}

describe('against a simulated organization', () => {
  it('every member of a large group is read', async () => {
    const members = await client.groups.listMembers(await groupNamed('Developers'));
    expect(new Set(members.map(({ id }) => id))).toEqual(sandbox.memberIds('acme', 'Developers'));
  });

  it('people are found by address in any case, and directory people by the id that groups take', async () => {
    const names = ['person7@example.com', 'eva@example.com', 'kim@example.com', 'new@example.com'];
    const resolved = await client.directory.resolveByNames(names, 'user');
    const ids = names.map((name) => {
      const one = resolved.get(name);
      return one?.kind === 'found' ? one.entity.identifier : one?.kind;
    });
    const idOf = (name: string): string => sandbox.idOf('acme', name);
    expect(ids).toEqual([
      idOf('person7@example.com'),
      idOf('Eva@Example.com'),
      idOf('kim@example.com'),
      'not-found',
    ]);
  });

  it('members are added and removed by one PUT, and checked by POST', async () => {
    const groupId = await groupNamed('Empty');
    const [ana, bob] = ['person1@example.com', 'person2@example.com'].map((name) =>
      sandbox.idOf('acme', name),
    );
    if (ana === undefined || bob === undefined) throw new Error('the seed has no such people');
    const names = await client.groups.loadByIds([groupId]);
    await client.groups.updateMembers({
      groupId,
      name: names.get(groupId)?.name ?? '',
      add: [ana],
      remove: [],
    });
    await client.groups.updateMembers({ groupId, name: 'Empty', add: [bob], remove: [ana] });
    expect(await client.groups.checkMembers(groupId, [ana, bob])).toEqual(new Set([bob]));
    expect(await client.directory.groupMembership(bob, [groupId])).toEqual(new Set([groupId]));
    expect(sandbox.counts('acme')['PUT']).toMatchObject({ requests: 2 });
  });

  it('an id that UiPath does not know is named in the error', async () => {
    const groupId = await groupNamed('Empty');
    const update = { groupId, name: 'Empty', add: [guid(999)], remove: [] };
    const error = await errorOf(async () => client.groups.updateMembers(update));
    expect(error.code).toBe('uipath-not-found');
    expect(error.message).toContain(guid(999));
  });

  it('a change whose answer is lost is not repeated, and has happened', async () => {
    const groupId = await groupNamed('Empty');
    const add = [sandbox.idOf('acme', 'person1@example.com')];
    sandbox.inject({ kind: 'answer-lost', match: { method: 'PUT' } });
    const error = await errorOf(async () =>
      client.groups.updateMembers({ groupId, name: 'Empty', add, remove: [] }),
    );
    expect(error.code).toBe('uipath-outcome-unknown');
    expect(await client.groups.checkMembers(groupId, add)).toEqual(new Set(add));
  });

  it('a group is created, and found by its id', async () => {
    const created = await client.groups.create({ id: guid(77), name: 'Testers' });
    await expect(client.groups.read(guid(77))).resolves.toEqual(created);
  });

  it('the access policy is changed and compared', async () => {
    const add = [sandbox.idOf('acme', 'person1@example.com')];
    await expect(client.accessPolicy.update({ entityType: 'user', add, remove: [] })).resolves.toMatchObject({
      added: add,
    });
    const outcome = await client.accessPolicy.update({ entityType: 'user', add: [], remove: add });
    expect(outcome.entities.map(({ identifier }) => identifier)).not.toContain(add[0]);
  });

  it('rules are created, read, updated and removed', async () => {
    const definition = toRuleDefinitionText({
      groupsToAssign: [await groupNamed('Developers')],
      conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'R&D' }],
    });
    const input = { name: 'R&D', description: null, enabled: true, definition };
    const { id } = await client.rules.create(input);
    await client.rules.update(id, { ...input, enabled: false });
    await expect(client.rules.read(id)).resolves.toMatchObject({ enabled: false, definition });
    await client.rules.remove(id);
    await expect(client.rules.list()).resolves.toEqual([]);
    expect((await errorOf(async () => client.rules.read(id))).code).toBe('uipath-not-found');
  });

  it('users and audit events are read to the end', async () => {
    const fromMs = clock.now();
    for (const at of [1, 2, 3]) await client.groups.create({ id: guid(at), name: `Group ${at}` });
    const { events } = await client.auditEvents.list({ fromMs: fromMs - 1_000, toMs: clock.now() + 1_000 });
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const users = await client.users.list();
    expect(users.length).toBeGreaterThan(1_200);
  });

  it('a token that was revoked is replaced in passing', async () => {
    await client.groups.list();
    sandbox.revokeTokens('acme');
    await expect(client.groups.list()).resolves.not.toHaveLength(0);
  });
});
