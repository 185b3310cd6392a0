import { describe, expect, it } from '@jest/globals';
import {
  idOfPause,
  lasting,
  pausedAlso,
  pauseInWords,
  readPauseEnd,
  showPause,
  type Pause,
} from '../../../shared/domain/pause';
import { keyHolder } from '../../fixtures/key-holder';

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const HOUR_MS = 3_600_000;
const MARIA = keyHolder('Maria Lead');
const OLGA = keyHolder('Olga Admin');

function said(overrides: Partial<Pause> = {}): Omit<Pause, 'sinceMs'> {
  return { by: MARIA, atMs: NOW_MS, reason: 'wrong export', ...overrides };
}

describe('a pause', () => {
  it.each<[string, number | undefined, boolean]>([
    ['without an end', undefined, true],
    ['a millisecond before its end', NOW_MS + 1, true],
    ['at its end', NOW_MS, false],
  ])('%s', (_, untilMs, lasts) => {
    const pause = { ...said(untilMs === undefined ? {} : { untilMs }), sinceMs: NOW_MS - 1 };
    expect(lasting(pause, NOW_MS)).toBe(lasts ? pause : undefined);
  });

  it.each<[string, number | undefined, number | undefined, 'first' | 'second']>([
    ['the same end', NOW_MS + HOUR_MS, NOW_MS + HOUR_MS, 'first'],
    ['an earlier end', NOW_MS + HOUR_MS, NOW_MS + HOUR_MS - 1, 'first'],
    ['a later end', NOW_MS + HOUR_MS, NOW_MS + HOUR_MS + 1, 'second'],
    ['no end where there was one', NOW_MS + HOUR_MS, undefined, 'second'],
    ['an end where there was none', undefined, NOW_MS + HOUR_MS, 'first'],
    ['no end again', undefined, undefined, 'first'],
  ])('that is paused again with %s never ends earlier', (_, firstMs, secondMs, whose) => {
    const end = (untilMs: number | undefined) => (untilMs === undefined ? {} : { untilMs });
    const first = { ...said(end(firstMs)), sinceMs: NOW_MS };
    const second = said({ by: OLGA, atMs: NOW_MS + 5, reason: 'another', ...end(secondMs) });
    expect(pausedAlso(first, second)).toEqual(whose === 'first' ? first : { ...second, sinceMs: NOW_MS });
  });

  it('that is over is no part of the next', () => {
    const over = { ...said({ untilMs: NOW_MS }), sinceMs: NOW_MS - HOUR_MS };
    expect(pausedAlso(over, said({ by: OLGA }))).toEqual({ ...said({ by: OLGA }), sinceMs: NOW_MS });
  });

  it('has an id of its own for each who, when, why and until', () => {
    const pause = { ...said(), sinceMs: NOW_MS };
    const others: readonly Pause[] = [
      { ...pause, sinceMs: 1 },
      { ...pause, by: OLGA },
      { ...pause, atMs: 1 },
      { ...pause, reason: 'another' },
      { ...pause, untilMs: NOW_MS + 1 },
    ];
    expect(new Set([pause, ...others].map(idOfPause)).size).toBe(6);
    expect(idOfPause({ ...pause, by: { ...MARIA, establishedAtMs: 99 } })).toBe(idOfPause(pause));
  });
});

describe('the end of a pause', () => {
  it.each<[string, object]>([
    ['', {}],
    ['   ', {}],
    ['2026-03-02T10:00:00Z', { untilMs: NOW_MS + HOUR_MS }],
    ['2026-03-02T12:00+02:00', { untilMs: NOW_MS + HOUR_MS }],
    ['2026-03-02T09:00:00.001Z', { untilMs: NOW_MS + 1 }],
    ['2026-03-02T09:00:00Z', { problem: 'is over already' }],
    ['2027-03-03T09:00:00Z', { untilMs: NOW_MS + 366 * 24 * HOUR_MS }],
    ['2027-03-03T09:00:01Z', { problem: 'is more than a year ahead' }],
  ])('is read from "%s"', (text, end) => {
    expect(readPauseEnd(text, NOW_MS)).toEqual(end);
  });

  it.each([
    '2026-03-02T10:00:00',
    '2026-03-02',
    '2026-13-02T10:00:00Z',
    'tomorrow',
    '1e99',
    'Infinity',
    '2026-03-02T10:00:00Z\u202E',
    `${'9'.repeat(10_000)}-01-01T00:00Z`,
  ])('is refused for %j', (text) => {
    expect(readPauseEnd(text, NOW_MS)).toEqual({ problem: expect.stringContaining('no time with its zone') });
  });
});

describe('a pause in words', () => {
  const pause = { ...said({ untilMs: NOW_MS + HOUR_MS }), sinceMs: NOW_MS };

  it('tells who, why, since when, until when, and how many wait since when', () => {
    const shown = showPause(pause, { isLost: false, urgentSinceMs: [NOW_MS + 9, NOW_MS + 3] });
    expect(pauseInWords(shown)).toEqual([
      'paused since 2026-03-02T09:00:00.000Z by function key, calls themselves Maria Lead: wrong export; nothing is written to UiPath until 2026-03-02T10:00:00.000Z',
      '2 urgent changes wait (leavers, and what was revoked), the oldest since 2026-03-02T09:00:00.003Z',
    ]);
  });

  it('says that one which got lost holds nothing', () => {
    const shown = showPause({ ...said(), sinceMs: NOW_MS }, { isLost: true, urgentSinceMs: [1] });
    expect(pauseInWords(shown)).toEqual([expect.stringContaining('does not hold any more')]);
  });

  it('makes the name and the reason harmless by what it is given', () => {
    const shown = showPause(
      { ...said({ reason: '<@all>' }), sinceMs: 0 },
      { isLost: false, urgentSinceMs: [] },
    );
    const [line] = pauseInWords(shown, (text) => `[${text.length}]`);
    expect(line).not.toContain('@all');
    expect(line).not.toContain('Maria');
  });
});
