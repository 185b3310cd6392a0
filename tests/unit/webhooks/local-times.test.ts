import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { PLAIN_MAPPING, type SourceMapping } from '../../../shared/domain/source-settings';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { withAt } from '../../fixtures/webhooks/leavings';
import { APPROVER, aTicket, GROUP, NOW_MS, PERSON, REQUESTER } from '../../fixtures/webhooks/vendor-senders';

const events = new Map([
  ['approved', 'grant'],
  ['moved', 'mover'],
]);

function saidIn(
  feed: 'hr' | 'ticket',
  format: string,
  body: object,
  zone: SourceMapping['zone'],
): Readonly<{ occurredAtMs: number; approvedAtMs: number | undefined }> {
  const type = format.startsWith('cloudevents') ? 'application/cloudevents+json' : 'application/json';
  const posted = { rawBody: Buffer.from(JSON.stringify(body)), type, receivedAtMs: NOW_MS } as const;
  const meanings = webhookFormatOf(feed, format)?.parse(posted, { ...PLAIN_MAPPING, events, zone });
  const [meaning] = meanings === 'ignored' || meanings === undefined ? [] : meanings;
  if (meaning?.kind === 'worker-event')
    return { occurredAtMs: meaning.event.occurredAtMs, approvedAtMs: undefined };
  if (meaning?.kind !== 'access-request') throw new Error('It says nothing');
  const { occurredAtMs, approvals } = meaning.request;
  return { occurredAtMs, approvedAtMs: approvals[0]?.approvedAtMs };
}

describe('the time of a CloudEvent', () => {
  it.each([
    ['without an offset is of the zone of its source', 'America/Los_Angeles', '2026-11-20T01:30:00', '09:30'],
    ['without an offset and with a space as well', 'Asia/Tokyo', '2026-11-20 18:30:00', '09:30'],
    ['with an offset is of that offset', 'America/Los_Angeles', '2026-11-20t09:30:00z', '09:30'],
    ['with a leap second is read', 'America/Los_Angeles', '2026-11-20T01:29:60', '09:29:59'],
    ['of an unknown zone, east of UTC, is as of its arrival', undefined, '2026-11-20T18:30:00', '10:00'],
    ['of an unknown zone is in UTC', undefined, '2026-11-20T09:30:00', '09:30'],
  ])('%s', (_case, zone, time, saidAt) => {
    const data = {
      email: PERSON,
      department: 'Finance',
      person: PERSON,
      group: GROUP,
      requester: REQUESTER,
      approver: APPROVER,
    };
    const saidAtMs = Date.parse(`2026-11-20T${saidAt}Z`);
    for (const [feed, type] of [
      ['hr', 'moved'],
      ['ticket', 'approved'],
    ] as const) {
      const event = { specversion: '1.0', id: '1', source: '/t', type, time, data };
      expect(saidIn(feed, 'cloudevents', event, zone).occurredAtMs).toBe(saidAtMs);
      expect(saidIn(feed, 'cloudevents-signed', event, zone).occurredAtMs).toBe(saidAtMs);
    }
  });
});

it('the time of an answer in Power Automate is of the zone of its source, as that of the outcome is', () => {
  const local = '2026-11-20T01:30:00';
  const completed = withAt(
    { ...ticketBodies['power-automate'](aTicket) },
    'approval.completionDate',
    '2026-11-20T01:40:00',
  );
  const body = withAt(completed, 'approval.responses.0.responseDate', local);
  expect(saidIn('ticket', 'power-automate', body, 'America/Los_Angeles')).toEqual({
    occurredAtMs: Date.parse('2026-11-20T09:40:00Z'),
    approvedAtMs: Date.parse('2026-11-20T09:30:00Z'),
  });
});
