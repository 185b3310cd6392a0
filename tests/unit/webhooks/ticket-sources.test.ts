import { describe, expect, it } from '@jest/globals';
import { loginOf } from '../../../sandbox/vendors/ticket';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import type { AccessRequest } from '../../../shared/domain/ledger/access-request';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import type { Meanings } from '../../../shared/webhooks/webhook-format';
import { errorOf } from '../../fakes/error-of';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import { postedJson } from '../../fixtures/webhooks/posted';
import {
  APPROVER,
  aTicket,
  GROUP,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  REQUESTER,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

type Json = Record<string, unknown>;

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'ticket');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function parse(format: string, body: unknown, settings = senderOf(format).settings): Meanings {
  const policy = parsePolicy(policyOf(senderOf(format), settings), 'policy.yaml');
  const [source] = policy.sources;
  if (source === undefined) throw new Error('The policy has no source');
  const parsed = webhookFormatOf('ticket', format)?.parse(postedJson(JSON.stringify(body)), source.mapping);
  if (parsed === undefined) throw new Error(`No format ${format}`);
  return parsed;
}

function requestIn(meanings: Meanings): AccessRequest {
  const [meaning] = meanings === 'ignored' ? [] : meanings;
  if (meaning?.kind !== 'access-request') throw new Error('It asks for nothing');
  return meaning.request;
}

const vendors = [
  [
    'github',
    'acme.access-1042-access-approved-1795168800000',
    'acme/access#1042',
    'https://github.com/acme/access/issues/1042',
  ],
  ['jira', 'ACC-1042-21042', 'ACC-1042', 'https://acme.atlassian.net/browse/ACC-1042'],
  ['zendesk', '1042-2026-11-20T10:00:00.000Z', '1042', 'https://acme.zendesk.com/agent/tickets/1042'],
] as const;

describe.each(vendors)('a ticket of %s', (format, id, ticketId, url) => {
  const bodyOf = ticketBodies[format];

  it('that was approved is a grant', () => {
    expect(requestIn(parse(format, bodyOf(aTicket)))).toEqual({
      id,
      organization: undefined,
      occurredAtMs: NOW_MS,
      ticket: { id: ticketId, url },
      requester: REQUESTER,
      ...(format === 'github' ? { requestedAtMs: NOW_MS } : {}),
      approvals: [{ approver: APPROVER, approvedAtMs: NOW_MS }],
      action: {
        kind: 'grant',
        person: PERSON,
        group: GROUP,
        validFromMs: NOW_MS,
        validUntilMs: NOW_MS + 14 * 86_400_000,
      },
    });
  });

  it('without a duration is a grant without an end', () => {
    expect(requestIn(parse(format, bodyOf({ ...aTicket, duration: undefined }))).action).toMatchObject({
      validUntilMs: undefined,
    });
  });

  it('that was revoked is a revocation', () => {
    expect(requestIn(parse(format, bodyOf({ ...aTicket, act: 'revoke' }))).action).toEqual({
      kind: 'revoke',
      person: PERSON,
      group: GROUP,
      grantRequestId: undefined,
    });
  });

  it.each<readonly [string, Partial<typeof aTicket>, string]>([
    ['a person who has no address', { person: 'ana' }, 'action.person'],
    ['no person', { person: ' ' }, 'person'],
    ['no group', { group: ' ' }, 'group'],
    ['a duration that is none', { duration: 'two weeks' }, 'action.duration'],
    ['a duration of nothing', { duration: 'PT0S' }, 'action.duration'],
  ])('with %s is refused by the name of the field', async (_case, changes, field) => {
    const error = await errorOf(() => parse(format, bodyOf({ ...aTicket, ...changes })));
    expect(error).toMatchObject({ code: 'body-invalid' });
    expect(error.fields.map((fault) => fault.field)).toEqual([field]);
  });

  it('gets into the ledger as a grant, once for two deliveries', async () => {
    const sender = senderOf(format);
    const world = createDeliveryWorld(policyOf(sender), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: sender.secret, previous: undefined } },
    });
    await world.deliver(postingOf(sender));
    await world.deliver(postingOf(sender, { id: 'delivery-2' }));
    expect(world.person('acme', PERSON)?.grants).toMatchObject([
      { requestId: `main/${id}`, source: 'main', group: GROUP, requester: REQUESTER, ticketId },
    ]);
  });

  it('whose requester approved it is refused', async () => {
    const sender = senderOf(format);
    const world = createDeliveryWorld(policyOf(sender), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: sender.secret, previous: undefined } },
    });
    const body = JSON.stringify(bodyOf({ ...aTicket, requester: APPROVER }));
    await world.deliver(postingOf(sender, { body }));
    expect([...world.requests.values()]).toMatchObject([
      { requestId: `main/${id}`, refusal: 'approvals-missing' },
    ]);
    expect(world.person('acme', PERSON)?.grants).toEqual([]);
  });

  it.each([
    ['may: [revoke]', 'source-not-allowed'],
    ['groups: [Automation Users]', 'source-not-allowed'],
    [`groups: ["${GROUP.toUpperCase()}"]\nmay: [grant]`, undefined],
  ])('is held against the policy of its source: %j', async (line, refusal) => {
    const sender = senderOf(format);
    const world = createDeliveryWorld(policyOf(sender, `${sender.settings}\n${line}`.trim()), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: sender.secret, previous: undefined } },
    });
    await world.deliver(postingOf(sender));
    expect(world.requests.get(`main/${id}`)?.refusal).toBe(refusal);
  });
});

