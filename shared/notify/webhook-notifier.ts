import { createHmac } from 'node:crypto';
import { lostConnection } from '../domain/lost-connection';
import { faultInSecret, keyInSecret } from '../domain/secret-form-and-faults';
import { AppError, SecretError } from '../errors';
import type { Notification, Notifier, Receiver } from './notifier-interface';

const TIMEOUT_MS = 10_000;

/**
 * Posts messages over HTTP, signed as Standard Webhooks says. Redirects are refused: they would lead to somebody whom the
 * policy does not name.
 */
export function createWebhookNotifier(fetch: typeof globalThis.fetch = globalThis.fetch): Notifier {
  return async (receiver, notification) => {
    const headers = { 'content-type': 'application/json', ...signatureHeaders(receiver, notification) };
    let status: number;
    try {
      const answer = await fetch(receiver.url, {
        method: 'POST',
        redirect: 'error',
        headers,
        body: notification.body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.body?.cancel();
      status = answer.status;
    } catch (cause) {
      throw new AppError(
        'notification-unavailable',
        `The receiver cannot be reached: ${lostConnection(cause)}`,
        { cause },
      );
    }
    if (status >= 200 && status < 300) return;
    const isPassing = status === 408 || status === 429 || status >= 500;
    throw new AppError(
      isPassing ? 'notification-unavailable' : 'notification-refused',
      `The receiver answered ${status}`,
    );
  };
}

function signatureHeaders({ secret }: Receiver, { id, atMs, body }: Notification): Record<string, string> {
  const fault = faultInSecret({ form: 'whsec' }, secret);
  if (fault !== undefined) throw new SecretError(fault);
  const read = keyInSecret({ form: 'whsec' }, secret);
  if ('fault' in read) throw new SecretError(read.fault);
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', read.key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
