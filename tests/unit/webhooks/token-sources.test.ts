import { describe, expect, it } from '@jest/globals';
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

function senderOf(format: string, feed = 'ticket'): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === feed);
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function parse(format: string, body: unknown, settings = senderOf(format).settings): Meanings {
  const [source] = parsePolicy(policyOf(senderOf(format), settings), 'policy.yaml').sources;
  const found = webhookFormatOf('ticket', format);
  if (source === undefined || found === undefined) throw new Error(`No format ${format}`);
  return found.parse(postedJson(JSON.stringify(body)), source.mapping);
}

function requestIn(meanings: Meanings): AccessRequest {
  const [meaning] = meanings === 'ignored' ? [] : meanings;
  if (meaning?.kind !== 'access-request') throw new Error('It asks for nothing');
  return meaning.request;
}

describe('a source that proves itself by a token only', () => {
  const check = async (sender: VendorSender, settings: string, change = (text: string) => text) =>
    errorOf(() =>
      parsePolicy(change(policyOf(sender, `${sender.settings}\n${settings}`.trim())), 'policy.yaml'),
    );
  const tokens = vendorSenders.filter((one) => !one.signs && one.hasSecret && one.fetchBack === undefined);

  it.each(tokens.map((one) => [one.format, one.feed, one] as const))(
    'may only add: %s of the %s feed',
    (_format, feed, sender) => {
      const [source] = parsePolicy(policyOf(sender), 'policy.yaml').sources;
      expect([...(source?.may ?? [])]).toEqual(feed === 'hr' ? ['joiner'] : ['grant', 'extend']);
    },
  );

  it.each(
    tokens.flatMap((one) =>
      (one.feed === 'hr' ? ['mover', 'leaver'] : ['revoke', 'delete-rule', 'create-rule']).map(
        (act) => [one.format, one.feed, act, one] as const,
      ),
    ),
  )('is refused by the policy check: %s of the %s feed that may %s', async (_format, _feed, act, sender) => {
    const error = await check(sender, `may: [${act}]`);
    expect(error).toMatchObject({ code: 'policy-invalid' });
    expect(error.message).toContain(`"${act}" needs fetchBack`);
  });

  it('must leave privileged groups out, by name', async () => {
    const sender = senderOf('freshservice');
    const privileged = (text: string): string => text.replace('privileged: false', 'privileged: true');
    const error = await check(sender, '', privileged);
    expect(error.message).toContain(`must leave out the privileged group "${GROUP}"`);
    const text = privileged(policyOf(sender, 'groups: [Automation Users]'));
    expect(parsePolicy(text, 'policy.yaml').sources[0]?.groups).toEqual(new Set(['automation users']));
  });
});

/** The id of a request: of the person and the group a hash. */
const idLike = (id: string) => expect.stringMatching(new RegExp(`^${id}-[0-9a-f]{16}$`));

const vendors = [
  ['jira-automation', 'ACC-1042-grant-1795168800000', 'ACC-1042'],
  ['freshservice', '1042-grant-1795168800000', '1042'],
  ['servicenow-token', 'RITM0001042-grant-1795168800000', 'RITM0001042'],
  [
    'power-automate',
    '0a9be1c1-7c3f-4d2a-8a62-000000001042-grant-1795168800000',
    '0a9be1c1-7c3f-4d2a-8a62-000000001042',
  ],
] as const;