describe('an issue of GitHub', () => {
  const labeled: Json = { ...ticketBodies.github(aTicket) };
  const issue = labeled['issue'] as Json;
  const commented = (body: string, login = loginOf(APPROVER)): Json => {
    const { label: _label, ...rest } = labeled;
    const comment = { id: 987654321, body, created_at: '2026-11-20T11:30:00Z', user: { login } };
    return { ...rest, action: 'created', comment };
  };

  it.each<readonly [string, Json]>([
    ['with another label', { ...labeled, label: { id: 1, name: 'bug' } }],
    ['that loses another label', { ...labeled, action: 'unlabeled', label: { id: 1, name: 'bug' } }],
    ['labeled by somebody the policy does not know', { ...labeled, sender: { login: 'stranger' } }],
    [
      'opened by somebody the policy does not know',
      { ...labeled, issue: { ...issue, user: { login: 'x' } } },
    ],
    ['that is a pull request', { ...labeled, issue: { ...issue, pull_request: { url: 'https://x' } } }],
    ['that was opened', { ...labeled, action: 'opened' }],
    ['with a comment', commented('I would /approve this')],
    ['with a comment of a stranger', commented('/approve', 'stranger')],
    ['whose comment was edited', { ...commented('/approve'), action: 'edited' }],
  ])('%s asks for nothing', (_case, body) => {
    expect(parse('github', body)).toBe('ignored');
  });

  it.each([
    ['/approve', 'grant'],
    [' /approve\r\n', 'grant'],
    ['/revoke', 'revoke'],
  ])('is decided by the comment %j', (text, kind) => {
    const request = requestIn(parse('github', commented(text)));
    expect(request).toMatchObject({
      id: 'acme.access-1042-987654321',
      occurredAtMs: Date.parse('2026-11-20T11:30:00Z'),
      action: { kind },
    });
  });

  it('is decided by labels of the policy', () => {
    const settings = `${senderOf('github').settings}\nevents: { "label:ok by security": grant, "label:access-approved": ignore }`;
    expect(parse('github', labeled, settings)).toBe('ignored');
    const body = { ...labeled, label: { id: 2, name: 'ok by security' } };
    expect(requestIn(parse('github', body, settings)).action.kind).toBe('grant');
  });

  it.each([
    ['批准', '撤销'],
    ['ok: robots', 'ok; robots'],
    [`${'a'.repeat(40)}b`, `${'a'.repeat(40)}c`],
  ])('has an id of its own for each of two labels of one moment: %s, %s', (grants, revokes) => {
    const settings = `${senderOf('github').settings}\nevents: { "label:${grants}": grant, "label:${revokes}": revoke }`;
    const ids = [grants, revokes].map((name) => {
      const body = { ...labeled, label: { id: 2, name } };
      return requestIn(parse('github', body, settings)).id;
    });
    expect(new Set(ids).size).toBe(2);
  });

  it('is read from a form body, whose bytes are signed', async () => {
    const sender = senderOf('github');
    const world = createDeliveryWorld(policyOf(sender), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: sender.secret, previous: undefined } },
    });
    const body = new URLSearchParams({ payload: JSON.stringify(labeled) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await world.deliver(postingOf(sender, { body, headers }));
    expect(world.person('acme', PERSON)?.grants).toHaveLength(1);
  });

  it('may place a field under another heading, without case, the first of two', () => {
    const settings = `${senderOf('github').settings}\nfields: { group: form.robot team }`;
    const body =
      '### ROBOT Team\r\n\r\nFinance\r\n\r\n### Robot team\r\n\r\nOther\r\n\r\n### Person\r\n\r\nana@acme.example';
    expect(
      requestIn(parse('github', { ...labeled, issue: { ...issue, body } }, settings)).action,
    ).toMatchObject({
      group: 'Finance',
    });
  });
});

