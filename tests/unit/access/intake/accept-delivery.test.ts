import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { acceptDelivery, type AcceptDeliveryDeps } from '../../../../shared/access/intake/accept-delivery';
import type { WebhookRequest } from '../../../../shared/access/intake/prove-and-read-body';
import { AppError } from '../../../../shared/errors';
import { webhookFormatOf } from '../../../../shared/webhooks/format-registry';
import { errorOf } from '../../../fakes/error-of';
import { otherSigningSecret, signedHeaders, signingSecret } from '../../../fakes/signed-delivery';
import { noIdentity } from '../../../fakes/no-identity';
import type { Delivery } from '../../../../shared/domain/delivery';

const nowMs = Date.UTC(2026, 10, 20, 12);
const body = JSON.stringify({
  schemaVersion: 1,
  type: 'worker.joined',
  id: 'hire-1',
  occurredAt: '2026-11-20T10:00:00Z',
  worker: { email: 'ana@example.com' },
});
const deliveryId = createHash('sha256').update('hr/workday/msg_1').digest('hex');

/** Keeps deliveries and messages as the storage does, and the order in which they came. */
function world(changes: Partial<AcceptDeliveryDeps> = {}) {
  const steps: string[] = [];
  const records = new Map<string, Delivery>();
  const done = new Set<string>();
  const messages: unknown[] = [];
  const refused: unknown[] = [];
  const logs: unknown[] = [];
  const deps: AcceptDeliveryDeps = {
    sourceFor: async (feed, name) =>
      feed === 'hr' && name === 'workday' ? { format: 'standard', secretName: 'workday-key' } : undefined,
    formatOf: webhookFormatOf,
    checkIdentity: noIdentity,
    secrets: {
      read: async (name) => {
        steps.push(`secret ${name}`);
        return { current: signingSecret, previous: undefined };
      },
    },
    deliveries: {
      insert: async (record) => {
        steps.push('insert');
        const known = records.get(record.deliveryId);
        const state = done.has(record.deliveryId) ? 'done' : 'pending';
        if (state === 'done' || known !== undefined)
          return known === undefined || known.contentHash === record.contentHash
            ? `duplicate-${state}`
            : `reused-${state}`;
        records.set(record.deliveryId, record);
        return 'inserted';
      },
    },
    deadDeliveries: {
      keepRefused: async ({ code, fields }) => {
        steps.push('keep refused');
        refused.push({ code, fields });
      },
    },
    heartbeats: {
      noteIgnored: async (feed, source, atMs) => {
        steps.push(`heard ${feed}/${source} ${atMs - nowMs}`);
      },
      noteReused: async (feed, source) => {
        steps.push(`reused ${feed}/${source}`);
      },
    },
    queue: {
      enqueueDelivery: async (message) => {
        steps.push('enqueue');
        messages.push(message);
      },
    },
    log: (line) => logs.push(line),
    ...changes,
  };
  return { deps, steps, records, done, messages, refused, logs };
}

function delivery(
  changes: Partial<Omit<WebhookRequest, 'headers' | 'rawBody'>> &
    Readonly<{ headers?: Record<string, string>; rawBody?: Uint8Array | string }> = {},
): WebhookRequest {
  const rawBody = Buffer.from(changes.rawBody ?? body);
  return {
    feed: 'hr',
    source: 'workday',
    receivedAtMs: nowMs,
    ...changes,
    rawBody,
    headers: new Headers({ ...signedHeaders(rawBody, { atMs: nowMs }), ...changes.headers }),
  };
}

const secretsOf = (current: string, previous?: string): Partial<AcceptDeliveryDeps> => ({
  secrets: { read: async () => ({ current, previous }) },
});

