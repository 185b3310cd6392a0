import { describe, expect, it } from '@jest/globals';
import type { Meanings } from '../../../shared/webhooks/webhook-format';
import { standardTicketSource } from '../../../shared/webhooks/sources/own-contract';
import { errorOf } from '../../fakes/error-of';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { postedJson } from '../../fixtures/webhooks/posted';

type Json = Readonly<Record<string, unknown>>;

const approvedAt = '2026-11-20T10:00:00Z';
const approvedAtMs = Date.parse(approvedAt);
const day = 86_400_000;

const base = {
  schemaVersion: 1,
  type: 'access.request.approved',
  id: 'REQ-1',
  occurredAt: approvedAt,
  ticket: { id: 'T-1', url: 'https://tickets.example.com/T-1' },
  requester: 'ana@example.com',
  approvals: [{ approver: 'lead@example.com', approvedAt: '2026-11-20T09:59:00Z' }],
};
const grant = { kind: 'grant', person: 'ana@example.com', group: 'Developers' };
const rule = {
  kind: 'create-rule',
  name: 'Finance',
  owner: 'lead@example.com',
  definition: {
    groups: ['Automation Users'],
    conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Finance' }],
  },
};

function parse(body: unknown): Meanings {
  return standardTicketSource.parse(postedJson(JSON.stringify(body)), PLAIN_MAPPING);
}

const request = {
  id: 'REQ-1',
  organization: undefined,
  occurredAtMs: approvedAtMs,
  ticket: base.ticket,
  requester: 'ana@example.com',
  approvals: [{ approver: 'lead@example.com', approvedAtMs: approvedAtMs - 60_000 }],
};

