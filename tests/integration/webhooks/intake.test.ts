import { sandboxSeal } from '../../../sandbox/evidence-key';
import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { keySetOf } from '../../../sandbox/vendors/entra';
import { findFreePorts } from '../../../sandbox/free-port';
import { sourceOf } from '../../../shared/domain/policy';
import { AppError } from '../../../shared/errors';
import { webhookHandler, type WebhookHandlerDeps } from '../../../shared/http/webhook-handler';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { createSecretsWithDeadline } from '../../../shared/secrets/secrets-with-deadline';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createHeartbeats } from '../../../shared/storage/ignored-deliveries-and-named-since';
import { createWorkQueues, QUEUES } from '../../../shared/storage/queues';
import { coded } from '../../../shared/storage/storage-errors';
import { openStorage, type StorageAccount } from '../../../shared/storage/storage-account';
import { createIdentityCheck } from '../../../shared/webhooks/check-entra-token';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { fakeInvocation } from '../../fakes/invocation';
import { useStorage } from '../../fakes/test-storage';
import type { Posting } from '../../fixtures/webhooks/delivery-world';
import {
  NOW_MS,
  policyOf,
  postingOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

/** Several senders give a delivery up after three seconds without an answer. */
const SENDERS_PATIENCE_MS = 3_000;
/** Some give it up when they are asked to wait for a minute. */
const LONGEST_RETRY_SECONDS = 59;

const storage = useStorage();
const named = vendorSenders.map((sender) => [`${sender.feed}-${sender.format}`, sender] as const);
type Line = Readonly<Record<string, string | number | boolean>>;

/** One sender before the real storage, under a name of its own. */
function intakeOf(
  name: string,
  sender: VendorSender,
  account: StorageAccount,
  changes: Partial<WebhookHandlerDeps> = {},
) {
  const log: Line[] = [];
  const queues = coded(createWorkQueues(account));
  const settings = sourceOf(parsePolicy(policyOf(sender), 'policy.yaml'), sender.feed, 'main');
  if (settings === undefined) throw new Error('The policy has no such source');
  const { format, secret: secretName, entra, mapping } = settings;
  const handler = webhookHandler(
    {
      clock: { now: () => NOW_MS },
      config: { maxBodyBytes: 1_048_576 },
      sourceFor: async (_feed, source) =>
        source === name ? { format, secretName, entra, mapping } : undefined,
      formatOf: webhookFormatOf,
      secrets: { read: async () => ({ current: sender.secret, previous: undefined }) },
      checkIdentity: createIdentityCheck(() => createLocalJWKSet(keySetOf(sender.secret) as JSONWebKeySet)),
      deliveries: coded(createDeliveries(account)),
      deadDeliveries: coded(createDeadDeliveries(account)),
      heartbeats: coded(createHeartbeats(account)),
      queue: queues,
      log: (line) => {
        log.push(line);
      },
      ...changes,
    },
    sender.feed,
  );
  const post = async ({ headers, body }: Pick<Posting, 'headers' | 'body'>) => {
    const startedAtMs = performance.now();
    const request = new HttpRequest({
      method: 'POST',
      url: `https://app.example/api/webhooks/${sender.feed}/${name}`,
      headers: { ...headers },
      params: { source: name },
      body: { bytes: Buffer.from(body) },
    });
    const answer = (await handler(request, fakeInvocation().context)) as HttpResponseInit;
    const retryAfter = new Headers(answer.headers).get('retry-after');
    return { status: answer.status, retryAfter, tookMs: performance.now() - startedAtMs };
  };
  return { post, log };
}

/** What CloudEvents' own specification asks for is the one exception to 200. */
const accepted = (sender: VendorSender): number => (sender.format.startsWith('cloudevents') ? 202 : 200);

/** How many deliveries of a source storage holds, and how many messages name it. */
async function keptOf(name: string): Promise<Readonly<{ deliveries: number; messages: number }>> {
  const table = await storage().table('deliveries');
  let deliveries = 0;
  for await (const { rowKey, partitionKey } of table.listEntities())
    if (rowKey?.startsWith('d:') === true && partitionKey?.endsWith(`:${name}`) === true) deliveries += 1;
  let messages = 0;
  for (const queueName of [QUEUES.deliveries, QUEUES.urgentDeliveries]) {
    const queue = await storage().queue(queueName);
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
    for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
      if (messageText.includes(`"${name}"`)) messages += 1;
      await queue.deleteMessage(messageId, popReceipt);
    }
  }
  return { deliveries, messages };
}

