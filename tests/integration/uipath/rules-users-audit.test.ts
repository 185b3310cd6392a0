import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseRuleDefinition, toRuleDefinitionText } from '../../../shared/uipath/rule-definition';
import { errorOf } from '../../fakes/error-of';
import { guid, PARTITION, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const API = '/acme/identity_/api';
const CONDITION = { claimName: 'department', conditionType: 'IsNotQuite', value: 'R&D "x"' };
const TEXT = toRuleDefinitionText({ groupsToAssign: [guid(1)], conditions: [CONDITION] });
const RULE = { name: 'Developers', description: 'REQ-7', enabled: true, definition: TEXT };
const WIRE = {
  id: 12,
  partitionGlobalId: '00000000-0000-0000-0000-000000000000',
  ...RULE,
  assignedGroups: [],
};

function asked(): ReadonlyArray<readonly [string, unknown]> {
  return harness.uipath.requests.map(({ method, path, json }) => [
    `${method} ${path.replace(API, '')}`,
    json,
  ]);
}

describe('the definition of a rule', () => {
  it("is written with UiPath's names, and every token as it is", () => {
    expect(JSON.parse(TEXT)).toEqual({
      GroupsToAssign: [guid(1)],
      Conditions: [{ ClaimName: 'department', ConditionType: 'IsNotQuite', Value: 'R&D "x"' }],
    });
    expect(parseRuleDefinition(TEXT)).toEqual({ groupsToAssign: [guid(1)], conditions: [CONDITION] });
  });

  it.each([
    ['null', null],
    ['blank', ' '],
    ['without lists', '{}'],
    ['with null lists', '{"GroupsToAssign":null,"Conditions":null}'],
  ])('that is %s assigns nothing', (_, text) => {
    expect(parseRuleDefinition(text)).toEqual({ groupsToAssign: [], conditions: [] });
  });

  it.each(['{', '[]', '{"Conditions":[{"ClaimName":"x"}]}', '{"GroupsToAssign":"x"}'])(
    'that is no definition is an error: %s',
    async (text) => {
      expect((await errorOf(() => parseRuleDefinition(text))).code).toBe('uipath-answer-invalid');
    },
  );

  it('with a group that is no GUID is not written', async () => {
    const error = await errorOf(() =>
      toRuleDefinitionText({ groupsToAssign: ['Developers'], conditions: [] }),
    );
    expect(error.code).toBe('uipath-rejected');
  });
});

describe('rules', () => {
  it('are listed and read', async () => {
    harness.uipath.reply(
      { json: [WIRE] },
      { json: { ...WIRE, assignedGroups: [{ id: guid(10).toUpperCase(), name: 'D' }] } },
    );
    await expect(harness.client.rules.list()).resolves.toEqual([{ id: 12, ...RULE, assignedGroupIds: [] }]);
    await expect(harness.client.rules.read(12)).resolves.toMatchObject({ assignedGroupIds: [guid(10)] });
    expect(asked().map(([call]) => call)).toEqual([`GET /Rule/${PARTITION}`, `GET /Rule/${PARTITION}/12`]);
  });

  it('are created, updated and removed in their organization', async () => {
    harness.uipath.reply({ status: 201, json: WIRE }, { json: { id: 12, partitionId: 4 } }, { status: 204 });
    await expect(harness.client.rules.create(RULE)).resolves.toMatchObject({ id: 12 });
    await harness.client.rules.update(12, RULE);
    await harness.client.rules.remove(12);
    const body = { ...RULE, partitionGlobalId: PARTITION };
    expect(asked()).toEqual([
      ['POST /Rule', body],
      ['PUT /Rule', { ...body, ruleId: 12 }],
      [`DELETE /Rule/${PARTITION}/12`, undefined],
    ]);
  });

  it('without a readable definition are not sent', async () => {
    const error = await errorOf(async () => harness.client.rules.create({ ...RULE, definition: '{' }));
    expect(error.code).toBe('uipath-answer-invalid');
    expect(harness.uipath.requests).toEqual([]);
  });

  it.each([1.5, -1, Number.NaN])('are not asked for by an id like %p', async (id) => {
    expect((await errorOf(async () => harness.client.rules.remove(id))).code).toBe('uipath-rejected');
    expect(harness.uipath.requests).toEqual([]);
  });
});

describe('users', () => {
  const user = {
    id: guid(11).toUpperCase(),
    userName: 'ana',
    email: 'ana@example.com',
    name: 'Ana',
    surname: 'Silva',
    displayName: null,
    isActive: true,
    creationTime: '2024-01-02T03:04:05.6789012',
    lastLoginTime: null,
    groupIDs: [guid(12).toUpperCase()],
  };

  it('are listed to the end, and found by a term', async () => {
    harness.uipath.reply({ json: { totalCount: 1, results: [user] } });
    await expect(harness.client.users.list({ searchTerm: 'a&b' })).resolves.toEqual([
      {
        id: guid(11),
        userName: 'ana',
        email: 'ana@example.com',
        isActive: true,
        createdAtMs: Date.parse('2024-01-02T03:04:05.678Z'),
        lastLoginAtMs: null,
      },
    ]);
    const [request] = harness.uipath.requests;
    expect(request?.path).toBe(`${API}/User/users/${PARTITION}`);
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      searchTerm: 'a&b',
      sortBy: 'Id',
      sortOrder: 'asc',
      top: '1000',
      skip: '0',
    });
  });

  it('of whom nothing is told are neither active nor inactive', async () => {
    harness.uipath.reply({ json: { id: guid(11) } });
    await expect(harness.client.users.read(guid(11))).resolves.toEqual({
      id: guid(11),
      userName: null,
      email: null,
      isActive: undefined,
      createdAtMs: null,
      lastLoginAtMs: null,
    });
    expect(asked()[0]?.[0]).toBe(`GET /User/${guid(11)}`);
  });
});

