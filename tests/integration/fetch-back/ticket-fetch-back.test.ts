import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import type { SignedFormat } from '../../../sandbox/vendors/signing';
import { startTicketApi, type TicketApi } from '../../../sandbox/vendors/ticket-api';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
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

const CREDENTIAL = 'reader@acme.example:api-token-1';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const APPROVED_MS = NOW_MS - HOUR_MS;

const formats = ['jira', 'jira-automation', 'servicenow', 'servicenow-token'] as const;
type Format = (typeof formats)[number];

let api: TicketApi;
beforeEach(async () => {
  api = await startTicketApi(CREDENTIAL);
});
afterEach(async () => {
  await api.close();
});

function senderOf(format: SignedFormat): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'ticket');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

/** The group is privileged: without a look-up a token could not ask for it. */
function worldOf(format: Format, credential = CREDENTIAL) {
  const from = senderOf(format);
  const places = format.startsWith('jira')
    ? 'fields: { person: issue.fields.customfield_10053, group: issue.fields.customfield_10050, duration: issue.fields.customfield_10051 }\nevents: { "status:Revoked": revoke }\n'
    : '';
  const settings = `${places}fetchBack: { baseUrl: "${api.baseUrl}", secret: ticket-api }`;
  return createDeliveryWorld(policyOf(from, settings).replace('privileged: false', 'privileged: true'), {
    nowMs: NOW_MS,
    secrets: {
      webhook: { current: from.secret, previous: undefined },
      'ticket-api': { current: credential, previous: undefined },
    },
  });
}

type World = ReturnType<typeof worldOf>;
type Decision = 'approved' | 'declined' | 'pending';

/** The ticket as the system itself has it. */
function keep(
  changes: Readonly<{
    group?: string;
    act?: 'grant' | 'revoke';
    updatedMs?: number;
    decisions?: readonly Decision[];
  }> = {},
): void {
  const { group = GROUP, act = 'grant', updatedMs = APPROVED_MS, decisions = ['approved'] } = changes;
  api.keep({ ...aTicket, group, act, atMs: updatedMs, decisions, approvedAtMs: APPROVED_MS });
}

async function say(world: World, format: Format, id = 'delivery-1', changes: object = {}): Promise<void> {
  const ticket = { ...aTicket, atMs: world.clock.now() };
  const body = JSON.stringify({ ...ticketBodies[format](ticket), ...changes });
  await world.deliver(postingOf(senderOf(format), { body, id, atMs: world.clock.now() }));
}

describe.each(formats)('a ticket that %s announces, looked up at its source', (format) => {
  it('is a grant of a privileged group, approved by whom the record names and when', async () => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.person('acme', PERSON)?.grants).toMatchObject([
      {
        group: GROUP,
        requester: REQUESTER,
        approvals: [{ approver: APPROVER, approvedAtMs: APPROVED_MS }],
        validFromMs: APPROVED_MS,
        validUntilMs: APPROVED_MS + 14 * DAY_MS,
      },
    ]);
  });

  it('asks for what the record says, whatever the delivery said', async () => {
    const world = worldOf(format);
    keep({ group: 'Automation Users' });
    await say(world, format);
    expect(world.evidence).toMatchObject([{ facts: { group: 'Automation Users' } }]);
  });

  it.each<readonly [string, readonly Decision[]]>([
    ['nobody has approved', []],
    ['the approval is open', ['pending']],
    ['the approval was declined', ['declined']],
    ['one approved and another declined', ['approved', 'declined']],
  ])('asks for nothing while %s', async (_case, decisions) => {
    const world = worldOf(format);
    keep({ decisions });
    await say(world, format);
    expect(world.outcomes()).toEqual(['ticket-not-approved']);
    expect(world.evidence).toEqual([]);
  });

  it('lasts no longer when it is announced again after a change', async () => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    world.advance(10 * DAY_MS);
    keep({ updatedMs: world.clock.now() });
    await say(world, format, 'delivery-2');
    expect(world.outcomes()).toEqual(['recorded', 'duplicate']);
    expect(world.person('acme', PERSON)?.grants).toHaveLength(1);
  });

  it.each<readonly [string, readonly Decision[]]>([
    ['as somebody approved', ['approved']],
    ['which nobody has to approve', []],
  ])('may end what it granted, %s', async (_case, decisions) => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    world.advance(DAY_MS);
    keep({ act: 'revoke', updatedMs: world.clock.now(), decisions });
    await say(world, format, 'delivery-2');
    expect(world.outcomes()).toEqual(['recorded', 'recorded']);
    expect(world.person('acme', PERSON)?.revocations).toMatchObject([{ group: GROUP }]);
  });

  it('is asked for again while the source does not answer or does not know it yet', async () => {
    const world = worldOf(format);
    await say(world, format);
    expect(world.outcomes()).toEqual(['pending']);
    keep();
    api.failNext(403);
    await world.sweep();
    expect(world.outcomes()).toEqual(['pending']);
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: 'look-up-waits', code: 'source-refused' }),
    );
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded']);
  });

  it('that its source does not know is given up after an hour', async () => {
    const world = worldOf(format);
    await say(world, format);
    world.advance(HOUR_MS);
    await world.sweep();
    expect(world.outcomes()).toEqual(['ticket-unknown']);
    expect(world.refused).toMatchObject([{ fields: [{ field: 'ticketId' }] }]);
  });

  it('is read with the credential of the policy, which nobody else sees', async () => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    expect(api.requests.length).toBeGreaterThan(1);
    expect(JSON.stringify([world.log, world.evidence, api.requests.map(({ path }) => path)])).not.toContain(
      'api-token-1',
    );
    const refused = worldOf(format, 'other:token');
    await say(refused, format);
    expect(refused.outcomes()).toEqual(['pending']);
  });
});

