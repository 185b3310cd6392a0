import { afterEach, describe, expect, it } from '@jest/globals';
import { DEMO_SEED, demoPolicy, GROUPS, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { workerJoined, workerLeft, workerMoved } from '../../../../sandbox/events';
import { CAUSES } from '../../../../shared/domain/readiness/causes';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { nextBackoff } from '../../../../shared/domain/plan/backoff';
import type { Hold } from '../../../../shared/domain/plan/hold';
import { startEngine, type Engine } from '../../../fixtures/engine';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';

const PEOPLE = Array.from({ length: 9 }, (_, index) => `worker${index}@acme.example`);
const LATE = ['late1@acme.example', 'late2@acme.example'];
const JOINER = 'joiner@acme.example';
const IN_TURN = [...PEOPLE, ...LATE].toSorted((a, b) => (personKey(a) < personKey(b) ? -1 : 1));
const [FIRST = ''] = IN_TURN;
const AUTOMATION = { department: 'Automation' };

const seed = {
  organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...PEOPLE, ...LATE, JOINER] }],
};

type Limits = Readonly<{ run: number; batch: number; group: number }>;

const NEVER = 1_000;

/** Of everything, of one source, of one group: so many removals pass. */
const guarded =
  ({ run, batch, group }: Partial<Limits>, maxIdsPerPut = 100) =>
  (identityBaseUrl: string): string => {
    const limit = (count = NEVER): string => `{ count: ${count}, percent: 100, floor: ${count} }`;
    return demoPolicy(identityBaseUrl).replace(
      '    leaver:\n',
      `    maxIdsPerPut: ${maxIdsPerPut}
    guards: { group: ${limit(group)}, day: ${limit()}, run: ${limit(run)}, batch: ${limit(batch)} }
    leaver:\n`,
    );
  };

