import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { leavingBodyOf } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { aTicket } from '../../fixtures/webhooks/vendor-senders';

const HOUR_MS = 3_600_000;

describe('an authentic delivery that is accepted and followed nowhere', () => {
  it('is kept as a dead one: a leaving from an organization that the source does not feed', async () => {
    const body = { ...leavingBodyOf('standard'), organization: 'acme-typo' };
    const said = await sayAfterJoining(senderOf('standard'), body);
    expect(said.outcome).toBe('organization-not-allowed');
    expect(said.refused).toHaveLength(1);
  });

  it('is kept as a dead one: a ticket of an organization that the source does not feed', async () => {
    const body = { ...ticketBodies.standard({ ...aTicket, act: 'revoke' }), organization: 'acme-typo' };
    const said = await sayAfterJoining(senderOf('standard', 'ticket'), body);
    expect(said.outcome).toBe('organization-not-allowed');
    expect(said.refused).toHaveLength(1);
  });

  it('is kept as a dead one: a signed leaving of somebody whom the source does not know any more', async () => {
    const { world, refused } = await sayAfterJoining(senderOf('hibob'), leavingBodyOf('hibob'), {
      record: 'gone',
    });
    world.advance(25 * HOUR_MS);
    await world.sweep();
    expect(world.outcomes()[1]).toBe('worker-unknown');
    expect(refused).toHaveLength(1);
  });
});
