import { describe, expect, it } from '@jest/globals';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { retryDeadDelivery } from '../../../../shared/access/desk/retry-dead-delivery';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { signedHeaders } from '../../../fakes/signed-delivery';
import { ANA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const begin = useWorlds();
const anybody = { by: keyHolder('olga'), mayDecide: () => true };
const HOUR_MS = 3_600_000;

type Fields = Readonly<Record<string, unknown>>;

const setMapping = (world: World, fields: Fields): void => {
  world.engine.setPolicy(
    JSON.stringify({
      version: 1,
      organizations: {
        [ORGANIZATION]: {
          partitionGlobalId: DEMO_SEED.partitionGlobalId,
          identityBaseUrl: world.engine.uipath.identityBaseUrl(ORGANIZATION),
          credentialSecret: 'uipath-acme',
          groups: { Developers: {}, Finance: {} },
          birthright: [
            { name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] },
            { name: 'finance', when: { department: 'Finance' }, groups: ['Finance'] },
          ],
        },
      },
      sources: {
        hr: {
          main: {
            format: 'cloudevents-signed',
            secret: 's',
            events: { hired: 'joiner', changed: 'mover' },
            fields,
          },
        },
      },
    }),
  );
};

async function post(world: World, id: string, type: string, data: Fields): Promise<void> {
  const { app, clock } = world.engine;
  clock.advance(60_000);
  const time = new Date(clock.now()).toISOString();
  const text = JSON.stringify({ specversion: '1.0', id, source: '/hr', type, time, data });
  const headers = new Headers({
    ...signedHeaders(text, { id: `m-${id}`, atMs: clock.now() }),
    'content-type': 'application/cloudevents+json',
  });
  const receivedAtMs = clock.now();
  await acceptDelivery(app, {
    feed: 'hr',
    source: 'main',
    headers,
    rawBody: Buffer.from(text),
    receivedAtMs,
  });
  await world.settle();
}

const deadOf = async (world: World) =>
  (await listDeadDeliveries(world.engine.app, world.alias)).flatMap(({ deliveries }) => deliveries);

async function retry(world: World): Promise<void> {
  const [dead] = await deadOf(world);
  await retryDeadDelivery(world.engine.app, world.alias, dead?.deliveryId ?? '', anybody);
  await world.settle();
  await world.pass(HOUR_MS);
}

const wordsOf = async (world: World) =>
  (await world.engine.app.ledger.read(personSubject(world.alias, personKey(ANA))))?.value.timeline.length;

describe('a change of which a part could not be used, tried again', () => {
  const hired = { email: ANA, workerId: '7', dept: 'Automation', site: 'Iasi', state: 'active' };
  const mapping = { department: ['data.dept'], site: 'data.site', status: 'data.state' };

  it.each<readonly [string, Fields, Fields, readonly [readonly string[], readonly string[]]]>([
    [
      'an attribute',
      { dept: { code: 'Finance' }, site: 'Cluj' },
      { department: ['data.dept.code', 'data.dept'] },
      [[], [ANA]],
    ],
    [
      'the status, by which the person has left',
      { state: { label: 'terminated' } },
      { status: 'data.state.label' },
      [[], []],
    ],
  ])('is followed when its mapping was mended: %s', async (_case, changes, mended, members) => {
    const world = await begin();
    setMapping(world, mapping);
    await post(world, '1', 'hired', hired);
    await post(world, '2', 'changed', { ...hired, ...changes });
    expect(world.members('Developers')).toEqual([ANA]);
    setMapping(world, { ...mapping, ...mended });
    await retry(world);
    expect([world.members('Developers'), world.members('Finance')]).toEqual(members);
    expect(await deadOf(world)).toEqual([]);
  });

  it('says nothing new before that', async () => {
    const world = await begin();
    setMapping(world, mapping);
    await post(world, '1', 'hired', hired);
    await post(world, '2', 'changed', { ...hired, dept: { code: 'Finance' } });
    const before = await wordsOf(world);
    await retry(world);
    expect([await wordsOf(world), (await deadOf(world)).length]).toEqual([before, 1]);
  });
});