describe('an access request', () => {
  it.each<readonly [string, Json, Json]>([
    ['a grant without an end', grant, { validFromMs: approvedAtMs, validUntilMs: undefined }],
    [
      'a grant of days since the approval',
      { ...grant, duration: 'P30D' },
      { validFromMs: approvedAtMs, validUntilMs: approvedAtMs + 30 * day },
    ],
    [
      'a grant of seconds',
      { ...grant, duration: 'PT8S' },
      { validFromMs: approvedAtMs, validUntilMs: approvedAtMs + 8_000 },
    ],
    [
      'a grant of a month since its beginning',
      { ...grant, validFrom: '2027-01-31T00:00:00Z', duration: 'P1M' },
      { validFromMs: Date.UTC(2027, 0, 31), validUntilMs: Date.UTC(2027, 1, 28) },
    ],
    [
      'days of 24 hours, whatever the clocks of a country do',
      { ...grant, validFrom: '2027-03-28T00:00:00+02:00', duration: 'P1D' },
      { validFromMs: Date.UTC(2027, 2, 27, 22), validUntilMs: Date.UTC(2027, 2, 28, 22) },
    ],
    [
      'a grant until an instant',
      { ...grant, until: '2026-12-31T23:00:00+01:00' },
      { validFromMs: approvedAtMs, validUntilMs: Date.UTC(2026, 11, 31, 22) },
    ],
    [
      'a grant until a day, which ends where the organization is',
      { ...grant, until: '2026-12-31' },
      { validFromMs: approvedAtMs, validUntilMs: undefined, untilDay: '2026-12-31' },
    ],
    [
      // Somewhere it is still that day.
      'a grant until the day before',
      { ...grant, until: '2026-11-19' },
      { validFromMs: approvedAtMs, validUntilMs: undefined, untilDay: '2026-11-19' },
    ],
    [
      'a grant of one millisecond',
      { ...grant, until: '2026-11-20T10:00:00.001Z' },
      { validFromMs: approvedAtMs, validUntilMs: approvedAtMs + 1 },
    ],
    [
      'an extension',
      { ...grant, kind: 'extend', duration: 'P1W', until: null },
      { validFromMs: approvedAtMs, validUntilMs: approvedAtMs + 7 * day },
    ],
  ])('asks for %s', (_case, action, times) => {
    const { kind, person, group } = { ...grant, ...action };
    expect(parse({ ...base, action })).toEqual([
      { kind: 'access-request', request: { ...request, action: { kind, person, group, ...times } } },
    ]);
  });

  it.each<readonly [string, Json, Json]>([
    [
      'revokes every grant',
      { ...grant, kind: 'revoke' },
      { ...grant, kind: 'revoke', grantRequestId: undefined },
    ],
    [
      'revokes one grant',
      { ...grant, kind: 'revoke', grantRequestId: 'REQ-0' },
      { ...grant, kind: 'revoke', grantRequestId: 'REQ-0' },
    ],
    ['creates a rule', rule, { ...rule, description: '', enabled: true, validUntilMs: undefined }],
    [
      'creates a rule for a time',
      { ...rule, description: 'Why', enabled: false, duration: 'PT1H' },
      { ...rule, description: 'Why', enabled: false, validUntilMs: approvedAtMs + 3_600_000 },
    ],
    [
      'updates a rule',
      { ...rule, kind: 'update-rule', description: '', enabled: true },
      { ...rule, kind: 'update-rule', description: '', enabled: true, validUntilMs: undefined },
    ],
    [
      'deletes a rule',
      { kind: 'delete-rule', name: 'Finance', force: true },
      { kind: 'delete-rule', name: 'Finance' },
    ],
    [
      'adds to the access policy',
      { kind: 'add-policy-entity', entityType: 'group', name: 'Staff' },
      { kind: 'add-policy-entity', entityType: 'group', name: 'Staff' },
    ],
    [
      'removes from the access policy',
      { kind: 'remove-policy-entity', entityType: 'user', name: 'ion@example.com' },
      { kind: 'remove-policy-entity', entityType: 'user', name: 'ion@example.com' },
    ],
  ])('%s', (_case, action, meaning) => {
    const { duration, ...expected } = meaning;
    expect(duration).toBeUndefined();
    expect(parse({ ...base, action })).toEqual([
      { kind: 'access-request', request: { ...request, action: expected } },
    ]);
  });

  it('may be a ticket without an address and without approvals: the policy decides', () => {
    expect(
      parse({ ...base, ticket: { id: 'T-1' }, approvals: [], organization: 'production', action: grant }),
    ).toMatchObject([
      { request: { ticket: { id: 'T-1', url: undefined }, approvals: [], organization: 'production' } },
    ]);
  });

  it.each<readonly [string, unknown, string]>([
    ['the type of HR', { ...base, type: 'worker.joined', action: grant }, 'type'],
    ['no action', base, 'action'],
    ['an unknown action', { ...base, action: { kind: 'promote' } }, 'action.kind'],
    ['an action without a kind', { ...base, action: { ...grant, kind: undefined } }, 'action.kind'],
    ['no requester', { ...base, requester: undefined, action: grant }, 'requester'],
    ['a list for a requester', { ...base, requester: ['ana@example.com'], action: grant }, 'requester'],
    ['no approvals', { ...base, approvals: undefined, action: grant }, 'approvals'],
    [
      'an approver without an address',
      { ...base, approvals: [...base.approvals, { approver: 'secret-value', approvedAt }], action: grant },
      'approvals[1].approver',
    ],
    [
      '21 approvals',
      { ...base, approvals: Array.from({ length: 21 }, () => base.approvals[0]), action: grant },
      'approvals',
    ],
    [
      'a script for an address',
      { ...base, ticket: { id: 'T-1', url: 'javascript:alert(1)' }, action: grant },
      'ticket.url',
    ],
    ['no ticket id', { ...base, ticket: {}, action: grant }, 'ticket.id'],
    [
      'two ends',
      { ...base, action: { ...grant, until: '2026-12-01T00:00:00Z', duration: 'P1D' } },
      'action.duration',
    ],
    ['an end on the day before', { ...base, action: { ...grant, until: '2026-11-18' } }, 'action.until'],
    ['an end with the year 9999', { ...base, action: { ...grant, until: '9999-12-31' } }, 'action.until'],
    ['a day that no month has', { ...base, action: { ...grant, until: '2026-02-30' } }, 'action.until'],
    [
      'a time without a zone',
      { ...base, action: { ...grant, until: '2026-12-01T08:00:00' } },
      'action.until',
    ],
    [
      'a day beside a duration',
      { ...base, action: { ...grant, until: '2026-12-01', duration: 'P1D' } },
      'action.duration',
    ],
    ['an end at its beginning', { ...base, action: { ...grant, until: approvedAt } }, 'action.until'],
    ['no time at all', { ...base, action: { ...grant, duration: 'PT0S' } }, 'action.duration'],
    ['a negative duration', { ...base, action: { ...grant, duration: '-P1D' } }, 'action.duration'],
    ['a number for a duration', { ...base, action: { ...grant, duration: 30 } }, 'action.duration'],
    ['words for a duration', { ...base, action: { ...grant, duration: '30 days' } }, 'action.duration'],
    ['an end after the year 9999', { ...base, action: { ...grant, duration: 'P7974Y' } }, 'action.duration'],
    [
      'more years than a calendar has',
      { ...base, action: { ...grant, duration: 'P999999999Y' } },
      'action.duration',
    ],
    [
      'more years than can be counted',
      { ...base, action: { ...grant, duration: `P${'9'.repeat(37)}Y` } },
      'action.duration',
    ],
    [
      'a rule without conditions',
      { ...base, action: { ...rule, definition: { ...rule.definition, conditions: [] } } },
      'action.definition.conditions',
    ],
    [
      'a rule without groups',
      { ...base, action: { ...rule, definition: { ...rule.definition, groups: [] } } },
      'action.definition.groups',
    ],
    [
      'a rule with 51 groups',
      {
        ...base,
        action: {
          ...rule,
          definition: { ...rule.definition, groups: Array.from({ length: 51 }, () => 'g') },
        },
      },
      'action.definition.groups',
    ],
    [
      'a number in a condition',
      {
        ...base,
        action: {
          ...rule,
          definition: { ...rule.definition, conditions: [{ ...rule.definition.conditions[0], value: 3 }] },
        },
      },
      'action.definition.conditions[0].value',
    ],
    [
      'an update that does not say whether it is enabled',
      { ...base, action: { ...rule, kind: 'update-rule', description: '' } },
      'action.enabled',
    ],
    [
      'a robot in the access policy',
      { ...base, action: { kind: 'add-policy-entity', entityType: 'robot', name: 'R' } },
      'action.entityType',
    ],
  ])('is refused by the name of its field with %s', async (_case, body, field) => {
    const error = await errorOf(() => parse(body));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field, problem: expect.any(String) }] });
    expect(JSON.stringify([error.message, error.fields])).not.toContain('secret-value');
  });

  it('may end with the year 9999', () => {
    expect(
      parse({ ...base, action: { ...grant, validFrom: '9998-12-31T00:00:00Z', duration: 'P1Y' } }),
    ).toMatchObject([{ request: { action: { validUntilMs: Date.UTC(9999, 11, 31) } } }]);
  });
});
