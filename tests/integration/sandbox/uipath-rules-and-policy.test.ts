import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS, EVERYONE } from '../../../sandbox/uipath/organization';
import type { PersonAct } from '../../../sandbox/uipath/people';
import { startHarness, type Answer, type Harness } from './uipath-harness';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const ZERO = '00000000-0000-0000-0000-000000000000';
let harness: Harness;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({
    saml: true,
    users: ['ana@acme.test', { email: 'saml@acme.test', source: 'Saml2' }],
    groups: { Finance: [] },
    accessPolicy: ['Everyone'],
  });
  finance = harness.sandbox.idOf('acme', 'Finance');
});

afterEach(async () => {
  await harness.sandbox.close();
});

describe('the access policy', () => {
  const path = (): string => `/api/PartitionAccessPolicy/${harness.partition}`;
  const put = async (body: object): Promise<Answer> => harness.call('PUT', path(), body);
  const names = (answer: Answer): unknown[] => answer.list.map((one) => one['name']);

  it('lists entities in the live shape', async () => {
    expect((await harness.call('GET', path())).list).toEqual([
      {
        objectType: 'DirectoryGroup',
        externalId: null,
        source: 'local',
        identifier: EVERYONE,
        name: 'Everyone',
        email: null,
        displayName: 'Everyone',
      },
    ]);
  });

  it('adds and removes, answers the whole list, and says so in the audit log', async () => {
    const answer = await put({ entitiesToAdd: [finance], entitiesToRemove: [EVERYONE], entityType: 'group' });
    expect([answer.status, names(answer)]).toEqual([200, ['Finance']]);
    await put({ entitiesToAdd: [finance], entitiesToRemove: [EVERYONE], entityType: 'group' });
    expect(harness.sandbox.organization('acme').audit.events.map(({ summary }) => summary)).toEqual([
      'Finance was added to the access policy',
      'Everyone was removed from the access policy',
    ]);
  });

  it.each([
    [{ entityType: undefined }, 400],
    [{ entityType: 'robot' }, 400],
    [{ entitiesToAdd: ['aad|x'] }, 400],
    [{ entitiesToAdd: [UNKNOWN] }, 404],
    [{ entityType: 'user' }, 404],
  ])('refuses %j with %i and changes nothing', async (change, status) => {
    const answer = await put({
      entitiesToAdd: [finance],
      entitiesToRemove: [],
      entityType: 'group',
      ...change,
    });
    expect(answer.status).toBe(status);
    expect(names(await harness.call('GET', path()))).toEqual(['Everyone']);
  });

  it.each([
    ['lenient', 200],
    ['strict', 400],
  ] as const)(
    'with policyBody=%s answers a body without entitiesToRemove with %i',
    async (policyBody, status) => {
      harness.sandbox.setSwitches({ policyBody });
      expect((await put({ entitiesToAdd: [finance], entityType: 'group' })).status).toBe(status);
    },
  );
});

