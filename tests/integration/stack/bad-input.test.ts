import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, BEN, GROUPS, MALLORY, ORGANIZATION, SECRET_NAMES } from '../../../sandbox/demo-organization';
import { requestApproved, workerJoined } from '../../../sandbox/events';
import { deliver, signPosting } from '../../../sandbox/sender';
import { startStack, type Stack } from '../../../sandbox/stack';
import { signedHeaders } from '../../fakes/signed-delivery';
import { eventually, send, type Answer } from './calls';

const MAX_BODY_BYTES = 4096;
/** Several senders give a delivery up after three seconds without an answer. */
const SENDERS_PATIENCE_MS = 3_000;
/** Stands in payloads, and must stand nowhere else. */
const PRIVATE = 'zq-private-zq';
const joiner = workerJoined('nobody@acme.example', { department: PRIVATE });

const log: string[] = [];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    settings: { MAX_BODY_BYTES: String(MAX_BODY_BYTES) },
    onLog: (line) => {
      log.push(line);
    },
  });
}, 180_000);
afterAll(async () => stack.close());

type Sent = Readonly<{ headers?: Readonly<Record<string, string>>; path?: string; chunks?: number }>;

/** Posts a body as the HR system would; given headers replace its own. */
async function post(body: string, { headers = {}, path, chunks = 0 }: Sent = {}): Promise<Answer> {
  const { url, signingSecret } = stack.hr();
  const signed = signPosting(signingSecret, body).headers;
  const bytes = Buffer.from(body);
  const size = Math.ceil(bytes.length / Math.max(1, chunks));
  const pieces = Array.from({ length: Math.max(1, chunks) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return send(path === undefined ? url : new URL(path, url).href, {
    method: 'POST',
    pieces,
    headers: {
      ...signed,
      ...(chunks === 0 ? { 'content-length': String(bytes.length) } : {}),
      ...headers,
    },
  });
}

/** The whole answer to a caller, but for the id of the invocation. */
function told({ status, headers, json }: Answer): object {
  const { date: _, ...rest } = headers;
  return {
    status,
    headers: { ...rest, 'content-length': undefined },
    body: { ...json, instance: undefined },
  };
}

/** What a caller can rely on in a problem document. */
function problem({ status, headers, json }: Answer): object {
  const { code, title, instance } = json;
  const isWhole = json['status'] === status && typeof title === 'string' && typeof instance === 'string';
  return { status, code, type: headers['content-type'], isWhole };
}

function problemWith(status: number, code: string): object {
  return { status, code, type: 'application/problem+json', isWhole: true };
}

function ofBytes(bytes: number): string {
  const body = JSON.stringify(joiner);
  return body + ' '.repeat(bytes - Buffer.byteLength(body));
}

function leaks(text: string): readonly string[] {
  const secret = stack.hr().signingSecret;
  const needles = [PRIVATE, 'nobody@', secret, secret.slice('whsec_'.length), 'node_modules', '    at '];
  return needles.filter((needle) => text.includes(needle));
}

describe('the size of a body', () => {
  it('is fine on the cap', async () => {
    expect((await post(ofBytes(MAX_BODY_BYTES))).status).toBe(200);
    expect((await post(ofBytes(MAX_BODY_BYTES), { chunks: 5 })).status).toBe(200);
  });

  it('is refused one byte above it, by what it announces', async () => {
    expect(problem(await post(ofBytes(MAX_BODY_BYTES + 1)))).toEqual(problemWith(413, 'body-too-large'));
  });

  it('is refused one byte above it, counted while it comes in pieces', async () => {
    expect(problem(await post(ofBytes(MAX_BODY_BYTES + 1), { chunks: 5 }))).toEqual(
      problemWith(413, 'body-too-large'),
    );
  });
});

describe('a signature', () => {
  const body = JSON.stringify(joiner);
  const own = (secret: string, atMs: number) => signedHeaders(body, { atMs, secret });
  const nothing = { 'webhook-id': '', 'webhook-timestamp': '', 'webhook-signature': '' };
  const refused: ReadonlyArray<readonly [string, () => Readonly<Record<string, string>>]> = [
    ['is missing', () => nothing],
    ['has no time', () => ({ 'webhook-timestamp': '' })],
    ['has a time that is none', () => ({ 'webhook-timestamp': 'noon' })],
    ['is of another secret', () => own(`whsec_${Buffer.alloc(32).toString('base64')}`, Date.now())],
    ['is no signature', () => ({ 'webhook-signature': 'v1,AAAA' })],
    ['is of another version', () => ({ 'webhook-signature': 'v2,AAAA' })],
    ['is an hour old', () => own(stack.hr().signingSecret, Date.now() - 3_600_000)],
    ['is of the next hour', () => own(stack.hr().signingSecret, Date.now() + 3_600_000)],
    ['is of another id', () => ({ 'webhook-id': 'msg_other' })],
  ];

  it.each(refused)('that %s is a 401', async (_, headers) => {
    expect(problem(await post(body, { headers: headers() }))).toEqual(problemWith(401, 'signature-invalid'));
  });

  it('that is refused is told the same whatever is wrong with it', async () => {
    const answers = await Promise.all(refused.map(async ([, headers]) => post(body, { headers: headers() })));
    const [first] = answers.map(told);
    expect(answers.map(told)).toEqual(answers.map(() => first));
  });

  it('of other bytes than those that came is a 401', async () => {
    const forged = signPosting(stack.hr().signingSecret, body);
    const answer = await post(body.replace(PRIVATE, 'Finance'), { headers: forged.headers });
    expect(problem(answer)).toEqual(problemWith(401, 'signature-invalid'));
  });

  it('of one feed opens no other', async () => {
    const answer = await post(body, { path: '/api/webhooks/tickets/standard' });
    expect(problem(answer)).toEqual(problemWith(401, 'signature-invalid'));
  });
});

describe('an address or a form that nobody knows', () => {
  it.each(['hr/nobody', 'tickets/nobody', 'hr/..%2f..%2fadmin', `hr/${'a'.repeat(60)}`, 'hr/%00'])(
    'is a 404 for %s',
    async (source) => {
      expect(problem(await post('{}', { path: `/api/webhooks/${source}` }))).toEqual(
        problemWith(404, 'source-unknown'),
      );
    },
  );

  it.each(['text/plain', 'application/xml', 'application/json; charset=latin1', ''])(
    'is a 415 for the content type "%s"',
    async (type) => {
      const answer = await post(JSON.stringify(joiner), { headers: { 'content-type': type } });
      expect(problem(answer)).toEqual(problemWith(415, 'content-type-unsupported'));
    },
  );
});

describe('a signed body that is not valid', () => {
  it.each([
    ['worker.email', { ...joiner, worker: { email: PRIVATE } }],
    ['occurredAt', { ...joiner, occurredAt: PRIVATE }],
    ['type', { ...joiner, type: PRIVATE }],
    ['id', { ...joiner, id: undefined }],
    ['schemaVersion', { ...joiner, schemaVersion: PRIVATE }],
  ])('is a 400 that names %s and not its value', async (field, body) => {
    const answer = await post(JSON.stringify(body));
    expect(problem(answer)).toEqual(problemWith(400, 'body-invalid'));
    expect(answer.json['errors']).toEqual([expect.objectContaining({ field })]);
    expect(answer.text).not.toContain(PRIVATE);
  });

  it('is a 400 that names the time of a joiner who is said to join in an hour; a leaver is taken', async () => {
    const occurredAt = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await post(JSON.stringify({ ...joiner, occurredAt }));
    expect(problem(answer)).toEqual(problemWith(400, 'body-invalid'));
    expect(answer.json['errors']).toEqual([
      {
        field: 'occurredAt',
        problem: "Must not be later than its arrival: check the sender's clock and zone",
      },
    ]);
    const leaver = { ...joiner, type: 'worker.left', immediate: true, occurredAt };
    expect((await post(JSON.stringify(leaver))).status).toBe(200);
  });

  it.each([
    ['no JSON', `{"${PRIVATE}`],
    ['nothing', ''],
    ['a list', `["${PRIVATE}"]`],
    ['nested too deep', `${'['.repeat(40)}"${PRIVATE}"${']'.repeat(40)}`],
  ])('is a 400 for %s', async (_, body) => {
    const answer = await post(body);
    expect(problem(answer)).toEqual(problemWith(400, 'body-invalid'));
    expect(leaks(answer.text)).toEqual([]);
  });
});

describe('an access request', () => {
  const ticket = { requester: ANA, approver: BEN };
  const grant = { kind: 'grant', person: ANA, group: GROUPS.support };
  const hour = 3_600_000;
  const ask = async (id: string, action: object, people = ticket): Promise<void> => {
    const sent = await deliver(stack.tickets, requestApproved(people, action, id), { id });
    expect(sent.status).toBe(200);
  };
  const stateOf = async (id: string, key = stack.host().functionKey): Promise<Answer> =>
    send(`${stack.host().url}/api/requests/${ORGANIZATION}/${id}`, { headers: { 'x-functions-key': key } });
  const reaches = async (id: string, state: string): Promise<Answer> =>
    eventually(`${id} is ${state}`, async () => {
      const answer = await stateOf(id);
      return answer.json['state'] === state && answer;
    });

  afterEach(() => stack.uipath.clearFaults());

  it('is refused, applied, waiting, blocked or pending, and tells so', async () => {
    await ask('R-refused', { ...grant, duration: 'PT1H' }, { requester: BEN, approver: ANA });
    await ask('R-applied', { ...grant, duration: 'PT1H' });
    await ask('R-waiting', {
      ...grant,
      validFrom: new Date(Date.now() + hour).toISOString(),
      until: new Date(Date.now() + 3 * hour).toISOString(),
    });
    await ask('R-blocked', { ...grant, person: 'not.there@acme.example', duration: 'PT1H' });
    expect((await reaches('R-refused', 'refused')).json['refusal']).toEqual(expect.any(String));
    await reaches('R-waiting', 'waiting');
    await reaches('R-blocked', 'blocked');
    const applied = await reaches('R-applied', 'applied');
    expect(applied.json).toMatchObject({
      group: GROUPS.support,
      organization: ORGANIZATION,
      action: 'grant',
    });

    await ask('R-revoke', {
      kind: 'revoke',
      person: ANA,
      group: GROUPS.support,
      grantRequestId: 'R-applied',
    });
    await reaches('R-revoke', 'applied');
    await reaches('R-applied', 'ended');

    stack.uipath.inject({ kind: 'reset', match: { organization: ORGANIZATION }, times: 'always' });
    await ask(
      'R-pending',
      { ...grant, person: MALLORY, duration: 'PT1H' },
      {
        requester: ANA,
        approver: BEN,
      },
    );
    await reaches('R-pending', 'pending');
  }, 180_000);

  it('that nobody made is a 404', async () => {
    expect(problem(await stateOf('R-none'))).toEqual(problemWith(404, 'request-unknown'));
  });

  it('is shown to nobody without a key', async () => {
    expect((await stateOf('R-applied', 'wrong')).status).toBe(401);
  });
});

describe('when something that it needs is down', () => {
  const readiness = async (key = stack.host().functionKey): Promise<Answer> =>
    send(`${stack.host().url}/api/health/ready`, { headers: { 'x-functions-key': key } });
  const broken = ({ json }: Answer): readonly unknown[] =>
    (json['checks'] as Array<Readonly<{ name: string; ok: boolean; code?: string; skipped?: unknown }>>)
      .filter((check) => !check.ok && check.skipped === undefined)
      .map(({ name, code }) => `${name} ${code ?? ''}`);

  it('says that it is alive to anybody, and whether it is ready only with a key', async () => {
    const alive = await send(`${stack.host().url}/api/health`);
    expect([alive.status, alive.json]).toEqual([200, { status: 'alive' }]);
    expect((await readiness('wrong')).status).toBe(401);
    const ready = await readiness();
    expect(ready.status).toBe(200);
    expect([ready.json['ready'], broken(ready)]).toEqual([true, []]);
  });

  it('names the one part that is broken', async () => {
    const { uipath } = stack;
    uipath.inject({ kind: 'answer', status: 403, match: { endpoint: 'G8' }, times: 'always' });
    const answer = await readiness();
    uipath.clearFaults();
    expect(answer.status).toBe(503);
    expect(broken(answer)).toEqual([expect.stringMatching(/^organization:acme uipath-/)]);
  });

  it('is not ready while anybody could sign for a source, and says so once', async () => {
    const published = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { url, signingSecret: own } = stack.tickets();
    const lines = (): readonly unknown[] =>
      log.filter((line) => line.includes('secret-unusable')).map((line) => /"version":"\w+"/.exec(line)?.[0]);
    stack.vault.setSecret(SECRET_NAMES.tickets, published);
    await stack.killAndRestart();
    expect(broken(await readiness())).toEqual(['source:ticket/standard secret-published']);
    const body = '{"type":"ping"}';
    for (const secret of [published, published, own]) {
      const { headers } = signPosting(secret, body);
      const answer = await send(url, { method: 'POST', pieces: [Buffer.from(body)], headers });
      expect(problem(answer)).toEqual(problemWith(503, 'secret-invalid'));
    }
    expect(lines()).toEqual(['"version":"current"']);
    expect(log.join('\n')).not.toContain(published.slice('whsec_'.length));

    stack.vault.setSecret(SECRET_NAMES.tickets, own);
    await stack.killAndRestart();
    const ready = await readiness();
    expect(ready.status).toBe(200);
    expect(ready.json['checks']).toContainEqual(
      expect.objectContaining({
        name: 'source:ticket/standard',
        ok: true,
        previousSecret: 'secret-published',
      }),
    );
    const { headers } = signPosting(own, body);
    await send(url, { method: 'POST', pieces: [Buffer.from(body)], headers });
    expect(lines()).toEqual(['"version":"current"', '"version":"previous"']);
  }, 180_000);

  it('asks senders to come back while a cold process cannot read its secrets, and takes the delivery after that', async () => {
    await stack.killAndRestart();
    stack.vault.injectFault({ isDown: true });
    const body = JSON.stringify(workerJoined('vault@acme.example', {}));
    const answer = await post(body);
    expect(problem(answer)).toEqual(problemWith(503, 'vault-unavailable'));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const ready = await readiness();
    expect(broken(ready)).toEqual(expect.arrayContaining(['vault:acme vault-unavailable']));
    expect(broken(ready)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(policy|storage) /)]));
    stack.vault.clearFaults();
    await eventually('the vault is asked again', async () => (await post(body)).status === 200);
  }, 180_000);

  it('asks senders to come back while storage is down, before they give up', async () => {
    await stack.azurite.close();
    const startedAtMs = Date.now();
    const answer = await post(JSON.stringify(joiner));
    const tookMs = Date.now() - startedAtMs;
    expect(problem(answer)).toEqual(problemWith(503, 'storage-unavailable'));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(SENDERS_PATIENCE_MS);
    expect(leaks(answer.text)).toEqual([]);
  }, 180_000);

  it('has written no payload, secret or stack to its log', () => {
    const text = log.join('\n');
    for (const code of ['signature-invalid', 'body-invalid', 'body-too-large', 'vault-unavailable'])
      expect(text).toContain(code);
    expect(leaks(text)).toEqual([]);
  });
});
