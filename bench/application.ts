import { sandboxEvidenceKeys } from '../sandbox/evidence-key';
import { signPosting } from '../sandbox/sender';
import { guidOf } from '../sandbox/uipath/ids';
import { acceptDelivery } from '../shared/access/intake/accept-delivery';
import { processDelivery } from '../shared/access/intake/process-delivery';
import { applyChanges } from '../shared/access/writer/apply-changes';
import { createAppDeps, type AppDeps } from '../shared/app-deps';
import { parseConfig } from '../shared/config';
import type { OrganizationPolicy } from '../shared/domain/policy';
import { mapConcurrently } from '../shared/map-concurrently';
import { createEnvironmentSecretStore } from '../shared/secrets/environment-secrets';
import type { ManualClock } from './manual-clock';
import { SECRETS } from './policy';
import { createVirtualQueues, type VirtualQueues } from './virtual-queues';

/** The application as it is put together in Azure, over storage and UiPath that are somewhere, by a clock of its own. */
export type Application = Readonly<{
  app: AppDeps;
  queues: VirtualQueues;
  organization: (alias: string) => Promise<OrganizationPolicy>;
  /** Takes a signed webhook in, as the function behind the address does. */
  post: (body: object) => Promise<void>;
  /** Works off what is due now: deliveries side by side, runs of the writer one after the other. */
  work: () => Promise<void>;
}>;

/** The application as each simulated organization knows it. */
export const CLIENT = {
  clientId: guidOf('bench-client'),
  clientSecret: 'not-a-secret',
  administrator: true,
  scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'],
};
/** As many deliveries at a time as `host.json` gives an instance. */
const DELIVERIES_AT_A_TIME = 8;

export function assembleApplication(
  connectionString: string,
  signingSecret: string,
  clock: ManualClock,
  {
    alter = (app) => app,
    ...given
  }: Readonly<{ alter?: (app: AppDeps) => AppDeps; uipathFetch?: typeof globalThis.fetch }> = {},
): Application {
  const config = parseConfig({
    AzureWebJobsStorage: connectionString,
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  });
  const { clientId, clientSecret } = CLIENT;
  const secretStore = createEnvironmentSecretStore({
    [SECRETS.organization.variable]: JSON.stringify({ clientId, clientSecret }),
    [SECRETS.signing.variable]: signingSecret,
  });
  const parts = createAppDeps(config, () => undefined, {
    ...given,
    clock,
    secretStore,
    evidenceKeys: async () => sandboxEvidenceKeys,
  });
  const queues = createVirtualQueues(parts.queues, clock.now);
  const app = alter({ ...parts, queues: queues.queues, queue: queues.queues });
  return {
    app,
    queues,
    work: async () => {
      for (let due = queues.takeDue(clock.now()); due.length > 0; due = queues.takeDue(clock.now())) {
        const deliveries = due.filter((entry) => entry.queue === 'deliveries');
        await mapConcurrently(deliveries, DELIVERIES_AT_A_TIME, async ({ message }) =>
          processDelivery(app, message),
        );
        for (const entry of due) if (entry.queue === 'changes') await applyChanges(app, entry.message);
      }
    },
    organization: async (alias) => {
      const organization = (await parts.policy()).organizations.get(alias);
      if (organization === undefined) throw new Error(`The policy has no organization ${alias}`);
      return organization;
    },
    post: async (body) => {
      const text = JSON.stringify({ ...body, occurredAt: new Date(clock.now()).toISOString() });
      const { headers } = signPosting(signingSecret, text, undefined, clock.now());
      await acceptDelivery(app, {
        feed: 'hr',
        source: 'standard',
        headers: new Headers(headers),
        rawBody: Buffer.from(text),
        receivedAtMs: clock.now(),
      });
    },
  };
}

/** Real time in which calls that begin together reach UiPath together. */
const TOGETHER_MS = 2;

/**
 * A call to UiPath that takes so long: those that begin at the same instant end at the same instant, and whatever comes due
 * meanwhile is worked on beside them, as other instances would.
 */
export async function passLatency(
  clock: ManualClock,
  latencyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const endsAtMs = clock.now() + latencyMs;
  await new Promise((resolve) => {
    setTimeout(resolve, TOGETHER_MS);
  });
  clock.moveTo(endsAtMs);
  await work();
}
