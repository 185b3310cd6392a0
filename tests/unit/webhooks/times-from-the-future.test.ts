import { describe, expect, it } from '@jest/globals';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { instantOf, saidAtOf } from '../../../shared/webhooks/parse-sender-time';
import type { Meaning } from '../../../shared/webhooks/webhook-format';
import { errorOf } from '../../fakes/error-of';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  ANA,
  APPROVER,
  aTicket,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  REQUESTER,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const MINUTE_MS = 60_000;

const bodyTypes = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'text/xml',
} as const;

/** What a delivery means that arrives at an instant. */
function read(sender: VendorSender, receivedAtMs: number, body?: object): readonly Meaning[] {
  const [source] = parsePolicy(policyOf(sender), 'policy.yaml').sources;
  const rawBody = Buffer.from(body === undefined ? textOf(sender) : JSON.stringify(body));
  const type = sender.format.startsWith('cloudevents')
    ? 'application/cloudevents+json'
    : bodyTypes[sender.bodyType];
  const format = webhookFormatOf(sender.feed, sender.format);
  const meanings = format?.parse({ rawBody, type, receivedAtMs }, source?.mapping ?? PLAIN_MAPPING);
  return meanings === undefined || meanings === 'ignored' ? [] : meanings;
}

const named = vendorSenders.map((sender) => [`${sender.feed}/${sender.format}`, sender] as const);
/** Its record is read at the source, or it tells no time: its own time gives nobody anything. */
const gives = ([, { fetchBack }]: (typeof named)[number]): boolean => fetchBack === undefined;
const ends = (['standard-token', 'cloudevents', 'bamboohr-fields', 'merge', 'successfactors'] as const).map(
  (format) => [format, named.find(([name]) => name === `hr/${format}`)?.[1]] as const,
);
const revokes = (['standard-token', 'cloudevents', 'github', 'jira', 'zendesk', 'freshservice'] as const).map(
  (format) => [format, named.find(([name]) => name === `ticket/${format}`)?.[1]] as const,
);

describe('a delivery that says what happens in a year', () => {
  it.each(named.filter(gives))('is refused where it gives access: %s', async (_name, sender) => {
    const error = await errorOf(() => read(sender, NOW_MS - YEAR_MS));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field: 'occurredAt' }] });
    expect(read(sender, NOW_MS - 2 * MINUTE_MS)).not.toEqual([]);
  });

  it.each(ends)('counts as of its arrival where somebody leaves: %s', (format, sender) => {
    if (sender === undefined) throw new Error(`No sender ${format}`);
    const worker = { ...ANA, active: false };
    const body = hrBodies[format]({ kind: 'leaver', worker, atMs: NOW_MS + YEAR_MS });
    expect(read(sender, NOW_MS, body)).toMatchObject([
      { kind: 'worker-event', event: { kind: 'leaver', occurredAtMs: NOW_MS } },
    ]);
  });

  it.each(revokes)('counts as of its arrival where it revokes: %s', (format, sender) => {
    if (sender === undefined) throw new Error(`No sender ${format}`);
    const body = ticketBodies[format]({ ...aTicket, act: 'revoke', atMs: NOW_MS + YEAR_MS });
    expect(read(sender, NOW_MS, body)).toMatchObject([
      {
        kind: 'access-request',
        request: { occurredAtMs: NOW_MS, action: { kind: 'revoke' }, approvals: [{ approvedAtMs: NOW_MS }] },
      },
    ]);
  });

  it('keeps the leaving of one of several people, and says that the joiner beside it is not usable', () => {
    const sender = named.find(([name]) => name === 'hr/bamboohr-fields')?.[1];
    if (sender === undefined) throw new Error('No sender');
    const atMs = NOW_MS + YEAR_MS;
    const { employees: joiners } = hrBodies['bamboohr-fields']({ kind: 'joiner', worker: ANA, atMs });
    const gone = { ...ANA, id: '2', email: 'ion.pop@acme.example', active: false };
    const { employees: leavers } = hrBodies['bamboohr-fields']({ kind: 'leaver', worker: gone, atMs });
    expect(read(sender, NOW_MS, { employees: [...joiners, ...leavers] })).toMatchObject([
      { kind: 'unusable', fields: [{ field: 'occurredAt' }] },
      { kind: 'worker-event', event: { kind: 'leaver', occurredAtMs: NOW_MS } },
    ]);
  });

  it.each(['bamboohr', 'hibob', 'personio', 'successfactors-soap'])(
    'is looked up, and the record counts as of its arrival, however late it is read: %s',
    async (format) => {
      const sender = vendorSenders.find((one) => one.format === format);
      if (sender === undefined) throw new Error(`No sender ${format}`);
      const world = createSenderWorld(sender);
      world.advance(-YEAR_MS);
      const arrivedAtMs = world.clock.now();
      await world.accept(postingOf(sender, { atMs: arrivedAtMs }));
      world.advance(2 * HOUR_MS);
      await world.work();
      expect(world.person('acme', PERSON)?.timeline).toMatchObject([
        { kind: 'joiner', occurredAtMs: arrivedAtMs },
      ]);
    },
  );
});

