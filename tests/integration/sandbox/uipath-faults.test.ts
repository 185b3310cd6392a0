import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultInput } from '../../../sandbox/uipath/faults';
import type { RequestEvent } from '../../../sandbox/uipath/world';
import { startHarness, type Answer, type Harness } from './uipath-harness';

let harness: Harness;
let ana: string;
let finance: string;

beforeEach(async () => {
  harness = await startHarness({ users: ['ana@acme.test'], groups: { Finance: [] } });
  ana = harness.sandbox.idOf('acme', 'ana@acme.test');
  finance = harness.sandbox.idOf('acme', 'Finance');
  await harness.call('GET', '/api/warm-up');
});

afterEach(async () => {
  await harness.sandbox.close();
});

const add = async (): Promise<Answer> =>
  harness.call('PUT', `/api/Group/${finance}`, {
    partitionGlobalId: harness.partition,
    name: 'Finance',
    directoryUserIDsToAdd: [ana],
  });
const members = (): number => harness.sandbox.memberIds('acme', 'Finance').size;
const list = async (): Promise<Answer> => harness.call('GET', `/api/Group/${harness.partition}`);

describe('where a fault strikes', () => {
  const fault = (match: FaultInput['match']): FaultInput => ({ kind: 'answer', status: 503, match });

  it.each([
    [{ endpoint: 'G4' }, 503],
    [{ endpoint: 'G1' }, 200],
    [{ method: 'put' }, 503],
    [{ method: 'POST' }, 200],
    [{ path: '^/acme/identity_/api/Group/' }, 503],
    [{ path: 'Rule' }, 200],
    [{ organization: 'acme' }, 503],
    [{ organization: 'other' }, 200],
    [{}, 503],
  ] as const)('%j gives a group PUT %i', async (match, status) => {
    harness.sandbox.inject(fault(match));
    expect((await add()).status).toBe(status);
  });

  it('strikes once unless told otherwise, after skipping some', async () => {
    const five = async (): Promise<number[]> => {
      const all: number[] = [];
      for (let at = 0; at < 5; at += 1) all.push((await list()).status);
      return all;
    };
    harness.sandbox.inject({ kind: 'answer', status: 500, skip: 1 });
    expect(await five()).toEqual([200, 500, 200, 200, 200]);
    harness.sandbox.inject({ kind: 'answer', status: 500, times: 2 }, { kind: 'answer', status: 502 });
    expect(await five()).toEqual([500, 500, 502, 200, 200]);
    harness.sandbox.inject({ kind: 'answer', status: 500, times: 'always' });
    expect(await five()).toEqual([500, 500, 500, 500, 500]);
    harness.sandbox.clearFaults();
    expect((await list()).status).toBe(200);
  });

  it('refuses a fault of an unknown kind', () => {
    expect(() => {
      harness.sandbox.inject({ kind: 'earthquake' } as unknown as FaultInput);
    }).toThrow('Invalid');
  });
});

describe('a fault instead of the work', () => {
  it.each([
    ['empty', 500, ''],
    ['pascal', 400, '{"StatusCode":400,"StatusDescription":"BadRequest","Message":"Bad luck"}'],
    ['error-message', 403, '{"errorMessage":"Bad luck"}'],
    ['closed', 403, `{"errorMessage":"OAuth authorization failed. 'IdentityServerApi' scope not found."}`],
    ['identity-result', 200, '{"succeeded":false,"errors":[{"code":"Injected","description":"Bad luck"}]}'],
    ['oauth', 400, '{"error":"Bad luck"}'],
    ['invalid-partition', 400, 'InvalidPartition'],
  ] as const)('answers in the family %s', async (family, status, text) => {
    harness.sandbox.inject({
      kind: 'answer',
      status,
      family,
      message: 'Bad luck',
      headers: { 'retry-after': '9' },
    });
    const answer = await add();
    expect([answer.status, answer.text, answer.headers.get('retry-after')]).toEqual([status, text, '9']);
    expect(members()).toBe(0);
  });

  it('answers in the family of model binding, of HTML, or any JSON', async () => {
    harness.sandbox.inject(
      { kind: 'answer', status: 400, family: 'problem', message: 'Bad luck' },
      { kind: 'answer', status: 502, family: 'html' },
      { kind: 'answer', status: 200, body: { anything: [1] } },
    );
    expect((await add()).body['errors']).toEqual({ field: ['Bad luck'] });
    const page = await add();
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect((await add()).body).toEqual({ anything: [1] });
  });

  it('answers a 200 with a page of HTML', async () => {
    harness.sandbox.inject({ kind: 'html' });
    const { status, text } = await add();
    expect([status, text.startsWith('<!DOCTYPE html>'), members()]).toEqual([200, true, 0]);
  });

  it('cuts the connection before anything happened', async () => {
    harness.sandbox.inject({ kind: 'reset' });
    await expect(add()).rejects.toThrow('fetch failed');
    expect([members(), harness.sandbox.requests().at(-1)?.status]).toEqual([0, 0]);
  });
});

