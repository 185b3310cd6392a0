import type { SourceMapping } from '../domain/source-settings';
import type { PostedBody } from './parse-posted-body';
import type { Meanings, WebhookFormat } from './webhook-format';

/**
 * Parses a delivery under the policy of its source. Where its record has to be looked up, the result says which.
 * @throws AppError `body-invalid`
 */
export function parseDelivery(
  format: WebhookFormat,
  posted: PostedBody,
  settings: Readonly<{ mapping: SourceMapping; fetchBack: unknown }>,
): Meanings {
  const parse = settings.fetchBack === undefined ? format.parse : (format.confirmed?.parse ?? format.parse);
  return parse(posted, settings.mapping);
}
