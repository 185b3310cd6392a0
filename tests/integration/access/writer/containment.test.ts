import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { damage, failing, HOUR_MS, inGroup, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, useWorlds } from '../world';

const start = useWorlds();
const DEVELOPERS_ONLY = {
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
};
const FINANCE = { attributes: { department: 'Finance' } };

describe('a group that always fails', () => {
  it.each([
    ['when its members are changed', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }],
    ['when its members are changed, without an answer', { kind: 'reset', match: { endpoint: 'G4' } }],
    ['when its members are looked up', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }],
    ['when its members are looked up, with a page', { kind: 'html', match: { endpoint: 'G7' } }],
    ['when its members are looked up, without an answer', { kind: 'reset', match: { endpoint: 'G7' } }],
    ['at every call, without an answer', { kind: 'reset' }],
    ['as it may not be changed', { kind: 'answer', status: 403, match: { endpoint: 'G4' } }],
  ])(
    '%s delays nobody else, is seen, and gets its people when it works (incident 45)',
    async (_when, fault) => {
      const world = await start();
      world.engine.uipath.inject(inGroup(world, 'Finance', fault));
      await world.joins(ANA);
      await world.joins(BEN, FINANCE);
      await live(world, 2 * TICK_MS);
      expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[ANA], [ANA, BEN], []]);
      expect(await failing(world)).toEqual([expect.stringMatching(/^group Finance: uipath-/)]);

      await world.joins(CARA);
      await live(world, HOUR_MS);
      expect(world.members('Developers')).toEqual([ANA, CARA]);
      world.engine.uipath.clearFaults();
      await live(world, HOUR_MS);
      expect(world.members('Finance')).toEqual([BEN]);
      expect(await failing(world)).toEqual([]);
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    },
  );

  it('is called ever more seldom: an hour of failures costs a dozen calls, not one for each run', async () => {
    const world = await start();
    world.engine.uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
    );
    await world.joins(BEN, FINANCE);
    await live(world, HOUR_MS);
    const puts = world.engine.uipath
      .requests()
      .filter(({ endpoint, path }) => endpoint === 'G4' && path.includes(world.groupId('Finance')));
    expect(puts.length).toBeGreaterThan(3);
    expect(puts.length).toBeLessThanOrEqual(14);
  });

  it('with a long backoff keeps nobody who joins meanwhile waiting for it', async () => {
    const world = await start();
    world.engine.uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
    );
    await world.joins(BEN, FINANCE);
    // The backoff of 31 minutes begins about now.
    await live(world, 35 * MINUTE_MS);
    await world.joins(CARA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([CARA]);
  });

  it('and two more of them leave everybody else their turn, and the phase of people without a backoff', async () => {
    const world = await start();
    for (const group of ['Finance', 'Treasury', 'Users'])
      world.engine.uipath.inject(
        inGroup(world, group, { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
      );
    await world.joins(BEN, FINANCE);
    await world.asks('R1', { kind: 'grant', person: BEN, group: 'Treasury', duration: 'P30D' });
    await world.joins(ANA);
    await live(world, 5 * MINUTE_MS);
    expect((await failing(world)).filter((unit) => unit.startsWith('phase'))).toEqual([]);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('keeps no leaver from being taken out of the others', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P30D' });
    await world.settle();
    expect(world.members('Finance')).toEqual([ANA]);
    world.engine.uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
    );
    await world.leaves(ANA);
    await live(world, 2 * TICK_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [], [ANA]]);
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(world.members('Finance')).toEqual([]);
  });
});

