import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import type { AccessRequest } from '../../../shared/domain/ledger/access-request';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { checkToken } from '../../../shared/webhooks/check-sender-token';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { fieldReader } from '../../../shared/webhooks/read-field-by-path';
import { checkSignature, sha256Header } from '../../../shared/webhooks/signature';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { signedHeaders, signingSecret } from '../../fakes/signed-delivery';
import { postedJson } from '../../fixtures/webhooks/posted';
import { signers } from '../../../sandbox/vendors/signing';
import {
  APPROVER,
  aTicket,
  GROUP,
  NOW_MS,
  PERSON,
  policyOf,
  REQUESTER,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'ticket');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function requestsIn(format: string, body: unknown, more = ''): readonly AccessRequest[] {
  const settings = `${senderOf(format).settings}${more}`;
  const [source] = parsePolicy(policyOf(senderOf(format), settings), 'policy.yaml').sources;
  const mapping = source?.mapping ?? PLAIN_MAPPING;
  const meanings = webhookFormatOf('ticket', format)?.parse(postedJson(JSON.stringify(body)), mapping);
  return (meanings === 'ignored' ? [] : (meanings ?? [])).flatMap((meaning) =>
    meaning.kind === 'access-request' ? [meaning.request] : [],
  );
}

/** The same body with every place of a text in other letters. */
function spelled(body: object, from: string, to: string): unknown {
  const text = JSON.stringify(body);
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to));
}

describe('a name that has no case at its sender', () => {
  it.each([
    ['login of whoever approves', '"login":"ben-lead"', '"login":"Ben-Lead"'],
    ['login of whoever asks', '"login":"rita-asks"', '"login":"RITA-asks"'],
    ['label', '"name":"access-approved"', '"name":"Access-Approved"'],
  ])('has none here: the %s at GitHub', (_what, from, to) => {
    const [request] = requestsIn('github', spelled(ticketBodies.github(aTicket), from, to));
    expect(request).toMatchObject({ requester: REQUESTER, approvals: [{ approver: APPROVER }] });
  });

  it.each(['/approve', '/Approve', '/APPROVE'])('has none here: the command %s at GitHub', (command) => {
    const { issue, repository, sender } = ticketBodies.github(aTicket);
    const comment = {
      id: 99,
      body: command,
      created_at: '2026-11-20T10:00:00Z',
      user: { login: 'BEN-lead' },
    };
    const body = { action: 'created', issue, repository, sender, comment };
    expect(requestsIn('github', body)).toMatchObject([{ action: { kind: 'grant', group: GROUP } }]);
  });

  it('has none here: a label and a command that the policy names', () => {
    const more = '\nevents: { "label:Go-Ahead": grant }';
    const body = spelled(ticketBodies.github(aTicket), 'access-approved', 'go-ahead');
    expect(requestsIn('github', body, more)).toHaveLength(1);
  });

  it.each(['grant', 'Grant', 'GRANT'])('has none here: the action %s of a ticket', (action) => {
    for (const format of ['freshservice', 'zendesk'] as const) {
      const body = { ...ticketBodies[format](aTicket), action };
      expect(requestsIn(format, body)).toMatchObject([{ action: { kind: 'grant' } }]);
    }
  });

  it('is still the one that is spelled as the policy has it, where two differ by case alone', () => {
    const other = 'max.other@acme.example';
    const settings = `people: { ben-lead: ${APPROVER}, BEN-LEAD: ${other}, rita-asks: ${REQUESTER} }`;
    const policy = parsePolicy(policyOf(senderOf('github'), settings), 'policy.yaml');
    const mapping = policy.sources[0]?.mapping ?? PLAIN_MAPPING;
    const body = spelled(ticketBodies.github(aTicket), '"login":"ben-lead"', '"login":"BEN-LEAD"');
    const meanings = webhookFormatOf('ticket', 'github')?.parse(postedJson(JSON.stringify(body)), mapping);
    expect(meanings).toMatchObject([{ request: { approvals: [{ approver: other }] } }]);
  });

  it('is an address under `people`, and no opaque id is', () => {
    const more = '\npeople: { Ana@old.example: ana.pop@acme.example, 5B10: ben.lead@acme.example }';
    const person = (text: string) =>
      requestsIn('freshservice', { ...ticketBodies.freshservice(aTicket), person: text }, more)[0]?.action;
    expect(person('ana@OLD.example')).toMatchObject({ person: PERSON });
    expect(() => person('5b10')).toThrow('action.person');
  });

  it('has none here: what stands before a signature', () => {
    const body = Buffer.from('{}');
    const { 'x-hub-signature': sent = '' } = signers.jira('{}', {
      secret: 'a secret of a good length',
      atMs: NOW_MS,
      id: '1',
    }) as Record<string, string>;
    const headers = new Headers({ 'x-hub-signature': sent.replace('sha256=', 'SHA256=') });
    const secrets = { current: 'a secret of a good length', previous: undefined };
    const delivery = { headers, rawBody: body, nowMs: NOW_MS };
    expect(checkSignature(sha256Header('x-hub-signature'), delivery, secrets)).toMatchObject({
      verified: true,
    });
  });

  it('has none here: the host that signs tokens, and the id of whom they are for', () => {
    const settings = `entra:
  tenantId: 11111111-2222-4333-8444-555555555555
  audience: AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE
  application: 66666666-2222-4333-8444-555555555555
  authority: https://Login.MicrosoftOnline.COM/`;
    const text = policyOf({ ...senderOf('power-automate'), hasSecret: false }, settings);
    expect(parsePolicy(text, 'policy.yaml').sources[0]?.entra).toMatchObject({
      authority: 'https://login.microsoftonline.com',
      audience: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'],
    });
  });
});

