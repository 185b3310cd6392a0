import { describe, expect, it } from '@jest/globals';
import { processDelivery } from '../../../../shared/access/intake/process-delivery';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { personKey } from '../../../../shared/domain/person-key';
import { errorOf } from '../../../fakes/error-of';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const PERSON = { organization: 'acme', kind: 'person', key: personKey(ANA) } as const;
const iso = (ms: number): string => new Date(ms).toISOString();

/** The outcomes that the evidence names, in order. */
async function outcomesOf(world: World): Promise<readonly unknown[]> {
  return (await world.evidence(ANA))
    .filter(({ kind }) => kind === 'worker-event' || kind === 'access-request')
    .map(({ facts }) => facts['outcome']);
}

describe('what HR says', () => {
  it('becomes a statement in the ledger with its evidence, a date to look again, and one message', async () => {
    const world = await start();
    const startsAtMs = world.engine.clock.now() + DAY_MS;
    await world.joins(ANA, {
      attributes: { department: 'Automation', title: '' },
      effectiveAt: iso(startsAtMs),
    });
    await world.engine.work();
    expect(await world.ledger(ANA)).toMatchObject({
      email: ANA,
      timeline: [{ kind: 'joiner', effectiveAtMs: startsAtMs, attributes: { department: 'Automation' } }],
      grants: [],
    });
    const [entry] = await world.evidence(ANA);
    expect(entry?.facts).toMatchObject({
      event: 'joiner',
      source: 'standard',
      outcome: 'recorded',
      blanked: ['title'],
    });
    expect(JSON.stringify(entry)).not.toContain(ANA);
    expect(await world.engine.app.due.listDue(world.alias, startsAtMs, 10)).toMatchObject([
      { dueAtMs: startsAtMs },
    ]);
    expect(world.engine.queued().map(({ queue }) => queue)).toEqual(['changes']);
    expect(world.calls()).toEqual({});
  });

  it('of many people at once becomes one message to the writer', async () => {
    const world = await start();
    for (const person of [ANA, BEN, CARA]) await world.joins(person);
    await world.engine.work();
    expect(world.engine.queued()).toHaveLength(1);
  });

  it('four days late is processed and takes effect (incident 15)', async () => {
    const world = await start();
    await world.joins(ANA, {
      attributes: { department: 'Automation' },
      effectiveAt: iso(world.engine.clock.now() - 4 * DAY_MS),
    });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('before what is known already changes nothing, and the evidence says so (incident 12)', async () => {
    const world = await start();
    const nowMs = world.engine.clock.now();
    await world.moves(ANA, { attributes: { department: 'Finance' }, saidAtMs: nowMs });
    await world.moves(ANA, { attributes: { department: 'Automation' }, saidAtMs: nowMs - DAY_MS });
    await world.settle();
    expect([world.members('Finance'), world.members('Developers')]).toEqual([[ANA], []]);
    expect(await outcomesOf(world)).toEqual(['recorded', 'stale']);
  });

  it('twice under one id is one statement (incident 11)', async () => {
    const world = await start();
    const body = {
      id: 'word-twice',
      attributes: { department: 'Automation' },
      saidAtMs: world.engine.clock.now(),
    };
    for (let time = 0; time < 5; time += 1) await world.joins(ANA, body);
    await world.settle();
    expect((await world.ledger(ANA))?.timeline).toHaveLength(1);
    expect(await outcomesOf(world)).toEqual(['recorded']);
  });

  it('about an organization that is not its own changes nothing', async () => {
    const world = await start();
    await world.joins(ANA, { organization: 'globex', attributes: { department: 'Automation' } });
    await world.settle();
    expect(await world.ledger(ANA)).toBeUndefined();
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'delivery-processed', outcome: 'organization-not-allowed' }),
    );
  });
});

