import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchAnswer, START_MS, startHarness, type Answer, type Harness } from './uipath-harness';

const max = { name: 'Max', email: 'max@acme.test' };
let harness: Harness;
let token: string;

beforeEach(async () => {
  harness = await startHarness({ users: ['ana@acme.test', 'max@acme.test'], groups: { Finance: [] } });
  token = await harness.token();
});

afterEach(async () => {
  await harness.sandbox.close();
});

function toggle(times: number): void {
  for (let at = 0; at < times; at += 1) {
    const side = at % 2 === 0 ? { add: ['ana@acme.test'] } : { remove: ['ana@acme.test'] };
    harness.sandbox.actAsPerson('acme', { kind: 'change-members', actor: max, group: 'Finance', ...side });
    harness.clock.advance(1000);
  }
}

const get = async (url: string): Promise<Answer> =>
  fetchAnswer(url, { headers: { authorization: `Bearer ${token}` } });
const events = async (query = ''): Promise<Answer> =>
  get(`${harness.sandbox.auditBaseUrl('acme')}/api/query/events${query}`);
const entries = (answer: Answer): Record<string, unknown>[] =>
  answer.body['auditEvents'] as Record<string, unknown>[];

describe('the audit query', () => {
  it('tells who did what, newest first', async () => {
    toggle(2);
    const answer = await events();
    expect(entries(answer).map((event) => event['eventSummary'])).toEqual([
      'ana@acme.test was removed from Finance',
      'ana@acme.test was added to Finance',
    ]);
    expect(entries(answer)[1]).toEqual({
      id: expect.any(String),
      createdOn: '2026-03-02T08:00:00.1230000',
      organizationId: harness.partition,
      actorId: harness.sandbox.idOf('acme', 'max@acme.test'),
      actorName: 'Max',
      actorEmail: 'max@acme.test',
      eventType: 'Add Group Member',
      eventSource: 'Identity',
      eventTarget: 'Group Management',
      eventDetails: expect.stringContaining('"memberName":"ana@acme.test"'),
      eventSummary: 'ana@acme.test was added to Finance',
      status: 0,
      clientInfo: null,
    });
  });

  it('gives 200 events at most, and the rest through its links, back and forth', async () => {
    toggle(450);
    const first = await events('?maxCount=1000&source=Identity');
    const second = await get(String(first.body['previous']));
    const third = await get(String(second.body['previous']));
    expect([first, second, third].map((page) => entries(page).length)).toEqual([200, 200, 50]);
    expect([first.body['next'], third.body['previous']]).toEqual([null, null]);
    const back = await get(String(third.body['next']));
    expect(entries(back)).toEqual(entries(second));
    const ids = [first, second, third].flatMap((page) => entries(page).map((event) => event['id']));
    expect(new Set(ids).size).toBe(450);
  });

  it.each([
    ['?maxCount=2', 2],
    [`?from=${encodeURIComponent(new Date(START_MS + 2000).toISOString())}`, 2],
    ['?to=2026-03-02T08:00:01.123', 2],
    ['?type=Add+Group+Member', 2],
    ['?target=Rule+Management', 0],
    ['?source=Orchestrator', 0],
    ['?searchTerm=REMOVED', 2],
    ['?userIds=nobody', 0],
    ['?status=1', 0],
  ])('%s finds %i of four', async (query, count) => {
    toggle(4);
    expect(entries(await events(query))).toHaveLength(count);
  });

  it('refuses a time that is none', async () => {
    expect((await events('?from=yesterday')).status).toBe(400);
  });

  it('lists sources, targets and types', async () => {
    toggle(2);
    const { list } = await get(`${harness.sandbox.auditBaseUrl('acme')}/api/query/sources`);
    const eventTypes = [{ name: 'Add Group Member' }, { name: 'Remove Group Member' }];
    expect(list).toEqual([{ name: 'Identity', eventTargets: [{ name: 'Group Management', eventTypes }] }]);
  });

  it('downloads as CSV', async () => {
    toggle(1);
    const { text } = await get(`${harness.sandbox.auditBaseUrl('acme')}/api/query/downloadevents`);
    expect(text.split('\r\n')[1]).toBe(
      '2026-03-02T08:00:00.1230000,Max,max@acme.test,Add Group Member,Group Management,ana@acme.test was added to Finance',
    );
  });

  it('does not use the quota of the identity service', async () => {
    harness.sandbox.setRateLimits({ GET: 0 });
    expect((await events()).status).toBe(200);
  });
});

describe('the older audit query', () => {
  it('pages, newest first unless asked otherwise', async () => {
    toggle(12);
    const path = `/api/AuditQuery/${harness.partition}`;
    const page = await harness.call('GET', path);
    expect([page.body['totalCount'], page.list.length, page.list[0]?.['action']]).toEqual([
      12,
      10,
      'Remove Group Member',
    ]);
    const oldest = await harness.call('GET', `${path}?top=1&sortOrder=asc`);
    expect(oldest.list[0]).toMatchObject({ action: 'Add Group Member', userName: 'Max', source: 'Identity' });
    const file = await harness.call('GET', `${path}/download`);
    expect([file.headers.get('content-type'), file.list.length]).toEqual(['application/octet-stream', 12]);
  });
});
