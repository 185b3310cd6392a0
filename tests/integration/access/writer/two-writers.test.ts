import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const FINANCE = { attributes: { department: 'Finance' } };
const MANAGER = { name: 'M', email: 'm@acme.example' };

type Instance = ReturnType<World['engine']['newInstance']>;

/**
 * While the next change of a group is on its way, the lease of its writer ends. What is said `meanwhile` and all that waits is worked
 * off by a second writer, then the change lands.
 */
function duringTheNextPut(world: World, group: string, meanwhile: () => Promise<void>): void {
  const { uipath, newInstance } = world.engine;
  const second = newInstance();
  const stop = uipath.onRequest(async ({ phase, endpoint, path }) => {
    if (phase !== 'before' || endpoint !== 'G4' || !path.includes(world.groupId(group))) return;
    stop();
    await replaceWriter(world, second, meanwhile);
  });
}

/** Ends the lease of the writer that has it, and has a second one work off all that waits and is said `meanwhile`. */
async function replaceWriter(world: World, second: Instance, meanwhile: () => Promise<void>): Promise<void> {
  const { clock, storage, work } = world.engine;
  const leases = await storage.container('leases');
  await leases.getBlobClient(world.alias).getBlobLeaseClient().breakLease(0);
  clock.advance(61_000);
  await meanwhile();
  for (let look = 0; look < 3; look += 1) {
    await work(second);
    clock.advance(5_000);
  }
}

async function expectNothingOpen(world: World): Promise<void> {
  const { changes, backoffs } = world.engine.app;
  expect(await changes.listAttempts(world.alias)).toEqual([]);
  expect(await changes.hasWork(world.alias)).toBe(false);
  expect(await backoffs.list(world.alias)).toEqual([]);
  for (const email of [ANA, BEN, CARA]) expect(await world.fault(email)).toBeUndefined();
}

describe('a second writer that begins while a change of the first is on its way', () => {
  it('and somebody is hired again whose removal that is: they are a member in the end', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    duringTheNextPut(world, 'Developers', async () => {
      await world.joins(ANA);
    });
    world.engine.clock.advance(1_000);
    await world.leaves(ANA);
    await live(world, HOUR_MS);
    expect(['Developers', 'Users'].map(world.members)).toEqual([[ANA], [ANA]]);
    await expectNothingOpen(world);
  });

  it('and somebody leaves whose addition that is: they are no member in the end', async () => {
    const world = await start();
    duringTheNextPut(world, 'Developers', async () => {
      await world.leaves(ANA);
    });
    await world.joins(ANA);
    await live(world, HOUR_MS);
    expect(['Developers', 'Users'].map(world.members)).toEqual([[], []]);
    await expectNothingOpen(world);
  });

  it('and others join: each is added once, and everybody is recorded', async () => {
    const world = await start();
    duringTheNextPut(world, 'Developers', async () => {
      await world.joins(CARA);
    });
    for (const email of [ANA, BEN]) await world.joins(email);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA]);
    for (const email of [ANA, BEN, CARA]) {
      const added = (await world.evidence(email)).filter(
        ({ kind, facts }) => kind === 'membership-added' && facts['group'] === 'Developers',
      );
      expect(added).toHaveLength(1);
    }
    await expectNothingOpen(world);
  });
});

describe('a writer that is replaced after its call and before it records', () => {
  it.each(['read', 'write'] as const)(
    'at its %s of the ledger records nothing that the next one recovered',
    async (step) => {
      const world = await start();
      await world.joins(ANA);
      await world.settle();
      const { app, storage, clock, newInstance, uipath, work } = world.engine;
      const [first, second] = [newInstance(), newInstance()];
      let isRemoved = false;
      let isReplaced = false;
      const stop = uipath.onRequest(({ phase, endpoint }) => {
        isRemoved ||= phase === 'after' && endpoint === 'G4';
      });
      const replaceOnce = async (): Promise<void> => {
        if (!isRemoved) return;
        isRemoved = false;
        isReplaced = true;
        stop();
        const leases = await storage.container('leases');
        await leases.getBlobClient(world.alias).getBlobLeaseClient().breakLease(0);
        await app.changes.mark(personSubject(world.alias, personKey(ANA)), 'urgent', clock.now());
        await applyChanges(second, { organization: world.alias });
      };
      const ledger: typeof first.ledger = {
        ...first.ledger,
        read: async (subject) => {
          if (step === 'read') await replaceOnce();
          return first.ledger.read(subject);
        },
        write: async (subject, next, read, evidence) => {
          if (step === 'write' && evidence.some(({ kind }) => kind === 'membership-removed'))
            await replaceOnce();
          return first.ledger.write(subject, next, read, evidence);
        },
      };
      await world.leaves(ANA);
      await work({ ...first, ledger });
      clock.advance(1_000);
      await work({ ...first, ledger });
      expect(isReplaced).toBe(true);
      await live(world, HOUR_MS);
      const removed = (await world.evidence(ANA)).filter(({ kind }) => kind === 'membership-removed');
      expect(removed.map(({ facts }) => facts['group'])).toEqual(
        expect.arrayContaining(['Developers', 'Users']),
      );
      expect(removed).toHaveLength(2);
      await expectNothingOpen(world);
    },
  );
});

