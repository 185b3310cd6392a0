import { HttpRequest } from '@azure/functions';
import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { answerCloudEventsHandshake } from '../../../shared/access/intake/answer-cloudevents-handshake';
import type { Feed } from '../../../shared/domain/policy';
import { webhookHandler } from '../../../shared/http/webhook-handler';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { fakeInvocation } from '../../fakes/invocation';
import { errorOf } from '../../fakes/error-of';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import {
  ANA,
  APPROVER,
  GROUP,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  REQUESTER,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

function senderOf(format: string, feed: Feed = 'hr'): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === feed);
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function worldOf(from: VendorSender, settings = '') {
  return createDeliveryWorld(policyOf(from, settings), {
    nowMs: NOW_MS,
    secrets: { webhook: { current: from.secret, previous: undefined } },
  });
}

const signed = senderOf('cloudevents-signed');
const bearer = senderOf('cloudevents');

/** The attributes of the specification's own example, with a worker of ours. */
const event = (changes: object = {}): string =>
  JSON.stringify({
    specversion: '1.0',
    id: 'A234-1234-1234',
    source: 'https://hr.example.com/tenants/acme',
    type: 'com.example.hr.worker.terminated',
    subject: '10432',
    time: '2026-11-20T08:00:00Z',
    datacontenttype: 'application/json',
    data: { email: PERSON, department: 'Automation', effectiveDate: '2026-11-30' },
    ...changes,
  });

const mapped = [
  'events:',
  '  com.example.hr.worker.hired: joiner',
  '  com.example.hr.worker.changed: mover',
  '  com.example.hr.worker.terminated: leaver',
  'fields: { workerId: subject }',
].join('\n');

describe('a CloudEvent of a type that the policy maps', () => {
  it.each([
    ['hired', 'joiner', '2026-11-30'],
    ['changed', 'mover', '2026-11-20'],
    ['terminated', 'leaver', '2026-12-01'],
  ])('means what it says: %s', async (word, kind, effectiveDay) => {
    const world = worldOf(signed, mapped);
    const body = event({ type: `com.example.hr.worker.${word}` });
    expect(await world.deliver(postingOf(signed, { body }))).toMatchObject({ answer: { status: 202 } });
    const [statement] = world.person('acme', PERSON)?.timeline ?? [];
    expect(statement).toMatchObject({ kind, occurredAtMs: Date.parse('2026-11-20T08:00:00Z') });
    expect(new Date(statement?.effectiveAtMs ?? 0).toISOString().slice(0, 10)).toBe(effectiveDay);
    expect(statement?.workerId).toBe('10432');
  });

  it('has no worker id but one that its data or the policy names: a subject may be of another series of numbers', async () => {
    const world = worldOf(signed, mapped.replace('fields: { workerId: subject }', ''));
    await world.deliver(postingOf(signed, { body: event() }));
    expect(world.person('acme', PERSON)?.timeline.map(({ workerId }) => workerId)).toEqual([undefined]);
  });

  it('is the same when it comes again, and another when it comes from elsewhere', async () => {
    const world = worldOf(signed, mapped);
    const send = async (changes: object, id: string) => {
      const { duplicate, answer } = await world.deliver(postingOf(signed, { body: event(changes), id }));
      return [duplicate, answer?.status];
    };
    expect(await send({}, '1')).toEqual([false, 202]);
    expect(await send({ extension: 1 }, '2')).toEqual([true, 200]);
    expect(await send({ source: 'https://other.example.com' }, '3')).toEqual([false, 202]);
  });

  it('cannot order its word after the present', async () => {
    const world = worldOf(signed, mapped);
    await world.deliver(postingOf(signed, { body: event({ time: '2030-01-01T00:00:00Z' }) }));
    expect(world.person('acme', PERSON)?.timeline[0]?.occurredAtMs).toBe(NOW_MS);
  });

  it.each([
    ['specversion', { specversion: '0.3' }],
    ['id', { id: '' }],
    ['source', { source: undefined }],
    ['type', { type: 7 }],
    ['time', { time: 'yesterday' }],
  ])('is refused by the name of the attribute: %s', async (field, changes) => {
    const error = await errorOf(() =>
      worldOf(signed, mapped).accept(
        postingOf(signed, { body: event({ type: 'com.example.hr.worker.hired', ...changes }) }),
      ),
    );
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field }] });
  });

  it('may be a request', async () => {
    const from = senderOf('cloudevents-signed', 'ticket');
    const world = worldOf(from, 'events: { com.example.access.approved: grant }');
    const data = { person: PERSON, group: GROUP, duration: 'P1D', requester: REQUESTER, approver: APPROVER };
    const body = event({ type: 'com.example.access.approved', subject: 'REQ-7', data });
    await world.deliver(postingOf(from, { body }));
    expect(world.person('acme', PERSON)?.grants).toMatchObject([
      { group: GROUP, ticketId: 'REQ-7', requester: REQUESTER, approvals: [{ approver: APPROVER }] },
    ]);
  });
});

