import { describe, expect, it } from '@jest/globals';
import { createServiceNow } from '../../../sandbox/vendors/servicenow';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import {
  APPROVER,
  GROUP,
  NOW_MS,
  PERSON,
  policyOf,
  REQUESTER,
  vendorSenders,
} from '../../fixtures/webhooks/vendor-senders';

const SYS_ID = 'b3f0c9d1db1a2300a1b2c3d4e5f60718';
const URL = 'https://app.example/api/webhooks/tickets/main';

function serviceNow(secret: string, answerStatus: number) {
  const approvals = [{ approver: { email: APPROVER }, updatedOn: '2026-11-20 09:59:58' }];
  return createServiceNow({ url: URL, secret, nowMs: NOW_MS, approvals, answerStatus });
}

const values: Record<string, string> = {
  number: 'RITM0010042',
  request: 'req-sys-id',
  sys_mod_count: '4',
  sys_updated_on: '2026-11-20 10:00:00',
};
const item = {
  getUniqueValue: () => SYS_ID,
  getValue: (name: string) => values[name],
  requested_for: { email: PERSON },
  opened_by: { email: REQUESTER },
  variables: { access_group: GROUP, access_duration: 'P14D' },
};

function world() {
  const sender = vendorSenders.find((one) => one.format === 'standard' && one.feed === 'ticket');
  if (sender === undefined) throw new Error('There is no such sender');
  const { secret } = sender;
  const received = createDeliveryWorld(policyOf(sender), {
    nowMs: NOW_MS,
    secrets: { webhook: { current: secret, previous: undefined } },
  });
  return { secret, received };
}

describe('the script include for ServiceNow', () => {
  it('posts an approved item as a grant that is verified and recorded', async () => {
    const { secret, received } = world();
    const now = serviceNow(secret, 200);
    expect(now.run(item, 'grant')).toBe(200);
    expect(now.sent).toMatchObject({
      endpoint: URL,
      method: 'POST',
    });
    expect(now.queries).toContainEqual(['sysapproval', 'IN', `${SYS_ID},req-sys-id`]);
    await received.deliver({
      feed: 'ticket',
      source: 'main',
      headers: now.sent.headers,
      body: now.sent.body,
    });
    expect(received.person('acme', PERSON)?.grants).toMatchObject([
      {
        group: GROUP,
        ticketId: 'RITM0010042',
        requester: REQUESTER,
        approvals: [{ approver: APPROVER, approvedAtMs: Date.parse('2026-11-20T09:59:58Z') }],
        validUntilMs: NOW_MS + 14 * 86_400_000,
      },
    ]);
    expect(now.errors).toEqual([]);
  });

  it('posts a revocation, and is not misread in another encoding', async () => {
    const { secret, received } = world();
    const now = serviceNow(secret, 200);
    now.run({ ...item, variables: { access_group: 'Équipe 機器人' } }, 'revoke');
    expect(now.sent.body).toMatch(/^[\x20-\x7e]+$/);
    await received.deliver({
      feed: 'ticket',
      source: 'main',
      headers: now.sent.headers,
      body: now.sent.body,
    });
    expect(received.evidence).toMatchObject([
      { facts: { action: 'revoke', group: 'Équipe 機器人', outcome: 'group-not-managed' } },
    ]);
  });

  it('writes down what was not taken', () => {
    const now = serviceNow(world().secret, 503);
    expect(now.run(item, 'grant')).toBe(503);
    expect(now.errors).toEqual(['UiPathAccessRequest: RITM0010042 was answered 503']);
  });
});
