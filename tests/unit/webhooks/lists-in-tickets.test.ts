import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { readJiraTicket } from '../../../shared/webhooks/sources/jira-automation';
import { AppError } from '../../../shared/errors';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import type { Meanings } from '../../../shared/webhooks/webhook-format';
import { errorOf } from '../../fakes/error-of';
import { postedJson } from '../../fixtures/webhooks/posted';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  APPROVER,
  aTicket,
  GROUP,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

const BEA = 'bea.ion@acme.example';
const person = (emailAddress: string) => ({ accountId: `id of ${emailAddress}`, emailAddress });
const option = (value: string) => ({ self: '', value, id: value.length });

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'ticket');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

/** An issue of Jira with lists where it has one person and one group. */
function issueOf(people: unknown, groups: unknown, format: 'jira' | 'jira-automation' = 'jira') {
  const body = structuredClone(ticketBodies[format](aTicket)) as {
    issue: { fields: Record<string, unknown> };
  };
  body.issue.fields['customfield_10053'] = people;
  body.issue.fields['customfield_10050'] = groups;
  return body;
}

function parse(body: unknown, format: string = 'jira'): Meanings {
  const [source] = parsePolicy(policyOf(senderOf(format)), 'policy.yaml').sources;
  const mapping = source?.mapping ?? PLAIN_MAPPING;
  return webhookFormatOf('ticket', format)?.parse(postedJson(JSON.stringify(body)), mapping) ?? 'ignored';
}

function pairsIn(meanings: Meanings): readonly string[] {
  return (meanings === 'ignored' ? [] : meanings).map((meaning) =>
    meaning.kind === 'access-request' && 'person' in meaning.request.action
      ? `${meaning.request.action.person} ${meaning.request.action.group}`
      : meaning.kind,
  );
}

function idsIn(meanings: Meanings): readonly string[] {
  return (meanings === 'ignored' ? [] : meanings).flatMap((meaning) =>
    meaning.kind === 'access-request' ? [meaning.request.id] : [],
  );
}

