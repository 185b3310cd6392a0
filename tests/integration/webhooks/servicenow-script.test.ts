import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
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

const script = readFileSync(join(__dirname, '../../../docs/sources/servicenow-access-request.js'), 'utf8');
const SYS_ID = 'b3f0c9d1db1a2300a1b2c3d4e5f60718';

/** Stands in for what the script uses of ServiceNow; `answer` is the status of the call it makes. */
function serviceNow(secret: string, answer: number) {
  const sent: { endpoint?: string; method?: string; headers: Record<string, string>; body: string } = {
    headers: {},
    body: '',
  };
  const errors: string[] = [];
  const queries: unknown[][] = [];
  const approvals = [{ approver: { email: APPROVER }, sys_updated_on: '2026-11-20 09:59:58' }];
  class GlideRecord {
    #index = -1;
    approver: unknown;
    addQuery(...query: unknown[]): void {
      queries.push(query);
    }
    query(): void {}
    next(): boolean {
      this.#index += 1;
      this.approver = approvals[this.#index]?.approver;
      return this.#index < approvals.length;
    }
    getValue(): string | undefined {
      return approvals[this.#index]?.sys_updated_on;
    }
  }
  const properties: Record<string, string> = {
    'uipath_access.url': 'https://app.example/api/webhooks/tickets/main',
    'uipath_access.secret': secret,
    'glide.servlet.uri': 'https://acme.service-now.com/',
  };
  const context = createContext({
    Class: {
      create: () =>
        function made(this: { initialize: () => void }) {
          this.initialize();
        },
    },
    GlideRecord,
    GlideDateTime: class {
      getNumericValue(): number {
        return NOW_MS;
      }
    },
    GlideCertificateEncryption: class {
      generateMac(key: string, algorithm: string, text: string): string {
        if (algorithm !== 'HmacSHA256') throw new Error(algorithm);
        return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
      }
    },
    gs: { getProperty: (name: string) => properties[name], error: (text: string) => errors.push(text) },
    sn_ws: {
      RESTMessageV2: class {
        setEndpoint(endpoint: string): void {
          sent.endpoint = endpoint;
        }
        setHttpMethod(method: string): void {
          sent.method = method;
        }
        setRequestHeader(name: string, value: string): void {
          sent.headers[name] = value;
        }
        setRequestBody(body: string): void {
          sent.body = body;
        }
        execute(): object {
          return { getStatusCode: () => answer };
        }
      },
    },
  });
  runInContext(script, context);
  return { context, sent, errors, queries };
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

function send(now: ReturnType<typeof serviceNow>, about: object, kind: string): unknown {
  Object.assign(now.context, { about, kind });
  return runInContext('new UiPathAccessRequest().send(about, kind)', now.context);
}

describe('the script include for ServiceNow', () => {
  it('posts an approved item as a grant that is verified and recorded', async () => {
    const { secret, received } = world();
    const now = serviceNow(secret, 200);
    expect(send(now, item, 'grant')).toBe(200);
    expect(now.sent).toMatchObject({
      endpoint: 'https://app.example/api/webhooks/tickets/main',
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
    send(now, { ...item, variables: { access_group: 'Équipe 機器人' } }, 'revoke');
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
    expect(send(now, item, 'grant')).toBe(503);
    expect(now.errors).toEqual(['UiPathAccessRequest: RITM0010042 was answered 503']);
  });
});
