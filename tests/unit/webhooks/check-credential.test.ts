import { describe, expect, it } from '@jest/globals';
import { checkCredential, secretNeedOf, type Credential } from '../../../shared/webhooks/check-credential';
import { formatsOf, webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { checkSignature } from '../../../shared/webhooks/signature';
import { signatureRuleOf } from '../../fixtures/webhooks/signature-rule';
import { errorOf } from '../../fakes/error-of';

const bearer: Credential = { trust: 'bearer', token: { headers: ['authorization', 'x-webhook-token'] } };
const token = 'webhook-user:a token of good length';
const other = 'webhook-user:a token of good lengti';
const basic = Buffer.from(token).toString('base64');

function check(
  headers: Readonly<Record<string, string>>,
  secrets: Readonly<{ current: string; previous: string | undefined }> = {
    current: token,
    previous: undefined,
  },
) {
  return checkCredential(
    bearer,
    { headers: new Headers(headers), rawBody: new Uint8Array(), nowMs: 0 },
    secrets,
  );
}

describe('a token', () => {
  it.each([
    ['as it is', { authorization: token }],
    ['after Bearer', { authorization: `Bearer ${'t'.repeat(24)}` }, 't'.repeat(24)],
    ['after bearer in lower case', { authorization: `bearer ${'t'.repeat(24)}` }, 't'.repeat(24)],
    ['in the Basic form', { authorization: `Basic ${basic}` }],
    ['in a header of its own', { 'x-webhook-token': token }],
    ['with a blank after it in the vault', { authorization: token }, `${token}\n`],
  ])('is taken %s', (_case, headers, current = token) => {
    expect(check(headers, { current, previous: undefined })).toEqual({
      verified: true,
      secret: 'current',
      id: undefined,
    });
  });

  it('is taken when it is the previous one', () => {
    expect(check({ authorization: token }, { current: other, previous: token })).toMatchObject({
      verified: true,
      secret: 'previous',
    });
  });

  it.each<readonly [string, Record<string, string>, string]>([
    ['missing', {}, 'token-missing'],
    ['empty', { authorization: '' }, 'token-missing'],
    ['another', { authorization: other }, 'token-mismatch'],
    ['cut', { authorization: token.slice(0, -1) }, 'token-mismatch'],
    ['continued', { authorization: `${token}x` }, 'token-mismatch'],
    [
      'the Basic form of another',
      { authorization: `Basic ${Buffer.from(other).toString('base64')}` },
      'token-mismatch',
    ],
    ['decoded after Basic', { authorization: `Basic ${token}` }, 'token-mismatch'],
    ['a scheme and nothing', { authorization: 'Bearer ' }, 'token-mismatch'],
    ['very long', { authorization: `Bearer ${' '.repeat(8_000)}${token}` }, 'token-mismatch'],
    [
      'in the second header behind a wrong first',
      { authorization: other, 'x-webhook-token': token },
      'token-mismatch',
    ],
  ])('is refused when it is %s', (_case, headers, reason) => {
    expect(check(headers)).toEqual({ verified: false, reason });
  });

  it('in Basic form stands for a user and a password only', () => {
    const current = 'no colon, but long enough';
    const authorization = `Basic ${Buffer.from(current).toString('base64')}`;
    expect(check({ authorization }, { current, previous: undefined })).toMatchObject({ verified: false });
  });

  it('has at least 24 bytes', async () => {
    const short = 't'.repeat(23);
    const error = await errorOf(() =>
      check({ authorization: short }, { current: short, previous: undefined }),
    );
    expect(error).toMatchObject({ code: 'secret-invalid' });
    expect(check({ authorization: short }, { current: token, previous: short })).toMatchObject({
      verified: false,
    });
    const long = 't'.repeat(24);
    expect(check({ authorization: long }, { current: long, previous: undefined })).toMatchObject({
      verified: true,
    });
  });
});

describe('a secret that documentation prints', () => {
  const published = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';

  it('is refused, whatever blanks are around it', async () => {
    const error = await errorOf(() => check({}, { current: ` ${published}\n`, previous: undefined }));
    expect(error).toMatchObject({ code: 'secret-invalid' });
    expect(error.message).not.toContain(published);
  });

  it('is passed over as a previous one', () => {
    expect(check({ authorization: published }, { current: token, previous: published })).toMatchObject({
      verified: false,
    });
  });
});

describe('a signature as vendors publish it', () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  it('is verified for GitHub', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const delivery = {
      headers: new Headers({ 'x-hub-signature-256': signature }),
      rawBody: Buffer.from('Hello, World!'),
      nowMs: 0,
    };
    expect(
      checkSignature(signatureRuleOf('ticket', 'github'), delivery, {
        current: "It's a Secret to Everybody",
        previous: undefined,
      }),
    ).toMatchObject({ verified: true });
  });
});

describe('the secret of a sender', () => {
  it('has the length that its vendor gives it, or 24 bytes where we make it', () => {
    const made = (['hr', 'ticket'] as const).flatMap((feed) =>
      formatsOf(feed).flatMap((format) => {
        const credential = webhookFormatOf(feed, format)?.credential;
        if (credential === undefined || credential.trust === 'identity') return [];
        return secretNeedOf(credential).issuedBy === 'vendor' ? [format] : [];
      }),
    );
    expect(made).toEqual(['bamboohr', 'bamboohr-fields', 'finch', 'hibob', 'merge', 'zendesk']);
  });
});
