import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { lostConnection } from '../shared/domain/lost-connection';

/** Where a sender posts to and with what it signs. */
export type Sender = Readonly<{ url: string; signingSecret: string }>;

/** `lost`: why there was no answer, in words; the status is 0 then. */
export type SentDelivery = Readonly<{ status: number; body: unknown; lost?: string }>;

/** Something to be sent. It is asked for again before each try, as some senders sign each of them anew. */
export type Telling = () => Readonly<{
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

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
  } catch (error) {
    return { status: 0, body: undefined, lost: lostConnection(error) };
  }
}

/** Posts as real senders do: the same again after a broken connection or a 5xx, until `withinMs` is over. */
export async function tell(telling: Telling, withinMs = 30_000): Promise<SentDelivery> {
  const endsAtMs = Date.now() + withinMs;
  for (;;) {
    const { url, ...posting } = telling();
    const sent = await post(url, posting);
    if ((sent.status !== 0 && sent.status < 500) || Date.now() > endsAtMs) return sent;
    await sleep(250);
  }
}

/** Posts a body of our own contract, under the same id at each try. */
export async function deliver(
  sender: () => Sender,
  body: unknown,
  options: Readonly<{ id?: string; withinMs?: number }> = {},
): Promise<SentDelivery> {
  const id = options.id ?? `msg_${randomUUID()}`;
  return tell(() => {
    const { url, signingSecret } = sender();
    return { url, ...signPosting(signingSecret, JSON.stringify(body), id) };
  }, options.withinMs);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
