import { createHmac } from 'node:crypto';

/** A Standard Webhooks secret, and another one. */
export const signingSecret = `whsec_${Buffer.from('a key of twenty-four byt').toString('base64')}`;
export const otherSigningSecret = `whsec_${Buffer.from('another key of 24 bytes!').toString('base64')}`;

/** The headers a sender adds to a body under Standard Webhooks. */
export function signedHeaders(
  body: Uint8Array | string,
  { id = 'msg_1', atMs, secret = signingSecret }: Readonly<{ id?: string; atMs: number; secret?: string }>,
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
