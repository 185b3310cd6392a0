import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { aTicket } from '../../fixtures/webhooks/vendor-senders';

/** Where each system says how long. */
const places = [
  ['jira', 'issue.fields.customfield_10051'],
  ['jira-automation', 'issue.fields.customfield_10051'],
  ['zendesk', 'duration'],
  ['zendesk', 'until'],
  ['freshservice', 'duration'],
  ['power-automate', 'request.duration'],
  ['power-automate', 'request.until'],
  ['servicenow-token', 'variables.access_duration'],
  ['cloudevents', 'data.action.duration'],
] as const;

describe('an end that is sent and cannot be read', () => {
  it.each(
    places.flatMap(([format, place]) =>
      [['P1D'], { days: 1 }].map((value) => [format, place, value] as const),
    ),
  )('does not make a grant without an end: %s %s %j', async (format, place, value) => {
    const sent = format === 'cloudevents' ? ticketBodies.cloudevents(aTicket) : ticketBodies[format](aTicket);
    const body = place.endsWith('until') ? withAt(sent, place.replace('until', 'duration'), '') : sent;
    const { world, refused } = await sayAfterJoining(senderOf(format, 'ticket'), withAt(body, place, value), {
      longestDays: 'any',
    });
    const grants = world.person('acme', aTicket.person)?.grants ?? [];
    expect(grants).toHaveLength(0);
    expect(refused).toHaveLength(1);
  });
});
