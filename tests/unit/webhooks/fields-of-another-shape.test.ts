import { describe, expect, it } from '@jest/globals';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { leavingBodyOf, withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import { ANA, aTicket, NOW_MS, PERSON, postingOf, REQUESTER } from '../../fixtures/webhooks/vendor-senders';

const bamboo = senderOf('bamboohr-fields');
const moves = {
  ...hrBodies['bamboohr-fields']({
    kind: 'mover',
    worker: { ...ANA, department: 'Finance' },
    atMs: NOW_MS + 1,
  }),
};

describe('a list or an object where a text is due', () => {
  it.each([
    ['a list', ['2027-01-31']],
    ['an object', { day: '2027-01-31' }],
  ])('is an end that nobody can read: it ends nothing now, and is kept (%s)', async (_case, end) => {
    const removed = withAt(
      withAt(leavingBodyOf('merge'), 'hook.event', 'Employee.removed'),
      'data.employment_status',
      'ACTIVE',
    );
    const said = await sayAfterJoining(senderOf('merge'), withAt(removed, 'data.termination_date', end));
    expect([said.employmentAt(2), said.refused.length]).toEqual(['active', 1]);
  });

  it.each([
    ['the end', 'Termination Date', ['2026-11-21']],
    ['the status', 'Status', ['Inactive']],
    ['the department', 'Department', ['Finance']],
    ['the department', 'Department', { is: 'Finance' }],
  ])('is not passed over in silence: %s', async (_case, field, value) => {
    const said = await sayAfterJoining(bamboo, withAt(moves, `employees.0.fields.${field}`, value));
    expect(said.refused).toHaveLength(1);
  });

  it.each([['2027-01-04'], { on: '2027-01-04' }])(
    'is a start that nobody can read: it begins nothing now, and is kept (%j)',
    async (start) => {
      const joins = hrBodies['bamboohr-fields']({ kind: 'joiner', worker: ANA, atMs: NOW_MS });
      const world = createSenderWorld(bamboo);
      const body = JSON.stringify(withAt(joins, 'employees.0.fields.Hire Date', start));
      await world.deliver(postingOf(bamboo, { body })).catch(() => undefined);
      expect([world.person('acme', PERSON), world.refused.length]).toEqual([undefined, 1]);
    },
  );

  it.each([[{ is: PERSON }], [[{ is: PERSON }]]])(
    'is a person whom nobody can read, and no leave to take the requester instead (%j)',
    async (person) => {
      const body = {
        ...withAt(ticketBodies.freshservice(aTicket), 'person', person),
        ticket_requester_email: REQUESTER,
      };
      const { world, refused } = await sayAfterJoining(senderOf('freshservice', 'ticket'), body);
      const members = [PERSON, REQUESTER].map((email) => world.person('acme', email)?.grants ?? []);
      expect([members, refused.length]).toEqual([[[], []], 1]);
    },
  );

  it('is left out of a change, of which the rest is followed', async () => {
    const body = withAt(moves, 'employees.0.fields.Location', { is: 'Cluj' });
    const { world, refused } = await sayAfterJoining(bamboo, body);
    expect(world.person('acme', PERSON)?.timeline.at(-1)?.attributes).toMatchObject({
      department: 'Finance',
    });
    expect(refused).toMatchObject([{ fields: [{ field: 'fields.Location' }] }]);
  });
});
