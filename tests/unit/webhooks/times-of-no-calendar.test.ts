import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { leavingBodyOf, withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { aTicket } from '../../fixtures/webhooks/vendor-senders';

const settings = 'zone: Europe/Bucharest';
const ticketUntil = (until: string): object =>
  withAt(
    withAt(ticketBodies['jira-automation'](aTicket), 'issue.fields.customfield_10051', null),
    'issue.fields.customfield_10060',
    until,
  );

describe('a time without an offset that no calendar has, of a source with a zone', () => {
  it.each([
    ['bamboohr-fields', 'employees.0.timestamp', '2026-11-20T24:00:00'],
    ['bamboohr-fields', 'employees.0.timestamp', '2026-11-31T10:00:00'],
    ['hibob', 'triggeredAt', '2026-11-20T24:00:00'],
    ['hibob', 'triggeredAt', '2026-11-31T10:00:00.000000'],
  ])('keeps no leaving from being done: %s %s %s', async (format, place, time) => {
    const body = withAt(leavingBodyOf(format), place, time);
    const { answer, employmentAt } = await sayAfterJoining(senderOf(format), body, { settings });
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });

  it('is named to the sender of a ticket, and not answered as a failure of ours', async () => {
    const { answer, refused } = await sayAfterJoining(
      senderOf('jira-automation', 'ticket'),
      ticketUntil('2026-11-31T10:00:00'),
      { settings: `  until: issue.fields.customfield_10060\n${settings}` },
    );
    expect([answer, refused.map(({ fields }) => fields[0]?.field)]).toEqual([
      'body-invalid',
      ['action.until'],
    ]);
  });
});

describe('a time of the beginning of all calendars, as some systems write none', () => {
  it('is no time of a leaving: it was said when it arrived', async () => {
    const body = { ...leavingBodyOf('standard'), occurredAt: '0001-01-01T00:00:00Z' };
    const { answer, employmentAt } = await sayAfterJoining(senderOf('standard'), body);
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });
});

describe('an end with an offset as Jira writes it', () => {
  it('is read whether or not the policy names a zone', async () => {
    const { answer, outcome } = await sayAfterJoining(
      senderOf('jira-automation', 'ticket'),
      ticketUntil('2026-12-01T10:00:00.000+0200'),
      { settings: '  until: issue.fields.customfield_10060' },
    );
    expect([answer, outcome]).toEqual(['ok', 'recorded']);
  });
});

describe('an approval whose time cannot be read', () => {
  it('is not one of 1970', async () => {
    const body = withAt(
      ticketBodies['power-automate'](aTicket),
      'approval.responses.0.responseDate',
      '20/11/2026 10:00',
    );
    const { world } = await sayAfterJoining(senderOf('power-automate', 'ticket'), body);
    const approvals = (world.person('acme', aTicket.person)?.grants ?? []).flatMap(
      (grant) => grant.approvals,
    );
    expect(approvals.map(({ approvedAtMs }) => approvedAtMs)).not.toContain(0);
  });
});