/** Everything that only looks like a delivery of the sender. */
function forgeriesOf(sender: VendorSender): readonly Posting[] {
  const own = postingOf(sender);
  const without = Object.keys(own.headers)
    .filter((header) => header !== 'content-type')
    .map((header) => ({ ...own, headers: { ...own.headers, [header]: '' } }));
  const proofs = new Set(['authorization', 'webhook-signature', 'x-hub-signature', 'x-hub-signature-256']);
  const isProof = (posting: Posting): boolean =>
    Object.entries(posting.headers).some(
      ([header, value]) => value === '' && (proofs.has(header) || header.endsWith('-signature')),
    );
  const changed = Buffer.from(own.body);
  changed[changed.length - 2] = (changed.at(-2) ?? 0) ^ 1;
  const wrong = postingOf(sender, { secret: sender.otherSecret });
  return [
    wrong,
    { ...wrong, headers: { ...own.headers, ...wrong.headers } },
    { ...own, headers: { 'content-type': own.headers['content-type'] ?? '' } },
    ...without.filter(isProof),
    ...(sender.signs
      ? [
          { ...own, body: changed },
          { ...own, body: `${String(own.body)} ` },
        ]
      : []),
  ];
}

describe('before the real storage', () => {
  it.each(named)('nothing of %s reaches table or queue unless it is authentic', async (name, sender) => {
    const { post } = intakeOf(name, sender, storage());
    const forgeries = forgeriesOf(sender);
    const answers: unknown[] = [];
    for (const forgery of forgeries) answers.push((await post(forgery)).status);
    expect(answers).toEqual(forgeries.map(() => 401));
    expect(await keptOf(name)).toEqual({ deliveries: 0, messages: 0 });

    expect(await post(postingOf(sender))).toMatchObject({ status: accepted(sender) });
    expect(await keptOf(name)).toEqual({ deliveries: 1, messages: 1 });
  });
});

describe('one signed body', () => {
  it.each([
    ['github', 'x-github-delivery'],
    ['jira', 'x-atlassian-webhook-identifier'],
  ])('of %s is kept once under a hundred ids of a header that nobody signed', async (format, header) => {
    const sender = vendorSenders.find((one) => one.format === format);
    if (sender === undefined) throw new Error(`No sender ${format}`);
    const name = `copies-${format}`;
    const { post } = intakeOf(name, sender, storage());
    const copies = Array.from({ length: 100 }, (_, at) => {
      const own = postingOf(sender);
      return { ...own, headers: { ...own.headers, [header]: `copy-${at}` } };
    });
    const answers = await Promise.all(copies.map(post));
    expect(answers.map(({ status }) => status)).toEqual(copies.map(() => 200));
    expect((await keptOf(name)).deliveries).toBe(1);
  });
});

describe('what is authentic and refused', () => {
  const timed = named.filter(([, { signs, toleranceMs }]) => signs && toleranceMs !== undefined);
  const shaped = named.filter(([, { bodyType }]) => bodyType !== 'form');

  it.each(timed)(
    'is kept once, whatever its sender repeats: %s, long after it was sent',
    async (name, sender) => {
      const { post } = intakeOf(`late-${name}`, sender, storage());
      const late = postingOf(sender, { atMs: NOW_MS - (sender.toleranceMs ?? 0) - 1_000 });
      for (const posting of [late, late]) expect((await post(posting)).status).toBe(401);
      expect(await keptOf(`late-${name}`)).toEqual({ deliveries: 1, messages: 0 });
      const [dead] = await createDeadDeliveries(storage()).list(sender.feed, `late-${name}`);
      expect(dead?.history).toMatchObject([{ kind: 'refused', code: 'signature-invalid', times: 2 }]);
    },
  );

  it.each(shaped)('is kept once of each cause: %s, of no shape', async (name, sender) => {
    const { post } = intakeOf(`shape-${name}`, sender, storage());
    for (const body of ['{', '{{']) expect((await post(postingOf(sender, { body }))).status).toBe(400);
    expect(await keptOf(`shape-${name}`)).toEqual({ deliveries: 1, messages: 0 });
    const [dead] = await createDeadDeliveries(storage()).list(sender.feed, `shape-${name}`);
    expect(dead?.history).toMatchObject([{ kind: 'refused', code: 'body-invalid', times: 2 }]);
  });

  it.each(timed)('is nothing to keep where it was accepted before: %s', async (name, sender) => {
    const { post } = intakeOf(`again-${name}`, sender, storage());
    const own = postingOf(sender);
    await post(own);
    const late = postingOf(sender, { atMs: NOW_MS - (sender.toleranceMs ?? 0) - 1_000 });
    expect((await post(late)).status).toBe(401);
    expect((await createDeadDeliveries(storage()).list(sender.feed, `again-${name}`)).length).toBe(0);
  });
});

