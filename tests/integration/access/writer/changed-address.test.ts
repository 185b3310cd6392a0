import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { HOUR_MS, live, MINUTE_MS, TICK_MS } from '../live-through-time';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, BEN, byHand, useWorlds, type World } from '../world';

const start = useWorlds();
const NEW = 'ana.neu@acme.example';

/** Ana's account gets another address in UiPath. */
function rename(world: World): void {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(ANA));
  if (user?.kind !== 'user') throw new Error('She has no account');
  principals.put({ ...user, email: NEW, userName: NEW });
}

async function renamed(): Promise<Readonly<{ world: World; membersOf: (group: string) => number }>> {
  const world = await start();
  await world.joins(ANA);
  await world.settle();
  rename(world);
  return { world, membersOf: (group) => world.engine.uipath.memberIds(world.alias, group).size };
}

describe('an account whose address changes', () => {
  it.each<[string, (world: World) => Promise<unknown>]>([
    [
      'the leaving comes later',
      async (world) => (await world.joins(NEW), await world.settle(), await world.leaves(ANA)),
    ],
    [
      'the leaving comes first',
      async (world) => (await world.leaves(ANA), await world.settle(), await world.joins(NEW)),
    ],
    ['both come at once', async (world) => (await world.joins(NEW), await world.leaves(ANA))],
  ])('keeps its memberships when %s', async (_order, say) => {
    const { world, membersOf } = await renamed();
    await say(world);
    await world.settle();
    await world.pass(3_600_000);
    expect(['Developers', 'Users'].map(membersOf)).toEqual([1, 1]);
  });

  it.each<[string, (world: World) => Promise<unknown>]>([
    ['is the first word of it', async () => undefined],
    ['follows a change under it', async (world) => world.moves(NEW, { attributes: { title: 'Lead' } })],
    ['follows a hire under it', async (world) => world.joins(NEW)],
    [
      'follows an approval under it',
      async (world) => world.asks('R9', { kind: 'grant', person: NEW, group: 'Finance', duration: 'P9D' }),
    ],
  ])('loses everything when the leaving of the new address %s', async (_what, say) => {
    const { world, membersOf } = await renamed();
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.settle();
    await say(world);
    await world.pass(3_600_000);
    await world.leaves(NEW);
    await world.settle();
    await world.pass(3_600_000);
    expect(['Developers', 'Users', 'Finance'].map(membersOf)).toEqual([0, 0, 0]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    expect([await world.fault(ANA), await world.fault(NEW)]).toEqual([undefined, undefined]);
  });

  it('is one person from then on: what is said under either address is in one ledger', async () => {
    const { world } = await renamed();
    await world.joins(NEW);
    await world.settle();
    await world.asks('R1', { kind: 'grant', person: NEW, group: 'Finance', duration: 'P90D' });
    await world.asks('R2', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P90D' });
    await world.settle();
    const [old, now] = [await world.ledger(ANA), await world.ledger(NEW)];
    expect(old).toMatchObject({ email: NEW, formerEmails: [ANA] });
    expect(now).toMatchObject({ timeline: [], grants: [], joined: { into: personKey(ANA) } });
    expect((await world.kinds(ANA)).filter((kind) => kind === 'person-joined')).toHaveLength(1);
    expect(await world.kinds(NEW)).toContain('person-joined-to');
  });

  it('loses with the earlier address what the new one has no reason for', async () => {
    const { world, membersOf } = await renamed();
    byHand(world, 'Treasury', [world.id(NEW)]);
    await world.joins(NEW, { attributes: { department: 'Finance' } });
    await world.settle();
    await world.leaves(ANA);
    await world.settle();
    expect(['Developers', 'Users', 'Finance', 'Treasury'].map(membersOf)).toEqual([0, 1, 1, 1]);
  });

  it('is not kept by somebody who had it before and has another now', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.joins(BEN);
    await world.settle();
    await world.engine.app.accounts.note(
      world.alias,
      [{ memberId: world.id(ANA), personKey: personKey(BEN) }],
      0,
    );
    await world.leaves(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([BEN]);
  });

  it('loses all when the new address leaves too', async () => {
    const { world, membersOf } = await renamed();
    await world.joins(NEW);
    await world.settle();
    await world.leaves(ANA);
    await world.leaves(NEW);
    await world.settle();
    expect(['Developers', 'Users'].map(membersOf)).toEqual([0, 0]);
  });
});

describe('two people who are to be joined', () => {
  it('wait until the outcome of an open call of one of them is recorded', async () => {
    const { world } = await renamed();
    const { app, clock } = world.engine;
    await world.joins(NEW);
    await world.engine.work({ ...app, leases: { acquire: async () => undefined } });
    const add = [{ personKey: personKey(ANA), memberId: world.id(NEW) }];
    const group = { groupId: world.groupId('Finance'), groupName: 'Finance' };
    const times = { startedAtMs: clock.now(), planHash: 'p' };
    const open = { kind: 'membership' as const, id: 'a', ...group, ...times, add, remove: [] };
    const changes = { ...app.changes, listAttempts: async () => [open] };
    await applyChanges({ ...app, changes }, { organization: world.alias });
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    await live(world, MINUTE_MS);
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    expect(await app.changes.hasWork(world.alias)).toBe(false);
  });

  it('lose no word that was to be recorded of one of them meanwhile', async () => {
    const { world, membersOf } = await renamed();
    await world.joins(NEW);
    await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
    await world.leaves(NEW);
    const { app } = world.engine;
    let isJoined = false;
    const reading: typeof app.ledger.read = async (subject) => {
      const stored = await app.ledger.read(subject);
      if (!isJoined && subject.key === personKey(NEW)) {
        isJoined = true;
        await applyChanges(app, { organization: world.alias });
      }
      return stored;
    };
    await world.engine.work({ ...app, ledger: { ...app.ledger, read: reading } }).catch(() => undefined);
    expect(isJoined).toBe(true);
    await live(world, HOUR_MS);
    expect((await world.ledger(NEW))?.timeline).toEqual([]);
    expect(['Developers', 'Users'].map(membersOf)).toEqual([0, 0]);
  });
});

describe('a crash while two people are joined', () => {
  it('lets nobody stay whose leaving was the word that joined them', async () => {
    for (let died = true, steps = 1; died; steps += 1) {
      const { world, membersOf } = await renamed();
      await world.leaves(NEW);
      await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
      await live(world, 2 * MINUTE_MS);
      expect([steps, ...['Developers', 'Users'].map(membersOf)]).toEqual([steps, 0, 0]);
    }
  }, 120_000);

  it('leaves one person, who leaves under either address, and whole evidence', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world, membersOf } = await renamed();
      await world.joins(NEW);
      await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
      await world.pass(TICK_MS);
      const [old, now] = [await world.ledger(ANA), await world.ledger(NEW)];
      expect(old?.timeline).toHaveLength(2);
      expect(now).toMatchObject({ timeline: [], joined: { into: personKey(ANA) } });
      expect([await world.fault(ANA), await world.fault(NEW)]).toEqual([undefined, undefined]);
      await world.leaves(NEW);
      await world.pass(TICK_MS);
      expect(['Developers', 'Users'].map(membersOf)).toEqual([0, 0]);
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(7);
  }, 120_000);
});
