import { describe, expect, it } from '@jest/globals';
import { parseJsonBody } from '../../../shared/webhooks/json-body';
import { errorOf } from '../../fakes/error-of';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('the JSON of a body', () => {
  it.each<readonly [string, Uint8Array | string, unknown]>([
    ['an object', '{"a":1}', { a: 1 }],
    ['a byte order mark in front', '\uFEFF{"a":1}', { a: 1 }],
    ['32 levels', nested(32), JSON.parse(nested(32))],
    [
      'brackets inside of strings',
      `{"a":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`,
      { a: `${'['.repeat(100)}"${'{'.repeat(100)}` },
    ],
    ['many siblings', `[${'[],'.repeat(100)}[]]`, Array.from({ length: 101 }, () => [])],
    ['text beyond ASCII', '{"name":"Ştefan 😀"}', { name: 'Ştefan 😀' }],
  ])('is read with %s', (_case, body, value) => {
    expect(parseJsonBody(Buffer.from(body))).toEqual(value);
  });

  it('keeps prototype keys as plain members', () => {
    const value = parseJsonBody(Buffer.from('{"__proto__":{"admin":true}}'));
    expect((value as { admin?: boolean }).admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each<readonly [string, Uint8Array | string, string]>([
    ['is empty', '', 'JSON'],
    ['is cut', '{"a":"secret-value', 'JSON'],
    ['has a second byte order mark', '\uFEFF\uFEFF{}', 'JSON'],
    ['is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'UTF-8'],
    ['ends within a character', Uint8Array.of(0x22, 0xe2, 0x82), 'UTF-8'],
    ['is UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'UTF-8'],
    ['has 33 levels', nested(33), 'nested'],
    ['has 500 000 open brackets', '['.repeat(500_000), 'nested'],
    ['has 500 000 open braces', '{"a":'.repeat(500_000), 'nested'],
  ])('is refused when it %s', async (_case, body, word) => {
    const error = await errorOf(() => parseJsonBody(Buffer.from(body)));
    expect(error).toMatchObject({ code: 'body-invalid', message: expect.stringContaining(word) });
    expect(error.message).not.toContain('secret-value');
  });
});
