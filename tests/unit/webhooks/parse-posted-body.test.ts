import { describe, expect, it } from '@jest/globals';
import { parsePosted } from '../../../shared/webhooks/parse-posted-body';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a posted body', () => {
  it('is read once for all who ask for the same bytes one after the other', () => {
    const posted = { rawBody: bytes('{"id":"1"}'), type: 'application/json' } as const;
    expect(parsePosted({ ...posted })).toBe(parsePosted({ ...posted }));
  });

  it('is read anew where other bytes came between', () => {
    const [one, other] = [bytes('{"id":"1"}'), bytes('{"id":"2"}')];
    const read = [one, other, one].map((rawBody) => parsePosted({ rawBody, type: 'application/json' }));
    expect(read).toEqual([{ id: '1' }, { id: '2' }, { id: '1' }]);
  });

  it('is read anew as another type', () => {
    const rawBody = bytes('{"id":"1"}');
    expect(parsePosted({ rawBody, type: 'application/json' })).toEqual({ id: '1' });
    expect(parsePosted({ rawBody, type: 'application/x-www-form-urlencoded' })).toEqual({ '{"id":"1"}': '' });
  });

  it('that was refused is refused again, and leaves nothing of the one before', () => {
    const refused = { rawBody: bytes('{"id":'), type: 'application/json' } as const;
    expect(parsePosted({ rawBody: bytes('{"id":"1"}'), type: 'application/json' })).toEqual({ id: '1' });
    expect(() => parsePosted(refused)).toThrow('The body is not JSON');
    expect(() => parsePosted(refused)).toThrow('The body is not JSON');
  });
});
