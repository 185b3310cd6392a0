import { describe, expect, it } from '@jest/globals';
import { readDay, type ReadDayDeps } from '../../../shared/access/desk/read-day';
import type { ListedRequest } from '../../../shared/access/desk/list-requests';
import type { PersonShown } from '../../../shared/access/desk/show-person';
import type { PageLayout } from '../../../shared/console/page-layout';
import { renderPageLayout } from '../../../shared/console/page-layout';
import { renderDay } from '../../../shared/console/pages/days-page';
import { renderGroup } from '../../../shared/console/pages/group-page';
import { renderPerson } from '../../../shared/console/pages/person-page';
import type { Markup } from '../../../shared/html/markup';
import { timesInZone } from '../../../shared/html/times-in-zone';
import { cursorBefore } from '../../../shared/storage/request-index';
import { aGroup, anOrganization, OPEN_TO_ALL } from '../../fixtures/builders/organizations';
import { aPersonLedger } from '../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-12-01T12:00Z');
const TODAY = '2026-12-01';
const LARGEST_BYTES = 100_000;
const organization = anOrganization({ alias: 'acme' });
const zone = 'Europe/Bucharest';
const layout = {
  organization: 'acme',
  organizations: ['acme'],
  operatesIn: [],
  page: 'days',
  visitor: { by: { kind: 'key', name: 'Maria' } },
  may: {},
  token: 't',
  timeZone: zone,
  observed: undefined,
  done: undefined,
} as unknown as PageLayout;
const bytesOf = (content: Markup): number =>
  Buffer.byteLength(timesInZone(renderPageLayout(layout, content), zone));

type Recorded = Readonly<{ kind: string; by?: string }>;

/** A record each minute of today. */
function depsOf(records: readonly Recorded[], more: Partial<ReadDayDeps> = {}): ReadDayDeps {
  return {
    clock: { now: () => NOW_MS },
    policy: async () => ({ organizations: new Map([['acme', organization]]) }) as never,
    newestNight: async () => undefined,
    reports: { list: async () => [] },
    sentChanges: { since: async () => [] },
    accounts: { list: async () => [] },
    requests: { list: async () => [] },
    refusedChanges: { list: async () => [] },
    backoffs: { list: async () => [] },
    payloadDays: 30,
    ledger: {
      read: async () => undefined,
      evidenceBetween: async (_subject, { most }) =>
        records.slice(0, most).map(({ kind, by }, index) => ({
          kind,
          atMs: NOW_MS - 11 * 3_600_000 + index * 1_000,
          facts: by === undefined ? {} : { by },
        })) as never,
    },
    ...more,
  };
}
const dayOf = async (deps: ReadDayDeps, day = TODAY): Promise<Markup> =>
  renderDay(layout, await readDay(deps, organization, { day, skip: 0, tell: () => 'then' }), TODAY, 0);

const accepted = Array.from({ length: 400 }, (): Recorded => ({ kind: 'finding-waived', by: 'Maria Lead' }));

describe('the page of a day', () => {
  it('has the latest decision of a day of hundreds, and is no longer than a page', async () => {
    const page = await dayOf(depsOf([...accepted, { kind: 'plan-released', by: 'Ben Lead' }]));
    expect(page.html).toContain('somebody released held removals');
    expect(page.html).toContain('There was more on this day');
    expect(bytesOf(page)).toBeLessThanOrEqual(LARGEST_BYTES);
  });

  it('does not say that nobody decided anything where not all is told', async () => {
    const audits = Array.from({ length: 2_100 }, (): Recorded => ({ kind: 'audit' }));
    const { html } = await dayOf(depsOf([...audits, { kind: 'plan-released', by: 'Ben Lead' }]));
    expect(html).not.toContain('Nobody decided anything');
    expect((await dayOf(depsOf([]))).html).toContain('Nobody decided anything');
  });

  it.each([
    [29, 'None came.'],
    [40, 'The list of requests does not go back so far.'],
  ])('says of the requests of %d days ago what is known', async (days, words) => {
    const day = new Date(NOW_MS - days * DAY_MS).toISOString().slice(0, 10);
    const { html } = await dayOf(depsOf([]), day);
    expect(html).toContain(words);
    expect(html.includes('None came.')).toBe(days === 29);
  });

  it('says of a group that was made since the last audit only that its name is not known', async () => {
    const change = { atMs: NOW_MS, thing: 'group', act: 'changed', id: 'g-9', added: ['u-9'], removed: [] };
    const { html } = await dayOf(depsOf([], { sentChanges: { since: async () => [change as never] } }));
    expect(html).toContain('a group without a known name');
  });

  it.each([-62_167_219_200_000, 0, 1, NOW_MS, 253_402_300_799_999])(
    'has a place in the list of requests for the instant %d',
    (ms) => {
      expect(cursorBefore(ms)).toMatch(/^\d{15}-[0-9a-f]{64}$/);
    },
  );
});

