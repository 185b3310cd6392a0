import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { readAccessRequest } from '../../../shared/webhooks/contract/read-access-request';
import { aTicket, NOW_MS } from '../../fixtures/webhooks/vendor-senders';

const revoke = { ...aTicket, act: 'revoke' } as const;
const { standard, zendesk, jira, github, freshservice, 'power-automate': powerAutomate } = ticketBodies;

describe('a revocation that says who and which group', () => {
  it.each<readonly [string, string, object]>([
    ['standard', 'its time cannot be read', withAt(standard(revoke), 'occurredAt', 'soon')],
    ['standard', 'its ticket has no web address', withAt(standard(revoke), 'ticket.url', 'ftp://x')],
    [
      'standard',
      'the time of an approval cannot be read',
      withAt(standard(revoke), 'approvals.0.approvedAt', 'soon'),
    ],
    ['zendesk', 'its time is blank', withAt(zendesk(revoke), 'time', '')],
    ['zendesk', 'its time cannot be read', withAt(zendesk(revoke), 'time', '20/11/2026')],
    ['zendesk', 'nobody approved it', withAt(zendesk(revoke), 'approver', '')],
    ['jira', 'its time is a text', withAt(jira(revoke), 'timestamp', String(NOW_MS))],
    ['standard', 'nobody asked for it', withAt(standard(revoke), 'requester', null)],
    ['zendesk', 'nobody asked for it', withAt(zendesk(revoke), 'requester', {})],
    ['standard', 'its grant is a list', withAt(standard(revoke), 'action.grantRequestId', ['7'])],
    ['github', 'its time cannot be read', withAt(github(revoke), 'issue.updated_at', 'soon')],
    ['cloudevents-signed', 'its subject is a number', withAt(ticketBodies.cloudevents(revoke), 'subject', 7)],
  ])('is done from its arrival, and the rest reported: %s, %s', async (format, _case, body) => {
    const said = await sayAfterJoining(senderOf(format, 'ticket'), body);
    expect([said.answer, said.outcome]).toEqual(['ok', 'recorded']);
    expect(said.refused).toHaveLength(1);
  });
});

describe('a revocation of a sender that only shows a token', () => {
  it.each<readonly [string, string, object]>([
    ['freshservice', 'its time cannot be read', withAt(freshservice(revoke), 'time', 'soon')],
    ['freshservice', 'its number cannot be read', withAt(freshservice(revoke), 'ticket_id', {})],
    [
      'power-automate',
      'the time of an approval is none',
      withAt(powerAutomate(revoke), 'approval.responses.0.responseDate', 7),
    ],
  ])('is understood, and the rest reported: %s, %s', async (format, _case, body) => {
    const said = await sayAfterJoining(senderOf(format, 'ticket'), body);
    // A token alone takes nothing away.
    expect([said.answer, said.outcome, said.refused.length]).toEqual(['ok', 'source-not-allowed', 1]);
  });
});

describe('an entry of the access policy that is taken off', () => {
  it('is read beside what cannot be used, though not without who approved it', () => {
    const body = {
      ...withAt(standard(revoke), 'ticket.url', 'ftp://x'),
      occurredAt: 'soon',
      action: { kind: 'remove-policy-entity', entityType: 'user', name: aTicket.person },
    };
    const request = readAccessRequest(body, NOW_MS);
    expect(request).toMatchObject({ occurredAtMs: NOW_MS, ticket: { url: undefined } });
    expect(request.unusable?.map(({ field }) => field)).toEqual(['occurredAt', 'ticket.url']);
    expect(() => readAccessRequest(withAt(body, 'approvals.0.approver', ''), NOW_MS)).toThrow(
      /The body is not valid/,
    );
  });
});

describe('what gives access', () => {
  it.each([
    ['freshservice', withAt(freshservice(aTicket), 'time', 'soon')],
    ['jira', withAt(jira(aTicket), 'timestamp', String(NOW_MS))],
    ['github', withAt(github(aTicket), 'issue.updated_at', 'soon')],
    ['zendesk', withAt(zendesk(aTicket), 'url', {})],
  ])('is refused beside what cannot be used, and kept: %s', async (format, body) => {
    const { answer, refused } = await sayAfterJoining(senderOf(format, 'ticket'), body);
    expect([answer, refused.length]).toEqual(['body-invalid', 1]);
  });
});
