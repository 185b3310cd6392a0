import { describe, expect, it } from '@jest/globals';
import { organizationSubject, personSubject } from '../../../../shared/domain/ledger/subject';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { AppError } from '../../../../shared/errors';
import { personKey } from '../../../../shared/domain/person-key';
import { causeOfEdit } from '../../../../shared/domain/plan/guards';
import { keyHolder } from '../../../fixtures/key-holder';
import { groupsOf, rename } from '../ledger/renamed-world';
import { renameGroup } from '../rename-group';
import { damage, failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import {
  AUTOMATION,
  edit,
  FINANCE,
  FIRST,
  followed,
  GROUPS,
  held,
  line,
  MISSPELT,
  staffed,
} from '../policy-edits-world';
import { ANA, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;

describe('an edit of the policy beside other words', () => {
  const ELSEWHERE = {
    birthright: [
      line('automation', 'Automation', ['Users']),
      line('ops', 'Operations', ['Developers']),
      FINANCE,
    ],
  };
  const ALL = [
    [ANA, CARA],
    [ANA, CARA, DAN, OLGA],
  ];
  const inside = (world: World) => [world.members('Developers'), world.members('Users')];
  const subjectOf = (world: World, email: string) => personSubject(world.alias, personKey(email));

  it('is followed before whoever is marked for another reason is planned under it', async () => {
    const world = await staffed(start);
    await edit(world, MISSPELT);
    await world.moves(ANA, { attributes: { department: 'Automation', site: 'Cluj' } });
    await world.settle();
    await live(world, HOUR_MS);
    expect([inside(world), (await held(world)).map(({ removals }) => removals.length)]).toEqual([ALL, [4]]);
  });

  it('takes nothing with something urgent, which takes what it says', async () => {
    const world = await staffed(start);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P30D' });
    await world.settle();
    expect(world.members('Treasury')).toEqual([ANA]);
    await edit(world, MISSPELT);
    await world.asks('R2', { kind: 'revoke', person: ANA, group: 'Treasury' });
    await world.settle();
    expect([world.members('Treasury'), inside(world)]).toEqual([[], ALL]);
    await live(world, HOUR_MS);
    expect([inside(world), await failing(world)]).toEqual([ALL, []]);
  });

  it('is explained by no reason that was over before', async () => {
    const world = await staffed(start);
    await world.asks('R0', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P1D' });
    await world.pass(2 * DAY_MS);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P30D' });
    await world.settle();
    await edit(world, MISSPELT);
    await world.asks('R2', { kind: 'revoke', person: ANA, group: 'Treasury' });
    await world.settle();
    expect([world.members('Treasury'), inside(world)]).toEqual([[], ALL]);
  });

  describe('that concerns somebody who turns out to be one with another', () => {
    const ELDER = 'ana.alt@acme.example';

    async function twoOfOne(): Promise<World> {
      const world = await start({ policy: FIRST });
      await world.joins(ELDER, { attributes: { department: 'Operations' } });
      await world.settle();
      await world.asks('R0', { kind: 'grant', person: ELDER, group: 'Treasury', duration: 'P90D' });
      await world.settle();
      for (const email of [ANA, CARA]) await world.joins(email);
      await world.settle();
      await edit(world, {});
      await live(world, MINUTE_MS);
      return world;
    }

    it('stays with them where they are joined before they are planned', async () => {
      const world = await twoOfOne();
      const account = world.id(ANA);
      await edit(world, MISSPELT);
      const { app, clock } = world.engine;
      const mark: typeof app.changes.mark = async (subject, lane, nowMs, cause) => {
        await app.changes.mark(subject, lane, nowMs, cause);
        if (subject.key !== personKey(ANA) || cause?.includes('edit') !== true) return;
        rename(world, ANA, ELDER);
        await app.changes.mark(subjectOf(world, ELDER), 'urgent', clock.now(), 'standard');
      };
      await world.engine.tick();
      await world.engine.work({ ...app, changes: { ...app.changes, mark } });
      await live(world, HOUR_MS);
      expect((await world.ledger(ANA))?.joined).toMatchObject({ into: personKey(ELDER) });
      expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    });

    it('stays with them where they are joined before they are marked', async () => {
      const world = await twoOfOne();
      const account = world.id(ANA);
      rename(world, ANA, ELDER);
      const { changes } = world.engine.app;
      const markAt = async (email: string, cause: string): Promise<void> =>
        changes.mark(subjectOf(world, email), 'normal', world.engine.clock.now(), cause);
      await markAt(ELDER, 'standard');
      await live(world, MINUTE_MS);
      expect((await world.ledger(ANA))?.joined).toMatchObject({ into: personKey(ELDER) });
      const hash = await edit(world, MISSPELT);
      await live(world, MINUTE_MS);
      for (const { hash: ofHold } of await held(world))
        await world.engine.app.holds.change(world.alias, ofHold, (hold) => ({ ...hold, state: 'stale' }));
      await markAt(ANA, causeOfEdit(hash, true));
      await live(world, MINUTE_MS);
      await markAt(ELDER, 'standard');
      await live(world, HOUR_MS);
      expect(groupsOf(world, account)).toEqual(['Developers', 'Users']);
    });
  });

  it('empties nothing with something urgent while those whom it concerns wait', async () => {
    const world = await staffed(start);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P30D' });
    await world.settle();
    const hash = await edit(world, {});
    await edit(world, MISSPELT);
    await live(world, MINUTE_MS);
    for (const { hash: ofHold } of await held(world))
      await world.engine.app.holds.change(world.alias, ofHold, (hold) => ({ ...hold, state: 'stale' }));
    const { changes } = world.engine.app;
    await changes.mark(subjectOf(world, ANA), 'normal', world.engine.clock.now(), causeOfEdit(hash, true));
    await world.asks('R2', { kind: 'revoke', person: ANA, group: 'Treasury' });
    await live(world, HOUR_MS);
    expect([world.members('Treasury'), inside(world)]).toEqual([[], ALL]);
  });

  it('is held also of whom a further word came about before they were planned', async () => {
    const world = await staffed(start);
    await edit(world, MISSPELT);
    await world.engine.tick();
    const { app } = world.engine;
    const mark: typeof app.changes.mark = async (subject, lane, nowMs, cause) => {
      await app.changes.mark(subject, lane, nowMs, cause);
      if (cause?.includes('edit') === true) await app.changes.mark(subject, 'normal', nowMs, 'standard');
    };
    await world.engine.work({ ...app, changes: { ...app.changes, mark } });
    await live(world, HOUR_MS);
    expect(inside(world)).toEqual(ALL);
  });

  it('is held again where its plan was released and is not what there is any more', async () => {
    const world = await staffed(start);
    await edit(world, MISSPELT);
    await live(world, MINUTE_MS);
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P30D' });
    await world.settle();
    const [hold] = await held(world);
    await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect(inside(world)).toEqual(ALL);
    expect((await held(world)).map(({ removals }) => removals.length)).toEqual([3]);
  });

  it('is held anew where the same was released, taken back and made again', async () => {
    const world = await staffed(start);
    const release = async (): Promise<void> => {
      const [hold] = await held(world);
      await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
      await live(world, MINUTE_MS);
    };
    await edit(world, MISSPELT);
    await live(world, MINUTE_MS);
    await release();
    expect(inside(world)).toEqual([[], [DAN, OLGA]]);
    await edit(world, {});
    await live(world, MINUTE_MS);
    expect(inside(world)).toEqual(ALL);
    await edit(world, MISSPELT);
    await live(world, 2 * HOUR_MS);
    expect([inside(world), (await held(world)).length]).toEqual([ALL, 1]);
  });

  it('that is taken back before it was followed leaves nobody with what it did meanwhile', async () => {
    const world = await staffed(start);
    await edit(world, ELSEWHERE);
    const { app } = world.engine;
    const unread = { ...app, policyOfVersion: async () => Promise.reject(new Error('Storage is away')) };
    await world.moves(CARA, { attributes: { department: 'Operations' } });
    await world.moves(DAN, { attributes: { department: 'Operations' } });
    await world.engine.finish({ instances: [unread], withinMs: MINUTE_MS }).catch(() => undefined);
    expect(world.members('Developers')).toContain(DAN);
    await edit(world, {});
    await live(world, 2 * HOUR_MS);
    expect([inside(world), world.members('Finance'), await failing(world)]).toEqual([
      [[ANA], [ANA, OLGA]],
      [OLGA],
      [],
    ]);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect(own?.value).not.toHaveProperty('isPolicyBetween');
  });

  it('holds what somebody loses whose ledger could not be read', async () => {
    const world = await staffed(start);
    const repair = await damage(world, ANA, { json0: '{"kind":"planet"}' });
    await edit(world, MISSPELT);
    await live(world, 10 * MINUTE_MS);
    await repair();
    await live(world, 2 * HOUR_MS);
    expect(inside(world)).toEqual(ALL);
  });

  it('keeps no leaver in, also whom it concerns', async () => {
    const world = await staffed(start);
    const hash = await edit(world, MISSPELT);
    await live(world, MINUTE_MS);
    await world.leaves(ANA);
    const { app } = world.engine;
    const mark: typeof app.changes.mark = async (subject, _lane, nowMs) =>
      app.changes.mark(subject, 'normal', nowMs, causeOfEdit(hash, true));
    await world.engine.work({ ...app, changes: { ...app.changes, mark } });
    await live(world, MINUTE_MS);
    expect(inside(world)).toEqual([[CARA], [CARA, DAN, OLGA]]);
  });

  it('reaches everybody but one who cannot be marked, who is tried again', async () => {
    const world = await staffed(start);
    await edit(world, ELSEWHERE);
    const { app } = world.engine;
    const mark: typeof app.changes.mark = async (subject, ...more) => {
      if (subject.key === personKey(ANA)) throw new Error('Refused');
      await app.changes.mark(subject, ...more);
    };
    const refusing = { ...app, changes: { ...app.changes, mark } };
    await world.engine.tick();
    await world.engine.finish({ instances: [refusing], withinMs: MINUTE_MS }).catch(() => undefined);
    for (const { hash } of await held(world)) await releaseHold(app, world.alias, hash, keyHolder('Ben'));
    await world.engine.finish({ instances: [refusing], withinMs: MINUTE_MS }).catch(() => undefined);
    expect([world.members('Developers'), await failing(world)]).toEqual([[ANA], ['phase : internal']]);
    await live(world, 2 * HOUR_MS);
    for (const { hash } of await held(world)) await releaseHold(app, world.alias, hash, keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect([world.members('Developers'), await failing(world)]).toEqual([[], []]);
  });

  it.each(['an older version', 'an older version, and has not read the file again'])(
    'does nothing with a word that a process with %s comes to, until it has the one in force',
    async (which) => {
      const world = await staffed(start);
      const older = await world.engine.app.policy();
      await edit(world, {
        birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
      });
      await live(world, MINUTE_MS);
      const isForGood = which === 'an older version';
      const other = {
        ...world.engine.newInstance(),
        policy: async () => older,
        ...(isForGood ? { policyLookedAgain: async () => older } : {}),
      };
      await world.moves(CARA, { attributes: { department: 'Finance' } });
      await world.engine.finish({ instances: [other], withinMs: MINUTE_MS });
      const moved = isForGood ? [DAN, OLGA] : [CARA, DAN, OLGA];
      expect([world.members('Finance'), world.members('Treasury')]).toEqual([moved, moved]);
      await live(world, 3 * MINUTE_MS);
      expect(world.members('Treasury')).toEqual([CARA, DAN, OLGA]);
      expect(world.engine.log.filter(({ event }) => event === 'policy-not-in-force')).toHaveLength(
        isForGood ? 1 : 0,
      );
    },
  );

  it('ends a run of the same process that began under the version before, which gives nobody anything more', async () => {
    const world = await staffed(start);
    const { app } = world.engine;
    const takeFence: typeof app.changes.takeFence = async (organization) => {
      await edit(world, { birthright: [AUTOMATION, line('finance', 'Finance', ['Users'])] });
      world.engine.clock.advance(1_000);
      return app.changes.takeFence(organization);
    };
    await world.moves(CARA, { attributes: { department: 'Finance' } });
    await world.engine.work();
    world.engine.clock.advance(2_000);
    await world.engine.work({ ...app, changes: { ...app.changes, takeFence } });
    await live(world, HOUR_MS);
    expect([world.members('Finance'), world.members('Developers')]).toEqual([[DAN, OLGA], [ANA]]);
    expect((await held(world)).map(({ removals }) => removals.length)).toEqual([2]);
  });

  it('is marked also where looking for what is due takes all its time', async () => {
    const world = await staffed(start);
    await edit(world, ELSEWHERE);
    const { app, clock } = world.engine;
    const listDue: typeof app.due.listDue = async () => {
      clock.advance(6_000);
      return [];
    };
    await world.engine.tick({ ...app, due: { ...app.due, listDue } });
    const marks = await app.changes.listMarks(world.alias, 10);
    expect(marks.map(({ cause }) => cause)).toEqual(['policy']);
  });

  it('takes nothing from anybody at work while it cannot be told whether it was followed', async () => {
    const world = await staffed(start);
    await edit(world, MISSPELT);
    const { app } = world.engine;
    const read: typeof app.ledger.read = async (subject) => {
      if (subject.kind === 'organization') throw new AppError('record-unreadable', 'Damaged');
      return app.ledger.read(subject);
    };
    const damaged = { ...app, ledger: { ...app.ledger, read } };
    await world.moves(ANA, { attributes: { department: 'Automation', site: 'Cluj' } });
    await world.moves(DAN, { attributes: { department: 'Operations' } });
    await world.engine.finish({ instances: [damaged], withinMs: MINUTE_MS }).catch(() => undefined);
    expect([inside(world), world.members('Finance')]).toEqual([
      [
        [ANA, CARA],
        [ANA, CARA, OLGA],
      ],
      [OLGA],
    ]);
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
  });

  it.each([
    { what: 'goes by the name that it has now', groups: ['Devs', 'Users'], removals: [] },
    { what: 'is taken out of its line beside that, and held', groups: ['Users'], removals: [2] },
  ])('that names a group anew which was renamed in UiPath $what', async ({ groups, removals }) => {
    const world = await staffed(start);
    renameGroup(world, 'Developers', 'Devs');
    const { Developers: requests, ...others } = GROUPS;
    await edit(world, {
      groups: { ...others, Devs: requests },
      birthright: [line('automation', 'Automation', groups), FINANCE],
    });
    await live(world, HOUR_MS);
    for (const email of [ANA, CARA])
      await world.moves(email, { attributes: { department: 'Automation', site: 'Cluj' } });
    await live(world, HOUR_MS);
    expect(world.members('Devs')).toEqual([ANA, CARA]);
    expect((await held(world)).map((hold) => hold.removals.length)).toEqual(removals);
  });

  it('dies on any storage call of a run and is followed once all the same', async () => {
    const after = { birthright: [line('automation', 'Automation', ['Treasury', 'Users']), FINANCE] };
    for (let at = 0; at < 12; at += 2) {
      const world = await staffed(start);
      await edit(world, after);
      await world.engine.tick();
      const { app } = world.engine;
      let calls = 0;
      const dying =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          calls += 1;
          if (calls > at) throw new AppError('storage-unavailable', 'The process died');
          return call(...args);
        };
      const ledger = { ...app.ledger, read: dying(app.ledger.read), write: dying(app.ledger.write) };
      const { mark, clearMark } = app.changes;
      const changes = { ...app.changes, mark: dying(mark), clearMark: dying(clearMark) };
      await world.engine.work({ ...app, ledger, changes }).catch(() => undefined);
      await live(world, 2 * MINUTE_MS);
      expect([at, world.members('Treasury'), ...inside(world)]).toEqual([at, [ANA, CARA], ...ALL]);
      expect([(await held(world)).length, (await followed(world)).length]).toEqual([1, 1]);
    }
  });

  it('is followed by the next run where its mark is lost', async () => {
    const world = await staffed(start);
    await edit(world, {
      birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
    });
    await world.engine.tick();
    const { changes } = world.engine.app;
    for (const mark of await changes.listMarks(world.alias, 10)) await changes.clearMark(mark);
    await world.moves(ANA, { attributes: { department: 'Automation', site: 'Cluj' } });
    await world.settle();
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });
});