describe('a ticket', () => {
  const until = { until: '2026-03-10T00:00:00Z' };
  const grant = (more = {}) => ({ kind: 'grant', person: ANA, group: 'Developers', ...until, ...more });
  const rules = {
    requesters: [ANA],
    approvers: [BEN],
    longestDays: 14,
  };
  const policy = {
    groups: {
      Developers: { requests: rules },
      Users: {},
      Finance: { requests: rules },
    },
    birthright: [{ name: 'finance', when: { department: 'Finance' }, groups: ['Finance'] }],
    separationOfDuties: [['Developers', 'Finance']],
    rules: {},
  };

  it.each([
    ['group-not-managed', grant({ group: 'Treasury' }), {}],
    ['not-requestable', grant({ group: 'Users' }), {}],
    ['requester-not-allowed', grant(), { requester: CARA }],
    ['approvals-missing', grant(), { approvals: [] }],
    ['approvals-missing', grant(), { approvals: [{ approver: CARA }] }],
    ['end-required', { kind: 'grant', person: ANA, group: 'Developers' }, {}],
    ['lasts-too-long', grant({ until: '2026-03-16T08:00:01Z' }), {}],
    ['already-ended', grant({ validFrom: '2026-02-01T00:00:00Z', until: '2026-03-02T07:00:00Z' }), {}],
    ['nothing-to-extend', { ...grant(), kind: 'extend' }, {}],
    ['not-requestable', { kind: 'delete-rule', name: 'x' }, {}],
    ['group-not-managed', { kind: 'revoke', person: ANA, group: 'Treasury' }, {}],
  ])('is refused as %s, and whoever asks is told', async (refusal, action, more) => {
    const world = await start({ policy });
    await world.asks('REQ-1', action, more);
    await world.settle();
    expect(await readRequestStatus(world.engine.app, world.alias, 'REQ-1')).toMatchObject({
      state: 'refused',
      refusal,
    });
    expect(world.members('Developers')).toEqual([]);
    expect(world.calls()['G4']).toBeUndefined();
    expect((await world.ledger(ANA))?.grants ?? []).toEqual([]);
  });

  it('that the separation of duties forbids is refused while the other reason holds', async () => {
    const world = await start({ policy });
    await world.joins(ANA, { attributes: { department: 'Finance' } });
    await world.asks('REQ-1', grant());
    await world.settle();
    expect(await readRequestStatus(world.engine.app, world.alias, 'REQ-1')).toMatchObject({
      refusal: 'separation-of-duties',
    });
  });

  it('on the longest duration passes, is extended by another, and is revoked by its id', async () => {
    const world = await start({ policy });
    await world.asks('REQ-1', grant({ until: '2026-03-16T08:00:00Z' }));
    await world.settle();
    await world.pass(10 * DAY_MS);
    await world.asks('REQ-2', {
      kind: 'extend',
      person: ANA,
      group: 'Developers',
      until: '2026-03-20T00:00:00Z',
    });
    await world.settle();
    await world.pass(5 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.asks('REQ-3', { kind: 'revoke', person: ANA, group: 'Developers', grantRequestId: 'REQ-2' });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(await outcomesOf(world)).toEqual(['recorded', 'recorded', 'recorded']);
  });
});

describe('a delivery', () => {
  it('that was processed is not processed again', async () => {
    const world = await start();
    await world.joins(ANA);
    const [message] = world.engine.queued();
    await world.engine.work();
    const before = await world.evidence(ANA);
    if (message?.queue === 'deliveries') await processDelivery(world.engine.app, message.message);
    expect(message?.queue).toBe('deliveries');
    expect(await world.evidence(ANA)).toEqual(before);
  });

  it('that nobody took in is an invalid message', async () => {
    const world = await start();
    const message = { feed: 'hr', source: 'standard', deliveryId: 'none' } as const;
    expect((await errorOf(async () => processDelivery(world.engine.app, message))).code).toBe(
      'message-invalid',
    );
  });

  it('of a source that the policy no longer names stays pending', async () => {
    const world = await start();
    await world.joins(ANA);
    const { app } = world.engine;
    const policy = async () => ({ ...(await app.policy()), sources: [] });
    const [message] = world.engine.queued();
    const error = await errorOf(async () =>
      message?.queue === 'deliveries' ? processDelivery({ ...app, policy }, message.message) : undefined,
    );
    expect(error.code).toBe('source-unknown');
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });
});

describe('a crash after any write of processing', () => {
  const words: ReadonlyArray<readonly [string, (world: World) => Promise<void>]> = [
    ['a joiner', async (world) => world.joins(ANA)],
    ['a future leaver', async (world) => world.leaves(ANA, { lastWorkingDay: '2026-03-09' })],
    [
      'a word that came late',
      async (world) => {
        await world.moves(ANA);
        await world.engine.work();
        await world.moves(ANA, {
          attributes: { department: 'X' },
          saidAtMs: world.engine.clock.now() - DAY_MS,
        });
      },
    ],
    [
      'a grant',
      async (world) => world.asks('R1', { kind: 'grant', person: ANA, group: 'Users', duration: 'P1D' }),
    ],
    ['a refused grant', async (world) => world.asks('R1', { kind: 'grant', person: ANA, group: 'Treasury' })],
  ];

  it.each(words)(
    'of %s ends in the same ledger, with one entry per decision (incident 8)',
    async (_what, say) => {
      const whole = await start();
      await say(whole);
      await whole.engine.work();
      const expected = { ledger: await whole.ledger(ANA), outcomes: await outcomesOf(whole) };
      let writes = 0;
      for (let crashed = true; crashed;) {
        writes += 1;
        const world = await start();
        await say(world);
        const [message] = world.engine.queued().filter(({ queue }) => queue === 'deliveries');
        if (message?.queue !== 'deliveries') throw new Error('There is no delivery to process');
        let left = writes;
        crashed = await processDelivery(
          crashAfter(world.engine.app, () => --left === 0),
          message.message,
        ).then(
          () => false,
          () => true,
        );
        await processDelivery(world.engine.app, message.message);
        const ledger = await world.ledger(ANA);
        expect({ ...ledger, timeline: ledger?.timeline.map(withoutId) }).toEqual({
          ...expected.ledger,
          timeline: expected.ledger?.timeline.map(withoutId),
        });
        expect(await outcomesOf(world)).toEqual(expected.outcomes);
        expect(await world.fault(PERSON)).toBeUndefined();
        expect(await world.engine.app.changes.hasWork(world.alias)).toBe(true);
      }
      expect(writes).toBeGreaterThan(4);
    },
  );
});

function withoutId<T extends Readonly<{ id: string }>>({ id, ...statement }: T): Omit<T, 'id'> {
  expect(id).not.toBe('');
  return statement;
}

/** The stores of an instance, of which the write that `isLast` names is the last thing that the process does. */
function crashAfter(app: World['engine']['app'], isLast: () => boolean): World['engine']['app'] {
  const dying =
    <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await write(...args);
      if (isLast()) throw new Error('The process died');
      return result;
    };
  return {
    ...app,
    ledger: { ...app.ledger, write: dying(app.ledger.write) },
    changes: { ...app.changes, mark: dying(app.changes.mark), bookRun: dying(app.changes.bookRun) },
    due: { ...app.due, schedule: dying(app.due.schedule) },
    queues: { ...app.queues, enqueueChanges: dying(app.queues.enqueueChanges) },
    requests: { ...app.requests, put: dying(app.requests.put) },
    deliveries: { ...app.deliveries, complete: dying(app.deliveries.complete) },
  };
}