describe('a sender is told what it understands', () => {
  it.each(named)('%s: 200 within its patience, also for what it repeats', async (name, sender) => {
    const { post } = intakeOf(`patience-${name}`, sender, storage());
    for (const status of [accepted(sender), 200]) {
      const answer = await post(postingOf(sender));
      expect(answer).toMatchObject({ status, retryAfter: null });
      expect(answer.tookMs).toBeLessThan(SENDERS_PATIENCE_MS);
    }
  });

  it.each(named)(
    '%s: 200 for what is authentic and nothing of ours, and it is counted',
    async (name, sender) => {
      const { post, log } = intakeOf(`unknown-${name}`, sender, storage());
      const { status } = await post(postingOf(sender, { body: sender.unknownBody }));
      expect(status).toBe(200);
      expect(log).toContainEqual({ event: 'delivery-ignored', feed: sender.feed, source: `unknown-${name}` });
      expect(await keptOf(`unknown-${name}`)).toEqual({ deliveries: 0, messages: 0 });
    },
  );

  const troubles: ReadonlyArray<readonly [string, (sender: VendorSender) => Partial<WebhookHandlerDeps>]> = [
    [
      'while the vault, or whoever issues its tokens, does not answer',
      () => ({
        secrets: createSecretsWithDeadline({ read: () => new Promise(() => undefined) }, 50),
        checkIdentity: async () => {
          throw new AppError('identity-keys-unavailable', 'The keys cannot be read');
        },
      }),
    ],
    [
      'while the secret is not there',
      () => ({
        secrets: {
          read: async () => {
            throw new AppError('secret-missing', 'There is no such secret');
          },
        },
        checkIdentity: async () => {
          throw new AppError('identity-keys-unavailable', 'The keys cannot be read');
        },
      }),
    ],
    [
      'after a fault that nobody foresaw',
      () => ({
        deliveries: {
          insert: async () => {
            throw new TypeError('Cannot read properties of undefined');
          },
        },
      }),
    ],
  ];
  it.each(named)(
    '%s: 503 and to come back within the minute, whatever our trouble is',
    async (name, sender) => {
      for (const [, changes] of troubles) {
        const { post } = intakeOf(`trouble-${name}`, sender, storage(), changes(sender));
        const answer = await post(postingOf(sender));
        expect(answer.status).toBe(503);
        expect(Number(answer.retryAfter)).toBeGreaterThan(0);
        expect(Number(answer.retryAfter)).toBeLessThanOrEqual(LONGEST_RETRY_SECONDS);
        expect(answer.tookMs).toBeLessThan(SENDERS_PATIENCE_MS);
      }
      expect(await keptOf(`trouble-${name}`)).toEqual({ deliveries: 0, messages: 0 });
    },
  );

  describe('while storage is down', () => {
    let down: StorageAccount;
    beforeAll(async () => {
      const [port = 0] = await findFreePorts(1);
      const at = (service: string): string => `${service}Endpoint=http://127.0.0.1:${port}/devstoreaccount1`;
      const account = `AccountName=devstoreaccount1;AccountKey=${Buffer.alloc(32).toString('base64')}`;
      const connectionString = `DefaultEndpointsProtocol=http;${account};${at('Blob')};${at('Queue')};${at('Table')};`;
      down = openStorage({ kind: 'connection-string', connectionString }, sandboxSeal);
    });

    it('each is told 503 before it gives up', async () => {
      const answers = await Promise.all(
        named.map(async ([name, sender]) => {
          const { status, retryAfter, tookMs } = await intakeOf(name, sender, down).post(postingOf(sender));
          return [name, status, Number(retryAfter) <= LONGEST_RETRY_SECONDS, tookMs < SENDERS_PATIENCE_MS];
        }),
      );
      expect(answers).toEqual(named.map(([name]) => [name, 503, true, true]));
    });
  });
});
