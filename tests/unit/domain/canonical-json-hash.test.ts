import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson, hashOf } from '../../../shared/domain/canonical-json-hash';

describe('canonical JSON', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    [{ kept: null, left: undefined }, '{"kept":null}'],
    [[{ b: 1, a: undefined }, undefined, 2], '[{"b":1},null,2]'],
    [['b', 'a'], '["b","a"]'],
    ['text', '"text"'],
    [null, 'null'],
  ])('of %j is %s', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('does not depend on the order in which members were set, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 20_261_125, numRuns: 200 },
    );
  });
});

describe('the hash of a value', () => {
  it('is the SHA-256 of its canonical JSON in lower-case hex', () => {
    expect(hashOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    expect(hashOf({ b: 1, a: 2 })).toBe(hashOf({ a: 2, b: 1 }));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  });
});
