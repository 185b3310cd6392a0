import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { checkSignature, type SignatureRule, type SigningSecrets } from '../../../shared/webhooks/signature';
import { signatureRuleOf } from '../../fixtures/webhooks/signature-rule';

const rule = signatureRuleOf('hr', 'standard');
// Published by standard-webhooks for the suites of all its libraries.
const vector = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  body: '{"test": 2432232314}',
};
const sentAtMs = 1_614_265_330_000;
const otherSecret = `whsec_${Buffer.from('another key of good length').toString('base64')}`;
const toleranceMs = 300_000;

type Changes = Readonly<{
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
  nowMs?: number;
  secrets?: Partial<SigningSecrets>;
}>;

const vectorHeaders = {
  'webhook-id': vector.id,
  'webhook-timestamp': vector.timestamp,
  'webhook-signature': vector.signature,
};

function check({
  headers = vectorHeaders,
  body = vector.body,
  nowMs = sentAtMs,
  secrets = {},
}: Changes = {}) {
  return checkSignature(
    rule,
    { headers: new Headers(headers), rawBody: Buffer.from(body), nowMs },
    { current: vector.secret, previous: undefined, ...secrets },
  );
}

const good = { verified: true, id: vector.id, secret: 'current' };

describe('a Standard Webhooks signature', () => {
  it('verifies the published vector', () => {
    expect(check()).toEqual(good);
  });

  it.each([
    [
      'among signatures of another version and another key',
      `v1a,AAAA v1,${'A'.repeat(43)}= ${vector.signature}`,
    ],
    ['without the padding', vector.signature.slice(0, -1)],
    ['as the 16th of a list', `${`v1,${'A'.repeat(43)}= `.repeat(15)}${vector.signature}`],
  ])('verifies %s', (_case, signature) => {
    expect(check({ headers: { ...vectorHeaders, 'webhook-signature': signature } })).toEqual(good);
  });

  it('verifies under the older svix names', () => {
    const headers = {
      'svix-id': vector.id,
      'svix-timestamp': vector.timestamp,
      'svix-signature': vector.signature,
    };
    expect(check({ headers })).toEqual(good);
  });

  it('never mixes two sets of names, so a replay cannot borrow another id', () => {
    const svix = {
      'svix-id': vector.id,
      'svix-timestamp': vector.timestamp,
      'svix-signature': vector.signature,
    };
    expect(check({ headers: { ...svix, 'webhook-id': 'msg_other' } })).toEqual(good);
    expect(check({ headers: { ...svix, 'webhook-signature': vector.signature } })).toEqual({
      verified: false,
      reason: 'id-missing',
    });
  });

  it.each([
    ['the signature is missing', { 'webhook-signature': undefined }, 'signature-missing'],
    ['the id is missing', { 'webhook-id': undefined }, 'id-missing'],
    ['the id is empty', { 'webhook-id': '' }, 'id-missing'],
    ['the id is another', { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJel' }, 'signature-mismatch'],
    ['the timestamp is missing', { 'webhook-timestamp': undefined }, 'timestamp-missing'],
    ['the timestamp is another', { 'webhook-timestamp': '1614265331' }, 'signature-mismatch'],
    ['the signature is empty', { 'webhook-signature': '' }, 'signature-missing'],
    ['the signature is the prefix alone', { 'webhook-signature': 'v1,' }, 'signature-mismatch'],
    ['the version is missing', { 'webhook-signature': vector.signature.slice(3) }, 'signature-mismatch'],
    [
      'the version is another',
      { 'webhook-signature': `v2,${vector.signature.slice(3)}` },
      'signature-mismatch',
    ],
    ['the signature is cut', { 'webhook-signature': vector.signature.slice(0, -2) }, 'signature-mismatch'],
    [
      'the last digit is another',
      { 'webhook-signature': vector.signature.replace('OE=', 'OF=') },
      'signature-mismatch',
    ],
    [
      'the case is another',
      { 'webhook-signature': vector.signature.replace('g0h', 'G0h') },
      'signature-mismatch',
    ],
    [
      'it is the 17th of a list',
      { 'webhook-signature': `${'v1,AAAA '.repeat(16)}${vector.signature}` },
      'signature-mismatch',
    ],
  ])('is refused when %s', (_case, changed, reason) => {
    const headers = Object.fromEntries(
      Object.entries({ ...vectorHeaders, ...changed }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    expect(check({ headers })).toEqual({ verified: false, reason });
  });

  it.each([
    ['one byte is another', '{"test": 2432232315}'],
    ['the last byte is cut', vector.body.slice(0, -1)],
    ['a byte is added', `${vector.body}\n`],
    ['a byte order mark is added', `\uFEFF${vector.body}`],
    ['the JSON is written anew', '{"test":2432232314}'],
    ['it is empty', ''],
  ])('is refused when in the body %s', (_case, body) => {
    expect(check({ body })).toEqual({ verified: false, reason: 'signature-mismatch' });
  });

  it('is made over bytes, not over text', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const signature = createHmac('sha256', Buffer.from(vector.secret.slice(6), 'base64'))
      .update(Buffer.concat([Buffer.from(`${vector.id}.${vector.timestamp}.`), body]))
      .digest('base64');
    expect(check({ body, headers: { ...vectorHeaders, 'webhook-signature': `v1,${signature}` } })).toEqual(
      good,
    );
  });

  it.each([
    ['on the tolerance after it was sent', sentAtMs + toleranceMs, good],
    ['on the tolerance before it was sent', sentAtMs - toleranceMs, good],
    [
      'one past it after',
      sentAtMs + toleranceMs + 1,
      { verified: false, reason: 'timestamp-stale', id: vector.id },
    ],
    [
      'one past it before',
      sentAtMs - toleranceMs - 1,
      { verified: false, reason: 'timestamp-future', id: vector.id },
    ],
  ])('is judged by its time: %s', (_case, nowMs, verdict) => {
    expect(check({ nowMs })).toEqual(verdict);
  });

  it.each([
    'soon',
    '-1614265330',
    '1.6e9',
    ' 1614265330.5',
    '0x60380000',
    '9999999999999',
    '1614265330,1614265330',
  ])('is refused with the signed but unreadable time %j', (timestamp) => {
    const signature = createHmac('sha256', Buffer.from(vector.secret.slice(6), 'base64'))
      .update(`${vector.id}.${timestamp.trim()}.${vector.body}`)
      .digest('base64');
    const headers = {
      ...vectorHeaders,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    expect(check({ headers })).toEqual({
      verified: false,
      reason: 'timestamp-unreadable',
      id: vector.id,
    });
  });
});

describe('the secrets of a sender', () => {
  it('may be two while they are being exchanged', () => {
    expect(check({ secrets: { current: otherSecret, previous: vector.secret } })).toEqual({
      ...good,
      secret: 'previous',
    });
    expect(check({ secrets: { current: vector.secret, previous: otherSecret } })).toEqual(good);
  });

  it('verify nothing once neither is the right one', () => {
    expect(check({ secrets: { current: otherSecret, previous: otherSecret } })).toMatchObject({
      verified: false,
    });
  });

  it('may carry the blanks of a careless paste', () => {
    expect(check({ secrets: { current: ` ${vector.secret}\r\n` } })).toEqual(good);
  });

  it.each([
    ['empty', ''],
    ['blank', '   '],
    ['only the prefix', 'whsec_'],
    ['without the prefix', vector.secret.slice(6)],
    ['not base64', 'whsec_MfKQ9r8GKYqr!wjUPD8ILPZIo2LaLaSw'],
    ['base64 of 23 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
  ])('are refused when the current one is %s', (_case, current) => {
    expect(() => check({ secrets: { current } })).toThrow(
      expect.objectContaining({ code: 'secret-invalid' }),
    );
  });

  it('may have a key of 24 bytes', () => {
    const current = `whsec_${Buffer.from('a plain key of 24 bytes.').toString('base64')}`;
    expect(check({ secrets: { current } })).toEqual({ verified: false, reason: 'signature-mismatch' });
  });

  it.each(['', 'whsec_', 'changeme'])(
    'do not verify with the unusable previous one %j, and still with the current',
    (previous) => {
      expect(check({ secrets: { previous } })).toEqual(good);
      const signature = createHmac('sha256', Buffer.alloc(0))
        .update(`${vector.id}.${vector.timestamp}.${vector.body}`)
        .digest('base64');
      const headers = { ...vectorHeaders, 'webhook-signature': `v1,${signature}` };
      expect(check({ headers, secrets: { previous } })).toEqual({
        verified: false,
        reason: 'signature-mismatch',
      });
    },
  );

  it('are never a part of the message about them', () => {
    const current = 'my-secret-1';
    expect(() => check({ secrets: { current } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(current) }),
    );
  });
});

describe('the rule of another sender', () => {
  const secret = 'a text of twenty-four bytes';
  const body = 'payload';
  const text: SignatureRule = {
    algorithm: 'sha256',
    encoding: 'hex',
    key: 'text',
    signed: ['body'],
    headers: [{ signature: 'x-signature' }],
    prefix: '',
    list: 'none',
    timestamp: undefined,
  };
  const hmac = (
    data: string,
    encoding: 'hex' | 'base64' | 'base64url',
    algorithm = 'sha256',
    key: string | Buffer = secret,
  ) => createHmac(algorithm, key).update(data).digest(encoding);
  const time = '2026-03-01T12:00:00.000Z';
  const timeMs = Date.parse(time);
  const base64Key = Buffer.from('a key of twenty-four bytes').toString('base64');

  it.each<readonly [string, Partial<SignatureRule>, string, Readonly<Record<string, string>>]>([
    [
      'prefixed hex over the body',
      { prefix: 'sha256=' },
      secret,
      { 'x-signature': `sha256=${hmac(body, 'hex')}` },
    ],
    ['hex in capitals', {}, secret, { 'x-signature': hmac(body, 'hex').toUpperCase() }],
    [
      'SHA-512 in base64',
      { algorithm: 'sha512', encoding: 'base64' },
      secret,
      { 'x-signature': hmac(body, 'base64', 'sha512') },
    ],
    [
      'base64url with padding',
      { encoding: 'base64url' },
      secret,
      { 'x-signature': `${hmac(body, 'base64url')}=` },
    ],
    [
      'a base64 key',
      { key: 'base64' },
      base64Key,
      { 'x-signature': hmac(body, 'hex', 'sha256', Buffer.from(base64Key, 'base64')) },
    ],
    [
      'body and time without a separator',
      {
        signed: ['body', 'timestamp'],
        headers: [{ signature: 'x-signature', timestamp: 'x-time' }],
        timestamp: { format: 'iso-8601', toleranceMs: 1_000 },
      },
      secret,
      { 'x-signature': hmac(body + time, 'hex'), 'x-time': time },
    ],
  ])('verifies %s', (_case, changes, current, headers) => {
    const other = { ...text, ...changes };
    const delivery = { headers: new Headers(headers), rawBody: Buffer.from(body), nowMs: timeMs + 1_000 };
    const secrets = { current, previous: undefined };
    expect(checkSignature(other, delivery, secrets)).toMatchObject({ verified: true });
    expect(checkSignature(other, { ...delivery, rawBody: Buffer.from('Payload') }, secrets)).toEqual({
      verified: false,
      reason: 'signature-mismatch',
    });
  });

  it.each([
    [time, 1_001, 'timestamp-stale'],
    [time, -1_001, 'timestamp-future'],
    ['2026-03-01T12:00:00', 0, 'timestamp-unreadable'],
    ['2026-99-01T12:00:00Z', 0, 'timestamp-unreadable'],
  ])('judges the signed ISO time %s, %i ms later, as %s', (sent, laterMs, reason) => {
    const iso: SignatureRule = {
      ...text,
      signed: ['timestamp', 'body'],
      headers: [{ signature: 'x-signature', timestamp: 'x-time' }],
      timestamp: { format: 'iso-8601', toleranceMs: 1_000 },
    };
    const headers = new Headers({ 'x-signature': hmac(sent + body, 'hex'), 'x-time': sent });
    const delivery = { headers, rawBody: Buffer.from(body), nowMs: timeMs + laterMs };
    expect(checkSignature(iso, delivery, { current: secret, previous: undefined })).toEqual({
      verified: false,
      reason,
    });
  });
});
