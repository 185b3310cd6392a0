import { z } from 'zod';
import type { SourceSettings } from '../domain/source-settings';
import { SecretName } from './secret-name';
import type { WebhookFormat } from '../webhooks/webhook-format';

/** Where the full record behind a delivery is read, and how that may be asked for. */
export const FetchBackSchema = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).describe("Where the sender's API is."),
  secret: SecretName.describe('Name of the secret for that API.'),
  timeoutSeconds: z.number().min(1).max(60).optional().describe('The longest that one call takes.'),
  attempts: z.int().min(1).max(5).optional().describe('How often one call is tried.'),
  callsPerMinute: z
    .number()
    .min(1)
    .max(6_000)
    .optional()
    .describe('How many calls one process of this app begins in a minute.'),
});

type FetchBackEntry = Readonly<{ fetchBack?: z.infer<typeof FetchBackSchema> | undefined }>;

export function toFetchBack(entry: FetchBackEntry['fetchBack']): SourceSettings['fetchBack'] {
  if (entry === undefined) return undefined;
  const { baseUrl, secret, timeoutSeconds, attempts, callsPerMinute } = entry;
  const limits = {
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1_000 }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(callsPerMinute === undefined ? {} : { spacingMs: 60_000 / callsPerMinute }),
  };
  return { baseUrl, secret, limits };
}

/** A format is asked back only where it can be. Paths are below the entry. */
export function faultsInFetchBack(
  source: WebhookFormat,
  { fetchBack }: FetchBackEntry,
): ReadonlyArray<Readonly<{ path: readonly PropertyKey[]; problem: string }>> {
  if (source.fetchBack === 'needed' && fetchBack === undefined)
    return [{ path: [], problem: `needs fetchBack: deliveries of ${source.format} carry ids only` }];
  if (fetchBack === undefined) return [];
  return source.fetchBack === undefined
    ? [{ path: ['fetchBack'], problem: `is nothing that ${source.format} has` }]
    : [];
}