describe('a good delivery', () => {
  it('is kept as the bytes that were signed, then announced', async () => {
    const { deps, steps, records, messages, logs } = world();
    expect(await acceptDelivery(deps, delivery())).toEqual({ deliveryId, duplicate: false, ignored: false });
    expect(steps).toEqual(['secret workday-key', 'insert', 'enqueue']);
    expect([...records.values()]).toEqual([
      {
        feed: 'hr',
        source: 'workday',
        lane: 'normal',
        deliveryId,
        receivedAtMs: nowMs,
        contentType: 'application/json',
        body: Buffer.from(body),
        contentHash: expect.any(String),
      },
    ]);
    expect(messages).toEqual([{ feed: 'hr', source: 'workday', deliveryId }]);
    expect(logs).toEqual([]);
  });

  it('has an id of its source: two senders may use one message id', async () => {
    const { deps } = world({ sourceFor: async () => ({ format: 'standard', secretName: 's' }) });
    const other = await acceptDelivery(deps, delivery({ source: 'sap' }));
    expect(other.deliveryId).not.toBe(deliveryId);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
  ])('may be of the type %s', async (type) => {
    expect(await acceptDelivery(world().deps, delivery({ headers: { 'content-type': type } }))).toMatchObject(
      { deliveryId },
    );
  });

  it('may begin with a byte order mark, if that was signed', async () => {
    expect(await acceptDelivery(world().deps, delivery({ rawBody: `\uFEFF${body}` }))).toMatchObject({
      deliveryId,
    });
  });

  it('may be signed twice, of which one is good', async () => {
    const bad = signedHeaders(body, { atMs: nowMs, secret: otherSigningSecret })['webhook-signature'];
    const good = signedHeaders(body, { atMs: nowMs })['webhook-signature'];
    const headers = { 'webhook-signature': `${bad} ${good}` };
    expect(await acceptDelivery(world().deps, delivery({ headers }))).toMatchObject({ deliveryId });
  });

  it('may be signed with the previous secret, and the log says so', async () => {
    const { deps, logs } = world(secretsOf(otherSigningSecret, signingSecret));
    expect(await acceptDelivery(deps, delivery())).toMatchObject({ deliveryId });
    expect(logs).toEqual([{ event: 'signed-with-previous-secret', feed: 'hr', source: 'workday' }]);
  });

  it('may ask for nothing, and then nothing is kept but that its source was heard', async () => {
    const { deps, steps, logs } = world();
    expect(await acceptDelivery(deps, delivery({ rawBody: '{"type":"ping"}' }))).toEqual({
      deliveryId,
      duplicate: false,
      ignored: true,
    });
    expect(steps).toEqual(['secret workday-key', 'heard hr/workday 0']);
    expect(logs).toEqual([{ event: 'delivery-ignored', feed: 'hr', source: 'workday' }]);
  });

  it('that asks for nothing is answered the same when that cannot be noted', async () => {
    const noteIgnored = async (): Promise<void> => {
      throw new AppError('storage-unavailable', 'Down');
    };
    const { deps, logs } = world({ heartbeats: { noteIgnored, noteReused: noteIgnored } });
    const ping = delivery({ rawBody: '{"type":"ping"}' });
    expect(await acceptDelivery(deps, ping)).toMatchObject({ ignored: true });
    expect(logs).toContainEqual({
      event: 'ignored-not-counted',
      feed: 'hr',
      source: 'workday',
      code: 'storage-unavailable',
    });
  });

  it('cannot be told from a forged one by a greeting, which is no sign of life', async () => {
    const sourceFor = async () => ({ format: 'hibob', secretName: 'bob-key' });
    const { deps, steps } = world({ sourceFor });
    expect(await acceptDelivery(deps, delivery({ rawBody: 'Ping test', headers: {} }))).toMatchObject({
      ignored: true,
    });
    expect(steps).toEqual([]);
  });

  it('that is forged is no sign of life', async () => {
    const { deps, steps } = world();
    const forged = delivery({ rawBody: '{"type":"ping"}', headers: { 'webhook-signature': 'v1,AAAA' } });
    expect(await errorOf(() => acceptDelivery(deps, forged))).toMatchObject({ code: 'signature-invalid' });
    expect(steps).toEqual(['secret workday-key']);
  });
});

describe('a repeated delivery', () => {
  it('is announced again while it is pending, as its message may be lost', async () => {
    const { deps, messages } = world();
    await acceptDelivery(deps, delivery());
    const again = delivery({
      headers: signedHeaders(body, { atMs: nowMs + 60_000 }),
      receivedAtMs: nowMs + 60_000,
    });
    expect(await acceptDelivery(deps, again)).toEqual({ deliveryId, duplicate: true, ignored: false });
    expect(messages).toHaveLength(2);
  });

  it('is not announced again once it was processed', async () => {
    const { deps, done, messages } = world();
    await acceptDelivery(deps, delivery());
    done.add(deliveryId);
    expect(await acceptDelivery(deps, delivery())).toEqual({ deliveryId, duplicate: true, ignored: false });
    expect(messages).toHaveLength(1);
  });

  it('is known under the other names of its headers', async () => {
    const { deps } = world();
    await acceptDelivery(deps, delivery());
    const signed = signedHeaders(body, { atMs: nowMs });
    const headers = new Headers({
      'content-type': 'application/json',
      'svix-id': 'msg_1',
      'svix-timestamp': signed['webhook-timestamp'] ?? '',
      'svix-signature': signed['webhook-signature'] ?? '',
      'webhook-id': 'msg_new',
    });
    expect(await acceptDelivery(deps, { ...delivery(), headers })).toMatchObject({
      deliveryId,
      duplicate: true,
    });
  });
});

