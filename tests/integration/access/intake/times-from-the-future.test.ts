import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { signers } from '../../../../sandbox/vendors/signing';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import type { Feed } from '../../../../shared/domain/policy';
import { signingSecret } from '../../../fakes/signed-delivery';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
type Fields = Readonly<Record<string, unknown>>;

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** A body as it is, with the times that its sender wrote, from the raw bytes. */
async function send(world: World, feed: Feed, source: keyof typeof signers, body: object) {
  const text = JSON.stringify(body);
  const nowMs = world.engine.clock.now();
  const signing = { secret: signingSecret, atMs: nowMs, id: randomUUID() };
  return acceptDelivery(world.engine.app, {
    feed,
    source,
    headers: new Headers(signers[source](text, signing)),
    rawBody: Buffer.from(text),
    receivedAtMs: nowMs,
  });
}

const word = (type: string, occurredAtMs: number, more: Fields = {}, email = ANA): object => ({
  schemaVersion: 1,
  type: `worker.${type}`,
  id: randomUUID(),
  occurredAt: iso(occurredAtMs),
  worker: { email },
  ...more,
});
const joined = (atMs: number, more: Fields = {}): object =>
  word('joined', atMs, { attributes: { department: 'Automation' }, ...more });
const left = (atMs: number): object => word('left', atMs, { immediate: true });

const approved = (
  action: object,
  occurredAtMs: number,
  approvedAtMs = occurredAtMs,
  id: string = randomUUID(),
): object => ({
  schemaVersion: 1,
  type: 'access.request.approved',
  id,
  occurredAt: iso(occurredAtMs),
  ticket: { id },
  requester: ANA,
  approvals: [{ approver: BEN, approvedAt: iso(approvedAtMs) }],
  action,
});
const grant = { kind: 'grant', person: CARA, group: 'Finance' } as const;
const rule = {
  kind: 'create-rule',
  name: 'By claim',
  owner: BEN,
  definition: {
    groups: ['Finance'],
    conditions: [{ claimName: 'd', conditionType: 'Equals', value: 'Finance' }],
  },
} as const;

/** Ticket systems that may tell their own local time, in the zone of the source or in none that the policy knows. */
function usePolicy(world: World, settings: Fields, timeZone = 'UTC'): void {
  const identityBaseUrl = world.engine.uipath.identityBaseUrl(ORGANIZATION);
  const { partitionGlobalId } = DEMO_SEED;
  const requests = { approvers: [BEN] };
  const organization = {
    partitionGlobalId,
    identityBaseUrl,
    credentialSecret: 'uipath-acme',
    timeZone,
    groups: { Finance: { requests } },
  };
  world.engine.setPolicy(
    JSON.stringify({
      version: 1,
      organizations: { [ORGANIZATION]: organization },
      sources: {
        tickets: {
          standard: { secret: 's' },
          zendesk: { format: 'zendesk', secret: 'zendesk', ...settings },
          'servicenow-token': { format: 'servicenow-token', secret: 'servicenow', ...settings },
          'jira-automation': {
            format: 'jira-automation',
            fields: {
              group: 'issue.group',
              person: 'issue.person',
              approver: 'issue.approver',
              duration: 'issue.duration',
            },
            secret: 'jira',
            ...settings,
          },
        },
      },
    }),
  );
}

