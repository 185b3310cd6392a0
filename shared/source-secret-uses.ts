import type { Policy, SourcePolicy } from './domain/policy';
import { secretPlacesOf, type SecretPlace } from './domain/secret-places';
import { lookUpFactsOf } from './fetch-back/vendor-registry';
import type { SecretUse } from './secrets/log-unusable-secrets';
import { secretNeedOf } from './webhooks/check-credential';
import { webhookFormatOf } from './webhooks/format-registry';

export type NamedSecretUse = SecretUse & Readonly<{ secret: string }>;

/** Every secret that a source is verified with or asked with. */
export function secretUsesOf({ sources }: Pick<Policy, 'sources'>): readonly NamedSecretUse[] {
  return sources.flatMap((source) => [...inDeliveries(source), ...inLookUps(source)]);
}

/** Every place of the policy that names a secret, and the console's. */
export function secretPlacesIn({ organizations, sources }: Policy): readonly SecretPlace[] {
  return secretPlacesOf(
    organizations,
    sources.map((source) => [source.feed === 'hr' ? 'hr' : 'tickets', source.name, source] as const),
  );
}

function inDeliveries({ feed, name, format, secret }: SourcePolicy): readonly NamedSecretUse[] {
  const credential = webhookFormatOf(feed, format)?.credential;
  if (secret === undefined || credential === undefined || credential.trust === 'identity') return [];
  return [{ feed, source: name, use: 'deliveries', ...secretNeedOf(credential), secret }];
}

function inLookUps({ feed, name, format, fetchBack }: SourcePolicy): readonly NamedSecretUse[] {
  const form = lookUpFactsOf(format)?.secretForm;
  if (fetchBack === undefined || form === undefined) return [];
  return [{ feed, source: name, use: 'look-ups', form, issuedBy: 'vendor', secret: fetchBack.secret }];
}
