import { describe, expect, it } from '@jest/globals';
import { parseRequestListQuery } from '../../../../shared/access/desk/parse-request-list-query';
import { REQUEST_STATES } from '../../../../shared/domain/ledger/request-progress';
import { errorOf } from '../../../fakes/error-of';

const ask = (words: string) => parseRequestListQuery(new URLSearchParams(words));

describe('a query for requests', () => {
  it('without words asks for all of them', () => {
    expect(ask('')).toEqual({ state: undefined, text: '', cursor: undefined });
    expect(ask('state=&text=%20&cursor=')).toEqual({ state: undefined, text: '', cursor: undefined });
  });

  it.each(Object.keys(REQUEST_STATES))('may ask for those that are %s', (state) => {
    expect(ask(`state=${state}&text=%20ana%20&cursor=c`)).toEqual({ state, text: 'ana', cursor: 'c' });
  });

  it('takes a text up to its limit', () => {
    expect(ask(`text=${'x'.repeat(200)}`).text).toHaveLength(200);
  });

  it.each([
    ['state', 'state=done'],
    ['state', 'state=toString'],
    ['state', 'state=__proto__'],
    ['state', 'state=APPLIED'],
    ['text', `text=${'x'.repeat(201)}`],
  ])('has no such %s: %s', async (field, words) => {
    const error = await errorOf(async () => ask(words));
    expect([error.code, error.fields.map((fault) => fault.field)]).toEqual(['query-invalid', [field]]);
  });
});
