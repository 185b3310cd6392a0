import { expect, it } from '@jest/globals';
import { retryAfterWaitMs } from '../../../shared/fetch-back/retry-after';

const NOW_MS = Date.parse('2026-11-20T10:00:00Z');
const SECONDS = NOW_MS / 1_000;

it.each<readonly [string, number, Readonly<Record<string, string>>, number | undefined]>([
  ['seconds', 429, { 'retry-after': '7' }, 7_000],
  ['none at all', 503, { 'retry-after': '0' }, 0],
  ['a quarter of an hour', 429, { 'retry-after': '900' }, 900_000],
  ['more than that', 429, { 'retry-after': '901' }, 900_000],
  ['a date', 503, { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, 30_000],
  ['a date that is over', 503, { 'retry-after': 'Fri, 20 Nov 2026 09:59:00 GMT' }, 0],
  ['no date', 503, { 'retry-after': 'Fri, soon' }, undefined],
  ['a day without a time', 503, { 'retry-after': '2026-11-20' }, undefined],
  ['a negative number', 503, { 'retry-after': '-1' }, undefined],
  ['nothing', 503, {}, undefined],
  ['a moment, as HiBob does', 429, { 'x-ratelimit-reset': String(SECONDS + 20) }, 20_000],
  [
    'a moment beside the seconds',
    429,
    { 'retry-after': '3', 'x-ratelimit-reset': String(SECONDS + 20) },
    3_000,
  ],
  ['a moment in another answer', 503, { 'x-ratelimit-reset': String(SECONDS + 20) }, undefined],
  ['seconds where others say a moment', 429, { 'x-ratelimit-reset': '20' }, undefined],
])('an answer may ask to wait by %s', (_case, status, headers, waitMs) => {
  expect(retryAfterWaitMs({ status, headers: new Headers(headers) }, NOW_MS)).toBe(waitMs);
});
