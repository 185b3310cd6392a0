import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../shared/errors';
import { webhookFormatOf } from '../../shared/webhooks/format-registry';
import { postingOf, vendorSenders, type VendorSender } from '../fixtures/webhooks/vendor-senders';
import { fuzzScim } from './fuzz-scim';
import { fuzzSource } from './fuzz-source';
import { compareTimes } from './growth';
import { changed, toForm, toJson, toMarkup, toTags, toTree } from './json-tree';
import { provesTheSame } from './proof-of-origin';

/** `npm run fuzz` plays 10,000. */
const RUNS = 100;

const named = vendorSenders.map((sender) => [`${sender.feed}/${sender.format}`, sender] as const);

function senderOf(format: string): VendorSender {
  const sender = vendorSenders.find((one) => one.format === format);
  if (sender === undefined) throw new Error(`There is no sender ${format}`);
  return sender;
}

describe('generated deliveries', () => {
  it.each(named)('break no promise of %s', async (_name, sender) => {
    const { violation, cases, endings } = await fuzzSource(sender, { runs: RUNS, seed: 20_261_120 });
    expect(violation).toBeUndefined();
    expect(cases).toBe(RUNS);
    // Some get through, or nothing behind the door would be looked at.
    expect(endings.get('recorded')).toBeGreaterThan(0);
    expect(endings.get('signature-invalid')).toBeGreaterThan(0);
  });
});

describe('generated requests of a provisioning client', () => {
  it('break no promise of scim', async () => {
    const { violation, cases, endings } = await fuzzScim({ runs: 5 * RUNS, seed: 20_261_128 });
    expect(violation).toBeUndefined();
    expect(cases).toBe(5 * RUNS);
    for (const ending of ['recorded', 'ignored', 'body-invalid', 'signature-invalid'])
      expect([ending, endings.get(ending) ?? 0]).not.toEqual([ending, 0]);
  });
});

describe('what the generator makes of a body', () => {
  const tree = toTree({ a: 'x', b: [1, { c: null }] });

  it.each([
    ['put', { kind: 'put', at: 1, tree: { kind: 'raw', token: '1e999' } }, '{"a":1e999,"b":[1,{"c":null}]}'],
    ['drop', { kind: 'drop', at: 2 }, '{"a":"x"}'],
    ['repeat', { kind: 'repeat', at: 1, times: 2 }, '{"a":"x","a":"x","b":[1,{"c":null}]}'],
    ['rename', { kind: 'rename', at: 5, name: '__proto__' }, '{"a":"x","b":[1,{"__proto__":null}]}'],
    ['wrap', { kind: 'wrap', at: 3, levels: 2 }, '{"a":"x","b":[{"value":[1]},{"c":null}]}'],
    ['retype', { kind: 'retype', at: 3 }, '{"a":"x","b":["1",{"c":null}]}'],
    ['copy', { kind: 'copy', at: 1, from: 3 }, '{"a":1,"b":[1,{"c":null}]}'],
    ['grow', { kind: 'grow', at: 1, unit: 'yz', times: 2 }, '{"a":"xyzyz","b":[1,{"c":null}]}'],
    ['round and round', { kind: 'drop', at: 7 }, '{"b":[1,{"c":null}]}'],
  ] as const)('is as it says: %s', (_kind, change, json) => {
    expect(toJson(changed(tree, change))).toBe(json);
  });

  it('is the same with tags', () => {
    const tags = toTags('<a b="c">d<e/></a>');
    expect(toMarkup(tags)).toBe('<a b="c">d<e/></a>');
    expect(toMarkup(changed(tags, { kind: 'repeat', at: 3, times: 2 }))).toBe('<a b="c">d<e/><e/></a>');
    expect(toMarkup(changed(tags, { kind: 'wrap', at: 2, levels: 2 }))).toBe('<a b="c">d<e/></a>');
  });

  it('is the same as a form', () => {
    expect(toForm(tree)).toEqual([
      ['a', 'x'],
      ['b[0]', '1'],
      ['b[1][c]', 'null'],
    ]);
  });
});

describe('the judge of growing bodies', () => {
  const shapes = [{ title: 'a body', bodyOf: (bytes: number) => 'a'.repeat(bytes) }];
  /** What the processor takes for so many bytes, with what else it did each time it was looked at. */
  const judge = async (costMs: (bytes: number) => number, elseMs: readonly number[] = []) => {
    let spentMs = 0;
    const others = [...elseMs];
    const prepare = async (body: string) => async () => {
      spentMs += costMs(body.length) + (others.shift() ?? 0);
    };
    return compareTimes(shapes, 1_000, prepare, () => spentMs);
  };

  it.each<readonly [string, (bytes: number) => number, boolean]>([
    ['a line', (bytes) => bytes, false],
    ['a line with a logarithm', (bytes) => bytes * Math.log2(bytes), false],
    ['a square', (bytes) => bytes ** 2 / 1_000, true],
    ['a power of 1.8', (bytes) => bytes ** 1.8, true],
    ['a square that nobody waits for', (bytes) => bytes ** 2 / 20_000, false],
  ])('knows %s', async (_what, costMs, isFault) => {
    const { violation } = await judge(costMs);
    expect(violation !== undefined).toBe(isFault);
  });

  it('looks again when the machine was busy, and is not misled by it', async () => {
    const line = (bytes: number): number => bytes / 10;
    expect(await judge(line, [900, 900])).toEqual({ worst: 4, violation: undefined });
  });
});

describe('the judge of altered headers', () => {
  const formatOf = (format: string) => {
    const { feed } = senderOf(format);
    const source = webhookFormatOf(feed, format);
    if (source === undefined) throw new Error(errorCodeOf(undefined));
    return source;
  };
  const headersOf = (format: string, changes: Readonly<Record<string, string>> = {}): Headers =>
    new Headers({ ...postingOf(senderOf(format)).headers, ...changes });

  it.each<readonly [string, string, Readonly<Record<string, string>>, boolean]>([
    ['the same', 'standard', {}, true],
    ['another id', 'standard', { 'webhook-id': 'other' }, false],
    ['another time', 'standard', { 'webhook-timestamp': '1' }, false],
    ['another signature', 'standard', { 'webhook-signature': 'v1,AAAA' }, false],
    ['another signature of no time', 'merge', { 'x-merge-webhook-signature': 'AAAA' }, false],
    ['another token', 'personio', { authorization: 'Bearer other' }, false],
    [
      'another spelling of the scheme',
      'personio',
      { authorization: `bEARER  ${senderOf('personio').secret}` },
      true,
    ],
    ['no scheme', 'personio', { authorization: senderOf('personio').secret }, true],
    ['what is not signed', 'github', { 'x-github-delivery': 'other' }, true],
  ])('knows %s', (_case, format, changes, isSame) => {
    expect(provesTheSame(formatOf(format), headersOf(format, changes), headersOf(format))).toBe(isSame);
  });
});