describe('a CloudEvent in the binary mode', () => {
  const attributes = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '1234-1234-1234',
    'ce-source': '/mycontext/subcontext',
    'ce-type': 'com.example.hr.worker.hired',
    'ce-time': '2026-11-20T08:00:00Z',
    'ce-subject': '%E6%A9%9F%20%22x%22',
  };
  const body = JSON.stringify({ email: PERSON, department: 'Automation' });
  const post = async (headers: Readonly<Record<string, string>>, text = body) => {
    const world = worldOf(bearer, mapped);
    const accepted = await world.deliver(postingOf(bearer, { body: text, headers }));
    return { world, accepted };
  };

  it('has its attributes in headers, percent-encoded', async () => {
    const { world, accepted } = await post(attributes);
    expect(accepted.answer).toEqual({ status: 202 });
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.person('acme', PERSON)).toMatchObject({
      timeline: [{ kind: 'joiner', workerId: '機 "x"', occurredAtMs: Date.parse('2026-11-20T08:00:00Z') }],
    });
  });

  it('may quote a header', async () => {
    const { world } = await post({ ...attributes, 'ce-subject': String.raw`"a \"b\" %25"` });
    expect(world.person('acme', PERSON)?.timeline).toMatchObject([{ workerId: 'a "b" %' }]);
  });

  it('is the same event as in the structured mode', async () => {
    const { world } = await post(attributes);
    const structured = event({ source: '/mycontext/subcontext', id: '1234-1234-1234' });
    expect(await world.deliver(postingOf(bearer, { body: structured }))).toMatchObject({ duplicate: true });
  });

  it.each([
    ['no id', { ...attributes, 'ce-id': '' }, 'id'],
    ['no version', { ...attributes, 'ce-specversion': '2.0' }, 'specversion'],
    ['a header that is not percent-encoded', { ...attributes, 'ce-subject': '100%' }, 'subject'],
  ])('is refused with %s', async (_case, headers, field) => {
    const error = await errorOf(() => post(headers));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field }] });
  });

  it('is refused without its attributes and with data that is no JSON', async () => {
    expect(await errorOf(() => post({ 'content-type': 'application/json' }))).toMatchObject({
      code: 'body-invalid',
    });
    expect(await errorOf(() => post(attributes, '<a/>'))).toMatchObject({ code: 'body-invalid' });
  });

  it('is not for senders that sign, as no signature covers headers', async () => {
    const error = await errorOf(() =>
      worldOf(signed, mapped).accept(postingOf(signed, { body, headers: attributes })),
    );
    expect(error).toMatchObject({ code: 'content-type-unsupported' });
  });
});

describe('a batch of CloudEvents', () => {
  it.each([signed, bearer])('is refused', async (from) => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const error = await errorOf(() => worldOf(from).accept(postingOf(from, { body: '[]', headers })));
    expect(error).toMatchObject({ code: 'content-type-unsupported' });
  });
});

