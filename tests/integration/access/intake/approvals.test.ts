import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { signers } from '../../../../sandbox/vendors/signing';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { personKey } from '../../../../shared/domain/person-key';
import { signingSecret } from '../../../fakes/signed-delivery';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
type Fields = Readonly<Record<string, unknown>>;

const iso = (atMs: number): string => new Date(atMs).toISOString();
const nowOf = (world: World): number => world.engine.clock.now();
const grant = { kind: 'grant', person: CARA, group: 'Finance' } as const;
const condition = (value: string) => ({ claimName: 'email', conditionType: 'Equals', value });
const rule = (value = 'Finance') => ({
  kind: 'create-rule',
  name: 'By claim',
  owner: DAN,
  definition: { groups: ['Finance'], conditions: [condition(value)] },
});
const entry = (name: string = CARA) => ({ kind: 'add-policy-entity', entityType: 'user', name });

type Asked = Readonly<{
  id?: string;
  action?: object;
  approvals?: ReadonlyArray<readonly [approver: string, atMs: number]>;
  more?: Fields;
}>;

/** A ticket from the raw bytes that its sender wrote, with the times that it told; returns the answer. */
async function ask(world: World, { id = 'REQ-1', action = grant, approvals, more = {} }: Asked = {}) {
  const nowMs = nowOf(world);
  const given = approvals ?? [[BEN, nowMs] as const];
  const text = JSON.stringify({
    schemaVersion: 1,
    type: 'access.request.approved',
    id,
    occurredAt: iso(Math.max(...given.map(([, atMs]) => atMs))),
    ticket: { id },
    requester: ANA,
    approvals: given.map(([approver, atMs]) => ({ approver, approvedAt: iso(atMs) })),
    action,
    ...more,
  });
  return acceptDelivery(world.engine.app, {
    feed: 'ticket',
    source: 'standard',
    headers: new Headers(signers.standard(text, { secret: signingSecret, atMs: nowMs, id: randomUUID() })),
    rawBody: Buffer.from(text),
    receivedAtMs: nowMs,
  });
}

async function statusOf(world: World, id = 'REQ-1') {
  const { state, refusal, explanation } = await readRequestStatus(world.engine.app, world.alias, id);
  return refusal === undefined ? state : { refusal, explanation };
}
const refusedAs = (refusal: string) => ({ refusal, explanation: expect.stringMatching(/^(?:Have|Ask) \w/) });

const EVERY_ACTION = [
  ['a grant', grant],
  ['a rule', rule()],
  ['an entry of the access policy', entry()],
] as const;

describe.each(EVERY_ACTION)('%s that somebody approved', (_what, action) => {
  it.each([
    ['who had left', -HOUR_MS, 'approver-not-employed'],
    ['at the moment of leaving', 0, 'approver-not-employed'],
    ['who left later', HOUR_MS, undefined],
  ])('%s', async (_who, leftMs, refusal) => {
    const world = await start();
    await world.joins(BEN);
    await world.settle();
    world.engine.clock.advance(DAY_MS);
    const approvedAtMs = nowOf(world);
    const leaving = { effectiveDate: undefined, immediate: true, saidAtMs: approvedAtMs + leftMs };
    world.engine.clock.advance(2 * HOUR_MS);
    await world.leaves(BEN, leaving);
    await world.settle();
    await ask(world, { action, approvals: [[BEN, approvedAtMs]] });
    await world.settle();
    const expected = refusal === undefined ? 'applied' : refusedAs(refusal);
    expect(await statusOf(world)).toEqual(expected);
  });

  it('whom no source ever named is judged by the policy alone', async () => {
    const world = await start();
    await ask(world, { action });
    await world.settle();
    expect(await statusOf(world)).toBe('applied');
  });

  it('who has not begun to work', async () => {
    const world = await start();
    await world.joins(BEN, { effectiveDate: iso(nowOf(world) + 7 * DAY_MS).slice(0, 10) });
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { action });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approver-not-employed'));
  });

  it.each([
    ['long ago', -31 * DAY_MS, {}, 'approval-too-old'],
    ['just in time', -30 * DAY_MS + MINUTE_MS, {}, undefined],
    ['before it was asked for', -HOUR_MS, { requestedAtMs: -30 * MINUTE_MS }, 'approved-before-request'],
    ['as clocks differ before it was asked for', -HOUR_MS, { requestedAtMs: -56 * MINUTE_MS }, undefined],
    ['after it was asked for', -HOUR_MS, { requestedAtMs: -2 * HOUR_MS }, undefined],
  ] as const)('%s', async (_when, atMs, { requestedAtMs }: { requestedAtMs?: number }, refusal) => {
    const world = await start();
    const nowMs = nowOf(world);
    const more = requestedAtMs === undefined ? {} : { requestedAt: iso(nowMs + requestedAtMs) };
    await ask(world, { action, approvals: [[BEN, nowMs + atMs]], more });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusal === undefined ? 'applied' : refusedAs(refusal));
  });

  it.each([
    ['approved', { approvals: [[BEN, 10 * MINUTE_MS]] }],
    ['asked for', { requestedAtMs: 10 * MINUTE_MS }],
  ] as const)('in the future, or %s there, is refused to its sender', async (_told, told) => {
    const world = await start();
    const nowMs = nowOf(world);
    const more = 'requestedAtMs' in told ? { requestedAt: iso(nowMs + told.requestedAtMs) } : {};
    const approvals =
      'approvals' in told ? told.approvals.map(([by, atMs]) => [by, nowMs + atMs] as const) : [];
    await expect(
      ask(world, { action, more, ...('approvals' in told ? { approvals } : {}) }),
    ).rejects.toMatchObject({
      code: 'body-invalid',
    });
  });

  it('in time counts although it arrives weeks later, once', async () => {
    const world = await start();
    const approvedAtMs = nowOf(world);
    world.engine.clock.advance(20 * DAY_MS);
    await ask(world, { action, approvals: [[BEN, approvedAtMs]] });
    await world.settle();
    expect(await statusOf(world)).toBe('applied');
    world.engine.clock.advance(20 * DAY_MS);
    await ask(world, { action, approvals: [[BEN, approvedAtMs]] });
    await world.settle();
    expect(await statusOf(world)).toBe('applied');
  });
});

