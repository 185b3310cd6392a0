import { describe, expect, it } from '@jest/globals';
import { markup, time } from '../../../shared/html/markup';
import { timesInZone, zonedText } from '../../../shared/html/times-in-zone';

const at = (text: string): string => markup`<p>${time(Date.parse(text))}</p>`.html;

describe('times of a page in a zone', () => {
  it.each([
    ['Europe/Bucharest', '2026-12-01T12:32:59Z', '2026-12-01 14:32 <small class="soft">(12:32 UTC)</small>'],
    [
      'Europe/Bucharest',
      '2026-11-30T23:30Z',
      '2026-12-01 01:30 <small class="soft">(11-30 23:30 UTC)</small>',
    ],
    [
      'America/Los_Angeles',
      '2026-12-01T00:05Z',
      '2026-11-30 16:05 <small class="soft">(12-01 00:05 UTC)</small>',
    ],
    ['Asia/Kathmandu', '2026-06-01T00:00Z', '2026-06-01 05:45 <small class="soft">(00:00 UTC)</small>'],
    ['UTC', '2026-12-01T12:32:59Z', '2026-12-01 12:32 UTC'],
  ])('of %s tell %s as %s', (zone, said, told) => {
    expect(timesInZone(at(said), zone)).toContain(`>${told}</time>`);
  });

  it('keep the instant for machines, and touch no text from outside', () => {
    const said = '<time datetime="2026-12-01T00:00:00.000Z">x</time>';
    const html = markup`<p>${said}</p>`.html;
    expect(timesInZone(html, 'Europe/Bucharest')).toBe(html);
    expect(timesInZone(at('2026-12-01T12:00Z'), 'Europe/Bucharest')).toContain(
      'datetime="2026-12-01T12:00:00.000Z"',
    );
  });

  it('are told in sentences too', () => {
    expect(zonedText('Europe/Bucharest')(Date.parse('2026-12-01T12:32Z'))).toBe('2026-12-01 14:32');
    expect(zonedText('UTC')(Date.parse('2026-12-01T12:32Z'))).toBe('2026-12-01 12:32 UTC');
  });
});