describe('an open call', () => {
  it('of a group that was deleted meanwhile is settled, and stops nothing (incident 45)', async () => {
    const world = await start();
    await world.joins(BEN, FINANCE);
    await world.settle();
    const { app, uipath, clock } = world.engine;
    const fence = await app.changes.takeFence(world.alias);
    const gone = world.groupId('Treasury');
    await app.changes.begin(world.alias, fence, {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-x`,
      groupId: gone,
      groupName: 'Treasury',
      add: [{ personKey: personKey(BEN), memberId: world.id(BEN) }],
      remove: [],
      planHash: '',
      startedAtMs: clock.now(),
    });
    uipath.organization(world.alias).groups.delete(gone);
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await live(world, 20 * MINUTE_MS);
    expect(await app.changes.listAttempts(world.alias)).toEqual([]);
  });

  it('of a rule waits while the rules may not be listed, and stops nothing', async () => {
    const world = await start();
    const { app, uipath, clock } = world.engine;
    const fence = await app.changes.takeFence(world.alias);
    await app.changes.begin(world.alias, fence, {
      kind: 'create-rule',
      id: `${String(clock.now()).padStart(15, '0')}-x`,
      subjectKey: 'k',
      name: 'Rule',
      description: '',
      contentHash: '',
      startedAtMs: clock.now(),
    });
    uipath.inject({ kind: 'answer', status: 403, match: { endpoint: 'R1' }, times: 'always' });
    await world.joins(ANA);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await failing(world)).toEqual([expect.stringMatching(/^attempt /)]);
    expect(await app.changes.listAttempts(world.alias)).toHaveLength(1);
    uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(await app.changes.listAttempts(world.alias)).toEqual([]);
    expect(await failing(world)).toEqual([]);
  });

  it('of a rule that may exist keeps the rule from being created once more', async () => {
    const world = await start();
    const { uipath } = world.engine;
    uipath.inject(
      { kind: 'answer', status: 403, match: { endpoint: 'R1' }, times: 'always' },
      { kind: 'answer-lost', match: { endpoint: 'R2' } },
    );
    await world.asks('R1', {
      kind: 'create-rule',
      name: 'Night rule',
      definition: {
        groups: ['Users'],
        conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Night' }],
      },
      owner: BEN,
    });
    await live(world, HOUR_MS);
    expect(uipath.organization(world.alias).rules.size).toBe(1);
    uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(uipath.organization(world.alias).rules.size).toBe(1);
    expect(await failing(world)).toEqual([]);
  });
});

describe('a person whose row cannot be read', () => {
  it.each([
    ['has another shape', { json0: '{"email":1}' }],
    ['is cut off', { json0: '{"email":' }],
  ])('as it %s waits, is seen, and stops nobody else (incident 45)', async (_how, change) => {
    const world = await start();
    await world.joins(BEN, FINANCE);
    await world.settle();
    const repair = await damage(world, BEN, change);
    await world.engine.app.changes.mark(
      { organization: world.alias, kind: 'person', key: personKey(BEN) },
      'urgent',
      world.engine.clock.now(),
    );
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await failing(world)).toEqual(['person : record-unreadable']);
    expect(world.members('Finance')).toEqual([BEN]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(true);
    await repair();
    await world.leaves(BEN);
    await live(world, HOUR_MS);
    expect(world.members('Finance')).toEqual([]);
    expect(await failing(world)).toEqual([]);
  });

  it('keeps the memberships of whoever has the same account until it can be read', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.joins(BEN, FINANCE);
    await world.settle();
    await world.engine.app.accounts.note(
      world.alias,
      [{ memberId: world.id(ANA), personKey: personKey(BEN) }],
      world.engine.clock.now(),
    );
    const repair = await damage(world, BEN, { json0: '{}' });
    await world.leaves(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await repair();
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });
});

describe('the outcome of a call', () => {
  it('is recorded later for whoever could not be, and at once for the others', async () => {
    const world = await start({ policy: DEVELOPERS_ONLY });
    await world.joins(ANA);
    await world.joins(BEN);
    let repair: (() => Promise<void>) | undefined;
    world.engine.uipath.onRequest(async ({ phase, endpoint }) => {
      if (phase !== 'after' || endpoint !== 'G4' || repair !== undefined) return;
      repair = await damage(world, BEN, { json0: '{}' });
    });
    world.engine.clock.advance(2_000);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN]);
    expect((await world.ledger(ANA))?.applied).toMatchObject([
      { groupName: 'Developers', origin: 'applied' },
    ]);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toMatchObject([
      { add: [{ personKey: personKey(BEN) }], remove: [] },
    ]);
    expect(await failing(world)).toContain('person : record-unreadable');
    await repair?.();
    await live(world, HOUR_MS);
    expect((await world.ledger(BEN))?.applied).toMatchObject([
      { groupName: 'Developers', origin: 'applied' },
    ]);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
    expect(await world.fault(BEN)).toBeUndefined();
  });
});

describe('two faults that stay', () => {
  it('in two groups, with a row that cannot be read, still delay nobody else', async () => {
    const world = await start();
    await world.joins(DAN);
    await world.settle();
    const repair = await damage(world, DAN, { json0: '[]' });
    const { uipath } = world.engine;
    uipath.inject(
      inGroup(world, 'Finance', { kind: 'answer', status: 500, match: { endpoint: 'G4' } }),
      inGroup(world, 'Users', { kind: 'answer', status: 500, match: { endpoint: 'G7' } }),
    );
    await world.engine.app.changes.mark(
      { organization: world.alias, kind: 'person', key: personKey(DAN) },
      'urgent',
      world.engine.clock.now(),
    );
    await world.joins(BEN, FINANCE);
    await world.joins(ANA);
    await live(world, 2 * TICK_MS);
    expect(world.members('Developers')).toContain(ANA);
    await live(world, HOUR_MS);
    expect((await failing(world)).length).toBe(3);
    uipath.clearFaults();
    await repair();
    await live(world, HOUR_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([
      [ANA, DAN],
      [ANA, BEN, DAN],
      [BEN],
    ]);
    expect(await failing(world)).toEqual([]);
  });
});

describe('a call that takes longer than its writer has the lease', () => {
  it('is not recorded by that writer: a revoke that came meanwhile is made (incident 44)', async () => {
    const world = await start();
    await world.joins(ANA, FINANCE);
    await world.settle();
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P30D' });
    const { uipath, clock, storage } = world.engine;
    const second = world.engine.newInstance();
    let isSlow = true;
    uipath.onRequest(async ({ phase, endpoint, path }) => {
      if (!isSlow || phase !== 'before' || endpoint !== 'G4' || !path.includes(world.groupId('Developers')))
        return;
      isSlow = false;
      const leases = await storage.container('leases');
      await leases.getBlobClient(world.alias).getBlobLeaseClient().breakLease(0);
      clock.advance(61_000);
      await world.asks('R2', { kind: 'revoke', person: ANA, group: 'Developers', grantRequestId: 'R1' });
      await world.engine.work(second);
      clock.advance(5_000);
      await world.engine.work(second);
    });
    clock.advance(1_000);
    await world.engine.work();
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    expect(await world.fault(ANA)).toBeUndefined();
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
  });
});

describe('a change of several members that was half made', () => {
  it('is completed by what is missing, and by nothing else', async () => {
    const world = await start();
    for (const person of [ANA, BEN]) await world.joins(person);
    const { uipath } = world.engine;
    const group = world.groupId('Developers');
    uipath.inject({ kind: 'reset', match: { endpoint: 'G4', path: group } });
    let isHalf = false;
    uipath.onRequest(({ phase, endpoint, path }) => {
      if (isHalf || phase !== 'after' || endpoint !== 'G4' || !path.includes(group)) return;
      isHalf = true;
      uipath.actAsPerson(world.alias, {
        kind: 'change-members',
        actor: { name: 'Half', email: 'half@acme.example' },
        group: 'Developers',
        add: [ANA],
        remove: [],
      });
    });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, BEN]);
    const puts = uipath.requests().filter(({ endpoint, path }) => endpoint === 'G4' && path.includes(group));
    expect(puts.at(-1)?.membership?.add).toEqual([world.id(BEN)]);
    expect((await world.ledger(ANA))?.applied).toContainEqual(
      expect.objectContaining({ groupName: 'Developers', origin: 'applied' }),
    );
  });
});

describe('an entry of the access policy', () => {
  it('that is removed again before reads show it is gone in the end (incident 47)', async () => {
    const world = await start();
    const { uipath, clock } = world.engine;
    const list = uipath.organization(world.alias).accessPolicy;
    const id = world.groupId('Finance');
    let isHidden = false;
    let shownAtMs = 0;
    uipath.onRequest(({ phase, endpoint }) => {
      if (phase === 'after' && endpoint === 'P2' && shownAtMs === 0) {
        isHidden = list.delete(id);
        shownAtMs = clock.now() + 30_000;
      }
      if (phase === 'before' && isHidden && clock.now() >= shownAtMs) {
        list.add(id);
        isHidden = false;
      }
    });
    const entity = { entityType: 'group', name: 'Finance' };
    await world.asks('R1', { kind: 'add-policy-entity', ...entity });
    clock.advance(1_000);
    await world.engine.work();
    clock.advance(1_000);
    await world.asks('R2', { kind: 'remove-policy-entity', ...entity });
    await live(world, 5 * MINUTE_MS);
    expect(list.has(id)).toBe(false);
  });
});
