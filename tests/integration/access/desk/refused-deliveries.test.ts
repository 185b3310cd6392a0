import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { describe, expect, it } from '@jest/globals';
import { signers } from '../../../../sandbox/vendors/signing';
import { hrBodies } from '../../../../sandbox/vendors/hr-bodies';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import { retryDeadDelivery } from '../../../../shared/access/desk/retry-dead-delivery';
import { webhookHandler } from '../../../../shared/http/webhook-handler';
import { fakeInvocation } from '../../../fakes/invocation';
import { signingSecret } from '../../../fakes/signed-delivery';
import { scimPolicy } from '../../../fixtures/scim-client';
import { ANA as WORKER } from '../../../fixtures/webhooks/vendor-senders';
import { ANA, BEN, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const newWorld = useWorlds();
const anybody = { by: keyHolder('olga'), mayDecide: () => true };
const merge = { format: 'merge' } as const;

async function start() {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world, merge));
  const handler = webhookHandler({ ...world.engine.app, config: { maxBodyBytes: 1_048_576 } }, 'hr');
  const post = async (body: string, secret = signingSecret): Promise<number> => {
    const request = new HttpRequest({
      method: 'POST',
      url: 'https://app.example/api/webhooks/hr/directory',
      headers: signers.merge(body, { secret, atMs: world.engine.clock.now(), id: 'delivery-1' }),
      params: { source: 'directory' },
      body: { bytes: Buffer.from(body) },
    });
    return ((await handler(request, fakeInvocation().context)) as HttpResponseInit).status ?? 200;
  };
  /** Whose address stands where the policy does not look for it. */
  const joins = (email: string): string => {
    const worker = { ...WORKER, email, startDate: '2020-01-01' };
    const { data, ...rest } = hrBodies.merge({ kind: 'joiner', worker, atMs: world.engine.clock.now() });
    return JSON.stringify({ ...rest, data: { ...data, work_email: {}, mail: email } });
  };
  return { world, post, joins };
}

const deadOf = async (world: World) =>
  (await listDeadDeliveries(world.engine.app, world.alias)).flatMap(({ deliveries }) => deliveries);

const findingsOf = async ({ engine: { app }, alias }: World, night: string) =>
  (await runAudit({ ...app, uipath: app.auditUiPath }, { organization: alias, night }))?.findings
    .filter(({ check }) => check === 'deliveries-dead')
    .map(({ state, subject: { deliveries, codes, refused, fields } }) => [
      state,
      deliveries,
      codes,
      refused,
      fields,
    ]);

describe('an authentic delivery that is refused', () => {
  it('is kept, counted and a finding, and followed once the mapping was mended and somebody tries it again', async () => {
    const { world, post, joins } = await start();
    for (const email of [BEN, ANA, ANA]) expect(await post(joins(email))).toBe(400);
    await world.settle();
    const [dead, ...others] = await deadOf(world);
    expect(others).toEqual([]);
    expect(JSON.stringify(dead)).not.toContain(ANA);
    const finding = ['1', 'body-invalid', '3', 'data.work_email'];
    expect(await findingsOf(world, 'n1')).toEqual([['new', ...finding]]);

    await retryDeadDelivery(world.engine.app, world.alias, dead?.deliveryId ?? '', anybody);
    world.engine.setPolicy(scimPolicy(world, { ...merge, fields: { email: 'data.mail' } }));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await deadOf(world)).toEqual([]);
    expect((await findingsOf(world, 'n2'))?.map(([state]) => state)).toEqual(['fixed']);
  });

  it('is nothing of anybody who does not have the secret', async () => {
    const { world, post, joins } = await start();
    for (const body of [joins(ANA), '{', '[]']) expect(await post(body, `${signingSecret}x`)).toBe(401);
    expect(await deadOf(world)).toEqual([]);
  });

  it('is followed by its sender too, once it can be', async () => {
    const { world, post, joins } = await start();
    const body = joins(ANA);
    expect(await post(body)).toBe(400);
    world.engine.setPolicy(scimPolicy(world, { ...merge, fields: { email: 'data.mail' } }));
    expect(await post(body)).toBe(200);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await deadOf(world)).toHaveLength(1);
  });
});