describe('an extension that was approved before the grant ended', () => {
  const hour = { kind: 'grant', person: CARA, group: 'Finance', duration: 'PT1H' };
  const longer = { kind: 'extend', person: CARA, group: 'Finance', duration: 'PT1H' };

  it.each([
    ['and arrives after its end, counts', 55, ['applied', [CARA]]],
    ['counts not where it was approved after its end', 65, [refusedAs('nothing-to-extend'), []]],
  ])('%s', async (_when, approvedAfter, expected) => {
    const world = await start({ policy: { birthright: [] } });
    const beganMs = nowOf(world);
    await ask(world, { action: hour });
    await world.settle();
    await world.pass(70 * MINUTE_MS);
    const approvals = [[BEN, beganMs + approvedAfter * MINUTE_MS]] as const;
    await ask(world, { id: 'REQ-2', action: longer, approvals });
    await world.settle();
    expect([await statusOf(world, 'REQ-2'), world.members('Finance')]).toEqual(expected);
  });
});

describe('an approval that does not count', () => {
  const requests = { approvers: [BEN, DAN, OLGA], approvals: 2 };
  const policy = { groups: { Finance: { requests } }, birthright: [] };

  it.each([
    ['beside enough others takes nothing', [BEN, DAN, OLGA], undefined],
    ['is not enough with one other', [BEN, DAN], 'approver-not-employed'],
    ['is not the reason where too few were given', [BEN, CARA], 'approvals-missing'],
  ] as const)('%s', async (_what, approvers, refusal) => {
    const world = await start({ policy });
    await world.leaves(BEN);
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { approvals: approvers.map((by) => [by, nowOf(world)] as const) });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusal === undefined ? 'applied' : refusedAs(refusal));
  });

  it('is none any more once the same person approves again', async () => {
    const world = await start({
      policy: { groups: { Finance: { requests: { approvers: [BEN] } } }, birthright: [] },
    });
    const nowMs = nowOf(world);
    await ask(world, {
      approvals: [
        [BEN, nowMs - 90 * DAY_MS],
        [BEN, nowMs],
      ],
    });
    await world.settle();
    expect(await statusOf(world)).toBe('applied');
  });

  it('is as old as the policy of the group says', async () => {
    const limited = { approvers: [BEN], approvalsLastDays: 0.5 };
    const world = await start({ policy: { groups: { Finance: { requests: limited } }, birthright: [] } });
    await ask(world, { approvals: [[BEN, nowOf(world) - DAY_MS]] });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approval-too-old'));
  });

  it('binds a rule by each of the groups that it fills', async () => {
    const limited = { approvers: [BEN], approvalsLastDays: 0.5 };
    const groups = { Finance: { requests: limited } };
    const world = await start({ policy: { groups, birthright: [] } });
    await ask(world, { action: rule(), approvals: [[BEN, nowOf(world) - DAY_MS]] });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approval-too-old'));
  });

  it('ends a rule as it ever did, however old, but not by somebody who had left', async () => {
    const world = await start();
    await ask(world, { action: rule() });
    await world.settle();
    await world.leaves(BEN);
    await world.settle();
    const removal = { kind: 'delete-rule', name: 'By claim' };
    await ask(world, { id: 'REQ-2', action: removal, approvals: [[BEN, nowOf(world) + 1]] });
    await world.settle();
    expect(await statusOf(world, 'REQ-2')).toEqual(refusedAs('approver-not-employed'));
  });

  it('of somebody renamed is theirs under either address', async () => {
    const world = await start({
      policy: { groups: { Finance: { requests: { approvers: [BEN] } } }, birthright: [] },
    });
    await world.joins(BEN, { worker: { workerId: 'w1' } });
    world.engine.clock.advance(MINUTE_MS);
    await world.moves(DAN, { worker: { workerId: 'w1' }, attributes: { department: 'Automation' } });
    world.engine.clock.advance(MINUTE_MS);
    await world.leaves(DAN, { worker: { workerId: 'w1' }, immediate: true });
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { approvals: [[BEN, nowOf(world)]] });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approver-not-employed'));
  });
});