/** What a change log has of a change, in minutes after the approval. */
const change = (minutes: number, fieldId?: string): Readonly<Record<string, unknown>> => ({
  created: new Date(APPROVED_MS + minutes * 60_000).toISOString().replace('Z', '+0000'),
  items: [{ field: 'Some field', ...(fieldId === undefined ? {} : { fieldId }) }],
});
const many = (count: number, minutes: number, fieldId: string) =>
  Array.from({ length: count }, () => change(minutes, fieldId));

describe('a ticket that was changed after it was approved', () => {
  const group = 'customfield_10050';
  const person = 'customfield_10053';
  const duration = 'customfield_10051';

  it.each<readonly [string, ReadonlyArray<Readonly<Record<string, unknown>>>, string]>([
    ['in its group', [change(1, group)], 'changed-after-approval'],
    ['in its person', [change(1, person)], 'changed-after-approval'],
    ['in its length', [change(1, duration)], 'changed-after-approval'],
    ['in who asked', [change(1, 'reporter')], 'changed-after-approval'],
    ['in nobody knows what', [change(1)], 'changed-after-approval'],
    [
      'at a time that nobody can read',
      [{ created: 'noon', items: [{ fieldId: group }] }],
      'changed-after-approval',
    ],
    ['so often that the log is longer than what is read', many(100, 1, 'status'), 'changed-after-approval'],
    ['at the end of a long log', [...many(250, -1, 'status'), change(1, group)], 'changed-after-approval'],
    ['before it', [change(-1, group)], 'recorded'],
    ['in its status', [change(1, 'status'), change(1, 'resolution')], 'recorded'],
    ['before the end of a long log', [change(-1, group), ...many(250, -1, 'status')], 'recorded'],
  ])('%s, as Jira tells, is refused or not', async (_case, changes, outcome) => {
    for (const format of ['jira', 'jira-automation'] as const) {
      const world = worldOf(format);
      keep();
      api.issueChanges.set('ACC-1042', changes);
      await say(world, format);
      expect(world.outcomes()).toEqual([outcome]);
      expect(world.person('acme', PERSON)?.grants ?? []).toHaveLength(outcome === 'recorded' ? 1 : 0);
    }
  });

  it.each([
    [0, 'recorded'],
    [5, 'recorded'],
    [6, 'changed-after-approval'],
    [undefined, 'changed-after-approval'],
  ] as const)('%s minutes later, as ServiceNow tells, is %s', async (minutes, outcome) => {
    for (const format of ['servicenow', 'servicenow-token'] as const) {
      const world = worldOf(format);
      keep({ updatedMs: APPROVED_MS + (minutes ?? 0) * 60_000 });
      if (minutes === undefined)
        for (const [number, item] of api.items) api.items.set(number, { ...item, sys_updated_on: 'noon' });
      await say(world, format);
      expect(world.outcomes()).toEqual([outcome]);
    }
  });

  it.each(formats)('gives no second group by the approval of the first: %s', async (format) => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    world.advance(HOUR_MS);
    keep({ group: 'Automation Users', updatedMs: world.clock.now() });
    api.issueChanges.set('ACC-1042', [change(90, group)]);
    await say(world, format, 'delivery-2');
    expect(world.outcomes()).toEqual(['recorded', 'changed-after-approval']);
    expect(world.person('acme', PERSON)?.grants).toMatchObject([{ group: GROUP }]);
  });

  it.each(formats)('still ends what it granted: %s', async (format) => {
    const world = worldOf(format);
    keep();
    await say(world, format);
    world.advance(HOUR_MS);
    keep({ act: 'revoke', updatedMs: world.clock.now() });
    api.issueChanges.set('ACC-1042', [change(90, group)]);
    await say(world, format, 'delivery-2');
    expect(world.outcomes()).toEqual(['recorded', 'recorded']);
  });
});

