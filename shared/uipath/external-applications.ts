import { z } from 'zod';
import type { Transport } from './transport';
import { TimeSchema } from './wire-schemas';

type UiPathApplication = Readonly<{
  clientId: string;
  name: string;
  scopes: readonly string[];
  /** Ends of its secrets that have one. */
  secretEndsMs: readonly number[];
}>;

export type UiPathExternalClients = Readonly<{
  /** One GET; needs the scope PM.OAuthApp.Read. */
  list: () => Promise<readonly UiPathApplication[]>;
}>;

const ClientSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    resources: z.array(z.object({ scopes: z.array(z.object({ name: z.string() })).nullish() })).nullish(),
    secrets: z.array(z.object({ expiryTime: TimeSchema })).nullish(),
  })
  .transform(({ id, name, resources, secrets }): UiPathApplication => ({
    clientId: id.toLowerCase(),
    name,
    scopes: (resources ?? []).flatMap(({ scopes }) => (scopes ?? []).map((scope) => scope.name)),
    secretEndsMs: (secrets ?? []).flatMap(({ expiryTime }) => (expiryTime === null ? [] : [expiryTime])),
  }));

export function createExternalClients(transport: Transport): UiPathExternalClients {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const url = `${identityBaseUrl}/api/ExternalClient/${partitionGlobalId}`;
  return {
    list: async () =>
      transport.send(
        { what: 'list the external applications', area: 'applications', method: 'GET', effect: 'read', url },
        z.array(ClientSchema),
      ),
  };
}
