import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import type { UiPathClient } from '../../../shared/uipath/client';
import { tokenAnswer, type Scripted } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { guid, startClient, type ClientHarness } from './client-harness';

const RULE = {
  name: 'Robots',
  description: null,
  enabled: true,
  definition: JSON.stringify({
    groupsToAssign: [guid(1)],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Robots' }],
  }),
};
const UPDATE = { groupId: guid(1), name: 'Developers', add: [guid(2)], remove: [] };

type Call = (client: UiPathClient) => Promise<unknown>;

const WRITES: Readonly<Record<string, Call>> = {
  'groups.updateMembers': async ({ groups }) => groups.updateMembers(UPDATE),
  'groups.create': async ({ groups }) => groups.create({ id: guid(3), name: 'New' }),
  'rules.create': async ({ rules }) => rules.create(RULE),
  'rules.update': async ({ rules }) => rules.update(7, RULE),
  'rules.remove': async ({ rules }) => rules.remove(7),
  'accessPolicy.update': async ({ accessPolicy }) =>
    accessPolicy.update({ entityType: 'user', add: [guid(2)], remove: [] }),
};

const READS: Readonly<Record<string, Call>> = {
  'groups.list': async ({ groups }) => groups.list(),
  'groups.read': async ({ groups }) => groups.read(guid(1)),
  'groups.loadByIds': async ({ groups }) => groups.loadByIds([guid(1)]),
  'groups.listMembers': async ({ groups }) => groups.listMembers(guid(1)),
  'groups.memberPage': async ({ groups }) => groups.memberPage(guid(1), 0),
  'groups.checkMembers': async ({ groups }) => groups.checkMembers(guid(1), [guid(2)]),
  'rules.list': async ({ rules }) => rules.list(),
  'rules.read': async ({ rules }) => rules.read(7),
  'accessPolicy.read': async ({ accessPolicy }) => accessPolicy.read(),
  'directory.resolveByNames': async ({ directory }) => directory.resolveByNames(['ana@acme.example'], 'user'),
  'directory.resolve': async ({ directory }) => directory.resolve(guid(2), 'user'),
  'directory.groupMembership': async ({ directory }) => directory.groupMembership(guid(2), [guid(1)]),
  'directory.search': async ({ directory }) => directory.search('ana', 'user'),
  'users.list': async ({ users }) => users.list(),
  'users.page': async ({ users }) => users.page(0),
  'users.read': async ({ users }) => users.read(guid(2)),
  'auditEvents.list': async ({ auditEvents }) => auditEvents.list({ fromMs: 0, toMs: 1 }),
  'externalClients.list': async ({ externalClients }) => externalClients.list(),
  'robotAccounts.list': async ({ robotAccounts }) => robotAccounts.list(),
};

/** Ways to a client that is none of its own: each has to be bound as well. */
const DERIVED: Readonly<Record<string, (client: UiPathClient) => UiPathClient>> = {
  'as it is': (client) => client,
  'in a lane': (client) => client.withLane('urgent'),
  'with a signal': (client) => client.abortedBy(new AbortController().signal),
  'that tells of calls': (client) => client.tellingCalls(() => undefined),
  'in a lane of one that tells of calls': (client) => client.tellingCalls(() => undefined).withLane('normal'),
};

/** The entries of an access policy that has none, for the read before its PUT. */
const ANSWER: Scripted = { json: [] };

let harness: ClientHarness;
let mayWrite: () => boolean;
const noted: unknown[] = [];

beforeEach(async () => {
  mayWrite = () => false;
  noted.length = 0;
  harness = await startClient({
    requireMayWrite: async () => {
      if (!mayWrite()) throw new AppError('organization-observed', 'In observe');
    },
    noteChange: async (change) => void noted.push(change),
  });
});

afterEach(async () => {
  await harness.uipath.close();
});

function methodsOf(client: UiPathClient): readonly string[] {
  return Object.entries(client).flatMap(([area, value]) =>
    typeof value === 'object' ? Object.keys(value).map((method) => `${area}.${method}`) : [],
  );
}

function mutating(): readonly string[] {
  const lookUps = /\/(CheckMembers|BulkLoadByIds\/[^/]+|Directory\/[A-Za-z]+\/.+)$/;
  return harness.uipath.requests
    .filter(({ method, path }) => method !== 'GET' && !(method === 'POST' && lookUps.test(path)))
    .map(({ method, path }) => `${method} ${path}`);
}

describe('the client of an organization that is in observe', () => {
  it('has no method of which it is not known here whether it writes', () => {
    expect([...methodsOf(harness.client)].toSorted()).toEqual(
      [...Object.keys(WRITES), ...Object.keys(READS)].toSorted(),
    );
  });

  describe.each(Object.entries(DERIVED))('%s', (_, derive) => {
    it.each(Object.entries(WRITES))('refuses %s before anything is noted or sent', async (method, call) => {
      if (method === 'accessPolicy.update') harness.uipath.reply(ANSWER);
      const { code } = await errorOf(async () => call(derive(harness.client)));
      expect([code, mutating(), noted]).toEqual(['organization-observed', [], []]);
    });
  });

  it.each(Object.entries(READS))('reads as ever: %s changes nothing', async (_, call) => {
    harness.uipath.reply(ANSWER);
    await call(harness.client).catch(() => undefined);
    expect(harness.uipath.requests.length).toBeGreaterThan(0);
    expect(mutating()).toEqual([]);
  });

  it.each<[string, Scripted]>([
    ['was throttled', { status: 429, headers: { 'retry-after': '1' } }],
    ['came with a token that had ended', { status: 401 }],
  ])('does not repeat a write that %s before the organization was in observe', async (_, answer) => {
    mayWrite = () => harness.uipath.requests.length === 0;
    harness.uipath.reply(answer, { json: {} });
    const { code } = await errorOf(async () => harness.client.groups.updateMembers(UPDATE));
    expect([code, mutating().length]).toEqual(['organization-observed', 1]);
  });

  it('does not send a write for which a token was waited for until the organization was in observe', async () => {
    mayWrite = () => harness.uipath.tokenRequests.length === 0;
    harness.uipath.replyToToken({ status: 429, headers: { 'retry-after': '5' } }, tokenAnswer(1));
    harness.uipath.reply({ json: {} });
    const { code } = await errorOf(async () => harness.client.groups.updateMembers(UPDATE));
    expect([code, mutating(), noted]).toEqual(['organization-observed', [], []]);
  });

  it('does not send a write whose note took until the organization was in observe', async () => {
    mayWrite = () => noted.length === 0;
    harness.uipath.reply({ json: {} });
    const { code } = await errorOf(async () => harness.client.groups.updateMembers(UPDATE));
    expect([code, mutating(), noted.length]).toEqual(['organization-observed', [], 1]);
  });

  it('writes again once it is enforced', async () => {
    mayWrite = () => true;
    harness.uipath.reply({ status: 204, text: '' });
    await harness.client.rules.remove(7);
    expect([mutating().length, noted.length]).toEqual([1, 1]);
  });
});