describe('an issue of Jira', () => {
  const updated: Json = { ...ticketBodies.jira(aTicket) };
  const changed = (items: readonly unknown[]): Json => ({ ...updated, changelog: { id: '9', items } });

  it.each<readonly [string, Json]>([
    ['that was created', { ...updated, webhookEvent: 'jira:issue_created' }],
    ['without a change log', { ...updated, changelog: undefined }],
    ['that went to another status', changed([{ field: 'status', toString: 'Rejected' }])],
    ['of which another field was approved', changed([{ field: 'Design', toString: 'Approved' }])],
    ['whose change has no text of its own', changed([{ field: 'status' }])],
    ['whose changes are no objects', changed([null, 7, 'status:Approved'])],
  ])('%s asks for nothing', (_case, body) => {
    expect(parse('jira', body)).toBe('ignored');
  });

  it('compares the status without case', () => {
    expect(requestIn(parse('jira', changed([{ field: 'Status', toString: 'APPROVED' }]))).action.kind).toBe(
      'grant',
    );
  });

  it('finds people whose address Jira hides by their account id', () => {
    const user = { accountId: '5b10ac8d82e05b22cc7d4ef5', displayName: 'Ben' };
    const settings = `${senderOf('jira').settings}\npeople: { 5b10ac8d82e05b22cc7d4ef5: ${APPROVER} }`;
    expect(requestIn(parse('jira', { ...updated, user }, settings)).approvals).toEqual([
      { approver: APPROVER, approvedAtMs: NOW_MS },
    ]);
  });

  it('has to be told where the group stands', async () => {
    const error = await errorOf(() => parse('jira', updated, 'fields: { person: issue.fields.reporter }'));
    expect(error).toMatchObject({ code: 'policy-invalid' });
    expect(error.message).toContain('must say where "group" stands');
  });
});

describe('an event of Zendesk', () => {
  // The shape of https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events
  const event = {
    account_id: 22129848,
    detail: {
      id: '5158',
      requester_id: '8447388090494',
      status: 'SOLVED',
      subject: 'Access',
      updated_at: '2026-11-20T09:59:58Z',
      custom_fields: [
        { id: '3601', value: GROUP },
        { id: 3602, value: PERSON },
      ],
    },
    event: { current: 'SOLVED', previous: 'OPEN' },
    id: 'c6d7e8f9-0a1b-2c3d-4e5f-6a7b8c9d0e1f',
    subject: 'zen:ticket:5158',
    time: '2026-11-20T10:00:00.789012345Z',
    type: 'zen:event-type:ticket.status_changed',
    zendesk_event_version: '2022-11-06',
  };
  const settings = [
    'fields:',
    '  group: detail.custom_fields.id=3601',
    '  person: detail.custom_fields.id=3602',
    '  requester: detail.requester_id',
    '  approver: detail.requester_id',
    `people: { "8447388090494": ${REQUESTER} }`,
    'events: { "zen:event-type:ticket.status_changed:SOLVED": grant }',
  ].join('\n');

  it('asks for nothing unless the policy says so', () => {
    expect(parse('zendesk', event)).toBe('ignored');
    expect(parse('zendesk', { ...event, event: { current: 'OPEN' } }, settings)).toBe('ignored');
  });

  it('is read with the places of the policy', () => {
    expect(requestIn(parse('zendesk', event, settings))).toMatchObject({
      id: event.id,
      occurredAtMs: Date.parse('2026-11-20T10:00:00.789Z'),
      ticket: { id: '5158' },
      requester: REQUESTER,
      action: { kind: 'grant', person: PERSON, group: GROUP },
    });
  });

  it('without a time is refused', async () => {
    const error = await errorOf(() => parse('zendesk', { ...ticketBodies.zendesk(aTicket), time: 'soon' }));
    expect(error.fields).toMatchObject([{ field: 'time' }]);
  });
});