it.each<readonly [Format, string]>([
  ['jira', '"key":"ACC-1042"'],
  ['jira-automation', '"key":"ACC-1042"'],
  ['servicenow-token', '"number":"RITM0001042"'],
])('half a character in the id of a ticket is refused: %s', async (format, sent) => {
  const text = JSON.stringify(ticketBodies[format](aTicket));
  expect(text).toContain(sent);
  const body = text.replace(sent, sent.replace(/"[^"]*"$/, String.raw`"\ud800"`));
  await expect(worldOf(format).accept(postingOf(senderOf(format), { body }))).rejects.toMatchObject({
    code: 'body-invalid',
  });
});

describe('ServiceNow', () => {
  it('may announce a number and nothing else', async () => {
    const world = worldOf('servicenow-token');
    keep();
    const body = '{"number":"RITM0001042"}';
    await world.deliver(postingOf(senderOf('servicenow-token'), { body }));
    expect(world.outcomes()).toEqual(['recorded']);
  });

  it.each(['RITM0001042^ORnumberISNOTEMPTY', '1=1', '../sys_user', 'RITM'])(
    'is not asked with a number that is a query: %s',
    async (number) => {
      const world = worldOf('servicenow-token');
      keep();
      await world.deliver(postingOf(senderOf('servicenow-token'), { body: JSON.stringify({ number }) }));
      expect(api.requests).toEqual([]);
      expect(world.outcomes()).toEqual(['pending']);
    },
  );
});

describe('an item of ServiceNow that asks for a revocation', () => {
  it.each([
    ['approved', 'recorded'],
    ['not requested', 'recorded'],
    ['Not Requested', 'recorded'],
    ['', 'recorded'],
    ['requested', 'ticket-not-approved'],
    ['rejected', 'ticket-not-approved'],
  ])('and whose own word on its approval is %j is %s', async (approval, outcome) => {
    const world = worldOf('servicenow-token');
    keep({ act: 'revoke', decisions: [] });
    for (const [number, item] of api.items) api.items.set(number, { ...item, approval });
    await say(world, 'servicenow-token');
    expect(world.outcomes()).toEqual([outcome]);
  });

  it('of which nobody was asked grants nothing', async () => {
    const world = worldOf('servicenow-token');
    keep();
    for (const [number, item] of api.items)
      api.items.set(number, { ...item, approval: 'not requested', 'variables.access_action': 'grant' });
    api.itemApprovals.clear();
    await say(world, 'servicenow-token');
    expect(world.outcomes()).toEqual(['nothing-withdrawn']);
  });
});

describe('the script include of ServiceNow, looked up', () => {
  const from = senderOf('servicenow');
  const post = async (world: World, changes: object): Promise<void> => {
    const body = JSON.stringify({ ...ticketBodies.servicenow(aTicket), ...changes });
    await world.deliver(postingOf(from, { body }));
  };
  const { action } = ticketBodies.servicenow(aTicket);

  it.each(['grant', 'extend'])('is asked about what it gives: %s', async (kind) => {
    const world = worldOf('servicenow');
    keep({ decisions: ['declined'] });
    await post(world, { action: { ...action, kind } });
    expect(world.outcomes()).toEqual(['ticket-not-approved']);
  });

  it('is believed by its signature when it ends a membership, whatever the record says', async () => {
    const world = worldOf('servicenow');
    await post(world, { action: { kind: 'revoke', person: PERSON, group: GROUP } });
    expect(world.outcomes()).toEqual(['recorded']);
    expect(world.person('acme', PERSON)?.revocations).toMatchObject([{ group: GROUP }]);
    expect(api.requests).toEqual([]);
  });

  it('greets, and nothing is asked', async () => {
    const world = worldOf('servicenow');
    expect(await world.deliver(postingOf(from, { body: '{"type":"ping"}' }))).toMatchObject({
      ignored: true,
    });
    expect(api.requests).toEqual([]);
  });
});

describe('Jira', () => {
  it('may hide addresses: the policy knows accounts by their id', async () => {
    const from = senderOf('jira-automation');
    keep();
    const [approval] = api.issueApprovals.get('ACC-1042') ?? [];
    const hidden = { accountId: 'acc-1', displayName: 'Ben' };
    api.issueApprovals.set('ACC-1042', [
      { ...approval, approvers: [{ approver: hidden, approverDecision: 'approved' }] },
    ]);
    const settings = `${from.settings}\npeople: { acc-1: ${APPROVER} }\nfetchBack: { baseUrl: "${api.baseUrl}", secret: ticket-api }`;
    const world = createDeliveryWorld(policyOf(from, settings), {
      nowMs: NOW_MS,
      secrets: {
        webhook: { current: from.secret, previous: undefined },
        'ticket-api': { current: CREDENTIAL, previous: undefined },
      },
    });
    await say(world, 'jira-automation');
    expect(world.person('acme', PERSON)?.grants).toMatchObject([{ approvals: [{ approver: APPROVER }] }]);
  });

  it('whose issue is no request of Service Management has nobody who approved', async () => {
    const world = worldOf('jira');
    keep();
    api.issueApprovals.clear();
    await say(world, 'jira');
    expect(world.outcomes()).toEqual(['ticket-not-approved']);
  });
});
