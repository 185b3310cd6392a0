import { describe, expect, it } from '@jest/globals';
import { personAt } from '../../../shared/domain/ledger/worker-records';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import { NOW_MS, PERSON, postingOf } from '../../fixtures/webhooks/vendor-senders';
import { leavingBodyOf, withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';

describe('a leaving whose worker id cannot be used', () => {
  it.each([
    ['is null', null],
    ['is blank', ''],
    ['is a list', ['67890']],
    ['is an object', {}],
    ['would be another address', '..'],
  ])('ends the record that the source has of this address, when it %s: merge', async (_case, remoteId) => {
    const body = withAt(leavingBodyOf('merge'), 'data.remote_id', remoteId);
    const { answer, employmentAt } = await sayAfterJoining(senderOf('merge'), body);
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });

  it.each([
    ['is too long', 'x'.repeat(70)],
    ['would be another address', '..'],
  ])('ends it when it %s, and that is reported: bamboohr-fields', async (_case, id) => {
    const body = withAt(leavingBodyOf('bamboohr-fields'), 'employees.0.id', id);
    const { employmentAt, refused } = await sayAfterJoining(senderOf('bamboohr-fields'), body);
    expect(refused).toMatchObject([{ fields: [{ field: 'id' }] }]);
    expect(employmentAt(2)).toBe('left');
  });
});

describe('a leaving that names no record where the hire did', () => {
  it('is about what the source has of the person, whatever else of a number stands in it: successfactors', () => {
    const body = { ...withAt(leavingBodyOf('successfactors'), 'userId', null), personIdExternal: '100042' };
    const posted = {
      rawBody: Buffer.from(JSON.stringify(body)),
      type: 'application/json',
      receivedAtMs: NOW_MS,
    } as const;
    const meanings = webhookFormatOf('hr', 'successfactors')?.parse(posted, PLAIN_MAPPING);
    expect(meanings).toMatchObject([{ event: { kind: 'leaver', worker: { workerId: undefined } } }]);
  });

  it('ends what the source has of the person, whatever its subject is: cloudevents-signed', async () => {
    const { answer, employmentAt } = await sayAfterJoining(
      senderOf('cloudevents-signed'),
      {
        ...leavingBodyOf('cloudevents-signed'),
        id: 'event-2',
        type: 'com.acme.hr.ended',
        subject: 'employees/100042',
        data: { email: PERSON },
      },
      { settings: 'events: { com.acme.hr.ended: leaver }' },
    );
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });
});

describe('a record that was hired again', () => {
  const hiredAgain = (starts: string, ends: string): object =>
    withAt(
      withAt(leavingBodyOf('bamboohr-fields'), 'employees.0.fields.Hire Date', starts),
      'employees.0.fields.Termination Date',
      ends,
    );

  it('and is called left until its next start has the person out between, and in from then on', async () => {
    const { answer, employmentAt } = await sayAfterJoining(
      senderOf('bamboohr-fields'),
      hiredAgain('2026-11-24', '2026-11-20'),
    );
    expect([answer, employmentAt(2), employmentAt(5)]).toEqual(['ok', 'left', 'active']);
  });

  it('and is removed at its source has the person out, though its only end is of the employment before', async () => {
    const body = withAt(
      withAt(
        withAt(leavingBodyOf('merge'), 'hook.event', 'Employee.removed'),
        'data.employment_status',
        'ACTIVE',
      ),
      'data.termination_date',
      '2020-05-31T00:00:00Z',
    );
    const { answer, employmentAt } = await sayAfterJoining(senderOf('merge'), body);
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });
});

describe('a status that nobody knows', () => {
  it.each(['Resigned', 'Terminated (voluntary)', 'Inactive\u200b'])(
    'does not bring back somebody who has left, beside the day on which they left: %j',
    async (status) => {
      const sender = senderOf('bamboohr-fields');
      const world = createSenderWorld(sender);
      await world.deliver(postingOf(sender));
      const left = leavingBodyOf('bamboohr-fields');
      await world.deliver(postingOf(sender, { body: JSON.stringify(left), id: 'delivery-2' }));
      const tenDaysLaterMs = NOW_MS + 864_000_000;
      world.advance(864_000_000);
      const later = withAt(
        withAt(left, 'employees.0.fields.Status', status),
        'employees.0.timestamp',
        '2026-11-30T10:00:00+0000',
      );
      await world.deliver(
        postingOf(sender, { body: JSON.stringify(later), id: 'delivery-3', atMs: tenDaysLaterMs }),
      );
      const { timeline = [] } = world.person('acme', PERSON) ?? {};
      expect(personAt(timeline, tenDaysLaterMs + 1).employment).toBe('left');
    },
  );

  it('makes no joiner of an event that says so, beside a past end: it is refused and kept', async () => {
    const hired = withAt(
      withAt(
        withAt(leavingBodyOf('bamboohr-fields'), 'employees.0.action', 'Created'),
        'employees.0.fields.Status',
        'Resigned',
      ),
      'employees.0.fields.Termination Date',
      '2026-11-10',
    );
    const body = withAt(hired, 'employees.0.fields.Hire Date', '2026-11-01');
    const { answer, refused } = await sayAfterJoining(senderOf('bamboohr-fields'), body);
    expect(answer).toBe('body-invalid');
    expect(refused).toMatchObject([{ fields: [{ field: 'status' }] }]);
  });
});
