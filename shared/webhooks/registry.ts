import type { Feed } from '../domain/policy';
import type { WebhookSource } from './source';
import { standardHrSource, standardTicketSource } from './sources/standard';

const sources: Readonly<Record<Feed, readonly WebhookSource[]>> = {
  hr: [standardHrSource],
  ticket: [standardTicketSource],
};

/** The wire format of a feed by the name the policy gives it. A format of the other feed is not found: a ticket sender cannot speak for HR. */
export function webhookSourceOf(feed: Feed, format: string): WebhookSource | undefined {
  return sources[feed].find((source) => source.format === format);
}
