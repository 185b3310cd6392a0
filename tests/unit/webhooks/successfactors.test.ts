import { describe, expect, it } from '@jest/globals';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { successFactorsKindOf, successFactorsSource } from '../../../shared/webhooks/sources/successfactors';
import { errorOf } from '../../fakes/error-of';
import { postedJson } from '../../fixtures/webhooks/posted';
import { ANA, NOW_MS, PERSON } from '../../fixtures/webhooks/vendor-senders';

describe('an event of SuccessFactors', () => {
  it.each([
    ['com.successfactors.Employment.AssignmentInformation.Hire', 'joiner'],
    ['com.successfactors.Employment.AssignmentInformation.ReHire', 'joiner'],
    ['com.successfactors.Employment.AssignmentInformation.Termination', 'leaver'],
    ['com.successfactors.EmployeeCentral.JobInformation.ManagerChanged', 'mover'],
    ['com.successfactors.EmployeeCentral.ChangeInJobTitle', 'mover'],
    ['Promotion', 'mover'],
    ['com.successfactors.Employment.Termination.Reminder', undefined],
    ['com.successfactors.TimeOff.Requested', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is a %s', (type, kind) => {
    expect(successFactorsKindOf(type, PLAIN_MAPPING)).toBe(kind);
  });

  it('means what the policy says first', () => {
    const type = 'com.successfactors.TimeOff.Requested';
    const events = new Map([
      [type, 'mover'],
      ['Hire', 'ignore'],
    ]);
    expect(successFactorsKindOf(type, { ...PLAIN_MAPPING, events })).toBe('mover');
    expect(successFactorsKindOf('Hire', { ...PLAIN_MAPPING, events })).toBeUndefined();
  });
});

describe('the layout for Integration Center', () => {
  const bodyOf = (kind: 'joiner' | 'mover' | 'leaver', changes: object = {}): string =>
    JSON.stringify({ ...hrBodies.successfactors({ kind, worker: ANA, atMs: NOW_MS - 60_000 }), ...changes });
  const parse = (body: string) =>
    successFactorsSource.parse({ ...postedJson(body), receivedAtMs: NOW_MS }, PLAIN_MAPPING);

  it.each<readonly ['joiner' | 'mover' | 'leaver', object, readonly object[]]>([
    ['joiner', { startDate: '2026-12-01' }, [{ kind: 'joiner', effective: { date: '2026-12-01' } }]],
    ['mover', { department: 'Finance' }, [{ kind: 'mover', attributes: { department: 'Finance' } }]],
    [
      'leaver',
      { endDate: '2026-12-31', lastDateWorked: '2026-12-24' },
      [{ kind: 'leaver', effective: { lastWorkingDay: '2026-12-24', terminationDate: '2026-12-31' } }],
    ],
    ['mover', { endDate: '2026-12-31' }, [{ kind: 'mover' }, { kind: 'leaver' }]],
  ])('says a %s with its dates: %j', (kind, changes, events) => {
    const meanings = parse(bodyOf(kind, changes));
    expect(meanings).toMatchObject(
      events.map((event) => ({
        kind: 'worker-event',
        event: {
          ...event,
          worker: { email: PERSON, workerId: ANA.id },
          occurredAtMs: NOW_MS - 60_000,
        },
      })),
    );
  });

  it('is one event under one id, however often it is posted again', () => {
    const idOf = (body: string): string =>
      successFactorsSource.dedupeId({ ...postedJson(body), headers: new Headers(), signedId: undefined });
    expect(idOf(bodyOf('mover', { repost: true }))).toBe(idOf(bodyOf('mover')));
    expect(idOf(bodyOf('mover', { eventId: 'other' }))).not.toBe(idOf(bodyOf('mover')));
  });

  it.each([
    ['eventId', { eventId: '' }],
    ['publishedAt', { publishedAt: 'yesterday' }],
    ['worker.email', { email: '' }],
  ])('is refused by the name of the field: %s', async (field, changes) => {
    const error = await errorOf(() => parse(bodyOf('mover', changes)));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field }] });
  });
});