describe('the page of a person', () => {
  it('is no longer than a page, of somebody of whom there is much of everything', () => {
    const approvers = Array.from({ length: 5 }, (_, number) => `approver.number${number}@acme.example`);
    const reason = {
      kind: 'grant',
      ticket: 'REQ-1',
      ticketUrl: 'https://tickets.acme.example/REQ-1',
      source: 'standard',
      requester: 'many@acme.example',
      approvers,
      fromMs: NOW_MS,
      untilMs: NOW_MS + DAY_MS,
    } as const;
    const request: ListedRequest = {
      requestId: 'REQ-1',
      source: 'standard',
      receivedAt: new Date(NOW_MS).toISOString(),
      person: 'many@acme.example',
      name: undefined,
      action: 'grant',
      state: 'refused',
      refusal: 'approvals-missing',
      explanation: undefined,
      group: 'G'.repeat(2_000),
      validFrom: undefined,
      validUntil: new Date(NOW_MS).toISOString(),
      words: `refused: needs an approval of ${approvers.join(', ').repeat(6)}`,
      requester: 'many@acme.example',
      approvers,
      ticket: 'T-1',
      ticketUrl: undefined,
    };
    const shown = {
      known: {
        key: 'k',
        others: [],
        ledger: aPersonLedger(),
        access: { employment: 'active', reasons: [] },
        groups: [],
        evidence: [],
      },
      accounts: [],
      takenAtMs: NOW_MS,
      memberships: Array.from({ length: 200 }, (_, number) => ({
        group: `Group ${number}`,
        isInUiPath: true,
        isMember: true,
        sinceMs: NOW_MS,
        origin: 'applied',
        takenOutMs: undefined,
        reasons: [reason, reason],
      })),
      findings: [],
      requests: Array.from({ length: 10 }, () => request),
      requestCount: 10,
      holds: [],
      history: Array.from({ length: 50 }, (_, seq) => ({
        entry: {
          atMs: NOW_MS,
          about: '',
          kind: 'access-request',
          words: 'a ticket asked for access',
          group: 'Developers',
          ticket: 'REQ-1',
          why: [],
          by: 'Maria',
          outcome: null,
          policyHash: 'p',
        },
        record: { seq, kind: 'access-request', atMs: NOW_MS, facts: { approvers, note: 'n'.repeat(600) } },
      })),
      historyCount: 50,
      verified: undefined,
    } as unknown as PersonShown;
    const page = renderPerson(layout, shown, 0);
    expect(bytesOf(page)).toBeLessThanOrEqual(LARGEST_BYTES);
    expect(page.html).toContain('more: <code>access explain</code> has all.');
    expect(page.html).toMatch(/1 to \d+ of 50 records/);
    expect(page.html).toContain('>Further<');
  });
});

describe('the page of a group', () => {
  it('is no longer than a page, of one of which the policy and UiPath say much', () => {
    const people = (what: string) =>
      new Set(Array.from({ length: 400 }, (_, number) => `${what}.number${number}@acme.example`));
    const requests = { ...OPEN_TO_ALL, requesters: people('requester'), approvers: people('approver') };
    const reasons = Array.from({ length: 12 }, () => ({
      kind: 'birthright',
      line: 'a line',
      when: { department: ['IT'.repeat(90)] },
      untilMs: NOW_MS,
    }));
    const members = Array.from({ length: 20 }, (_, number) => ({
      memberId: `u-${number}`,
      kind: 'user',
      name: `person.number${number}@acme.example`,
      person: null,
      employment: null,
      reasons,
      sinceMs: NOW_MS,
      origin: 'applied',
      isUnreadable: false,
      lastUsedMs: NOW_MS,
    }));
    const shown = {
      group: 'Developers',
      policy: aGroup('Developers', { requests, protectedMembers: people('protected') }),
      members: { total: 20, takenAtMs: NOW_MS, atMs: NOW_MS, members, next: null },
      lines: Array.from({ length: 500 }, (_, number) => ({
        name: `line ${number}`,
        when: new Map([['department', new Set([`Department ${number}`])]]),
        groups: ['Developers'],
      })),
      rules: [],
      findings: [],
    };
    const page = renderGroup(layout, { group: 'Developers', skip: 0 }, shown as never, undefined);
    expect(bytesOf(page)).toBeLessThanOrEqual(LARGEST_BYTES);
    expect(page.html).toContain('and 375 more: the policy has all');
    expect(page.html).toContain('and 475 more');
  });
});