describe('a writer that is replaced after it looked at somebody and before it settles them', () => {
  it.each(['look-up', 'read', 'write'] as const)(
    'at its %s writes nothing of what it learnt, and hired again they get everything',
    async (step) => {
      const world = await start();
      const { uipath, clock, newInstance, work } = world.engine;
      const [first, second] = [newInstance(), newInstance()];
      // With a group to add the run changes the ledger itself, and reads it anew before it settles.
      for (const group of step === 'read' ? ['Finance'] : ['Finance', 'Users'])
        uipath.actAsPerson(world.alias, {
          kind: 'change-members',
          actor: MANAGER,
          group,
          add: [ANA],
          remove: [],
        });
      let isReplaced = false;
      const replaceAt = async (reached: typeof step): Promise<void> => {
        if (reached !== step || isReplaced) return;
        isReplaced = true;
        await replaceWriter(world, second, async () => world.leaves(ANA));
      };
      const groups = new Set(['Finance', 'Users'].map(world.groupId));
      uipath.onRequest(async ({ phase, endpoint, path }) => {
        if (phase !== 'after' || endpoint !== 'G7') return;
        for (const group of groups) if (path.includes(group)) groups.delete(group);
        if (groups.size === 0) await replaceAt('look-up');
      });
      let isAdded = false;
      const ledger: typeof first.ledger = {
        ...first.ledger,
        read: async (subject) => {
          if (isAdded) await replaceAt('read');
          return first.ledger.read(subject);
        },
        write: async (subject, next, read, evidence) => {
          if (evidence.some(({ kind }) => kind === 'membership-standing')) await replaceAt('write');
          await first.ledger.write(subject, next, read, evidence);
          isAdded ||= evidence.some(({ kind }) => kind === 'membership-added');
        },
      };
      await world.joins(ANA, FINANCE);
      await work({ ...first, ledger });
      clock.advance(1_000);
      await work({ ...first, ledger });
      expect(isReplaced).toBe(true);
      expect(['Finance', 'Users'].map(world.members)).toEqual([[], []]);
      expect((await world.ledger(ANA))?.applied).toEqual([]);
      expect(await world.kinds(ANA)).not.toContain('membership-standing');
      await live(world, HOUR_MS);
      await world.joins(ANA, FINANCE);
      await live(world, HOUR_MS);
      expect(['Finance', 'Users'].map(world.members)).toEqual([[ANA], [ANA]]);
      await expectNothingOpen(world);
    },
  );
});

describe('a writer that is replaced while it recovers an open call', () => {
  it.each(['read', 'write'] as const)('at its %s of the ledger records nothing of it', async (step) => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    const { app, uipath, clock, newInstance } = world.engine;
    const [first, second] = [newInstance(), newInstance()];
    const group = { groupId: world.groupId('Finance'), groupName: 'Finance' };
    uipath.actAsPerson(world.alias, {
      kind: 'change-members',
      actor: MANAGER,
      group: 'Finance',
      add: [ANA],
      remove: [],
    });
    await app.changes.begin(world.alias, await app.changes.takeFence(world.alias), {
      kind: 'membership',
      id: `${String(clock.now()).padStart(15, '0')}-x`,
      ...group,
      add: [{ personKey: personKey(ANA), memberId: world.id(ANA) }],
      remove: [],
      planHash: '',
      startedAtMs: clock.now(),
    });
    let isReplaced = false;
    const replaceAt = async (reached: typeof step): Promise<void> => {
      if (reached !== step || isReplaced) return;
      isReplaced = true;
      await replaceWriter(world, second, async () => world.leaves(ANA));
    };
    const ledger: typeof first.ledger = {
      ...first.ledger,
      read: async (subject) => {
        if (subject.kind === 'person') await replaceAt('read');
        return first.ledger.read(subject);
      },
      write: async (subject, next, read, evidence) => {
        if (evidence.some(({ kind }) => kind === 'membership-added')) await replaceAt('write');
        await first.ledger.write(subject, next, read, evidence);
      },
    };
    await applyChanges({ ...first, ledger }, { organization: world.alias });
    expect(isReplaced).toBe(true);
    const told = (await world.evidence(ANA)).filter(({ facts }) => facts['groupId'] === group.groupId);
    expect(told.map(({ kind }) => kind)).toEqual(['membership-added', 'membership-removed']);
    await live(world, HOUR_MS);
    expect(world.members('Finance')).toEqual([]);
    await expectNothingOpen(world);
  });
});
