import { describe, expect, it } from '@jest/globals';
import {
  effectiveAtMs,
  endOfDayMs,
  startOfDayMs,
  type LeaverDateRule,
} from '../../../../shared/domain/ledger/effective-time';
import type { Effective } from '../../../../shared/domain/ledger/worker-event';
import { aWorkerEvent } from '../../../fixtures/builders/worker-events';

type Leaving = Extract<Effective, { kind: 'leaving' }>;

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
const worker = (timeZone: string | undefined) => ({ email: 'a@example.com', workerId: undefined, timeZone });
const leaving = (dates: Partial<Leaving>): Leaving => ({
  kind: 'leaving',
  immediate: false,
  lastWorkingDay: undefined,
  terminationDate: undefined,
  ...dates,
});

describe('a day in a zone', () => {
  it.each([
    ['in UTC', '2026-12-31', 'UTC', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    [
      'in Sydney in summer',
      '2026-12-31',
      'Australia/Sydney',
      '2026-12-30T13:00:00.000Z',
      '2026-12-31T13:00:00.000Z',
    ],
    [
      'in Sydney in winter',
      '2026-07-01',
      'Australia/Sydney',
      '2026-06-30T14:00:00.000Z',
      '2026-07-01T14:00:00.000Z',
    ],
    [
      'of 23 hours when Sydney goes to summer time',
      '2026-10-04',
      'Australia/Sydney',
      '2026-10-03T14:00:00.000Z',
      '2026-10-04T13:00:00.000Z',
    ],
    [
      'of 25 hours when Sydney goes back',
      '2026-04-05',
      'Australia/Sydney',
      '2026-04-04T13:00:00.000Z',
      '2026-04-05T14:00:00.000Z',
    ],
    [
      'of 23 hours in Bucharest',
      '2026-03-29',
      'Europe/Bucharest',
      '2026-03-28T22:00:00.000Z',
      '2026-03-29T21:00:00.000Z',
    ],
    [
      'whose midnight is skipped begins at one',
      '2018-11-04',
      'America/Sao_Paulo',
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z',
    ],
    [
      'whose midnight comes twice begins at the first',
      '2018-02-18',
      'America/Sao_Paulo',
      '2018-02-18T03:00:00.000Z',
      '2018-02-19T03:00:00.000Z',
    ],
    [
      'before one whose midnight comes twice ends at the later',
      '2026-11-01',
      'America/Havana',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ],
    [
      'of half an hour less on Lord Howe',
      '2026-10-04',
      'Australia/Lord_Howe',
      '2026-10-03T13:30:00.000Z',
      '2026-10-04T13:00:00.000Z',
    ],
    [
      'that a leap year adds',
      '2028-02-29',
      'Asia/Kolkata',
      '2028-02-28T18:30:00.000Z',
      '2028-02-29T18:30:00.000Z',
    ],
    [
      'before 1 March in an ordinary year',
      '2027-02-28',
      'UTC',
      '2027-02-28T00:00:00.000Z',
      '2027-03-01T00:00:00.000Z',
    ],
    [
      'that Samoa left out',
      '2011-12-29',
      'Pacific/Apia',
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ],
  ])('%s: %s in %s', (_case, date, timeZone, start, end) => {
    expect([iso(startOfDayMs(date, timeZone)), iso(endOfDayMs(date, timeZone))]).toEqual([start, end]);
  });

  it('that is in no calendar is refused', () => {
    expect(() => startOfDayMs('2027-02-29', 'UTC')).toThrow(RangeError);
  });
});

describe('when a worker event takes effect', () => {
  const rules = { defaultTimeZone: 'Europe/Bucharest', leaverDate: 'earliest' as const };
  const occurredAtMs = Date.UTC(2026, 10, 20, 9);
  const at = (effective: Effective, timeZone?: string, leaverDate: LeaverDateRule = 'earliest'): string =>
    iso(
      effectiveAtMs(aWorkerEvent({ occurredAtMs, effective, worker: worker(timeZone) }), {
        ...rules,
        leaverDate,
      }),
    );

  it('is at once when HR names no time', () => {
    expect(at({ kind: 'at-once' })).toBe('2026-11-20T09:00:00.000Z');
  });

  it('is the instant that HR names, in whatever zone', () => {
    expect(at({ kind: 'instant', atMs: 5 }, 'Australia/Sydney')).toBe(iso(5));
  });

  it.each([
    ['Australia/Sydney', '2026-11-30T13:00:00.000Z'],
    [undefined, '2026-11-30T22:00:00.000Z'],
  ])(
    'is the start of the day in the zone of the worker (%p), else of the organization',
    (timeZone, expected) => {
      expect(at({ kind: 'date', date: '2026-12-01' }, timeZone)).toBe(expected);
    },
  );

  it.each<[string, Effective, string]>([
    ['a first day of years ago', { kind: 'date', date: '2020-01-01' }, '2026-11-20T09:00:00.000Z'],
    ['the day it was said on', { kind: 'date', date: '2026-11-20' }, '2026-11-20T09:00:00.000Z'],
    ['the day after', { kind: 'date', date: '2026-11-21' }, '2026-11-20T22:00:00.000Z'],
    ['an end of the day before', leaving({ terminationDate: '2026-11-19' }), '2026-11-20T09:00:00.000Z'],
    ['an end of the same day', leaving({ terminationDate: '2026-11-20' }), '2026-11-20T22:00:00.000Z'],
  ])('is no sooner than it was said where a record tells the days: %s', (_case, effective, expected) => {
    const event = aWorkerEvent({ occurredAtMs, effective, notBeforeSaid: true });
    expect(iso(effectiveAtMs(event, rules))).toBe(expected);
  });

  it('of a leaver in Sydney is the local midnight after the day, hours before the one in UTC (Okta)', () => {
    const effective = leaving({ lastWorkingDay: '2026-12-31' });
    expect(at(effective, 'Australia/Sydney')).toBe('2026-12-31T13:00:00.000Z');
    expect(at(effective, 'UTC')).toBe('2027-01-01T00:00:00.000Z');
  });

  it('of a leaver on the night of a clock change is the midnight that the worker sees', () => {
    expect(at(leaving({ terminationDate: '2026-10-03' }), 'Australia/Sydney')).toBe(
      '2026-10-03T14:00:00.000Z',
    );
    expect(at(leaving({ terminationDate: '2026-10-04' }), 'Australia/Sydney')).toBe(
      '2026-10-04T13:00:00.000Z',
    );
  });

  it('of a leaver on a leap day is the start of March', () => {
    expect(at(leaving({ lastWorkingDay: '2028-02-29' }), 'UTC')).toBe('2028-03-01T00:00:00.000Z');
  });

  const both = leaving({ lastWorkingDay: '2026-12-15', terminationDate: '2026-12-31' });
  const reversed = leaving({ lastWorkingDay: '2027-01-15', terminationDate: '2026-12-31' });
  const lastDay = leaving({ lastWorkingDay: '2026-12-15' });
  const contract = leaving({ terminationDate: '2026-12-31' });
  it.each<[string, Effective, LeaverDateRule, string]>([
    ['the last working day before the end of the contract', both, 'earliest', '2026-12-16'],
    ['the last working day before the end of the contract', both, 'last-working-day', '2026-12-16'],
    ['the last working day before the end of the contract', both, 'termination-date', '2027-01-01'],
    ['the last working day after the end of the contract', reversed, 'earliest', '2027-01-01'],
    ['the last working day after the end of the contract', reversed, 'last-working-day', '2027-01-16'],
    ['only a last working day', lastDay, 'earliest', '2026-12-16'],
    ['only a last working day', lastDay, 'termination-date', '2026-12-16'],
    ['only the end of the contract', contract, 'earliest', '2027-01-01'],
    ['only the end of the contract', contract, 'last-working-day', '2027-01-01'],
  ])('of a leaver with %s %j by the rule %s is the end of that day: %s', (_case, effective, rule, day) => {
    expect(at(effective, 'UTC', rule)).toBe(`${day}T00:00:00.000Z`);
  });

  it.each<LeaverDateRule>(['earliest', 'last-working-day', 'termination-date'])(
    'of an immediate leaver is the moment HR said so, whatever the dates and the rule %s say',
    (rule) => {
      expect(at({ ...both, immediate: true }, 'UTC', rule)).toBe('2026-11-20T09:00:00.000Z');
    },
  );

  it('of a leaver without any date is the moment HR said so', () => {
    expect(at(leaving({}))).toBe('2026-11-20T09:00:00.000Z');
  });
});
