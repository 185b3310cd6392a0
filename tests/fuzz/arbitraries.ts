import * as fc from 'fast-check';
import { toTree, type Tree, type TreeChange } from './json-tree';

/** A change to bytes: `at` and `length` are parts of the whole, from 0 to 1. */
export type ByteChange = Readonly<{ at: number; length: number }> &
  (
    | Readonly<{ kind: 'flip'; bit: number }>
    | Readonly<{ kind: 'delete' }>
    | Readonly<{ kind: 'insert'; bytes: Uint8Array }>
    | Readonly<{ kind: 'double' }>
    | Readonly<{ kind: 'cut' }>
  );

/** A change to the header that is `at` places into the list, counted round and round. */
export type HeaderChange = Readonly<{ at: number }> &
  (
    | Readonly<{ kind: 'remove' }>
    | Readonly<{ kind: 'double'; value: string | undefined }>
    | Readonly<{ kind: 'put'; value: string }>
    | Readonly<{ kind: 'turn-case' }>
    | Readonly<{ kind: 'pad'; before: string; after: string }>
    | Readonly<{ kind: 'bytes'; change: ByteChange }>
  );

/** Names that objects answer to, that parsers treat apart, and that say something to one source or another. */
const names = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    '',
    ' ',
    '0',
    '-1',
    '9999',
    'type',
    'id',
    'value',
    'name',
    'email',
    'a.b',
    'a[b]',
    'a][b',
    '\u0000',
    '\ud800',
    '\u202e',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** Texts on the bounds of what somebody reads as a time, a number, an address, a duration, a link or a command. */
const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\udfff',
    'é'.normalize('NFD'),
    '\u202etxt.exe',
    '\ufeff',
    'null',
    'NaN',
    'Infinity',
    '1e999',
    '0x10',
    '-0',
    '999999999999999999999',
    '8640000000000001',
    '99999999999999',
    '0000-00-00',
    '2026-02-30',
    '9999-12-31',
    '+275760-09-13T00:00:00Z',
    '2026-11-20T10:00:00',
    '2026-11-20T10:00:00+9999',
    '2026-11-20T24:00:00Z',
    '2026-11-20T10:00:60Z',
    'P',
    'PT',
    'P1Y',
    'P99999999999Y',
    'PT0S',
    'P-1D',
    'PT1E9H',
    'Europe/Bucharest',
    'Etc/GMT+99',
    'a@b',
    'a@b@c',
    '"a b"@c.example',
    'ANA.POP@ACME.EXAMPLE',
    'javascript:alert(1)',
    'mailto:a@b.example',
    'data:,x',
    'http://[::1',
    'https://user:secret@host/%zz',
    '//host',
    '### Person\n\n\n### Person',
    '/approve',
    '../../..',
    "'; drop table",
    '{{7*7}}',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '&b;',
    ']]>',
    'approved',
    'grant',
    'revoke',
    'ignore',
    'inactive',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.date({ noInvalidDate: false }).map((date) => (Number.isNaN(date.getTime()) ? 'x' : date.toISOString())),
);

const tokens = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '0', '-0', '-1', '1.5', '1e308', '1e999', '-1e999', '01', 'NaN'),
  fc.constantFrom('9007199254740991', '9007199254740993', '8640000000000001', '99999999999999999999'),
  fc.constantFrom('"\\ud800"', '"\\u0000"', '[]', '{}', '[{}]', '""', '{"value":1}', '{"a":1,"a":2}', '"'),
  fc.integer().map(String),
  fc.double().map(String),
);

const trees: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 4, arbitrary: texts.map((text): Tree => ({ kind: 'text', text })) },
  { weight: 3, arbitrary: tokens.map((token): Tree => ({ kind: 'raw', token })) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }).map(toTree) },
);

const at = fc.nat(10_000);
const units = fc.oneof(fc.constantFrom('a', '0', ' ', '\n', '[', '.', '@', '\\', '"', '💥'), texts);

/** Mostly small changes, as those come furthest. */
export const treeChanges: fc.Arbitrary<readonly TreeChange[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), at, tree: trees }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop'), at }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat'), at, times: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename'), at, name: names }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('add'), at, name: names, tree: trees }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wrap'), at, levels: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('retype'), at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy'), at, from: at }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('grow'), at, unit: units, times: fc.nat(3_000) }) },
  ),
  { minLength: 1, maxLength: 4 },
);

/** Evenly from the first to the last: numbers with a fraction would nearly all be close to 0. */
const part = fc.nat(9_999).map((number) => number / 10_000);
const inserted = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc
    .constantFrom(' ', '\n', '\ufeff', '{', '"', '&', '=', '%', '%ff', '<', '<!DOCTYPE a>', '&a;', '\0', '\\')
    .map((text) => new Uint8Array(Buffer.from(text))),
);

const byteChange = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip'), at: part, length: part, bit: fc.nat(7) }) },
  fc.record({ kind: fc.constant('delete'), at: part, length: part }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('insert'), at: part, length: part, bytes: inserted }),
  },
  fc.record({ kind: fc.constant('double'), at: part, length: part }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut'), at: part, length: part }) },
) as fc.Arbitrary<ByteChange>;

export const byteChanges: fc.Arbitrary<readonly ByteChange[]> = fc.array(byteChange, {
  minLength: 1,
  maxLength: 3,
});

/** What a header can carry: a byte a character, no line ends. */
const headerValues = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ',',
    'v1,',
    'v1',
    'sha256=',
    'Bearer',
    'Bearer ',
    'Basic ',
    '0',
    '-1',
    '1e9',
    '==',
  ),
  fc.constantFrom('99999999999999999', '2026', '9999-12-31T23:59:59Z', 'application/xml', 'text/plain'),
  fc.constantFrom(
    'application/json; charset=utf-16',
    'application/json, application/json',
    'a'.repeat(9_000),
  ),
  fc.constantFrom('v1, '.repeat(2_000), 'v1,AAAA '.repeat(1_000), `sha256=${'0'.repeat(64)}`),
  fc.string({ unit: 'binary-ascii', maxLength: 80 }).map((text) => text.replaceAll(/[\0\r\n]/g, '.')),
);
const padding = fc.constantFrom('', ' ', '\t', '=', '==', ',', '"', '0');

export const headerChanges: fc.Arbitrary<readonly HeaderChange[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('remove'), at }),
    fc.record({ kind: fc.constant('double'), at, value: fc.option(headerValues, { nil: undefined }) }),
    fc.record({ kind: fc.constant('put'), at, value: headerValues }),
    fc.record({ kind: fc.constant('turn-case'), at }),
    fc.record({ kind: fc.constant('pad'), at, before: padding, after: padding }),
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('bytes'), at, change: byteChange }) },
  ),
  { minLength: 1, maxLength: 3 },
);