describe('a leaver who is said to have left a year ahead', () => {
  it('is out of every group now, and in again when hired the week after', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await send(world, 'hr', 'standard', left(world.engine.clock.now() + YEAR_MS));
    const leftAtMs = world.engine.clock.now();
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await world.ledger(ANA))?.timeline).toMatchObject([
      { kind: 'joiner' },
      { kind: 'leaver', occurredAtMs: leftAtMs, effectiveAtMs: leftAtMs },
    ]);
    await world.pass(7 * DAY_MS);
    await world.joins(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('and is hired before the message was processed stays hired', async () => {
    const world = await start();
    await send(world, 'hr', 'standard', left(world.engine.clock.now() + YEAR_MS));
    world.engine.clock.advance(1_000);
    await world.joins(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('leaves on their last working day, which may well be ahead', async () => {
    const world = await start();
    await world.joins(ANA);
    const saidAtMs = world.engine.clock.now() + YEAR_MS;
    await send(world, 'hr', 'standard', word('left', saidAtMs, { lastWorkingDay: '2026-03-04' }));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(3 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('what gives access and is said from the future', () => {
  it.each<readonly [string, Feed, (atMs: number) => object, string]>([
    ['a joiner', 'hr', (atMs) => joined(atMs), 'occurredAt'],
    ['a joiner of a day ahead', 'hr', (atMs) => joined(atMs, { effectiveDate: '2026-04-01' }), 'occurredAt'],
    ['a mover', 'hr', (atMs) => word('moved', atMs, { attributes: { department: 'Finance' } }), 'occurredAt'],
    ['a return', 'hr', (atMs) => word('returned', atMs), 'occurredAt'],
    ['a grant', 'ticket', (atMs) => approved(grant, atMs), 'occurredAt'],
    [
      'a grant that was approved then',
      'ticket',
      (atMs) => approved(grant, atMs - YEAR_MS, atMs),
      'approvals[0].approvedAt',
    ],
    ['an extension', 'ticket', (atMs) => approved({ ...grant, kind: 'extend' }, atMs), 'occurredAt'],
    ['a rule', 'ticket', (atMs) => approved(rule, atMs), 'occurredAt'],
    [
      'an entry of the access policy',
      'ticket',
      (atMs) => approved({ kind: 'add-policy-entity', entityType: 'user', name: CARA }, atMs),
      'occurredAt',
    ],
  ])('is refused, and its sender told: %s', async (_what, feed, bodyAt, field) => {
    const world = await start();
    const refusal = { code: 'body-invalid', fields: [{ field }] };
    const sent = send(world, feed, 'standard', bodyAt(world.engine.clock.now() + YEAR_MS));
    await expect(sent).rejects.toMatchObject(refusal);
    await world.settle();
    expect(await world.ledger(feed === 'hr' ? ANA : CARA)).toBeUndefined();
    // One millisecond beyond what clocks may differ by is too far; on it is not.
    const limitMs = world.engine.clock.now() + 5 * MINUTE_MS;
    await expect(send(world, feed, 'standard', bodyAt(limitMs + 1))).rejects.toMatchObject(refusal);
    await send(world, feed, 'standard', bodyAt(limitMs));
  });
});

describe('what ends access and is said from the future', () => {
  it('a revocation ends what was granted until now, and nothing that is granted later', async () => {
    const world = await start();
    await world.asks('R-1', grant);
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
    await send(
      world,
      'ticket',
      'standard',
      approved({ kind: 'revoke', person: CARA, group: 'Finance' }, world.engine.clock.now() + YEAR_MS),
    );
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
    await world.pass(HOUR_MS);
    await world.asks('R-2', grant);
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
  });

  it.each([
    ['the end of a rule', { kind: 'delete-rule', name: rule.name }],
    ['a rule that is switched off', { ...rule, kind: 'update-rule', description: '', enabled: false }],
    ['the end of an entry', { kind: 'remove-policy-entity', entityType: 'user', name: CARA }],
  ])('counts as of its arrival: %s', async (_what, action) => {
    const world = await start();
    const atMs = world.engine.clock.now();
    await send(world, 'ticket', 'standard', approved(action, atMs + YEAR_MS));
    await world.settle();
    const { requests, ledger } = world.engine.app;
    const [listed] = await requests.list(world.alias, { cursor: undefined, most: 1 });
    if (listed === undefined) throw new Error('Nothing was asked for');
    expect(listed.entry.refusal).toBeUndefined();
    const { kind, key } = listed.entry.subject;
    const found = await ledger.read({ organization: world.alias, kind, key });
    expect(found?.value).toMatchObject({ statements: [{ occurredAtMs: atMs }] });
  });

  it('a leave of absence suspends now, and a return later ends it', async () => {
    const world = await start({ policy: { absence: { access: 'suspend' } } });
    await world.joins(ANA);
    await send(world, 'hr', 'standard', word('absent', world.engine.clock.now() + YEAR_MS));
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    await world.pass(DAY_MS);
    await send(world, 'hr', 'standard', word('returned', world.engine.clock.now()));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe.each([
  ['ahead', 2 * MINUTE_MS],
  ['behind', -2 * MINUTE_MS],
])("a sender's clock that is two minutes %s", (_which, skewMs) => {
  it('joins, grants, revokes and ends at once, and a grant lasts no longer than it should', async () => {
    const world = await start();
    const now = (): number => world.engine.clock.now();
    await send(world, 'hr', 'standard', joined(now() + skewMs));
    await send(world, 'ticket', 'standard', approved({ ...grant, duration: 'PT1H' }, now() + skewMs));
    const countsFromMs = Math.min(now(), now() + skewMs);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.members('Finance')).toEqual([CARA]);
    expect((await world.ledger(CARA))?.grants).toMatchObject([
      { validFromMs: countsFromMs, validUntilMs: countsFromMs + HOUR_MS, occurredAtMs: countsFromMs },
    ]);
    world.engine.clock.advance(3 * MINUTE_MS);
    await send(world, 'hr', 'standard', left(now() + skewMs));
    await send(
      world,
      'ticket',
      'standard',
      approved({ kind: 'revoke', person: CARA, group: 'Finance' }, now() + skewMs),
    );
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(world.members('Finance')).toEqual([]);
  });
});

type LocalTicket = (local: string) => object;
const localTickets = {
  zendesk: (time) => ({
    id: 'Z-1',
    action: 'grant',
    ticket_id: '1',
    time,
    person: CARA,
    group: 'Finance',
    duration: 'PT1H',
    requester: ANA,
    approver: BEN,
  }),
  'servicenow-token': (time) => ({
    number: 'RITM1',
    sys_id: 'a1',
    sys_mod_count: '3',
    sys_updated_on: time,
    approval: 'approved',
    requested_for: { email: CARA },
    opened_by: { email: ANA },
    approver: { email: BEN },
    variables: { access_group: 'Finance', access_duration: 'PT1H' },
  }),
  'jira-automation': (updated) => ({
    issue: {
      key: 'ACC-1',
      group: 'Finance',
      person: CARA,
      approver: BEN,
      duration: 'PT1H',
      fields: { status: { name: 'Approved' }, updated, reporter: { emailAddress: ANA } },
    },
  }),
} as const satisfies Partial<Record<keyof typeof signers, LocalTicket>>;

describe.each(Object.keys(localTickets) as ReadonlyArray<keyof typeof localTickets>)(
  'a local time of %s',
  (format) => {
    const NOW_MS = Date.parse('2026-03-02T08:00:00Z');
    const MINUTES = 20 * MINUTE_MS;

    it.each([
      ['in Tokyo, of an unknown zone, is as of its arrival', undefined, '2026-03-02 16:40:00', NOW_MS],
      ['on Kiritimati, of an unknown zone, as well', undefined, '2026-03-02 21:59:00', NOW_MS],
      ['in Tokyo, where the policy says so, is exact', 'Asia/Tokyo', '2026-03-02 16:40:00', NOW_MS - MINUTES],
      ['in Chicago, where the policy says so', 'America/Chicago', '2026-03-02 01:40:00', NOW_MS - MINUTES],
      ['with an offset is that of the offset', 'Asia/Tokyo', '2026-03-02T07:40:00Z', NOW_MS - MINUTES],
      ['in UTC, as the recipe has it', undefined, '2026-03-02 07:40:00', NOW_MS - MINUTES],
    ])('%s', async (_where, zone, local, saidAtMs) => {
      const world = await start();
      usePolicy(world, zone === undefined ? {} : { zone });
      expect(world.engine.clock.now()).toBe(NOW_MS);
      await send(world, 'ticket', format, localTickets[format](local));
      await world.settle();
      expect(world.members('Finance')).toEqual([CARA]);
      expect((await world.ledger(CARA))?.grants).toMatchObject([
        { occurredAtMs: saidAtMs, validFromMs: saidAtMs, validUntilMs: saidAtMs + HOUR_MS },
      ]);
      await world.pass(HOUR_MS);
      expect(world.members('Finance')).toEqual([]);
    });

    it.each([
      ['further ahead than any zone', undefined, '2026-03-02 22:05:01'],
      ['ahead in the zone that the policy names', 'Asia/Tokyo', '2026-03-02 17:05:01'],
      ['ahead by its own offset', undefined, '2026-03-02T16:40:00Z'],
    ])('is refused where it is %s', async (_where, zone, local) => {
      const world = await start();
      usePolicy(world, zone === undefined ? {} : { zone });
      await expect(send(world, 'ticket', format, localTickets[format](local))).rejects.toMatchObject({
        code: 'body-invalid',
        fields: [{ field: 'occurredAt' }],
      });
    });
  },
);

describe('an end that is a day', () => {
  it.each([
    ['Asia/Tokyo', '2026-12-01', '2026-12-01T15:00:00.000Z'],
    ['America/Los_Angeles', '2026-12-01', '2026-12-02T08:00:00.000Z'],
    ['UTC', '2026-12-01', '2026-12-02T00:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-07', '2026-03-08T08:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-08', '2026-03-09T07:00:00.000Z'],
    ['Europe/Bucharest', '2026-10-25', '2026-10-25T22:00:00.000Z'],
    // Midnight of the next day is skipped there.
    ['Africa/Cairo', '2026-04-23', '2026-04-23T22:00:00.000Z'],
  ])('is the end of that day in %s: %s', async (timeZone, until, endsAt) => {
    const world = await start();
    usePolicy(world, {}, timeZone);
    await send(world, 'ticket', 'standard', approved({ ...grant, until }, world.engine.clock.now()));
    await world.settle();
    const [given] = (await world.ledger(CARA))?.grants ?? [];
    expect(iso(given?.validUntilMs ?? 0)).toBe(endsAt);
    await world.pass(Date.parse(endsAt) - 1_000 - world.engine.clock.now());
    expect(world.members('Finance')).toEqual([CARA]);
    await world.pass(2_000);
    expect(world.members('Finance')).toEqual([]);
  });

  it('that has passed in the zone of the organization gives nothing', async () => {
    const world = await start();
    usePolicy(world, {}, 'Pacific/Kiritimati');
    // It is 22:00 of the second there.
    await send(
      world,
      'ticket',
      'standard',
      approved({ ...grant, until: '2026-03-01' }, world.engine.clock.now()),
    );
    await world.settle();
    const { requests } = world.engine.app;
    const [listed] = await requests.list(world.alias, { cursor: undefined, most: 1 });
    expect(listed?.entry.refusal).toBe('already-ended');
    expect(world.members('Finance')).toEqual([]);
  });
});

describe('a sender whose clock, or ours, is hours off', () => {
  it('and that stamps a hire ahead takes no later leaving back (incident 36)', async () => {
    const world = await start();
    const { clock } = world.engine;
    await send(world, 'hr', 'standard', joined(clock.now()));
    await world.settle();
    await expect(send(world, 'hr', 'standard', joined(clock.now() + 3 * HOUR_MS))).rejects.toMatchObject({
      code: 'body-invalid',
    });
    clock.advance(HOUR_MS);
    await send(world, 'hr', 'standard', left(clock.now()));
    await world.pass(3 * HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it.each([
    ['behind', -2 * HOUR_MS],
    ['ahead', 2 * HOUR_MS],
  ])(
    'and that signs rightly with a time %s is kept, and a finding of the night (incident 43)',
    async (_how, offMs) => {
      const world = await start();
      const { app, clock } = world.engine;
      const text = JSON.stringify(left(clock.now()));
      const signing = { secret: signingSecret, atMs: clock.now() + offMs, id: randomUUID() };
      const posting = {
        feed: 'hr' as const,
        source: 'standard',
        headers: new Headers(signers.standard(text, signing)),
        rawBody: Buffer.from(text),
        receivedAtMs: clock.now(),
      };
      await expect(acceptDelivery(app, posting)).rejects.toMatchObject({ code: 'signature-invalid' });
      const report = await runAudit(
        { ...app, uipath: app.auditUiPath },
        { organization: world.alias, night: '202603030200' },
      );
      const dead = report?.findings.filter(({ check }) => check === 'deliveries-dead');
      expect(dead?.map(({ subject }) => subject['deliveries'])).toEqual(['1']);
    },
  );
});