describe('a delivery that is not good', () => {
  const forged = {
    'webhook-signature':
      signedHeaders(body, { atMs: nowMs, secret: otherSigningSecret })['webhook-signature'] ?? '',
  };
  const cut = Buffer.from(body).subarray(0, -1);

  it.each<readonly [string, WebhookRequest]>([
    ['forged', delivery({ headers: forged })],
    ['changed by one byte', { ...delivery(), rawBody: Buffer.from(body.replace('ana', 'anb')) }],
    ['truncated', { ...delivery(), rawBody: cut }],
    ['without a signature', delivery({ headers: { 'webhook-signature': '' } })],
    [
      'without any of its headers',
      { ...delivery(), headers: new Headers({ 'content-type': 'application/json' }) },
    ],
    ['under a new id', delivery({ headers: { 'webhook-id': 'msg_2' } })],
    ['forged and not even JSON', { ...delivery({ rawBody: '{' }), headers: delivery().headers }],
  ])('is refused without a word why when it is %s', async (_case, bad) => {
    const { deps, steps, logs } = world();
    expect(await errorOf(() => acceptDelivery(deps, bad))).toMatchObject({
      code: 'signature-invalid',
      message: 'The signature is missing or not valid',
      fields: [],
    });
    // Without a signature there is nothing to check.
    expect(steps).toEqual(bad.headers.get('webhook-signature') ? ['secret workday-key'] : []);
    expect(logs).toEqual([
      { event: 'signature-refused', feed: 'hr', source: 'workday', reason: expect.any(String) },
    ]);
    expect(JSON.stringify(logs)).not.toContain('ana');
  });

  it.each<readonly [string, WebhookRequest, string]>([
    ['sent long ago', delivery({ receivedAtMs: nowMs + 301_000 }), 'old'],
    ['from the future', delivery({ receivedAtMs: nowMs - 301_000 }), 'ahead'],
  ])('is refused without a word why, and kept, when it is signed and %s', async (_case, late, problem) => {
    const { deps, steps, refused } = world();
    expect(await errorOf(() => acceptDelivery(deps, late))).toMatchObject({
      code: 'signature-invalid',
      message: 'The signature is missing or not valid',
      fields: [],
    });
    expect(steps).toEqual(['secret workday-key', 'keep refused']);
    expect(refused).toEqual([
      {
        code: 'signature-invalid',
        fields: [{ field: '(timestamp)', problem: expect.stringContaining(problem) }],
      },
    ]);
  });

  it('is nothing to keep when it is signed, late, and asks for nothing', async () => {
    const { deps, refused } = world();
    const ping = delivery({ rawBody: '{"type":"ping"}', receivedAtMs: nowMs + 301_000 });
    expect(await errorOf(() => acceptDelivery(deps, ping))).toMatchObject({ code: 'signature-invalid' });
    expect(refused).toEqual([]);
  });

  it('is not refused for good when it cannot be kept: its sender tries again', async () => {
    const keepRefused = async (): Promise<never> => {
      throw new AppError('storage-unavailable', 'Down');
    };
    const { deps } = world({ deadDeliveries: { keepRefused } });
    expect(await errorOf(() => acceptDelivery(deps, delivery({ rawBody: '{' })))).toMatchObject({
      code: 'storage-unavailable',
    });
  });

  it.each<readonly [string, Uint8Array | string]>([
    ['cut before it was signed', cut],
    ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['nested too deep', '['.repeat(100_000)],
    ['empty', ''],
    ['a number where a text is due', body.replace('"hire-1"', '1')],
    ['a polluted prototype and nothing else', '{"__proto__":{"type":"ping"}}'],
    ['what a ticket says', body.replace('worker.joined', 'access.request.approved')],
  ])('is refused with a reason, and kept, when it is signed but %s', async (_case, rawBody) => {
    const { deps, steps, refused } = world();
    expect(await errorOf(() => acceptDelivery(deps, delivery({ rawBody })))).toMatchObject({
      code: 'body-invalid',
    });
    expect(steps).toEqual(['secret workday-key', 'keep refused']);
    expect(refused).toMatchObject([{ code: 'body-invalid' }]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json, text/html',
    'application/jsonp',
    'text/application/json',
    '',
  ])('is refused, and kept if it is authentic, when its type is %j', async (type) => {
    const { deps, steps, refused } = world();
    const typed = delivery({ headers: { 'content-type': type } });
    expect(await errorOf(() => acceptDelivery(deps, typed))).toMatchObject({
      code: 'content-type-unsupported',
    });
    expect(steps).toEqual(['secret workday-key', 'keep refused']);
    const altered = { ...typed, rawBody: cut };
    expect(await errorOf(() => acceptDelivery(deps, altered))).toMatchObject({
      code: 'content-type-unsupported',
    });
    expect(refused).toEqual([{ code: 'content-type-unsupported', fields: [] }]);
  });

  it.each([
    ['hr', 'nobody'],
    ['ticket', 'workday'],
  ] as const)('is refused when the feed %s has no source %s', async (feed, source) => {
    const { deps, steps } = world();
    const error = await errorOf(() => acceptDelivery(deps, delivery({ feed, source })));
    expect(error).toMatchObject({ code: 'source-unknown' });
    expect(steps).toEqual([]);
  });
});

describe('a delivery in bad times', () => {
  const failing = (code: 'vault-unavailable' | 'storage-unavailable') => async () => {
    throw new AppError(code, 'Down');
  };

  it('is accepted when it was kept but could not be announced', async () => {
    const { deps, records, logs } = world({ queue: { enqueueDelivery: failing('storage-unavailable') } });
    expect(await acceptDelivery(deps, delivery())).toEqual({ deliveryId, duplicate: false, ignored: false });
    expect(records.size).toBe(1);
    expect(logs).toEqual([
      {
        event: 'delivery-left-to-sweep',
        feed: 'hr',
        source: 'workday',
        deliveryId,
        code: 'storage-unavailable',
      },
    ]);
  });

  it.each<readonly [string, Partial<AcceptDeliveryDeps>, string]>([
    ['it cannot be kept', { deliveries: { insert: failing('storage-unavailable') } }, 'storage-unavailable'],
    ['the vault is down', { secrets: { read: failing('vault-unavailable') } }, 'vault-unavailable'],
    ['the secret is empty', secretsOf(''), 'secret-invalid'],
    ['the secret is a placeholder', secretsOf('whsec_'), 'secret-invalid'],
    ['the policy names an unknown format', { formatOf: () => undefined }, 'policy-invalid'],
  ])('is not accepted, and may come again, when %s', async (_case, changes, code) => {
    const { deps, messages } = world(changes);
    expect(await errorOf(() => acceptDelivery(deps, delivery()))).toMatchObject({ code });
    expect(messages).toEqual([]);
  });
});

describe('one id of a sender with two contents', () => {
  const other = body.replace('ana@', 'bea@');

  it('is logged, counted and kept as a dead delivery, and what came first stands', async () => {
    const { deps, steps, records, refused, logs, done } = world();
    await acceptDelivery(deps, delivery());
    steps.length = 0;
    const again = await acceptDelivery(deps, delivery({ rawBody: other }));
    expect(again).toEqual({ deliveryId, duplicate: true, ignored: false });
    expect(steps).toEqual(['secret workday-key', 'insert', 'keep refused', 'reused hr/workday', 'enqueue']);
    expect(refused).toMatchObject([{ code: 'body-invalid', fields: [{ field: '(id)' }] }]);
    expect(logs).toEqual([
      { event: 'id-reused', feed: 'hr', source: 'workday', deliveryId },
      { event: 'delivery-refused', feed: 'hr', source: 'workday', code: 'body-invalid' },
    ]);
    expect([...records.values()].map((record) => Buffer.from(record.body).toString())).toEqual([body]);
    done.add(deliveryId);
    steps.length = 0;
    await acceptDelivery(deps, delivery({ rawBody: other }));
    expect(steps).toEqual(['secret workday-key', 'insert', 'keep refused', 'reused hr/workday']);
  });

  it('is not answered as a repetition where it cannot be kept', async () => {
    const { deps } = world();
    await acceptDelivery(deps, delivery());
    const keepRefused = async (): Promise<never> => {
      throw new AppError('storage-unavailable', 'No');
    };
    const full = { ...deps, deadDeliveries: { keepRefused } };
    expect(await errorOf(() => acceptDelivery(full, delivery({ rawBody: other })))).toMatchObject({
      code: 'storage-unavailable',
    });
  });

  it('is no matter where only the order of the members differs', async () => {
    const { deps, logs } = world();
    await acceptDelivery(deps, delivery());
    const { id, ...rest } = JSON.parse(body) as Record<string, unknown>;
    await acceptDelivery(deps, delivery({ rawBody: JSON.stringify({ ...rest, id }) }));
    expect(logs).toEqual([]);
  });

  it('is answered as a repetition also where it cannot be counted', async () => {
    const noteReused = async (): Promise<never> => {
      throw new AppError('storage-unavailable', 'No');
    };
    const { deps, logs } = world();
    const failing = { ...deps, heartbeats: { ...deps.heartbeats, noteReused } };
    await acceptDelivery(failing, delivery());
    expect(await acceptDelivery(failing, delivery({ rawBody: other }))).toMatchObject({ duplicate: true });
    expect(logs).toContainEqual({
      event: 'id-reused-not-counted',
      feed: 'hr',
      source: 'workday',
      code: 'storage-unavailable',
    });
  });
});