describe.each(vendors)('a ticket of %s', (format, id, ticketId) => {
  it('that was approved is a grant', () => {
    expect(requestIn(parse(format, ticketBodies[format](aTicket)))).toEqual({
      id: idLike(id),
      organization: undefined,
      occurredAtMs: NOW_MS,
      ticket: { id: ticketId, url: undefined },
      requester: REQUESTER,
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

  it.each<readonly [string, Partial<typeof aTicket>, string]>([
    ['a person who has no address', { person: 'ana' }, 'action.person'],
    ['no group', { group: ' ' }, 'group'],
    ['no approver', { approver: '' }, 'approvals[0].approver'],
    ['a duration that is none', { duration: 'two weeks' }, 'action.duration'],
  ])('with %s is refused by the name of the field', async (_case, changes, field) => {
    const error = await errorOf(() => parse(format, ticketBodies[format]({ ...aTicket, ...changes })));
    expect(error.fields.map((fault) => fault.field)).toEqual([field]);
  });
});

/** How many requests something makes; that an approval was taken back is none. */
const requestsIn = (meanings: Meanings): number =>
  meanings === 'ignored' ? 0 : meanings.filter(({ kind }) => kind === 'access-request').length;

describe('an item of ServiceNow', () => {
  const { variables, ...item } = ticketBodies['servicenow-token'](aTicket);

  it.each([
    ['revoke', 'approved', true],
    ['revoke', 'not requested', true],
    ['revoke', 'requested', false],
    ['revoke', 'rejected', false],
    ['grant', 'not requested', false],
  ])('that asks to %s and of whose approval it says %j is followed: %s', (action, approval, isFollowed) => {
    const body = { ...item, approval, variables: { ...variables, access_action: action } };
    expect(requestsIn(parse('servicenow-token', body)) > 0).toBe(isFollowed);
  });
});

describe('an approval of Power Automate', () => {
  const body = ticketBodies['power-automate'](aTicket);
  const [response] = body.approval.responses;
  const answered = (...answers: readonly string[]): Json => ({
    ...body,
    outcome: 'approved',
    approval: {
      ...body.approval,
      outcome: answers.join(', '),
      responses: answers.map((approverResponse) => ({ ...response, approverResponse })),
    },
  });

  it.each<readonly [string, Json]>([
    ['rejected', answered('Reject')],
    ['approved by one and rejected by another', answered('Approve', 'Reject')],
    ['answered with a word of its own', answered('Approve with comments')],
    ['answered in another case', answered('approve')],
    ['answered by nobody', answered()],
  ])('asks for nothing when it was %s', (_case, changed) => {
    expect(parse('power-automate', changed)).toBe('ignored');
  });

  it.each([
    ['no approval', { outcome: 'approved', request: body.request }, 'approval'],
    ['an approval as text', { ...body, approval: JSON.stringify(body.approval) }, 'approval'],
    [
      'the responses as text',
      { ...body, approval: { ...body.approval, responses: JSON.stringify([response]) } },
      'approval.responses',
    ],
    [
      'one response where a list is due',
      { ...body, approval: { ...body.approval, responses: response } },
      'approval.responses',
    ],
  ])('is refused, and not taken for one that asks for nothing, with %s', async (_case, changed, field) => {
    expect(await errorOf(() => parse('power-automate', changed))).toMatchObject({
      code: 'body-invalid',
      fields: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  it('has an approver for each response', () => {
    const other = { ...response, responder: { userPrincipalName: 'cara.lead@acme.example' } };
    const both = { ...body, approval: { ...body.approval, responses: [response, other] } };
    expect(requestIn(parse('power-automate', both)).approvals.map(({ approver }) => approver)).toEqual([
      APPROVER,
      'cara.lead@acme.example',
    ]);
  });
});

describe('a body that asks for something and says that it was not approved', () => {
  const { request, approval } = ticketBodies['power-automate'](aTicket);
  const [response] = approval.responses;
  const refused = { ...approval, responses: [{ ...response, approverResponse: 'Reject' }] };
  it.each<readonly [string, Json]>([
    ['servicenow-token', { ...ticketBodies['servicenow-token'](aTicket), approval: 'rejected' }],
    ['servicenow-token', { ...ticketBodies['servicenow-token'](aTicket), approval: 'requested' }],
    ['freshservice', { ...ticketBodies.freshservice(aTicket), approval_status: 'Rejected' }],
    ['power-automate', { approval: refused, request }],
  ])('asks for nothing: %s', (format, body) => {
    expect(requestsIn(parse(format, body))).toBe(0);
  });

  it('is believed where the policy has another word for an approval', () => {
    const body = { ...ticketBodies['servicenow-token'](aTicket), approval: 'signed off' };
    const settings = 'events: { "status:Signed off": grant }';
    expect(requestIn(parse('servicenow-token', body, settings)).action.kind).toBe('grant');
    expect(parse('servicenow-token', body)).toBe('ignored');
  });
});

describe('an issue of a legacy automation of Jira Service Management', () => {
  // The shape of https://developer.atlassian.com/cloud/jira/service-desk/automation-webhooks, with the fields of a request
  const APPROVED_MS = NOW_MS - 3 * 3_600_000;
  const legacy = (timestamp: unknown, fields: Json = {}): Json => ({
    timestamp,
    issue: {
      id: '11042',
      self: 'https://acme.atlassian.net/rest/api/2/issue/11042',
      key: 'ACC-1042',
      fields: {
        summary: 'Robots of production',
        status: { name: 'Approved' },
        reporter: { name: 'rita' },
        customfield_10050: { value: GROUP },
        customfield_10051: 'P14D',
        customfield_10053: { name: 'ana' },
        customfield_10054: { name: 'ben' },
        ...fields,
      },
    },
  });
  const from = senderOf('jira-automation');
  const settings = `${from.settings}\npeople: { rita: ${REQUESTER}, ana: ${PERSON}, ben: ${APPROVER} }`;

  it('is a grant of its own time, not of when it arrived', () => {
    expect(requestIn(parse('jira-automation', legacy(APPROVED_MS), settings))).toMatchObject({
      id: idLike(`ACC-1042-grant-${APPROVED_MS}`),
      occurredAtMs: APPROVED_MS,
      ticket: { id: 'ACC-1042' },
      requester: REQUESTER,
      approvals: [{ approver: APPROVER, approvedAtMs: APPROVED_MS }],
      action: { kind: 'grant', person: PERSON, validFromMs: APPROVED_MS },
    });
  });

  it('tells the time of the issue before that of the webhook', () => {
    const body = legacy(APPROVED_MS, { updated: '2026-11-20T06:30:00.000+0000' });
    expect(requestIn(parse('jira-automation', body, settings)).occurredAtMs).toBe(
      Date.parse('2026-11-20T06:30:00Z'),
    );
  });

  it.each([null, ''])('tells the time of the webhook where that of the issue is %j', (updated) => {
    const body = legacy(APPROVED_MS, { updated });
    expect(requestIn(parse('jira-automation', body, settings))).toMatchObject({
      id: idLike(`ACC-1042-grant-${APPROVED_MS}`),
      occurredAtMs: APPROVED_MS,
    });
  });

  it('that tells no time at all has no time in its id', () => {
    const request = requestIn(parse('jira-automation', legacy('', { updated: null }), settings));
    expect(request.id).toEqual(idLike('ACC-1042-grant'));
  });

  it('gets into the ledger once for each approval, whenever it is sent', async () => {
    const world = createDeliveryWorld(policyOf(from, settings), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: from.secret, previous: undefined } },
    });
    const send = async (atMs: number): Promise<boolean> => {
      const body = JSON.stringify(legacy(atMs));
      return (await world.deliver(postingOf(from, { body }))).duplicate;
    };
    expect(await send(APPROVED_MS)).toBe(false);
    world.advance(86_400_000);
    expect(await send(APPROVED_MS)).toBe(true);
    expect(await send(NOW_MS)).toBe(false);
    expect(world.person('acme', PERSON)?.grants).toMatchObject([
      { requestId: idLike(`main/ACC-1042-grant-${APPROVED_MS}`), validFromMs: APPROVED_MS },
      { requestId: idLike(`main/ACC-1042-grant-${NOW_MS}`), validFromMs: NOW_MS },
    ]);
  });

  it('that tells no time is dated by its arrival, and counts once', () => {
    const { id } = requestIn(parse('jira-automation', legacy(undefined), settings));
    expect(id).toEqual(idLike('ACC-1042-grant'));
  });
});

describe('an issue of a Jira automation', () => {
  const body = ticketBodies['jira-automation'](aTicket);

  it('is the same in the form of Automation, whose id is a number', () => {
    expect(parse('jira-automation', { ...body.issue, id: 11042 })).toEqual(parse('jira-automation', body));
  });

  it('asks for nothing in another status', () => {
    const fields = { ...body.issue.fields, status: { name: 'Rejected' } };
    expect(parse('jira-automation', { issue: { ...body.issue, fields } })).toBe('ignored');
    const settings = `${senderOf('jira-automation').settings}\nevents: { "status:Done": grant, "status:Approved": ignore }`;
    expect(parse('jira-automation', body, settings)).toBe('ignored');
    const done = { ...body.issue.fields, status: { name: 'DONE' } };
    expect(
      requestIn(parse('jira-automation', { issue: { ...body.issue, fields: done } }, settings)).action.kind,
    ).toBe('grant');
  });
});

describe('a ticket of Freshservice with ticked fields', () => {
  // The shape of github:api-evangelist/freshworks asyncapi/freshworks-webhooks-asyncapi.yml
  const simple = {
    ticket_id: 10042,
    ticket_subject: 'Access',
    ticket_status: 'Approved',
    ticket_requester_email: REQUESTER,
    ticket_url: 'https://acme.freshservice.com/helpdesk/tickets/10042',
    group: GROUP,
    approver: APPROVER,
  };

  it.each(['freshservice_webhook', 'freshdesk_webhook'])('is found inside %s', (name) => {
    expect(requestIn(parse('freshservice', { [name]: simple }))).toMatchObject({
      id: idLike('10042-grant'),
      ticket: { id: '10042', url: simple.ticket_url },
      action: { kind: 'grant', person: REQUESTER, group: GROUP },
    });
  });

  it('asks for nothing in another status', () => {
    expect(parse('freshservice', { freshservice_webhook: { ...simple, ticket_status: 'Open' } })).toBe(
      'ignored',
    );
  });
});
