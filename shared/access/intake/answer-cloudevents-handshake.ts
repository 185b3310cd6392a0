import type { Feed } from '../../domain/policy';
import { AppError } from '../../errors';
import type { DeliveryHeaders } from '../../webhooks/signature';
import { findSender, type FindSenderDeps } from './accept-delivery';

/** A name of a host, as a sender of CloudEvents gives it. */
const origin = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;

/**
 * Whether a sender may send, asked by OPTIONS: section 4 of the CloudEvents webhook specification. The permission names who
 * asked, and proves nothing: every delivery still shows its credential. A callback address that the sender gives is never
 * called, since anybody could have this app call anything.
 *
 * @throws AppError `source-unknown`, `method-unsupported` for a format without a handshake, and what reading the policy throws
 */
export async function answerCloudEventsHandshake(
  deps: FindSenderDeps,
  asked: Readonly<{ feed: Feed; source: string; headers: DeliveryHeaders }>,
): Promise<Readonly<Record<string, string>>> {
  const { feed, source, headers } = asked;
  const { format } = await findSender(deps, feed, source, undefined);
  if (format.handshake !== 'cloudevents')
    throw new AppError('method-unsupported', 'Only POST is understood: this format has no handshake');
  const by = headers.get('webhook-request-origin') ?? '';
  return origin.test(by)
    ? { allow: 'POST', 'webhook-allowed-origin': by, 'webhook-allowed-rate': '*' }
    : { allow: 'POST' };
}