describe('a list of people or groups in one ticket', () => {
  it.each(['jira', 'jira-automation'] as const)(
    'of %s becomes one request for each of them (incident 35)',
    (format) => {
      const body = issueOf([person(PERSON), person(BEA)], [option('A'), option('B')], format);
      const meanings = parse(body, format);
      expect(pairsIn(meanings)).toEqual([`${PERSON} A`, `${PERSON} B`, `${BEA} A`, `${BEA} B`]);
      expect(new Set(idsIn(meanings)).size).toBe(4);
    },
  );

  it('of one becomes the request that it would be without a list', () => {
    expect(parse(issueOf([person(PERSON)], [option(GROUP)]))).toEqual(
      parse(issueOf(person(PERSON), option(GROUP))),
    );
  });

  it('gives the same requests in any order and however often somebody is in it', () => {
    const one = parse(issueOf([person(PERSON), person(BEA)], option('A')));
    const other = parse(issueOf([person(BEA), person(PERSON.toUpperCase()), person(BEA)], [option(' a ')]));
    expect(idsIn(other).toSorted()).toEqual(idsIn(one).toSorted());
  });

  it('may hold texts, as a ticket system of texts sends them', () => {
    const body = { ...ticketBodies.freshservice(aTicket), person: [PERSON, BEA] };
    expect(pairsIn(parse(body, 'freshservice'))).toEqual([`${PERSON} ${GROUP}`, `${BEA} ${GROUP}`]);
  });

  it('loses nobody for one who cannot be used', () => {
    const meanings = parse(issueOf([person(PERSON), person('no address'), {}, null], option('A')));
    expect(pairsIn(meanings)).toEqual([`${PERSON} A`, 'unusable', 'unusable']);
  });

  it.each([
    ['in which nobody can be used', [person('x'), person('y')], option('A')],
    ['of nobody', [], option('A')],
    ['of no group', person(PERSON), []],
    [
      'of more than one ticket can ask for',
      Array.from({ length: 51 }, (_, at) => person(`${at}@a.example`)),
      option('A'),
    ],
    [
      'of very many',
      Array.from({ length: 9_999 }, (_, at) => `${at}@a.example`),
      Array.from({ length: 9_999 }, (_, at) => `g${at}`),
    ],
  ])('%s is refused', async (_case, people, groups) => {
    expect((await errorOf(async () => parse(issueOf(people, groups)))).code).toBe('body-invalid');
  });

  it('in the record that is looked up becomes one request for each of them too', () => {
    const { issue } = issueOf([person(PERSON), person(BEA)], [option('A')]);
    const approvals = [
      {
        finalDecision: 'approved',
        completedDate: { epochMillis: NOW_MS },
        approvers: [{ approverDecision: 'approved', approver: person('ben.lead@acme.example') }],
      },
    ];
    const [source] = parsePolicy(policyOf(senderOf('jira')), 'policy.yaml').sources;
    const found = readJiraTicket?.({ issue, approvals }, NOW_MS, source?.mapping ?? PLAIN_MAPPING) ?? [];
    expect(pairsIn(found)).toEqual([`${PERSON} A`, `${BEA} A`]);
    expect(readJiraTicket?.({ issue, approvals: [] }, NOW_MS, PLAIN_MAPPING)).toEqual([]);
  });

  it('reaches the ledger of each, and the outcome names them all', async () => {
    const from = senderOf('jira');
    const world = createSenderWorld(from);
    const body = JSON.stringify(issueOf([person(PERSON), person(BEA), null], option(GROUP)));
    await world.deliver(postingOf(from, { body }));
    for (const who of [PERSON, BEA]) expect(world.person('acme', who)?.grants).toHaveLength(1);
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: 'delivery-processed', outcome: 'recorded, recorded, unusable' }),
    );
    expect(world.refused).toMatchObject([{ feed: 'ticket', code: 'body-invalid' }]);
  });

  it('in the record that is looked up loses nobody for one who cannot be recorded', async () => {
    const from = senderOf('jira');
    const { issue } = issueOf([person(PERSON), person(BEA), {}], [option(GROUP)]);
    const approver = person(APPROVER);
    const approvals = [
      {
        finalDecision: 'approved',
        completedDate: { epochMillis: NOW_MS },
        approvers: [{ approverDecision: 'approved', approver }],
      },
    ];
    const ownApi = 'fetchBack: { baseUrl: https://vendor.example, secret: vendor-api }';
    const unreadable = new AppError('record-unreadable', 'A record cannot be read');
    let failures = 1;
    const world = createSenderWorld(from, {
      policy: parsePolicy(policyOf(from, `${from.settings}\n${ownApi}`), 'policy.yaml'),
      deps: {
        fetchBackOf: () => ({
          places: {},
          worker: async () => ({}),
          ticket: async () => ({ issue, approvals, changes: [] }),
        }),
        requests: {
          put: async () => {
            if ((failures -= 1) >= 0) throw unreadable;
          },
          noteTicket: async () => ({ people: [], withdrawnAtMs: 0 }),
        },
      },
    });
    await expect(world.deliver(postingOf(from))).rejects.toBe(unreadable);
    expect(world.person('acme', BEA)?.grants).toHaveLength(1);
    await world.sweep();
    expect(world.outcomes()).toEqual(['duplicate, duplicate, unusable']);
  });
});

describe('an end of a ticket that is a day', () => {
  const zoned = (zone: string) =>
    policyOf(senderOf('freshservice')).replace('    groups:\n', `    timeZone: ${zone}\n    groups:\n`);

  it.each([
    ['Europe/Bucharest', '2026-12-01', Date.parse('2026-12-01T22:00:00Z')],
    ['Australia/Sydney', '2026-12-01', Date.parse('2026-12-01T13:00:00Z')],
    ['America/New_York', '2026-12-01', Date.parse('2026-12-02T05:00:00Z')],
    ['UTC', '2026-11-20', Date.parse('2026-11-21T00:00:00Z')],
  ])(
    'ends with that day in the zone of the organization: %s, %s (incident 37)',
    async (zone, until, endMs) => {
      const from = senderOf('freshservice');
      const policy = parsePolicy(zoned(zone), 'policy.yaml');
      const world = createSenderWorld(from, { policy });
      const body = JSON.stringify({ ...ticketBodies.freshservice(aTicket), duration: '', until });
      await world.deliver(postingOf(from, { body }));
      expect(world.person('acme', PERSON)?.grants).toMatchObject([{ validUntilMs: endMs }]);
    },
  );

  it('that is over is refused as ended, and one beside a duration is no request', async () => {
    const from = senderOf('freshservice');
    const world = createSenderWorld(from);
    const past = { ...ticketBodies.freshservice(aTicket), duration: '', until: '2026-11-19' };
    await world.deliver(postingOf(from, { body: JSON.stringify(past) }));
    expect(world.log).toContainEqual(expect.objectContaining({ outcome: 'already-ended' }));
    const twice = { ...past, duration: 'P1D' };
    expect((await errorOf(async () => parse(twice, 'freshservice'))).code).toBe('body-invalid');
    const overEverywhere = { ...past, until: '2026-11-18' };
    expect((await errorOf(async () => parse(overEverywhere, 'freshservice'))).code).toBe('body-invalid');
  });
});
