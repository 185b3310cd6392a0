import type { SourcePolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { TicketMeaning, WebhookFormat } from '../../webhooks/webhook-format';
import type { LookUpDeps } from './look-up-worker';
import { HOUR_MS } from '../../domain/durations';

/**
 * Reads an approval back from the ticket system: a delivery is believed only as far as that there is something to look
 * up. `ticket-unknown`: after an hour there is still no such ticket. `ticket-not-approved`: nothing there was
 * approved. A ticket may ask for several.
 * @throws AppError `source-unavailable`, also for a ticket that is not there yet; `source-refused`,
 * `source-answer-invalid`, `policy-invalid`, `body-invalid`
 */
export async function confirmAccessRequests(
  deps: LookUpDeps,
  about: Readonly<{ source: SourcePolicy; format: WebhookFormat; receivedAtMs: number; nowMs: number }>,
  ticketId: string,
): Promise<readonly TicketMeaning[] | 'ticket-unknown' | 'ticket-not-approved'> {
  const { source, format, receivedAtMs, nowMs } = about;
  const record = await deps.fetchBackOf(source).ticket?.(ticketId);
  if (record === undefined) {
    if (nowMs - receivedAtMs >= HOUR_MS) return 'ticket-unknown';
    throw new AppError('source-unavailable', "The source's own API does not know the ticket yet");
  }
  const found = format.confirmed?.readTicket?.(record, nowMs, source.mapping) ?? [];
  return found.length === 0 ? 'ticket-not-approved' : found;
}
