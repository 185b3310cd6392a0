import { z } from 'zod';
import type { Feed } from '../domain/policy';

/** Where a ticket of a source is opened. Nothing asks there: it is an address for people. */
export const TicketUrlSchema = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((url) => url.includes('{ticket}'), 'must say where the number of the ticket stands, as {ticket}')
  .refine(
    (url) => /^[^/]*\/\/[^/?#{}]+[/?#]/.test(url),
    'must name the host itself: a ticket may say anything',
  )
  .optional()
  .describe(
    'Where a ticket of this source is opened, with {ticket} in place of its number, for tickets that name no address.',
  );

/** An address of tickets has no meaning for HR. Paths are below the entry of the source. */
export function faultsInTicketUrl(
  feed: Feed,
  { ticketUrl }: Readonly<{ ticketUrl?: string | undefined }>,
): ReadonlyArray<Readonly<{ path: readonly PropertyKey[]; problem: string }>> {
  return feed === 'hr' && ticketUrl !== undefined
    ? [{ path: ['ticketUrl'], problem: 'is for tickets: what HR says has none' }]
    : [];
}