describe("a ticket system's own record", () => {
  const record = (approvedOn: string, action = 'grant'): object => ({
    number: 'RITM1',
    action,
    sys_updated_on: '2027-11-20 10:00:00',
    approval: 'approved',
    requested_for: { email: PERSON },
    opened_by: { email: REQUESTER },
    variables: { access_group: 'Production Support', access_until: '2026-12-01 17:00:00' },
    approvals: [{ state: 'approved', sys_updated_on: approvedOn, approver: { email: APPROVER } }],
  });
  const readTicket = webhookFormatOf('ticket', 'servicenow-token')?.confirmed?.readTicket;
  const tokyo = { ...PLAIN_MAPPING, zone: 'Asia/Tokyo' };

  it('is in UTC, in whatever zone its deliveries are', () => {
    expect(readTicket?.(record('2026-11-20 09:00:00'), NOW_MS, tokyo)).toMatchObject([
      {
        request: {
          occurredAtMs: NOW_MS - HOUR_MS,
          approvals: [{ approvedAtMs: NOW_MS - HOUR_MS }],
          action: { validUntilMs: Date.UTC(2026, 11, 1, 17) },
        },
      },
    ]);
  });

  it('of an approval from the future gives nothing', async () => {
    const error = await errorOf(() => readTicket?.(record('2026-11-20 10:05:01'), NOW_MS, tokyo));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field: 'occurredAt' }] });
  });

  it.each([1e17, -1e17])('whose time no calendar has (%d) is of nobody who approved', (epochMillis) => {
    const approvals = [
      {
        finalDecision: 'approved',
        completedDate: { epochMillis },
        approvers: [{ approverDecision: 'approved', approver: { emailAddress: APPROVER } }],
      },
    ];
    const readIssue = webhookFormatOf('ticket', 'jira')?.confirmed?.readTicket;
    expect(readIssue?.({ issue: { key: 'ACC-1' }, approvals }, NOW_MS, PLAIN_MAPPING)).toEqual([]);
  });

  it('ends a membership now, whatever its time', () => {
    expect(readTicket?.(record('2027-11-20 10:00:00', 'revoke'), NOW_MS, tokyo)).toMatchObject([
      { request: { occurredAtMs: NOW_MS, approvals: [{ approvedAtMs: NOW_MS }] } },
    ]);
  });
});

describe('a local time', () => {
  it.each([
    [
      'in the hour before clocks go back',
      '2026-11-01 01:30:00',
      '2026-11-01T05:31:00Z',
      '2026-11-01T05:30:00Z',
    ],
    ['in the hour that they repeat', '2026-11-01 01:30:00', '2026-11-01T06:31:00Z', '2026-11-01T06:30:00Z'],
    ['that clocks leave out', '2026-03-08T02:30', '2026-03-08T08:00:00Z', '2026-03-08T07:30:00Z'],
    ['with an offset', '2026-11-01T01:30:00+0200', '2026-11-01T06:31:00Z', '2026-10-31T23:30:00Z'],
    ['in milliseconds', String(NOW_MS), '2026-11-01T06:31:00Z', new Date(NOW_MS).toISOString()],
  ])('%s is read in its zone', (_which, text, receivedAt, saidAt) => {
    const posted = { receivedAtMs: Date.parse(receivedAt) };
    expect(saidAtOf(text, posted, { zone: 'America/New_York' })).toBe(Date.parse(saidAt));
  });

  it.each(['', '2026-13-01 00:00:00', '2026-02-30 24:61:00', 'yesterday', undefined])(
    '%j is none',
    (text) => {
      expect(saidAtOf(text, { receivedAtMs: NOW_MS }, { zone: 'Asia/Tokyo' })).toBeUndefined();
      expect(saidAtOf(text, { receivedAtMs: NOW_MS }, {})).toBeUndefined();
    },
  );

  it('of a ticket has one request id, whenever it arrives', () => {
    const sender = named.find(([name]) => name === 'ticket/freshservice')?.[1];
    if (sender === undefined) throw new Error('No sender');
    const body = { ...ticketBodies.freshservice(aTicket), time: '2026-11-20 17:00:00' };
    const ids = [NOW_MS, NOW_MS + HOUR_MS, NOW_MS + YEAR_MS].map((atMs) => {
      const [meaning] = read(sender, atMs, body);
      return meaning?.kind === 'access-request' ? meaning.request.id : undefined;
    });
    const id = new RegExp(`^1042-grant-${instantOf('2026-11-20 17:00:00')}-[0-9a-f]{16}$`);
    expect([...new Set(ids)]).toEqual([expect.stringMatching(id)]);
  });

  it.each([
    ['Asia/Tokyo', '2026-12-01T08:00:00.000Z'],
    ['America/Los_Angeles', '2026-12-02T01:00:00.000Z'],
  ])('that ends a grant is read in %s', (zone, endsAt) => {
    const body = { ...ticketBodies.zendesk(aTicket), duration: '', until: '2026-12-01 17:00:00' };
    const posted = {
      rawBody: Buffer.from(JSON.stringify(body)),
      type: 'application/json' as const,
      receivedAtMs: NOW_MS,
    };
    const format = webhookFormatOf('ticket', 'zendesk');
    expect(format?.parse(posted, { ...PLAIN_MAPPING, zone })).toMatchObject([
      { request: { action: { validUntilMs: Date.parse(endsAt) } } },
    ]);
    expect(() => format?.parse(posted, PLAIN_MAPPING)).toThrow('action.until');
  });
});
