import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listHolds } from '../../../../shared/access/ledger/list-holds';
import { startAzurite, type Azurite } from '../../../../sandbox/azurite';
import { DEMO_SEED, demoPolicy, GROUPS, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { workerJoined, workerLeft, workerMoved } from '../../../../sandbox/events';
import { readHold, releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import { startEngine, type Engine } from '../../../fixtures/engine';
import { keyHolder } from '../../../fixtures/key-holder';

const PEOPLE = Array.from({ length: 12 }, (_, index) => `worker${index}@acme.example`);
const HOUR_MS = 3_600_000;

/** Six removals of one group in a run pass; the seventh trips the guard. Nine in a day pass; the tenth does not. */
const guarded = (identityBaseUrl: string): string =>
  demoPolicy(identityBaseUrl).replace(
    '    leaver:\n',
    `    guards:
      group: { count: 6, percent: 100, floor: 6 }
      day: { count: 9, percent: 100, floor: 9 }
      run: { count: 1000, percent: 100, floor: 1000 }
      batch: { count: 1000, percent: 100, floor: 1000 }
    leaver:\n`,
  );

const seed = { organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...PEOPLE] }] };

describe('held plans', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(async () => {
    await azurite.close();
  });

  const staffed = async (): Promise<Engine> => {
    const engine = await startEngine({ azurite, policy: guarded, seed });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, { department: 'Automation' }));
    await engine.finish();
    expect(membersOf(engine)).toBe(12);
    return engine;
  };
  const membersOf = (engine: Engine): number => engine.uipath.memberIds(ORGANIZATION, GROUPS.developers).size;
  const leave = async (engine: Engine, people: readonly string[]): Promise<void> => {
    for (const person of people) await engine.post('hr', workerLeft(person));
    await engine.finish();
  };
  const heldIn = async (engine: Engine) => listHolds(engine.app, ORGANIZATION);

  it('lets six leave a group at once', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 6));
    expect(membersOf(engine)).toBe(6);
    expect(await heldIn(engine)).toEqual([]);
    await engine.close();
  });

  it('holds seven, while a joiner passes', async () => {
    const engine = await staffed();
    for (const person of PEOPLE.slice(0, 7)) await engine.post('hr', workerLeft(person));
    await engine.post('hr', workerJoined('ana.pop@acme.example', { department: 'Automation' }));
    await engine.finish();
    expect(membersOf(engine)).toBe(13);
    const [plan] = await heldIn(engine);
    expect(plan?.removals.filter((removal) => removal.groupName === GROUPS.developers)).toHaveLength(7);
    expect(plan?.guards.map(({ guard, removals }) => [guard, removals])).toContainEqual(['group', 7]);
    await engine.close();
  });

  it('holds when a feed sends two people in five to a department that gives nothing (incident 3)', async () => {
    const usual = (identityBaseUrl: string): string => demoPolicy(identityBaseUrl);
    const many = [...PEOPLE, ...Array.from({ length: 8 }, (_, index) => `other${index}@acme.example`)];
    const engine = await startEngine({
      azurite,
      policy: usual,
      seed: { organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...many] }] },
    });
    for (const person of many) await engine.post('hr', workerJoined(person, { department: 'Automation' }));
    await engine.finish();
    engine.clock.advance(HOUR_MS);
    for (const person of many.slice(0, 8))
      await engine.post('hr', workerMoved(person, { department: 'Unassigned' }));
    await engine.finish();
    expect(membersOf(engine)).toBe(20);
    const held = (await heldIn(engine)).flatMap((plan) => plan.removals);
    expect(held.filter(({ groupName }) => groupName === GROUPS.developers)).toHaveLength(8);
    await engine.close();
  });

  it('lets one of three leave, a third of the group (incident 5)', async () => {
    const engine = await startEngine({
      azurite,
      seed,
      policy: (identityBaseUrl) =>
        guarded(identityBaseUrl).replace(
          'count: 6, percent: 100, floor: 6',
          'count: 6, percent: 10, floor: 1',
        ),
    });
    for (const person of PEOPLE.slice(0, 3))
      await engine.post('hr', workerJoined(person, { department: 'Automation' }));
    await engine.finish();
    await leave(engine, PEOPLE.slice(0, 1));
    expect(membersOf(engine)).toBe(2);
    await leave(engine, PEOPLE.slice(1, 3));
    expect(membersOf(engine)).toBe(2);
    expect(await heldIn(engine)).toHaveLength(1);
    await engine.close();
  });

  it('applies exactly the released removals, in a name, once', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    expect(membersOf(engine)).toBe(12);
    const [plan] = await heldIn(engine);
    const hash = plan?.hash ?? '';
    await releaseHold(engine.app, ORGANIZATION, hash, keyHolder('olga.admin'));
    await expect(releaseHold(engine.app, ORGANIZATION, hash, keyHolder('ben'))).rejects.toMatchObject({
      code: 'plan-not-held',
    });
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    await expect(readHold(engine.app, ORGANIZATION, hash)).resolves.toMatchObject({
      state: 'done',
      releasedBy: keyHolder('olga.admin'),
    });
    await engine.close();
  });

  const decisionsIn = async ({ app }: Engine) => {
    const { records } = await app.ledger.evidence(organizationSubject(ORGANIZATION));
    return records
      .filter(({ kind }) => kind.startsWith('plan-') && kind !== 'plan-held')
      .map(({ kind, facts }) => [kind, facts['by'], facts['code']]);
  };
  const OLGA = keyHolder('olga.admin');
  const end = async (): Promise<never> => {
    throw new Error('The process ends here');
  };

  it('releases nothing that could not be recorded', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const { app } = engine;
    const dying = { ...app, ledger: { ...app.ledger, write: end } };
    await expect(releaseHold(dying, ORGANIZATION, plan?.hash ?? '', OLGA)).rejects.toThrow('ends');
    engine.clock.advance(60_000);
    await engine.tick();
    await engine.finish();
    expect(membersOf(engine)).toBe(12);
    await releaseHold(app, ORGANIZATION, plan?.hash ?? '', OLGA);
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    expect(await decisionsIn(engine)).toEqual([
      ['plan-released', OLGA, undefined],
      ['plan-done', OLGA, undefined],
    ]);
    await engine.close();
  });

  it('is held on where a process died before it released what it had recorded, and released by whoever decides again', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const { app } = engine;
    let isDead = false;
    const get: typeof app.holds.get = async (...args) => (isDead ? end() : app.holds.get(...args));
    const change = async (): Promise<never> => {
      isDead = true;
      return end();
    };
    const dying = { ...app, holds: { ...app.holds, change, get } };
    await expect(releaseHold(dying, ORGANIZATION, plan?.hash ?? '', OLGA)).rejects.toThrow('ends');
    engine.clock.advance(60_000);
    await engine.tick();
    await engine.finish();
    expect(membersOf(engine)).toBe(12);
    const ben = keyHolder('ben.admin');
    await releaseHold(app, ORGANIZATION, plan?.hash ?? '', ben);
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    expect(await decisionsIn(engine)).toEqual([
      ['plan-released', OLGA, undefined],
      ['plan-released', ben, undefined],
      ['plan-done', ben, undefined],
    ]);
    await engine.close();
  });

  it('applies what was released by a process that died before it booked a run', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const { app } = engine;
    const dying = { ...app, changes: { ...app.changes, bookRun: end } };
    await expect(releaseHold(dying, ORGANIZATION, plan?.hash ?? '', OLGA)).rejects.toThrow('ends');
    engine.clock.advance(60_000);
    await engine.tick();
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    expect(await decisionsIn(engine)).toEqual([
      ['plan-released', OLGA, undefined],
      ['plan-done', OLGA, undefined],
    ]);
    await engine.close();
  });

  it('is released once where the answer to the release was lost', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const { app } = engine;
    const change: typeof app.holds.change = async (...args) => {
      await app.holds.change(...args);
      throw new AppError('storage-unavailable', 'The answer was lost');
    };
    const losing = { ...app, holds: { ...app.holds, change } };
    await releaseHold(losing, ORGANIZATION, plan?.hash ?? '', OLGA);
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    expect(await decisionsIn(engine)).toEqual([
      ['plan-released', OLGA, undefined],
      ['plan-done', OLGA, undefined],
    ]);
    await engine.close();
  });

  it('says of the later one of two who release at once that theirs released nothing', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const { app } = engine;
    const hash = plan?.hash ?? '';
    const ben = keyHolder('ben.admin');
    // Olga releases right before Ben's release is written.
    const change: typeof app.holds.change = async (...args) => {
      await releaseHold(app, ORGANIZATION, hash, OLGA);
      return app.holds.change(...args);
    };
    const late = { ...app, holds: { ...app.holds, change } };
    await expect(releaseHold(late, ORGANIZATION, hash, ben)).rejects.toMatchObject({ code: 'plan-not-held' });
    await engine.finish();
    expect(await decisionsIn(engine)).toEqual([
      ['plan-released', ben, undefined],
      ['plan-released', OLGA, undefined],
      ['plan-not-released', ben, 'plan-not-held'],
      ['plan-done', OLGA, undefined],
    ]);
    await engine.close();
  });

  it.each([
    ['left', workerLeft],
    ['moved', (person: string) => workerMoved(person, { department: 'Unassigned' })],
  ] as const)(
    'goes on with what a run could not finish of people who %s, and asks nobody again',
    async (_how, said) => {
      const engine = await startEngine({
        azurite,
        seed,
        policy: (identityBaseUrl) =>
          guarded(identityBaseUrl).replace('    guards:\n', '    maxIdsPerPut: 1\n    guards:\n'),
        quota: { limits: { GET: 300, POST: 24_000, PUT: 5, PATCH: 9, DELETE: 9 }, share: 1, reserve: 0 },
      });
      for (const person of PEOPLE)
        await engine.post('hr', workerJoined(person, { department: 'Automation' }));
      await engine.finish({ withinMs: 24 * HOUR_MS });
      for (const person of PEOPLE.slice(0, 8)) await engine.post('hr', said(person));
      await engine.finish({ withinMs: 24 * HOUR_MS });
      const [plan] = await heldIn(engine);
      await releaseHold(engine.app, ORGANIZATION, plan?.hash ?? '', keyHolder('olga.admin'));
      const outcomes = await engine.finish({ withinMs: 24 * HOUR_MS });
      expect(outcomes.filter((outcome) => outcome === 'waiting').length).toBeGreaterThan(1);
      expect(membersOf(engine)).toBe(4);
      const plans = await engine.app.holds.list(ORGANIZATION);
      expect(plans.map(({ state }) => state)).toEqual(['done']);
      await engine.close();
    },
  );

  it('refuses a released plan when somebody was rehired since it was held', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    const hash = plan?.hash ?? '';
    engine.clock.advance(HOUR_MS);
    await engine.post('hr', workerJoined(PEOPLE[0] ?? '', { department: 'Automation' }));
    await engine.finish();
    await releaseHold(engine.app, ORGANIZATION, hash, keyHolder('olga.admin'));
    await engine.finish();
    await expect(readHold(engine.app, ORGANIZATION, hash)).resolves.toMatchObject({ state: 'stale' });
    expect(membersOf(engine)).toBe(12);
    const held = (await heldIn(engine)).flatMap((next) => next.removals);
    expect(held.filter(({ groupName }) => groupName === GROUPS.developers)).toHaveLength(7);
    await engine.close();
  });

  it('is held on when it expires, and can be released before as well', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 8));
    const [plan] = await heldIn(engine);
    engine.clock.advance(7 * 24 * HOUR_MS);
    await engine.tick();
    expect(await heldIn(engine)).toHaveLength(1);
    await engine.finish();
    expect(await heldIn(engine)).toHaveLength(1);
    expect(membersOf(engine)).toBe(12);
    engine.clock.advance(7 * 24 * HOUR_MS);
    await releaseHold(engine.app, ORGANIZATION, plan?.hash ?? '', keyHolder('olga.admin'));
    await engine.finish();
    expect(membersOf(engine)).toBe(4);
    await engine.close();
  });

  it('holds the second small batch of a day: nine in 24 hours pass, the tenth does not', async () => {
    const engine = await staffed();
    await leave(engine, PEOPLE.slice(0, 6));
    engine.clock.advance(2 * HOUR_MS);
    await leave(engine, PEOPLE.slice(6, 10));
    expect(membersOf(engine)).toBe(6);
    const [plan] = await heldIn(engine);
    expect(plan?.guards.map(({ guard, removals }) => [guard, removals])).toContainEqual(['day', 10]);
    await engine.close();
  });

  it('knows no plan of another organization or another hash', async () => {
    const engine = await startEngine({ azurite, policy: guarded, seed });
    const { app } = engine;
    await expect(listHolds(app, 'nobody')).rejects.toMatchObject({ code: 'plan-unknown' });
    await expect(readHold(app, ORGANIZATION, 'f00')).rejects.toMatchObject({ code: 'plan-unknown' });
    await expect(releaseHold(app, ORGANIZATION, 'f00', keyHolder('olga'))).rejects.toMatchObject({
      code: 'plan-unknown',
    });
    await engine.close();
  });
});
