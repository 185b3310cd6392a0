import { describe, expect, it } from '@jest/globals';
import { fitPage } from '../../../shared/console/pages/fit-page';
import { ticketLink } from '../../../shared/console/pages/links';
import { markup } from '../../../shared/html/markup';

const long = (text: string) => markup`<li>${text}</li>`;

describe('a list that is to fit into a page', () => {
  it.each([
    ['few', ['a', 'b'], 0, null, 2, null],
    ['those of a page that goes on', ['a', 'b'], 10, 12, 2, 12],
    ['long ones', Array.from({ length: 40 }, () => '<'.repeat(2_000)), 20, 60, 6, 26],
    ['one that is too long by itself', ['x'.repeat(80_000), 'b'], 3, null, 1, 4],
    ['none', [], 5, null, 0, null],
  ] as const)('has %s', (_what, items, skip, next, count, then) => {
    const page = fitPage<string>(items, { skip, next }, long);
    expect([page.rendered.length, page.next]).toEqual([count, then]);
  });
});

describe('the number of a ticket', () => {
  const ticketUrls = new Map([['jira', 'https://jira.example/browse/{ticket}']]);
  it.each([
    ['opens its own address', { ticket: 'CHG-1', url: 'https://t.example/1' }, 'href="https://t.example/1"'],
    [
      'opens what the source says',
      { ticket: 'A B/1?', source: 'jira' },
      'href="https://jira.example/browse/A%20B%2F1%3F"',
    ],
    ['opens what the only source says', { ticket: 'CHG-1' }, 'href="https://jira.example/browse/CHG-1"'],
    ['is text of another source', { ticket: 'CHG-1', source: 'standard' }, '<bdi>CHG-1</bdi>'],
    [
      'is text where nobody says which of two sources it is of',
      { ticket: 'CHG-1' },
      '<bdi>CHG-1</bdi>',
      'other',
    ],
    // oxlint-disable-next-line no-script-url
    ['opens no script', { ticket: 'CHG-1', url: 'javascript:alert(1)' }, '<bdi>CHG-1</bdi>'],
    [
      'ends no attribute',
      { ticket: 'x', url: 'https://t.example/"><script>' },
      'href="https://t.example/&quot;&gt;&lt;script&gt;"',
    ],
  ])('%s', (_what, told, expected, other = '') => {
    const { html } = ticketLink(
      { ticketUrls: new Map([...ticketUrls, ...(other === '' ? [] : [[other, undefined] as const])]) },
      told,
    );
    expect(html).toContain(expected);
    expect(html.includes('<a ')).toBe(expected.startsWith('href'));
  });
});
