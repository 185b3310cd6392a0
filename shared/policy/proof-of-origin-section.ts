import { z } from 'zod';
import type { EntraPolicy } from '../domain/source-settings';
import type { WebhookFormat } from '../webhooks/webhook-format';

const Guid = z.guid().transform((id) => id.toLowerCase());

/** Whose access tokens are proof of origin, in place of a secret. */
export const EntraSchema = z
  .strictObject({
    tenantId: Guid.describe('The tenant that issues the tokens.'),
    audience: z
      .union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).min(1).max(4)])
      .describe('Whom a token must be for: the application id URI of this app, or its client id.'),
    application: Guid.describe('Client id of the one identity that may send.'),
    authority: z
      .url({ protocol: /^https?$/ })
      .default('https://login.microsoftonline.com')
      .describe('Where the tenant signs in: another address in national clouds.'),
  })
  .describe('The Microsoft Entra identity whose access tokens prove where a delivery comes from.');

type Proof = Readonly<{ secret?: string | undefined; entra?: z.infer<typeof EntraSchema> | undefined }>;

export function toEntraPolicy({ entra }: Proof): EntraPolicy | undefined {
  if (entra === undefined) return undefined;
  return {
    ...entra,
    audience: [entra.audience].flat().map((name) => Guid.safeParse(name).data ?? name),
    authority: new URL(entra.authority).href.replace(/\/+$/, ''),
  };
}

/** A source has the proof of origin that its format asks for, and no other. An identity may stand in for a token. */
export function faultsInProof(
  source: WebhookFormat,
  { secret, entra }: Proof,
): ReadonlyArray<Readonly<{ path: readonly PropertyKey[]; problem: string }>> {
  const { format } = source;
  const { trust } = source.credential;
  const byIdentity = trust === 'identity' || (trust === 'bearer' && entra !== undefined);
  const wanted = byIdentity ? entra : secret;
  const unwanted = byIdentity ? secret : entra;
  const [name, other] = byIdentity ? ['entra', 'secret'] : ['secret', 'entra'];
  return [
    ...(wanted === undefined
      ? [{ path: [], problem: `needs ${name}: it is how ${format} is verified` }]
      : []),
    ...(unwanted === undefined
      ? []
      : [
          {
            path: [other],
            problem: byIdentity ? 'must not stand beside entra' : `is nothing that ${format} has`,
          },
        ]),
  ];
}
