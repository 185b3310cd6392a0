import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { errorCodeOf } from '../../../../shared/errors';
import { keySetOf } from '../../../../sandbox/vendors/entra';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { retryDeadDelivery } from '../../../../shared/access/desk/retry-dead-delivery';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import { createIdentityCheck } from '../../../../shared/webhooks/check-entra-token';
import type { Instance } from '../../../fixtures/engine-instance';
import {
  policyOf,
  postingOf,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../../fixtures/webhooks/vendor-senders';
import { useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const begin = useWorlds();
const anybody = { by: keyHolder('olga'), mayDecide: () => true };

/** What a sender posts, with nobody's address and no group in it. */
function unusableText(sender: VendorSender): string {
  const text = textOf(sender);
  if (sender.bodyType !== 'json') return text.replaceAll(/[\w.%]+(?:@|%40)[\w.]+/g, '-');
  const without = (value: unknown): unknown => {
    if (typeof value === 'string') return value.includes('@') ? {} : value;
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, without(one)]));
  };
  return JSON.stringify(without(JSON.parse(text)));
}

/** The application, with the secret of a sender and an API of its vendor that answers no worker. */
function instanceOf(world: World, { secret, hasSecret, fetchBack }: VendorSender): Instance {
  const { app } = world.engine;
  return {
    ...app,
    secrets: {
      ...app.secrets,
      read: async (name) =>
        name === 'webhook' ? { current: secret, previous: undefined } : app.secrets.read(name),
    },
    ...(hasSecret
      ? {}
      : { checkIdentity: createIdentityCheck(() => createLocalJWKSet(keySetOf(secret) as JSONWebKeySet)) }),
    ...(fetchBack === undefined
      ? {}
      : { fetchBackOf: () => ({ ...fetchBack, worker: async () => ({ id: 7 }) }) }),
  };
}

/** Works off what is queued; what cannot be processed has its last try. */
async function workOff({ engine }: World, instance: Instance): Promise<void> {
  const [queued] = engine.queued();
  if (queued?.queue !== 'deliveries') return;
  const { clock, app, finish } = engine;
  await expect(finish({ instances: [instance] })).rejects.toMatchObject({ code: 'body-invalid' });
  await app.deadDeliveries.fail(queued.message, { code: 'body-invalid', tries: 5, atMs: clock.now() });
}

describe('an authentic delivery that nobody can follow', () => {
  it.each(vendorSenders.map((sender) => [sender.feed, sender.format, sender] as const))(
    'is seen in the console and in the night, and can be tried again: %s, %s',
    async (feed, _, sender) => {
      const world = await begin();
      const { clock, uipath, app } = world.engine;
      world.engine.setPolicy(
        policyOf(sender)
          .replace(/partitionGlobalId: .*/, `partitionGlobalId: ${DEMO_SEED.partitionGlobalId}`)
          .replace('https://cloud.example/identity', uipath.identityBaseUrl(ORGANIZATION)),
      );
      const instance = instanceOf(world, sender);
      const { body, headers } = postingOf(sender, { body: unusableText(sender), atMs: clock.now() });
      const posted = { feed, source: 'main', headers: new Headers(headers), rawBody: Buffer.from(body) };
      const accepting = acceptDelivery(instance, { ...posted, receivedAtMs: clock.now() });
      const refused = await accepting.then(() => undefined, errorCodeOf);
      expect(refused).toBe(sender.fetchBack === undefined ? 'body-invalid' : undefined);
      await workOff(world, instance);

      const dead = await listDeadDeliveries(app, world.alias);
      expect(dead).toMatchObject([
        { source: { feed, name: 'main' }, deliveries: [{ feed, source: 'main' }] },
      ]);
      const report = await runAudit(
        { ...app, uipath: app.auditUiPath },
        { organization: world.alias, night: 'n1' },
      );
      const findings = report?.findings.filter(({ check }) => check === 'deliveries-dead');
      expect(findings).toMatchObject([
        { state: 'new', subject: { source: `${feed}/main`, codes: 'body-invalid' } },
      ]);
      expect(JSON.stringify([dead, findings])).not.toContain('@');

      const deliveryId = dead[0]?.deliveries[0]?.deliveryId ?? '';
      await retryDeadDelivery(app, world.alias, deliveryId, anybody);
      expect(world.engine.queued()).toMatchObject([{ queue: 'deliveries', message: { deliveryId } }]);
    },
  );
});