describe('a fault after the work', () => {
  it('applies the change and cuts the connection', async () => {
    harness.sandbox.inject({ kind: 'answer-lost' });
    await expect(add()).rejects.toThrow('fetch failed');
    expect(members()).toBe(1);
  });

  it('applies the change and answers 504', async () => {
    harness.sandbox.inject({ kind: 'answer-lost', how: 'gateway-timeout' });
    expect((await add()).status).toBe(504);
    expect(members()).toBe(1);
  });

  it('cuts the JSON of the answer short', async () => {
    harness.sandbox.inject({ kind: 'truncate' });
    const { status, text } = await list();
    expect([status, text.startsWith('[{"id"'), text.endsWith(']')]).toEqual([200, true, false]);
  });
});

describe('time', () => {
  it('passes before the work is done, by the clock of the sandbox', async () => {
    harness.sandbox.inject({ kind: 'delay', ms: 5000 }, { kind: 'answer-lost', how: 'gateway-timeout' });
    expect((await add()).status).toBe(504);
    expect([harness.clock.slept, members()]).toEqual([[5000], 1]);
  });

  it('passes before readers see one change', async () => {
    const total = async (): Promise<unknown> =>
      (await harness.call('GET', `/api/Group/${harness.partition}/${finance}/Members`)).body['totalCount'];
    harness.sandbox.inject({ kind: 'lag', ms: 3000 });
    await add();
    expect([await total(), members()]).toEqual([0, 1]);
    harness.clock.advance(2999);
    expect(await total()).toBe(0);
    harness.clock.advance(1);
    expect(await total()).toBe(1);
  });
});

describe('listeners', () => {
  it('are told before a request is applied and after, and the answer waits for them', async () => {
    const told: (RequestEvent & { members: number })[] = [];
    const stop = harness.sandbox.onRequest(async (event) => {
      await Promise.resolve();
      told.push({ ...event, members: members() });
    });
    await add();
    stop();
    await list();
    const common = { endpoint: 'G4', method: 'PUT', organization: 'acme' };
    expect(told).toEqual([
      expect.objectContaining({ ...common, phase: 'before', members: 0 }),
      expect.objectContaining({ ...common, phase: 'after', status: 200, members: 1 }),
    ]);
  });
});

describe('going back to the start', () => {
  it('forgets changes, faults, tokens and requests', async () => {
    await add();
    harness.sandbox.inject({ kind: 'reset', times: 'always' });
    harness.sandbox.setSwitches({ groupMembers: 'filled' });
    harness.sandbox.setRateLimits({ GET: 1 });
    harness.sandbox.addOrganization({ name: 'second' });
    harness.sandbox.reset();
    expect([members(), harness.sandbox.requests(), harness.sandbox.organizations().length]).toEqual([
      0,
      [],
      1,
    ]);
    expect([harness.sandbox.switches().groupMembers, harness.sandbox.rateLimits().GET]).toEqual([
      'empty',
      300,
    ]);
    expect((await list()).status).toBe(401);
  });
});