describe('nobody approves for themselves', () => {
  const anyone = { requests: {} };
  const policy = {
    groups: { Finance: anyone },
    birthright: [],
    rules: anyone,
    accessPolicy: { requests: { approvers: [BEN, DAN, OLGA] } },
  };
  const renamed = async (world: World): Promise<void> => {
    await world.joins(BEN, { worker: { workerId: 'w1' } });
    world.engine.clock.advance(MINUTE_MS);
    await world.moves(DAN, { worker: { workerId: 'w1' }, attributes: { department: 'Automation' } });
    await world.settle();
    world.engine.clock.advance(MINUTE_MS);
  };

  it.each([
    ['of a grant', { ...grant, person: DAN }],
    ['of a rule that names them', rule(` ${DAN.toUpperCase()} `)],
    ['of an entry of the access policy', entry(DAN)],
  ])('under another address: %s', async (_what, action) => {
    const world = await start({ policy });
    await renamed(world);
    await ask(world, { action });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approvals-missing'));
  });

  it.each([
    ['of a grant', grant],
    ['of a rule', rule()],
    ['of an entry of the access policy', entry()],
  ])('as the requester under another address: %s', async (_what, action) => {
    const world = await start({ policy });
    await renamed(world);
    await ask(world, { action, more: { requester: DAN } });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('approvals-missing'));
  });

  it.each(EVERY_ACTION)('with an account that two people share: %s', async (_what, action) => {
    const world = await start({ policy });
    for (const [email, workerId] of [
      [BEN, 'w1'],
      [DAN, 'w2'],
    ] as const)
      await world.joins(email, { worker: { workerId } });
    await world.settle();
    const { app } = world.engine;
    for (const email of [BEN, DAN]) await shareAccount(app, world, email);
    world.engine.clock.advance(MINUTE_MS);
    await ask(world, { action, more: { requester: DAN } });
    await world.engine.work();
    expect(await statusOf(world)).toEqual(refusedAs('approvals-missing'));
  });
});

/** As after somebody told two people apart who sign in with one account. */
async function shareAccount(app: World['engine']['app'], world: World, email: string): Promise<void> {
  const subject = { organization: world.alias, kind: 'person', key: personKey(email) } as const;
  const stored = await app.ledger.read(subject);
  if (stored === undefined) throw new Error(`${email} has no ledger`);
  const identity = { kind: 'resolved', id: world.id(BEN), checkedAtMs: nowOf(world) } as const;
  await app.ledger.write(subject, { ...stored.value, identity }, stored, []);
}

describe('a request for somebody who has left', () => {
  it.each([
    ['a grant', grant],
    ['an entry of the access policy', entry()],
  ])('is refused: %s', async (_what, action) => {
    const world = await start();
    await world.joins(CARA);
    await world.leaves(CARA);
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { action });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('person-has-left'));
    expect(world.members('Finance')).toEqual([]);
  });

  it('approved while they worked, and arriving after they left, is refused', async () => {
    const world = await start();
    await world.joins(CARA);
    await world.settle();
    const approvedAtMs = nowOf(world);
    world.engine.clock.advance(HOUR_MS);
    await world.leaves(CARA);
    await world.settle();
    await ask(world, { approvals: [[BEN, approvedAtMs]] });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('person-has-left'));
  });

  it('approved while they were out, and arriving after they are back, is refused', async () => {
    const world = await start();
    await world.leaves(CARA);
    world.engine.clock.advance(HOUR_MS);
    const approvedAtMs = nowOf(world);
    world.engine.clock.advance(HOUR_MS);
    await world.joins(CARA);
    await world.settle();
    await ask(world, { approvals: [[BEN, approvedAtMs]] });
    await world.settle();
    expect(await statusOf(world)).toEqual(refusedAs('person-has-left'));
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { id: 'REQ-2' });
    await world.settle();
    expect(await statusOf(world, 'REQ-2')).toBe('applied');
  });

  it('takes away as before', async () => {
    const world = await start();
    await world.leaves(CARA);
    world.engine.clock.advance(HOUR_MS);
    await ask(world, { action: { kind: 'revoke', person: CARA, group: 'Finance' } });
    await world.settle();
    expect(await statusOf(world)).toBe('applied');
  });

  it.each([
    ['who is to begin', false],
    ['who left and is to begin again', true],
  ])('%s waits', async (_who, wasThere) => {
    const world = await start();
    if (wasThere) await world.leaves(CARA);
    world.engine.clock.advance(HOUR_MS);
    await world.joins(CARA, { effectiveDate: iso(nowOf(world) + 7 * DAY_MS).slice(0, 10) });
    world.engine.clock.advance(HOUR_MS);
    await ask(world);
    await world.settle();
    expect(await statusOf(world)).toBe('blocked');
    expect(world.members('Finance')).toEqual([]);
    await world.pass(8 * DAY_MS);
    expect(world.members('Finance')).toEqual([CARA]);
  });
});