describe('a sender that asks whether it may send', () => {
  const depsFor = (format: string) => ({
    formatOf: webhookFormatOf,
    sourceFor: async (feed: Feed, name: string) => {
      const found = parsePolicy(policyOf(senderOf(format)), 'policy.yaml').sources.find(
        (source) => source.feed === feed && source.name === name,
      );
      return found === undefined ? undefined : { format: found.format, secretName: found.secret };
    },
  });
  const ask = async (format: string, headers: Readonly<Record<string, string>>, source = 'main') =>
    answerCloudEventsHandshake(depsFor(format), { feed: 'hr', source, headers: new Headers(headers) });

  it.each(['cloudevents', 'cloudevents-signed'])('is permitted by %s, under its name', async (format) => {
    const headers = { 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': '120' };
    expect(await ask(format, headers)).toEqual({
      allow: 'POST',
      'webhook-allowed-origin': 'eventemitter.example.com',
      'webhook-allowed-rate': '*',
    });
  });

  it.each<readonly [string, string, Record<string, string>]>([
    ['no origin', 'cloudevents', {}],
    ['an origin that is no name', 'cloudevents', { 'webhook-request-origin': 'a b<script>' }],
    ['an endless origin', 'cloudevents', { 'webhook-request-origin': 'a'.repeat(300) }],
  ])('is not permitted with %s', async (_case, format, headers) => {
    expect(await ask(format, headers)).toEqual({ allow: 'POST' });
  });

  it('is told that another format has no handshake', async () => {
    const headers = { 'webhook-request-origin': 'eventemitter.example.com' };
    expect(await errorOf(() => ask('standard', headers))).toMatchObject({ code: 'method-unsupported' });
  });

  it('is told when there is no such source', async () => {
    expect(await errorOf(() => ask('cloudevents', {}, 'other'))).toMatchObject({ code: 'source-unknown' });
  });

  it('is answered over HTTP without a body, a secret or a call to its callback', async () => {
    const called: string[] = [];
    const callback = createServer((request, response) => {
      called.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => {
      callback.listen(0, '127.0.0.1', resolve);
    });
    const { port } = callback.address() as AddressInfo;
    const fail = async (): Promise<never> => {
      throw new Error('Nothing of this is needed');
    };
    const handler = webhookHandler(
      {
        ...depsFor('cloudevents'),
        secrets: { read: fail },
        checkIdentity: fail,
        deliveries: { insert: fail },
        deadDeliveries: { keepRefused: fail },
        heartbeats: { noteIgnored: fail, noteReused: fail },
        queue: { enqueueDelivery: fail },
        log: () => undefined,
        clock: { now: () => NOW_MS },
        config: { maxBodyBytes: 1_000 },
      },
      'hr',
    );
    const request = new HttpRequest({
      method: 'OPTIONS',
      url: 'https://app.example/api/webhooks/hr/main',
      params: { source: 'main' },
      headers: {
        'webhook-request-origin': 'eventemitter.example.com',
        'webhook-request-callback': `http://127.0.0.1:${port}/permit`,
      },
    });
    const answer = await handler(request, fakeInvocation('1').context);
    await new Promise((resolve) => {
      callback.close(resolve);
    });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'webhook-allowed-origin': 'eventemitter.example.com' },
    });
    expect(called).toEqual([]);
  });
});

describe('a CloudEvent with the body of our contract', () => {
  it('says all that the contract can, such as an absence', async () => {
    const world = worldOf(signed);
    const { data, ...attributes } = hrBodies['cloudevents-signed']({
      kind: 'mover',
      worker: ANA,
      atMs: NOW_MS,
    });
    const body = JSON.stringify({ ...attributes, type: 'worker.absent', data: { worker: data.worker } });
    await world.deliver(postingOf(signed, { body }));
    expect(world.person('acme', PERSON)?.timeline).toHaveLength(1);
  });

  it('takes its id, type and time from the attributes, whatever the data says', async () => {
    const world = worldOf(signed);
    const body = hrBodies['cloudevents-signed']({ kind: 'joiner', worker: ANA, atMs: NOW_MS });
    const lies = { ...body.data, id: 'x', type: 'worker.left', occurredAt: '2020-01-01T00:00:00Z' };
    await world.deliver(postingOf(signed, { body: JSON.stringify({ ...body, data: lies }) }));
    expect(world.person('acme', PERSON)?.timeline).toMatchObject([{ kind: 'joiner', occurredAtMs: NOW_MS }]);
  });
});
