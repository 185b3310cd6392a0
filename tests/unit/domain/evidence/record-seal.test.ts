import { describe, expect, it } from '@jest/globals';
import { parseEvidenceKeys } from '../../../../shared/secrets/evidence-key';
import { createRecordSeal, createSealReader } from '../../../../shared/domain/evidence/record-seal';
import { errorOf } from '../../../fakes/error-of';
import { evidenceSecret } from '../../../fakes/evidence-secret';

const [first, second] = [evidenceSecret(1), evidenceSecret(2)];
const place = { table: 'ledger', partitionKey: 'acme:person:ana', rowKey: 'state' };
const text = '{"grants":[]}';

describe('the seal of a row', () => {
  const seal = createRecordSeal(parseEvidenceKeys(first));
  const found = seal.of(place, text);

  it('fits what was sealed, where it was sealed', () => {
    expect(seal.fits(place, text, found)).toBe(true);
  });

  it.each([
    ['another text', place, `${text} `],
    ['no text', place, ''],
    ['another person', { ...place, partitionKey: 'acme:person:bo' }, text],
    ['another row', { ...place, rowKey: 'e:0000000001' }, text],
    ['another table', { ...place, table: 'plans' }, text],
    ['a part of the place moved into the text', { ...place, rowKey: '' }, `state${text}`],
  ])('does not fit %s', (_what, where, what) => {
    expect(seal.fits(where, what, found)).toBe(false);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 1],
    ['the key id alone', found.slice(0, 9)],
    ['one that is cut off', found.slice(0, -2)],
    ['one that goes on', `${found}AA`],
    ['another key id', `00000000${found.slice(8)}`],
    ['the seal of another key', createRecordSeal(parseEvidenceKeys(second)).of(place, text)],
  ])('is not %s', (_what, given) => {
    expect(seal.fits(place, text, given)).toBe(false);
  });

  it('outlives a rotation: the new key is read before it writes, the former one after', () => {
    const [before, added, rotated] = [first, `${first} ${second}`, `${second}\n${first}`].map((secret) =>
      createRecordSeal(parseEvidenceKeys(secret)),
    );
    const [old, young] = [before?.of(place, text), rotated?.of(place, text)];
    expect(added?.of(place, text)).toBe(old);
    expect([added?.fits(place, text, young), rotated?.fits(place, text, old)]).toEqual([true, true]);
    expect(before?.fits(place, text, young)).toBe(false);
  });

  it('is missed from no row once those of an earlier version are no longer taken', () => {
    let accepts = true;
    const lenient = createRecordSeal(parseEvidenceKeys(first), () => accepts);
    expect(lenient.fits(place, text, undefined)).toBe(true);
    expect(lenient.fits(place, text, 'forged')).toBe(false);
    accepts = false;
    expect(lenient.fits(place, text, undefined)).toBe(false);
  });

  it('is made anew when other keys are read', async () => {
    let keys = parseEvidenceKeys(first);
    const read = createSealReader(async () => keys);
    const made = await read();
    expect(await read()).toBe(made);
    keys = parseEvidenceKeys(`${second} ${first}`);
    expect((await read()).of(place, text)).not.toBe(made.of(place, text));
  });
});

describe('evidence keys', () => {
  it('have an id that tells nothing of them, and a key for each purpose', () => {
    const [{ id, seal, log, signing }] = parseEvidenceKeys(first);
    expect(id).toMatch(/^[\da-f]{8}$/);
    expect(
      new Set([seal, log, signing, Buffer.from(first, 'base64')].map((key) => key.toString('hex'))).size,
    ).toBe(4);
    expect([seal.length, log.length, signing.length]).toEqual([32, 32, 32]);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['31 bytes', Buffer.alloc(31, 1).toString('base64')],
    ['something else than base64', 'a passphrase that somebody made up, long enough'],
    ['a second key that is short', `${first} AAAA`],
    [
      '32 bytes of which 15 differ',
      Buffer.from(Array.from({ length: 32 }, (_, at) => at % 15)).toString('base64'),
    ],
  ])('are refused for %s, without a word of what was given', async (_what, secret) => {
    const error = await errorOf(() => parseEvidenceKeys(secret));
    expect(error.code).toBe('secret-invalid');
    expect(error.message).toContain('openssl rand -base64 32');
    expect(error.message).not.toContain(secret.trim() === '' ? 'AAAA' : secret);
  });
});

describe('the keys in a secret', () => {
  it('count once each, in their order', () => {
    const ids = (secret: string): readonly string[] => parseEvidenceKeys(secret).map(({ id }) => id);
    const [one = '', two = ''] = ids(`${first} ${second}`);
    expect(one).not.toBe(two);
    expect(ids(`${first} ${second} ${first.replace(/=+$/, '')}\n${second}`)).toEqual([one, two]);
  });
});