describe('rules', () => {
  const definition = (value = 'fin', type = 'Contains'): string =>
    JSON.stringify({
      GroupsToAssign: [finance],
      Conditions: [{ ClaimName: 'department', ConditionType: type, Value: value }],
    });
  const create = async (fields: object = {}): Promise<Answer> =>
    harness.call('POST', '/api/Rule', {
      name: 'Finance people',
      enabled: true,
      definition: definition(),
      partitionGlobalId: harness.partition,
      ...fields,
    });

  it('are created with a number for an id, and read back with their groups', async () => {
    const { status, body } = await create({ description: 'why' });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(Number),
        partitionGlobalId: ZERO,
        name: 'Finance people',
        description: 'why',
        enabled: true,
        definition: definition(),
        assignedGroups: [],
      },
    ]);
    const one = await harness.call('GET', `/api/Rule/${harness.partition}/${String(body['id'])}`);
    expect(one.body).toEqual({ ...body, assignedGroups: [expect.objectContaining({ id: finance })] });
    expect((await harness.call('GET', `/api/Rule/${harness.partition}`)).list).toEqual([body]);
  });

  it('name their organization when the switch says so', async () => {
    harness.sandbox.setSwitches({ rulePartition: 'organization' });
    expect((await create()).body['partitionGlobalId']).toBe(harness.partition);
  });

  it('are updated with the id in the body, and answer another shape', async () => {
    const { body } = await create();
    const update = { ...body, ruleId: body['id'], enabled: false, partitionGlobalId: harness.partition };
    const answer = await harness.call('PUT', '/api/Rule', update);
    expect([answer.status, Object.keys(answer.body)]).toEqual([
      200,
      [
        'id',
        'name',
        'description',
        'enabled',
        'partitionId',
        'definition',
        'creationTime',
        'lastModificationTime',
      ],
    ]);
    expect(answer.body).toMatchObject({ enabled: false, partitionId: expect.any(Number) });
    expect((await harness.call('PUT', '/api/Rule', { ...update, ruleId: 1 })).status).toBe(404);
  });

  it('are deleted one by one or several at once', async () => {
    const ids = [(await create()).body['id'], (await create()).body['id']];
    const one = `/api/Rule/${harness.partition}/${String(ids[0])}`;
    expect((await harness.call('DELETE', one)).status).toBe(204);
    expect((await harness.call('DELETE', one)).status).toBe(404);
    const bulk = { partitionGlobalId: harness.partition, ruleIds: [ids[1]] };
    expect((await harness.call('DELETE', '/api/Rule', bulk)).status).toBe(204);
    expect(harness.sandbox.organization('acme').rules.size).toBe(0);
  });

  it.each([
    [{ name: undefined }, 400],
    [{ enabled: undefined }, 400],
    [{ partitionGlobalId: undefined }, 400],
    [{ partitionGlobalId: UNKNOWN }, 403],
    [{ definition: '{' }, 400],
    [{ definition: '{"GroupsToAssign":["x"]}' }, 400],
    [{ definition: undefined }, 201],
    [{ definition: '{"GroupsToAssign":[],"Conditions":[]}' }, 201],
  ])('with %j answer %i', async (change, status) => {
    expect((await create(change)).status).toBe(status);
  });

  it('refuse an id that is no number', async () => {
    expect((await harness.call('GET', `/api/Rule/${harness.partition}/abc`)).status).toBe(400);
  });

  it.each([
    ['fin', 'Contains', { department: 'fin-ops' }, true],
    ['fin', 'Contains', { department: 'sales' }, false],
    ['fin', 'Contains', {}, false],
    ['fin', 'Equals', { department: 'fin' }, false],
  ])('with the value %s and %s give somebody with %j the group: %p', async (value, type, claims, added) => {
    await create({ definition: definition(value, type) });
    harness.sandbox.actAsPerson('acme', { kind: 'sign-in', user: 'saml@acme.test', claims });
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(Number(added));
  });

  it('that are off give nothing', async () => {
    await create({ enabled: false });
    harness.sandbox.actAsPerson('acme', {
      kind: 'sign-in',
      user: 'saml@acme.test',
      claims: { department: 'fin' },
    });
    expect(harness.sandbox.memberIds('acme', 'Finance').size).toBe(0);
  });
});

describe('without SAML', () => {
  it('the list of rules is empty, whatever there is', async () => {
    const plain = await startHarness({ rules: [{ name: 'Hidden' }] });
    const { text } = await plain.call('GET', `/api/Rule/${plain.partition}`);
    const [id] = plain.sandbox.organization('acme').rules.keys();
    const one = await plain.call('GET', `/api/Rule/${plain.partition}/${id}`);
    await plain.sandbox.close();
    expect([text, one.status]).toEqual(['[]', 200]);
  });
});

describe('what somebody does in the portal', () => {
  const actor = { name: 'Max Boss', email: 'max@acme.test' };

  it('changes members, policy and rules, and names the person in the audit log', () => {
    const { sandbox } = harness;
    sandbox.actAsPerson('acme', { kind: 'change-members', actor, group: 'Finance', add: ['ana@acme.test'] });
    sandbox.actAsPerson('acme', {
      kind: 'change-members',
      actor,
      group: 'Administrators',
      remove: ['acme-client'],
    });
    sandbox.actAsPerson('acme', { kind: 'change-policy', actor, add: ['Finance'], remove: ['Everyone'] });
    sandbox.actAsPerson('acme', { kind: 'create-rule', actor, name: 'By hand' });
    const [ruleId = 0] = sandbox.organization('acme').rules.keys();
    sandbox.actAsPerson('acme', { kind: 'delete-rule', actor, ruleId });
    const events = sandbox.organization('acme').audit.events;
    expect(events.map(({ type }) => type)).toEqual([
      'Add Group Member',
      'Remove Group Member',
      'Add Access Policy Entity',
      'Remove Access Policy Entity',
      'Create Rule',
      'Delete Rule',
    ]);
    expect(new Set(events.map((event) => event.actor.email))).toEqual(new Set(['max@acme.test']));
    expect(sandbox.organization('acme').groups.get(ADMINISTRATORS)?.members.actual.size).toBe(0);
  });

  it('fails loudly when it names nobody', () => {
    const act: PersonAct = { kind: 'change-members', actor, group: 'Finance', add: ['nobody'] };
    expect(() => {
      harness.sandbox.actAsPerson('acme', act);
    }).toThrow('"nobody" names nobody');
  });
});