describe('marks that are planned two people at a time', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  const start = async (options: Parameters<typeof startEngine>[0]): Promise<Engine> => {
    const engine = await startEngine({ storage: openMemoryStorage(), seed, peoplePerPass: 2, ...options });
    engines.push(engine);
    return engine;
  };
  const staffed = async (limits: Partial<Limits>, peoplePerPass = 2): Promise<Engine> => {
    const engine = await start({ policy: guarded(limits), peoplePerPass });
    for (const person of [...PEOPLE, ...LATE]) await engine.post('hr', workerJoined(person, AUTOMATION));
    await engine.finish();
    expect(membersOf(engine)).toBe(PEOPLE.length + LATE.length);
    engine.clock.advance(3_600_000);
    return engine;
  };
  const membersOf = (engine: Engine, group: string = GROUPS.developers): number =>
    engine.uipath.memberIds(ORGANIZATION, group).size;
  const putsOf = (engine: Engine): number =>
    engine.uipath.requests().filter(({ method }) => method === 'PUT').length;
  const leave = async (engine: Engine, people: readonly string[]): Promise<void> => {
    for (const person of people) await engine.post('hr', workerLeft(person));
  };
  /** What was said now, and the run that was booked a second later. */
  const workSoon = async (engine: Engine): Promise<void> => {
    await engine.work();
    engine.clock.advance(1_000);
    await engine.work();
  };
  const holdsIn = async (engine: Engine, ...states: ReadonlyArray<Hold['state']>): Promise<readonly Hold[]> =>
    engine.app.holds.list(ORGANIZATION, ...states);

  it('fill the calls of a group together', async () => {
    const engine = await start({ policy: guarded({}, 4) });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, AUTOMATION));
    await engine.finish();
    expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([9, 9]);
    // Nine in fours, in two groups. Two at a time they would be ten.
    expect(putsOf(engine)).toBe(6);
    expect(await engine.app.changes.listMarks(ORGANIZATION, 100)).toEqual([]);
  });

  it('send full calls before the last of them is looked up', async () => {
    const engine = await start({ policy: guarded({}, 4) });
    let looksAfterFirstPut = 0;
    engine.uipath.onRequest(({ phase, endpoint }) => {
      if (phase === 'after' && endpoint === 'D5' && putsOf(engine) > 0) looksAfterFirstPut += 1;
    });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, AUTOMATION));
    await engine.finish();
    expect(looksAfterFirstPut).toBe(3);
  });

  it.each<[string, Partial<Limits>, 'batch' | 'run' | 'group']>([
    ['of one source', { batch: 17 }, 'batch'],
    ['of everything', { run: 17 }, 'run'],
    ['of one group', { group: 8 }, 'group'],
  ])('are held as a whole when all together are too many %s', async (_what, limits, guard) => {
    const engine = await staffed(limits);
    await leave(engine, PEOPLE);
    await engine.finish();
    const [hold, ...others] = await holdsIn(engine, 'held');
    expect(others).toEqual([]);
    expect(hold?.guards.map((tripped) => tripped.guard)).toContain(guard);
    expect(new Set(hold?.removals.map((one) => one.personKey)).size).toBe(PEOPLE.length);
    expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([11, 11]);
    expect(await engine.app.changes.listMarks(ORGANIZATION, 100)).toEqual([]);
  });

  it('are let through when all together are within the limits', async () => {
    const engine = await staffed({ run: 18, batch: 18, group: 9 });
    await leave(engine, PEOPLE);
    await engine.finish();
    expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([2, 2]);
    expect(await holdsIn(engine)).toEqual([]);
  });

  it.each([1, 2])(
    'let an ordinary leaver go beside a wrong export that is held: %i at a time',
    async (peoplePerPass) => {
      const engine = await staffed({ batch: 17, group: 8 }, peoplePerPass);
      const { changes } = engine.app;
      await leave(engine, IN_TURN);
      await engine.work();
      await changes.mark(personSubject(ORGANIZATION, personKey(FIRST)), 'urgent', engine.clock.now(), 'time');
      await engine.finish();
      expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([10, 10]);
      expect((await holdsIn(engine, 'held')).map(({ removals }) => removals.length)).toEqual([20]);
    },
  );

  it('count nobody who turned out to have nothing to lose', async () => {
    const engine = await staffed({ batch: 8 });
    for (const group of [GROUPS.developers, GROUPS.users])
      engine.uipath.actAsPerson(ORGANIZATION, {
        kind: 'change-members',
        actor: { name: 'Max', email: 'max@acme.example' },
        group,
        add: [],
        remove: IN_TURN.slice(0, -1),
      });
    await leave(engine, IN_TURN);
    await engine.finish();
    expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([0, 0]);
    expect(await holdsIn(engine)).toEqual([]);
  });

  it.each([2, 100])('count whoever cannot be looked up now: %i at a time', async (peoplePerPass) => {
    const engine = await staffed({ group: 10 }, peoplePerPass);
    const unit = { kind: 'person', key: personKey(FIRST) } as const;
    const nowMs = engine.clock.now();
    const failure = { unit, code: 'internal', nowMs: nowMs + 1_000 } as const;
    await engine.app.backoffs.put(ORGANIZATION, nextBackoff(undefined, failure));
    await leave(engine, IN_TURN);
    await workSoon(engine);
    expect(membersOf(engine)).toBe(11);
    expect(await holdsIn(engine, 'held')).toHaveLength(1);
  });

  it('are held as a whole too when nobody left, but everybody moved', async () => {
    const engine = await staffed({ batch: 8 });
    for (const person of PEOPLE) await engine.post('hr', workerMoved(person, { department: 'Finance' }));
    await engine.finish();
    expect(membersOf(engine)).toBe(11);
    expect(membersOf(engine, GROUPS.finance)).toBe(PEOPLE.length);
    const [hold, ...others] = await holdsIn(engine, 'held');
    expect([hold?.removals.length, others.length]).toEqual([PEOPLE.length, 0]);
  });

  it('give way to a leaver who is marked meanwhile', async () => {
    const engine = await start({ policy: guarded({}) });
    const [leaver = ''] = LATE;
    await engine.post('hr', workerJoined(leaver, AUTOMATION));
    await engine.finish();
    const leaverAtLooks: string[] = [];
    const membersBefore = membersOf(engine);
    engine.uipath.onRequest(async ({ phase, endpoint }) => {
      if (phase !== 'after' || endpoint !== 'D5') return;
      leaverAtLooks.push(membersOf(engine) < membersBefore ? 'gone' : 'member');
      if (leaverAtLooks.length > 1) return;
      await leave(engine, [leaver]);
      await engine.work();
    });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, AUTOMATION));
    await engine.finish();
    expect(leaverAtLooks).toEqual(['member', 'gone', 'gone', 'gone', 'gone']);
    expect(membersOf(engine)).toBe(PEOPLE.length);
  });

  it('are not kept waiting, where they are gathered, by what stops the run', async () => {
    const engine = await staffed({ batch: 8 });
    await leave(engine, PEOPLE);
    await workSoon(engine);
    engine.clock.advance(3_000);
    await leave(engine, LATE);
    await engine.post('hr', workerJoined(JOINER, AUTOMATION));
    engine.uipath.inject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '120' },
      match: { endpoint: 'G4' },
    });
    await workSoon(engine);
    expect(engine.log).toContainEqual({
      event: 'apply-stopped',
      organization: ORGANIZATION,
      code: 'uipath-throttled',
      cause: 'uipath-throttled',
      problem: expect.stringContaining('has used up its PUT calls'),
      fix: CAUSES['uipath-throttled'].fix,
      docs: CAUSES['uipath-throttled'].docs,
    });
    // Four of the ten seconds have passed: UiPath may be asked again in two minutes, and to hold needs no call to it.
    expect(engine.queued().map(({ dueAtMs }) => dueAtMs - engine.clock.now())).toEqual([6_000]);
    engine.clock.advance(6_000);
    await engine.work();
    expect((await holdsIn(engine, 'held')).map(({ removals }) => removals.length)).toEqual([22]);
  });

  it('go on in the next run when the time of one is up', async () => {
    const engine = await start({ policy: guarded({}, 4), runMs: 1_000 });
    engine.uipath.onRequest(({ phase }) => {
      if (phase === 'before') engine.clock.advance(200);
    });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, AUTOMATION));
    const outcomes = await engine.finish();
    expect(outcomes.filter((outcome) => outcome === 'more').length).toBeGreaterThan(2);
    expect([membersOf(engine), membersOf(engine, GROUPS.users)]).toEqual([9, 9]);
    expect(await engine.app.changes.listMarks(ORGANIZATION, 100)).toEqual([]);
  });

  it('join the hold of their incident, and nobody who joins waits for that', async () => {
    const engine = await staffed({ batch: 8 });
    await leave(engine, PEOPLE);
    await workSoon(engine);
    const [first] = await holdsIn(engine, 'held');
    expect(first?.removals).toHaveLength(18);

    engine.clock.advance(6_000);
    await leave(engine, LATE);
    await engine.post('hr', workerJoined(JOINER, AUTOMATION));
    await workSoon(engine);
    expect(membersOf(engine)).toBe(12);
    expect((await holdsIn(engine, 'held')).map(({ hash }) => hash)).toEqual([first?.hash]);

    engine.clock.advance(3_000);
    await engine.work();
    const [joined, ...others] = await holdsIn(engine, 'held');
    expect([joined?.removals.length, others.length]).toEqual([22, 0]);
    const stale = await holdsIn(engine, 'stale');
    expect(stale.find(({ hash }) => hash === first?.hash)?.because).toBe('joined');
    expect(membersOf(engine)).toBe(12);

    engine.clock.advance(3_600_000);
    await leave(engine, [JOINER]);
    await engine.finish();
    expect(membersOf(engine)).toBe(11);
    expect(await holdsIn(engine, 'held')).toHaveLength(1);
  });
});
