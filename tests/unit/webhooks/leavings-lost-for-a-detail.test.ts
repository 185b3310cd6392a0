import { describe, expect, it } from '@jest/globals';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { leavingBodyOf, withAt } from '../../fixtures/webhooks/leavings';
import { sayAfterJoining, senderOf } from '../../fixtures/webhooks/say-after-joining';
import { NOW_MS, PERSON } from '../../fixtures/webhooks/vendor-senders';

const settings = 'may: [joiner, mover, leaver]';

describe('a leaving that is lost for a detail', () => {
  it('personio: another id beside that of the person has more digits than a number', async () => {
    const body = JSON.stringify(leavingBodyOf('personio')).replace(
      '"person_id":',
      '"id":12345678901234567890,"person_id":',
    );
    const { answer } = await sayAfterJoining(senderOf('personio'), body, { settings });
    expect(answer).toBe('ok');
  });

  it('hibob: data names nobody, and the employee beside it does', async () => {
    const body = {
      ...withAt(leavingBodyOf('hibob'), 'data.employeeId', null),
      employee: { id: '67890' },
    };
    const { answer, employmentAt } = await sayAfterJoining(senderOf('hibob'), body);
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });

  it('hibob: access is revoked immediately, before the employee has left', async () => {
    const body = { ...leavingBodyOf('hibob'), type: 'employee.access.revoked.immediately' };
    const { answer, employmentAt } = await sayAfterJoining(senderOf('hibob'), body);
    expect([answer, employmentAt(2)]).toEqual(['ok', 'left']);
  });

  const attributes = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': 'event-2',
    'ce-source': 'hr',
    'ce-type': 'worker.left',
    'ce-time': new Date(NOW_MS).toISOString(),
    'ce-subject': '100%',
  };
  const data = { worker: { email: PERSON, workerId: '67890' }, immediate: true };

  it('cloudevents: the subject in a header is no percent-encoded text', async () => {
    const said = await sayAfterJoining(senderOf('cloudevents'), data, { headers: attributes });
    // Understood, though a token alone takes nothing away.
    expect([said.answer, said.outcome]).toEqual(['ok', 'source-not-allowed']);
  });

  it('cloudevents: what is kept of an event in headers can be followed later, as it has its attributes', async () => {
    const { refused, world } = await sayAfterJoining(senderOf('cloudevents'), data, { headers: attributes });
    expect(refused).toHaveLength(1);
    expect(Buffer.from(world.refused[0]?.body ?? '').toString()).toContain('worker.left');
  });

  const notice = (day: string, userId: string): string =>
    `<Envelope><Body><ExternalEvent><externalEventMeta><externalEventId>1</externalEventId><type>com.successfactors.Employment.AssignmentInformation.Termination</type><publishedAt>${NOW_MS}</publishedAt></externalEventMeta><events><event><eventId>2</eventId><effectiveStartDate>${day}</effectiveStartDate><entityKeys><entityKey><name>userId</name><value>${userId}</value></entityKey></entityKeys></event></events></ExternalEvent></Body></Envelope>`;
  const soap = (day: string, userId: string): unknown =>
    webhookFormatOf('hr', 'successfactors-soap')?.parse(
      { rawBody: Buffer.from(notice(day, userId)), type: 'text/xml', receivedAtMs: NOW_MS },
      PLAIN_MAPPING,
    );

  it.each(['20.11.2026', '2026-11-20T10:00:00'])(
    'successfactors-soap: a day that is none is reported, and nobody is asked about it: %s',
    (day) => {
      const meanings = soap(day, '67890');
      expect(meanings).toMatchObject([
        { kind: 'look-up', lookUp: { workerId: '67890' } },
        { kind: 'unusable' },
      ]);
      expect(JSON.stringify(meanings)).not.toContain(day);
    },
  );

  it('successfactors-soap: a user id has a character by its number, as XML may', () => {
    expect(soap('2026-11-20', 'j&#246;rg')).toMatchObject([{ lookUp: { workerId: 'jörg' } }]);
  });
});
