import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a sender posts to and with what it signs. */
export type Sender = Readonly<{ url: string; signingSecret: string }>;

export type SentDelivery = Readonly<{ status: number; body: unknown }>;

type Posting = Readonly<{ id: string; body: string; headers: Readonly<Record<string, string>> }>;

/** Signs a body as Standard Webhooks says: HMAC-SHA256 over `id.timestamp.body`. */
export function signPosting(
  signingSecret: string,
  body: string,
  id: string = `msg_${randomUUID()}`,
  atMs: number = Date.now(),
): Posting {
  const timestamp = String(Math.floor(atMs / 1000));
  const key = Buffer.from(signingSecret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    id,
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  };
}

/** Posts once. A connection that breaks is status 0. */
export async function post(url: string, posting: Pick<Posting, 'headers' | 'body'>): Promise<SentDelivery> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: posting.headers,
      body: posting.body,
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch {
    return { status: 0, body: undefined };
  }
}

/** Posts as real senders do: the same id again after a broken connection or a 5xx, until `withinMs` is over. */
export async function deliver(
  sender: () => Sender,
  body: unknown,
  options: Readonly<{ id?: string; withinMs?: number }> = {},
): Promise<SentDelivery> {
  const id = options.id ?? `msg_${randomUUID()}`;
  const endsAtMs = Date.now() + (options.withinMs ?? 30_000);
  for (;;) {
    const { url, signingSecret } = sender();
    const sent = await post(url, signPosting(signingSecret, JSON.stringify(body), id));
    if ((sent.status !== 0 && sent.status < 500) || Date.now() > endsAtMs) return sent;
    await sleep(250);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