describe('audit events', () => {
  const FROM = Date.parse('2026-03-01T00:00:00Z');
  const TO = Date.parse('2026-03-02T00:00:00Z');
  const BASE = '/acme/orgaudit_/api/query/events';

  function events(first: number, last: number): unknown[] {
    return Array.from({ length: first - last + 1 }, (_, at) => ({
      id: `event-${first - at}`,
      createdOn: new Date(FROM + (first - at) * 1000).toISOString().slice(0, -1),
      actorName: 'Ana',
      eventType: 'Update Group',
      eventDetails: { groupId: guid(1) },
      status: 0,
    }));
  }

  const list = async (maxPages?: number) =>
    harness.client.auditEvents.list({
      fromMs: FROM,
      toMs: TO,
      ...(maxPages === undefined ? {} : { maxPages }),
    });

  it('are read backwards to the end, each once', async () => {
    harness.uipath.reply(
      { json: { auditEvents: events(9, 5), next: null, previous: `${harness.uipath.url}${BASE}?before=5` } },
      { json: { auditEvents: events(5, 2), next: 'x', previous: '?before=2' } },
      { json: { auditEvents: events(1, 1), next: 'x', previous: null } },
    );
    const { events: found, isWhole } = await list();
    expect(isWhole).toBe(true);
    expect(found).toHaveLength(9);
    expect(found[0]).toMatchObject({
      id: 'event-9',
      atMs: FROM + 9000,
      details: `{"groupId":"${guid(1)}"}`,
      status: '0',
    });
    expect(harness.uipath.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      [BASE, { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z', maxCount: '200' }],
      [BASE, { before: '5' }],
      [BASE, { before: '2' }],
    ]);
  });

  it('can be asked for by source, target and type', async () => {
    harness.uipath.reply({ json: { auditEvents: [], previous: null } });
    await harness.client.auditEvents.list({
      fromMs: FROM,
      toMs: TO,
      sources: ['Identity'],
      targets: ['A', 'B'],
      types: ['C'],
    });
    const query = harness.uipath.requests[0]?.query;
    expect([query?.getAll('source'), query?.getAll('target'), query?.getAll('type')]).toEqual([
      ['Identity'],
      ['A', 'B'],
      ['C'],
    ]);
  });

  it('before the time asked for end the reading and are left out', async () => {
    harness.uipath.reply({ json: { auditEvents: events(1, -1), previous: '?before=1' } });
    const { events: found, isWhole } = await list();
    expect([found.length, isWhole]).toEqual([2, true]);
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it.each([
    'https://elsewhere.example/',
    '/other/orgaudit_/api/query/events',
    '/acme/identity_/api',
    'http://[',
  ])('are not followed to %s, with our token', async (previous) => {
    harness.uipath.reply({ json: { auditEvents: events(1, 1), previous } });
    expect((await errorOf(list)).code).toBe('uipath-answer-invalid');
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it('without a time are an error: the reading would end too early', async () => {
    harness.uipath.reply({
      json: { auditEvents: [{ id: 'event-1', createdOn: null }], previous: '?before=1' },
    });
    expect((await errorOf(list)).code).toBe('uipath-answer-invalid');
  });

  it('on more pages than allowed are the newest, and not taken for the whole log', async () => {
    harness.uipath.reply(
      { json: { auditEvents: events(9, 9), previous: '?before=9' } },
      { json: { auditEvents: events(8, 8), previous: '?before=8' } },
    );
    const { events: found, isWhole } = await list(2);
    expect([found.map(({ id }) => id), isWhole]).toEqual([['event-9', 'event-8'], false]);
  });

  it('need an address where it does not follow from the other one', async () => {
    const client = harness.connect({
      organization: {
        alias: 'acme',
        partitionGlobalId: PARTITION,
        identityBaseUrl: `${harness.uipath.url}/identity`,
      },
    });
    const error = await errorOf(async () => client.auditEvents.list({ fromMs: FROM, toMs: TO }));
    expect(error.code).toBe('configuration-invalid');
  });
});
