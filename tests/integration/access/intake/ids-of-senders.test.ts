import { describe, expect, it } from '@jest/globals';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { retryDeadDelivery } from '../../../../shared/access/desk/retry-dead-delivery';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import type { Feed } from '../../../../shared/domain/policy';
import { signedHeaders, signingSecret } from '../../../fakes/signed-delivery';
import { ANA, BEN, CARA, OLGA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
type Fields = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;
const GUID = '6f1f9d0a-2c57-4c1e-9d68-0f7c2b3a4e51';

/** A world of one source, `main`. */
async function startWith(feed: 'hr' | 'tickets', source: Fields): Promise<World> {
  const world = await start();
  const requests = { approvers: [BEN] };
  const organization = {
    partitionGlobalId: DEMO_SEED.partitionGlobalId,
    identityBaseUrl: world.engine.uipath.identityBaseUrl(ORGANIZATION),
    credentialSecret: 'uipath-acme',
    groups: { Developers: { requests }, Finance: { requests } },
    birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
  };
  const sources = { [feed]: { main: { secret: 's', ...source } } };
  world.engine.setPolicy(
    JSON.stringify({ version: 1, organizations: { [ORGANIZATION]: organization }, sources }),
  );
  return world;
}

let numbers = 0;

/** Sends to `main`, signed, or with a token: its own, or that of an identity. */
async function post(
  { engine: { app, clock } }: World,
  feed: Feed,
  body: Fields,
  {
    type = 'application/json',
    id,
    proof,
  }: Readonly<{ type?: string; id?: string; proof?: 'token' | 'identity' }> = {},
): Promise<Readonly<{ duplicate: boolean }>> {
  numbers += 1;
  const text = JSON.stringify(body);
  const headers =
    proof === undefined
      ? signedHeaders(text, { id: id ?? `message-${numbers}`, atMs: clock.now() })
      : { authorization: `Bearer ${signingSecret}` };
  const checkIdentity = async () => ({ verified: true, id: undefined, secret: 'current' }) as const;
  return acceptDelivery(
    { ...app, ...(proof === 'identity' ? { checkIdentity } : {}) },
    {
      feed,
      source: 'main',
      headers: new Headers({ ...headers, 'content-type': type }),
      rawBody: Buffer.from(text),
      receivedAtMs: clock.now(),
    },
  );
}

const membersOf = (world: World): Fields => ({
  Developers: world.members('Developers'),
  Finance: world.members('Finance'),
});

describe('CloudEvents of two producers that have one id', () => {
  const send = async (world: World, source: string, id: string, action: Fields): Promise<void> => {
    const body = {
      specversion: '1.0',
      id,
      source,
      type: 'access.request.approved',
      time: new Date(world.engine.clock.now()).toISOString(),
      data: {
        ticket: { id: `ticket-${id}` },
        requester: CARA,
        approvals: [{ approver: BEN, approvedAt: '2026-03-02T08:00:00Z' }],
        action: { kind: 'grant', person: ANA, ...action },
      },
    };
    await post(world, 'ticket', body, { type: 'application/cloudevents+json' });
    world.engine.clock.advance(60_000);
  };

  it('are two grants, and stay two', async () => {
    const world = await startWith('tickets', { format: 'cloudevents-signed' });
    await send(world, '/portal/a', '1', { group: 'Developers' });
    await world.settle();
    await send(world, '/portal/b', '1', { group: 'Finance' });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(membersOf(world)).toEqual({ Developers: [ANA], Finance: [ANA] });
  });

  it('are a revocation and a grant, and neither undoes the other', async () => {
    const world = await startWith('tickets', { format: 'cloudevents-signed' });
    await send(world, '/portal/b', '7', { group: 'Finance' });
    await world.settle();
    await send(world, '/portal/a', '1', { kind: 'revoke', group: 'Finance' });
    await send(world, '/portal/b', '1', { group: 'Developers' });
    await world.settle();
    expect(membersOf(world)).toEqual({ Developers: [ANA], Finance: [] });
  });

  it.each([
    ['/portal/a', []],
    ['/portal/b', [ANA]],
  ])('are two that a revocation of %s tells apart', async (source, left) => {
    const world = await startWith('tickets', { format: 'cloudevents-signed' });
    await send(world, '/portal/a', '1', { group: 'Finance' });
    await send(world, source, '2', { kind: 'revoke', group: 'Finance', grantRequestId: '1' });
    await world.settle();
    expect(membersOf(world)).toEqual({ Developers: [], Finance: left });
  });
});

describe('a request of our contract whose id was given before', () => {
  it('gives its group beside the first, and ends what it ends', async () => {
    const world = await start();
    await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Developers' });
    await world.asks('T-2', { kind: 'grant', person: ANA, group: 'Users' });
    await world.settle();
    world.engine.clock.advance(60_000);
    await world.asks('T-1', { kind: 'revoke', person: ANA, group: 'Users' });
    world.engine.clock.advance(60_000);
    await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Finance' });
    await world.settle();
    await world.pass(HOUR_MS);
    expect([...Object.values(membersOf(world)), world.members('Users')]).toEqual([[ANA], [ANA], []]);
  });
});

describe('two posts of one approved ticket', () => {
  const requested = { requester: CARA, approver: BEN };
  const freshservice = (person: string, group: string): Fields => ({
    ticket_id: '12',
    action: 'grant',
    time: '2026-03-02T07:59:00Z',
    person,
    group,
    ...requested,
  });
  const serviceNow = (person: string, group: string): Fields => ({
    number: 'RITM12',
    sys_id: 'a1',
    sys_mod_count: '3',
    sys_updated_on: '2026-03-02 07:59:00',
    approval: 'approved',
    requested_for: { email: person },
    opened_by: { email: CARA },
    approver: { email: BEN },
    variables: { access_group: group },
  });
  const powerAutomate = (person: string, group: string): Fields => ({
    approval: {
      name: '12',
      completionDate: '2026-03-02T07:59:00Z',
      responses: [
        {
          responder: { email: BEN },
          responseDate: '2026-03-02T07:59:00Z',
          approverResponse: 'Approve',
        },
      ],
    },
    request: { action: 'grant', person, group, requester: CARA },
  });
  const jira = (person: string, group: string): Fields => ({
    key: 'ACC-12',
    fields: {
      status: { name: 'Approved' },
      updated: '2026-03-02T07:59:00.000+0000',
      person,
      group,
      reporter: CARA,
      approver: BEN,
    },
  });
  const placed = {
    person: 'issue.fields.person',
    group: 'issue.fields.group',
    approver: 'issue.fields.approver',
  };
  const formats = [
    ['freshservice', freshservice, {}],
    ['servicenow-token', serviceNow, {}],
    ['power-automate', powerAutomate, {}],
    ['jira-automation', jira, { fields: placed }],
  ] as const;
  const askedIn = async (world: World): Promise<readonly unknown[]> =>
    (await world.engine.app.requests.list(world.alias, { cursor: undefined, most: 9 })).map(
      ({ entry }) => entry.group,
    );

  it.each(formats)('of %s for two groups are two grants', async (format, bodyOf, settings) => {
    const world = await startWith('tickets', { format, ...settings });
    for (const group of ['Developers', 'Finance', 'Developers'])
      await post(world, 'ticket', bodyOf(ANA, group), { proof: 'token' });
    await world.settle();
    expect(membersOf(world)).toEqual({ Developers: [ANA], Finance: [ANA] });
    expect(new Set(await askedIn(world))).toEqual(new Set(['Developers', 'Finance']));
  });

  it.each(formats)('of %s for two people are two grants', async (format, bodyOf, settings) => {
    const world = await startWith('tickets', { format, ...settings });
    for (const person of [ANA, OLGA, ANA])
      await post(world, 'ticket', bodyOf(person, 'Finance'), { proof: 'token' });
    await world.settle();
    expect(membersOf(world)).toEqual({ Developers: [], Finance: [ANA, OLGA] });
    expect(await askedIn(world)).toEqual(['Finance', 'Finance']);
  });
});

describe('a leaving under an id that another one had', () => {
  const contract = (world: World, email: string, type: string): Fields => ({
    schemaVersion: 1,
    occurredAt: new Date(world.engine.clock.now()).toISOString(),
    worker: { email },
    type: `worker.${type}`,
    ...(type === 'left' ? { immediate: true } : { attributes: { department: 'Automation' } }),
  });
  const deadOf = async (world: World) =>
    (await listDeadDeliveries(world.engine.app, world.alias)).flatMap(({ deliveries }) => deliveries);
  const retryAll = async (world: World): Promise<void> => {
    for (const { deliveryId } of await deadOf(world))
      await retryDeadDelivery(world.engine.app, world.alias, deliveryId, {
        by: keyHolder('olga'),
        mayDecide: () => true,
      });
    await world.settle();
  };
  const findingsOf = async ({ engine: { app }, alias }: World): Promise<readonly string[]> => {
    const report = await runAudit(
      { ...app, uipath: app.auditUiPath },
      { organization: alias, night: 'night-1' },
    );
    return report?.findings.map(({ check }) => check) ?? [];
  };

  it.each([
    ['standard', 'another person', CARA],
    ['cloudevents-signed', 'another person', CARA],
    ['cloudevents-signed', 'the same person', ANA],
  ])('of %s, of %s, is kept, a finding, and done when it is tried again', async (format, _who, email) => {
    const world = await startWith('hr', { format });
    const send = async (who: string, type: string, id: string): Promise<void> => {
      const said = { id, ...contract(world, who, type) };
      const event = { specversion: '1.0', source: '/hr', id, type: `worker.${type}` };
      await (format === 'standard'
        ? post(world, 'hr', { ...said, id: `${id}-${who}` }, { id })
        : post(world, 'hr', { ...event, data: said }, { type: 'application/cloudevents+json' }));
      await world.settle();
      world.engine.clock.advance(60_000);
    };
    await send(ANA, 'joined', '1');
    await send(CARA, 'joined', '2');
    await send(ANA, 'left', 'leaver');
    if (email === ANA) await send(ANA, 'joined', '3');
    await send(email, 'left', 'leaver');
    expect(world.members('Developers')).toEqual(email === ANA ? [ANA, CARA] : [CARA]);
    expect(await deadOf(world)).toMatchObject([{ history: [{ times: 1, fields: [{ field: '(id)' }] }] }]);
    expect(await findingsOf(world)).toContain('deliveries-dead');
    await retryAll(world);
    expect(world.members('Developers')).toEqual(email === ANA ? [CARA] : []);
    expect(await deadOf(world)).toEqual([]);
  });

  it('of an id that Integration Center puts into all of them is done, and of the same person kept', async () => {
    const entra = { tenantId: GUID, audience: 'api://access.acme.example', application: GUID };
    const world = await startWith('hr', { format: 'successfactors', secret: undefined, entra });
    const send = async (type: string, email: string, eventId: string): Promise<void> => {
      const publishedAt = new Date(world.engine.clock.now()).toISOString();
      const status = type === 'Termination' ? 'terminated' : 'active';
      const said = { type, eventId, publishedAt, userId: `u-${email}`, email, status };
      await post(world, 'hr', { ...said, department: 'Automation' }, { proof: 'identity' });
      await world.settle();
      world.engine.clock.advance(60_000);
    };
    await send('Hire', ANA, '1');
    await send('Hire', CARA, '2');
    await send('Termination', ANA, 'Termination');
    await send('Termination', CARA, 'Termination');
    expect(world.members('Developers')).toEqual([]);
    await send('Rehire', ANA, '3');
    await send('Termination', ANA, 'Termination');
    expect(world.members('Developers')).toEqual([ANA]);
    await retryAll(world);
    expect(world.members('Developers')).toEqual([]);
  });

  it('of our contract that gives one id to the hire and the leaving is done', async () => {
    const world = await startWith('hr', {});
    await post(world, 'hr', { ...contract(world, ANA, 'joined'), id: 'ana' });
    await world.settle();
    world.engine.clock.advance(60_000);
    await post(world, 'hr', { ...contract(world, ANA, 'left'), id: 'ana' });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });
});
