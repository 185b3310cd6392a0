import { describe, expect, it } from '@jest/globals';
import {
  faultInSecret,
  faultsInVersions,
  keyInSecret,
  type SecretFault,
  type SecretForm,
  NEW_SECRET_BYTES,
  writeSecret,
} from '../../../shared/domain/secret-form-and-faults';

const bytes = (count: number, different = count): string =>
  Buffer.from(Array.from({ length: count }, (_, at) => at % different)).toString('base64');

describe('a secret', () => {
  it.each<readonly [string, SecretForm, string, SecretFault | undefined]>([
    ['a text of 24 bytes', 'text', 't'.repeat(24), undefined],
    ['a text of 23 bytes', 'text', 't'.repeat(23), 'secret-too-short'],
    ['24 bytes in 12 characters', 'text', 'é'.repeat(12), undefined],
    ['blanks around 23 bytes', 'text', ` ${'t'.repeat(23)}\n`, 'secret-too-short'],
    ['nothing', 'text', '', 'secret-too-short'],
    ['base64 of 24 bytes', 'base64', bytes(24), undefined],
    ['base64 of 23 bytes', 'base64', bytes(23), 'secret-too-short'],
    ['24 characters of base64', 'base64', bytes(18), 'secret-too-short'],
    ['24 bytes of which 8 differ', 'base64', bytes(24, 8), undefined],
    ['24 bytes of which 7 differ', 'base64', bytes(24, 7), 'secret-guessable'],
    ['whsec_ and a byte over and over', 'whsec', `whsec_${bytes(32, 1)}`, 'secret-guessable'],
    ['no base64', 'base64', `!${bytes(24)}`, 'secret-malformed'],
    ['whsec_ and 24 bytes', 'whsec', `whsec_${bytes(24)}`, undefined],
    ['whsec_ and 23 bytes', 'whsec', `whsec_${bytes(23)}`, 'secret-too-short'],
    ['whsec_ and no more', 'whsec', 'whsec_', 'secret-malformed'],
    ['no whsec_', 'whsec', bytes(24), 'secret-malformed'],
    ['a pair of 24 bytes', 'pair', 'id:0123456789abcdef01234', undefined],
    ['a pair of 23 bytes', 'pair', 'id:0123456789abcdef0123', 'secret-too-short'],
  ])('that we make, of %s', (_case, form, secret, fault) => {
    expect(faultInSecret({ form }, secret)).toBe(fault);
  });

  it.each<readonly [string, SecretForm, string, SecretFault | undefined]>([
    ['a text of 16 bytes', 'text', 't'.repeat(16), undefined],
    ['a text of 15 bytes', 'text', 't'.repeat(15), 'secret-too-short'],
    ['16 bytes in 8 characters', 'text', 'é'.repeat(8), undefined],
    ['base64 of 16 bytes', 'base64', bytes(16), undefined],
    ['base64 of 15 bytes', 'base64', bytes(15), 'secret-too-short'],
    ['a pair of 16 bytes', 'pair', 'id:0123456789abc', undefined],
    ['a pair of 15 bytes', 'pair', 'id:0123456789ab', 'secret-too-short'],
    ['a pair whose second part has a colon', 'pair', 'id:0123:456789abc', undefined],
    ['one part', 'pair', '0123456789abcdef', 'secret-malformed'],
    ['nothing before the colon', 'pair', ':0123456789abcdef', 'secret-malformed'],
    ['nothing behind the colon', 'pair', '0123456789abcdef: ', 'secret-malformed'],
  ])('that a vendor makes, of %s', (_case, form, secret, fault) => {
    expect(faultInSecret({ form, issuedBy: 'vendor' }, secret)).toBe(fault);
  });

  it.each<readonly [string, SecretForm, string]>([
    ["Zendesk's", 'text', 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='],
    ["Zendesk's without padding", 'text', 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ'],
    ["GitHub's", 'text', "It's a Secret to Everybody"],
    ["Standard Webhooks'", 'whsec', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ["Standard Webhooks' as Finch has it", 'base64', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ["Finch's with a prefix", 'whsec', 'whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH'],
    ["Svix's", 'whsec', ' whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n'],
    ["Svix's other", 'whsec', 'whsec_plJ3nmyCDGBKInavdOK15jsl'],
  ])('that documentation prints is known: %s', (_case, form, secret) => {
    expect(faultInSecret({ form }, secret)).toBe('secret-published');
  });

  it('is the bytes that its form says', () => {
    const key = Buffer.from(bytes(24), 'base64');
    expect(keyInSecret({ form: 'whsec' }, ` whsec_${bytes(24)}\n`)).toEqual({ key });
    expect(keyInSecret({ form: 'base64' }, bytes(24))).toEqual({ key });
    expect(keyInSecret({ form: 'text' }, bytes(24))).toEqual({ key: Buffer.from(bytes(24)) });
  });

  it('is judged in each version for itself', () => {
    const good = 't'.repeat(24);
    expect(faultsInVersions({ form: 'text' }, { current: good, previous: 'short' })).toEqual({
      current: undefined,
      previous: 'secret-too-short',
    });
    expect(faultsInVersions({ form: 'text' }, { current: 'short', previous: good })).toEqual({
      current: 'secret-too-short',
      previous: undefined,
    });
    expect(faultsInVersions({ form: 'text' }, { current: good, previous: undefined })).toEqual({
      current: undefined,
      previous: undefined,
    });
  });

  it.each(['text', 'base64', 'whsec', 'pair'] as const)(
    'of random bytes in the form %s can be relied on',
    (form) => {
      const random = Buffer.from(bytes(NEW_SECRET_BYTES), 'base64');
      expect(faultInSecret({ form }, writeSecret(form, random))).toBeUndefined();
    },
  );
});
