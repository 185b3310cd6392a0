import { describe, expect, it } from '@jest/globals';
import { renderFindings } from '../../../shared/console/pages/findings-page';
import { askedFindings, findingsAsked } from '../../../shared/console/pages/finding-filter';
import { renderPageLayout, type PageLayout } from '../../../shared/console/page-layout';
import { findingCauses } from '../../../shared/domain/desk/finding-causes';
import type { FindingRecord } from '../../../shared/domain/audit/finding';
import { finding, NIGHT_MS, report } from '../../fixtures/audit-reports';
import { keyHolder } from '../../fixtures/key-holder';

const HOSTILE = '<img src=x onerror=alert(1)>'.repeat(7);

const LAYOUT: PageLayout = {
  visitor: { by: keyHolder('Maria Lead'), appRoles: [], id: 'desk' },
  organizations: ['acme'],
  organization: 'acme',
  page: 'findings',
  may: { read: true, operate: true, release: true },
  observed: undefined,
  operatesIn: ['acme'],
  timeZone: 'UTC',
  token: 't'.repeat(64),
  done: undefined,
};

function many(count: number, of: (index: number) => Partial<FindingRecord>): readonly FindingRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    ...finding(),
    id: index.toString(16).padStart(16, '0'),
    check: 'member-without-reason' as const,
    state: 'open' as const,
    ...of(index),
  }));
}

function render(
  records: readonly FindingRecord[],
  query: Readonly<Record<string, string>> = {},
  layout: PageLayout = LAYOUT,
): string {
  const asked = findingsAsked((key) => query[key] ?? '');
  const causes = findingCauses(askedFindings(records, asked), { holds: [], firstAuditMs: NIGHT_MS });
  return renderPageLayout(layout, renderFindings(layout, report(), records, causes, asked));
}

describe('the page of findings', () => {
  it.each([
    ['of one first night', () => ({ firstSeenMs: NIGHT_MS })],
    [
      'of a group each',
      (index: number) => ({ firstSeenMs: NIGHT_MS + 1, subject: { group: `group ${index}`, name: HOSTILE } }),
    ],
    [
      'of an actor each',
      (index: number) => ({
        firstSeenMs: NIGHT_MS + 1,
        attribution: { kind: 'known', actor: `${HOSTILE}${index}`, atMs: index },
      }),
    ],
  ] as ReadonlyArray<readonly [string, (index: number) => Partial<FindingRecord>]>)(
    'with five thousand %s is small and made at once',
    (_what, of) => {
      const records = many(5000, of);
      for (const query of [{}, { part: '3' }, { show: 'all' }, { words: 'group 4999' }]) {
        const from = process.cpuUsage();
        const page = render(records, query);
        // Of the processor, as other tests run beside this one.
        expect(process.cpuUsage(from).user / 1000).toBeLessThan(300);
        expect(Buffer.byteLength(page)).toBeLessThan(100_000);
        expect(page).not.toContain('<img');
      }
    },
  );

  it('shows a cause of very many a part at a time, and says how many are ticked with it', () => {
    const records = many(5000, () => ({
      firstSeenMs: NIGHT_MS,
      subject: { group: 'Users', name: 'Mallory' },
    }));
    const page = render(records);
    expect(page).toContain('5000 members from before, in 1 group');
    expect(page).toContain('The first 400 of 5000');
    const [, address = ''] = /findings\?([^"]*cause=[0-9a-f]{16})/.exec(page) ?? [];
    const cause = new URLSearchParams(address.replaceAll('&amp;', '&')).get('cause') ?? '';
    const whole = render(records, { cause, part: '67' });
    expect(whole.match(/name="finding"/g)).toHaveLength(5000 - 66 * 75);
    expect(Buffer.byteLength(render(records, { cause }))).toBeLessThan(100_000);
  });

  it('puts one who did much at one time together, with an hour between apart, and a hold with its people', () => {
    const by = (atMs: number) => ({ attribution: { kind: 'known' as const, actor: 'Max', atMs } });
    const acts = many(4, (index) => ({
      ...by(index < 2 ? index * 1000 : 3_600_000 + index),
      subject: { group: 'g' },
    }));
    expect(
      findingCauses(acts, { holds: [], firstAuditMs: undefined }).map(({ findings }) => findings.length),
    ).toEqual([2, 2]);
    const removal = { groupId: 'g1', groupName: 'Users', personKey: 'p', why: [] };
    const holds = [
      {
        hash: 'h'.repeat(64),
        removals: [
          { ...removal, memberId: 'm0' },
          { ...removal, memberId: 'm1' },
        ],
      },
    ];
    const held = many(3, (index) => ({
      subject: { groupId: 'g1', memberId: `m${index}` },
      remediation: { planHash: 'x', status: 'held', group: 'Users', add: [], remove: [`m${index}`] },
    }));
    const own = {
      ...finding(),
      id: 'f'.repeat(16),
      check: 'plan-held' as const,
      subject: { plan: 'h'.repeat(64) },
    };
    const causes = findingCauses([...held, own], { holds, firstAuditMs: undefined });
    expect(causes.map(({ cause, findings }) => [cause.kind, findings.length])).toEqual(
      expect.arrayContaining([
        ['hold', 3],
        ['check', 1],
      ]),
    );
  });

  it('has nothing to tick for whoever only looks, and no decision about what is fixed', () => {
    const records = many(3, () => ({}));
    const looks = { ...LAYOUT, may: { read: true, operate: false, release: false } };
    expect(render(records, {}, looks)).not.toContain('type="checkbox"');
    const fixed = many(3, () => ({ state: 'fixed' as const }));
    expect(render(fixed, { show: 'fixed' })).not.toContain('type="checkbox"');
    expect(render(records, { severity: '"><b>', check: '../x', part: '-1', words: '<b>' })).not.toContain(
      '<b>',
    );
  });
});
