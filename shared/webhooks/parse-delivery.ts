import type { SourceMapping } from '../domain/source-settings';
import type { PostedBody } from './parse-posted-body';
import type { Meanings, WebhookSource } from './webhook-source';

/**
 * What a delivery says under the policy of its source. Where the record behind it is asked for, it says whom or what to ask about.
 *
 * @throws AppError `body-invalid`
 */
export function parseDelivery(
  format: WebhookSource,
  posted: PostedBody,
  settings: Readonly<{ mapping: SourceMapping; fetchBack: unknown }>,
): Meanings {
  const parse = settings.fetchBack === undefined ? format.parse : (format.confirmed?.parse ?? format.parse);
  return parse(posted, settings.mapping);
}
