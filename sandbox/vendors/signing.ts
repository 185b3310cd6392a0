import { createHmac } from 'node:crypto';
import { entraToken } from './entra';

type Signing = Readonly<{ secret: string; atMs: number; id: string }>;
type Headers = Readonly<Record<string, string>>;
type Signer = (body: string | Uint8Array, signing: Signing) => Headers;

const json = { 'content-type': 'application/json' };
const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

function mac(
  algorithm: 'sha256' | 'sha512',
  key: string | Buffer,
  ...parts: ReadonlyArray<string | Uint8Array>
): Buffer {
  const hmac = createHmac(algorithm, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** The headers that each vendor sends with a body, by the name of the format. Each says where its vendor describes it. */
export const signers = {
  // https://www.standardwebhooks.com
  standard: signStandard,
  // The script include of docs/sources signs our own contract
  servicenow: signStandard,
  // The same over https://github.com/cloudevents/spec: the structured mode
  'cloudevents-signed': (body, signing) => ({ ...signStandard(body, signing), ...structured }),
  cloudevents: (_body, { secret }) => ({ ...structured, authorization: `Bearer ${secret}` }),
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  github: (body, { secret, id }) => ({
    ...json,
    'x-github-event': 'issues',
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${mac('sha256', secret, body).toString('hex')}`,
  }),
  // https://developer.atlassian.com/cloud/jira/platform/webhooks
  jira: (body, { secret, id }) => ({
    'content-type': 'application/json; charset=UTF-8',
    'x-atlassian-webhook-identifier': id,
    'x-atlassian-webhook-flow': 'Primary',
    'x-hub-signature': `sha256=${mac('sha256', secret, body).toString('hex')}`,
  }),
  // https://developer.zendesk.com/documentation/webhooks/verifying
  zendesk: (body, { secret, atMs }) => {
    const timestamp = new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      ...json,
      'x-zendesk-webhook-signature-timestamp': timestamp,
      'x-zendesk-webhook-signature': mac('sha256', secret, timestamp, body).toString('base64'),
    };
  },
  // https://documentation.bamboohr.com/docs/webhooks
  bamboohr: signBambooHr,
  'bamboohr-fields': signBambooHr,
  // https://apidocs.hibob.com/docs/working-with-webhooks
  hibob: (body, { secret }) => ({ ...json, 'bob-signature': mac('sha512', secret, body).toString('base64') }),
  // https://docs.merge.dev/merge-unified/reading-data/webhooks/merge-webhooks.md
  merge: (body, { secret }) => ({
    ...json,
    'x-merge-webhook-signature': mac('sha256', secret, body).toString('base64url'),
  }),
  // https://developer.tryfinch.com/developer-resources/Webhooks
  finch: (body, { secret, atMs, id }) => {
    const timestamp = String(Math.floor(atMs / 1000));
    const key = Buffer.from(secret, 'base64');
    return {
      ...json,
      'finch-event-id': id,
      'finch-timestamp': timestamp,
      'finch-signature': `v1,${mac('sha256', key, `${id}.${timestamp}.`, body).toString('base64')}`,
    };
  },
  // Whoever cannot sign shows a token: our contract, and the webhooks of workflows, whose headers their author writes as
  // docs/sources says
  'standard-token': showToken,
  personio: showToken,
  // https://learn.microsoft.com/entra/identity-platform/access-tokens: the secret is the key that Entra signs tokens with
  'entra-lifecycle-workflows': (_body, { secret, atMs }) => ({
    ...json,
    authorization: `Bearer ${entraToken(secret, atMs)}`,
  }),
  freshservice: showToken,
  'jira-automation': showToken,
  'power-automate': showToken,
  'servicenow-token': showToken,
  successfactors: showToken,
  // https://blogs.sap.com/2021/08/17/using-successfactors-event-notification-subscriptions-versus-intelligent-services-centre/
  'successfactors-soap': (_body, { secret }) => ({
    'content-type': 'text/xml; charset=UTF-8',
    soapaction: '""',
    authorization: `Basic ${Buffer.from(secret).toString('base64')}`,
  }),
  // https://developer.rippling.com/documentation/developer-portal/v2-guides/webhooks
  rippling: (_body, { secret }) => ({
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Bearer ${secret}`,
  }),
} as const satisfies Record<string, Signer>;

export type SignedFormat = keyof typeof signers;

function signStandard(body: string | Uint8Array, { secret, atMs, id }: Signing): Headers {
  const timestamp = String(Math.floor(atMs / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return {
    ...json,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac('sha256', key, `${id}.${timestamp}.`, body).toString('base64')}`,
  };
}

function signBambooHr(body: string | Uint8Array, { secret, atMs }: Signing): Headers {
  const timestamp = String(Math.floor(atMs / 1000));
  return {
    ...json,
    'x-bamboohr-timestamp': timestamp,
    'x-bamboohr-signature': mac('sha256', secret, body, timestamp).toString('hex'),
  };
}

function showToken(_body: string | Uint8Array, { secret }: Signing): Headers {
  return { ...json, authorization: `Bearer ${secret}` };
}