describe('a blank', () => {
  const places = { email: ['a', 'b'], title: ['a', 'b'], updated: ['a', 'b'] };

  it.each([
    ['the next place', { a: ' ', b: 'second' }, 'second'],
    ['the next place, after nothing', { a: null, b: 'second' }, 'second'],
    ['the next place, after an empty list', { a: [], b: 'second' }, 'second'],
    ['the first place, before a blank one', { a: 'first', b: '' }, 'first'],
    ['a blank, where no place has a value', { a: '', b: null }, ''],
    ['nothing, where there is no place', {}, undefined],
  ])('is no value: what counts is %s', (_what, record, text) => {
    const read = fieldReader(record, places, PLAIN_MAPPING);
    expect(['email', 'title'].map(read)).toEqual([text, text]);
    expect(read('updated')).toBe(text === '' ? undefined : text);
  });

  it('is no value in a person of which only another part is filled', () => {
    const read = fieldReader({ a: { emailAddress: '', accountId: '5b10' } }, places, PLAIN_MAPPING);
    expect(read('email')).toBe('5b10');
  });

  it('keeps no later number that was rounded from being passed over', () => {
    const read = fieldReader({ a: 'first', b: 1e30 }, places, PLAIN_MAPPING);
    expect(read('title')).toBe('first');
  });

  it.each(['', '  ', null])(
    'e-mail address %j of Power Automate leaves the name to sign in with',
    (email) => {
      const body = ticketBodies['power-automate'](aTicket);
      const text = JSON.stringify(body).replace(
        /"responder":\{[^}]*\}/,
        JSON.stringify({ responder: { email, userPrincipalName: APPROVER } }).slice(1, -1),
      );
      expect(requestsIn('power-automate', JSON.parse(text))).toMatchObject([
        { approvals: [{ approver: APPROVER }] },
      ]);
    },
  );

  it('header is no proof: the next one is looked at', () => {
    const rule = { headers: ['authorization', 'x-webhook-token'] };
    const headers = { get: (name: string) => (name === 'authorization' ? ' ' : signingSecret) };
    const secrets = { current: signingSecret, previous: undefined };
    expect(checkToken(rule, headers, secrets)).toMatchObject({ verified: true });
  });

  it('signature is none: the other spelling of Standard Webhooks is looked at', () => {
    const own = signedHeaders('{}', { atMs: NOW_MS });
    const headers = new Headers({
      'webhook-signature': ' ',
      'svix-id': own['webhook-id'] ?? '',
      'svix-timestamp': own['webhook-timestamp'] ?? '',
      'svix-signature': own['webhook-signature'] ?? '',
    });
    const credential = webhookFormatOf('hr', 'standard')?.credential;
    if (credential?.trust !== 'signed') throw new Error('It signs');
    const secrets = { current: signingSecret, previous: undefined };
    const delivery = { headers, rawBody: Buffer.from('{}'), nowMs: NOW_MS };
    expect(checkSignature(credential.signature, delivery, secrets)).toMatchObject({ verified: true });
  });
});
