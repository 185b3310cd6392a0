import { describe, expect, it } from '@jest/globals';
import { bringPolicyIntoForce } from '../../../../shared/access/ledger/bring-policy-into-force';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject, personSubject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import { personKey } from '../../../../shared/domain/person-key';
import { causeOfEdit } from '../../../../shared/domain/plan/guards';
import { keyHolder } from '../../../fixtures/key-holder';
import { recordingOn } from '../../../fixtures/policy-process';
import { renameGroup } from '../rename-group';
import { damage, failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, DAN, OLGA, policyOfWorld, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;

type Fields = Readonly<Record<string, unknown>>;

const GROUPS = Object.fromEntries(
  ['Developers', 'Users', 'Finance', 'Treasury'].map((name) => [name, { requests: { approvers: [BEN] } }]),
);
const line = (name: string, department: string, groups: readonly string[]) => ({
  name,
  when: { department },
  groups,
});
const AUTOMATION = line('automation', 'Automation', ['Developers', 'Users']);
const FINANCE = line('finance', 'Finance', ['Finance', 'Users']);
const FIRST = { groups: GROUPS, birthright: [AUTOMATION, FINANCE], mover: { graceDays: 0 } };

/** A version comes into force, as the place that reads the file brings it there. */
async function edit(world: World, change: Fields): Promise<string> {
  const { uipath, storage, clock, app } = world.engine;
  const text = policyOfWorld(uipath.identityBaseUrl(world.alias), { ...FIRST, ...change });
  world.engine.setPolicy(text);
  const { hash, organizations } = await app.policy();
  const version = { hash, text, origin: { kind: 'file', name: 'policy.yaml' } } as const;
  app.policyEdits.open(await bringPolicyIntoForce(recordingOn(storage, clock), version, organizations));
  return hash;
}

/** Ana and Cara work in Automation, Dan and Olga in Finance, and the first version is followed. */
async function staffed(): Promise<World> {
  const world = await start({ policy: FIRST });
  for (const email of [ANA, CARA]) await world.joins(email, { attributes: { department: 'Automation' } });
  for (const email of [DAN, OLGA]) await world.joins(email, { attributes: { department: 'Finance' } });
  await world.settle();
  await edit(world, {});
  await live(world, MINUTE_MS);
  world.calls();
  return world;
}

async function followed(world: World) {
  const records = await world.evidence(organizationSubject(world.alias));
  return records.filter(({ kind }) => kind === 'policy-followed').map(({ facts }) => facts);
}

async function held(world: World) {
  const holds = await world.engine.app.holds.list(world.alias);
  return holds.filter(({ state }) => state === 'held');
}

describe('an edit of the policy', () => {
  it('gives whom it concerns their groups within a tick, and tells in the evidence whom', async () => {
    const world = await staffed();
    const hash = await edit(world, { birthright: [AUTOMATION, line('finance', 'Finance', ['Treasury'])] });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await followed(world)).toEqual([
      {
        from: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        to: hash,
        people: 2,
        groups: [
          { group: 'finance', gains: 0, loses: 2 },
          { group: 'treasury', gains: 2, loses: 0 },
          { group: 'users', gains: 0, loses: 2 },
        ],
        emptied: { groups: ['finance'], lines: [] },
      },
    ]);
  });

  it('costs no call to UiPath where it changes nobody', async () => {
    const world = await staffed();
    await edit(world, { notify: [], planExpiryDays: 5 });
    await live(world, 10 * MINUTE_MS);
    expect([world.calls(), await followed(world)]).toEqual([{}, []]);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect(own?.value.policyFollowed).toBe(own?.value.policyHash);
  });

  it('looks at nobody but those whom it changes', async () => {
    const world = await staffed();
    await edit(world, {
      birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
    });
    await live(world, 10 * MINUTE_MS);
    const changed = world.engine.log.filter(({ event }) => event === 'memberships-applied');
    expect(changed.at(-1)).toMatchObject({ groupId: world.groupId('Treasury'), added: 2, removed: 0 });
    expect(await world.kinds(ANA)).not.toContain('policy-followed');
    expect(world.calls()).toEqual({ G1: 1, G4: 1, G7: 2, G8: 1 });
  });

  it('that empties a birthright line is held however few it concerns, with the edit by name', async () => {
    const world = await staffed();
    const hash = await edit(world, {
      birthright: [line('automation', 'Automaton', ['Developers', 'Users']), FINANCE],
    });
    await live(world, HOUR_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([
      [ANA, CARA],
      [ANA, CARA, DAN, OLGA],
    ]);
    const [hold, ...others] = await held(world);
    expect(others).toEqual([]);
    expect(hold?.removals).toHaveLength(4);
    expect(hold?.guards).toEqual([
      { guard: 'batch', scope: `emptying edit of the policy ${hash.slice(0, 8)}`, removals: 4, whole: 4 },
    ]);
    expect(await followed(world)).toMatchObject([
      { people: 2, emptied: { groups: ['developers'], lines: ['automation'] } },
    ]);
    await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
    await live(world, MINUTE_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([[], [DAN, OLGA]]);
  });

  it('that is corrected before anybody released it takes nobody out', async () => {
    const world = await staffed();
    await edit(world, { birthright: [line('automation', 'Automaton', ['Developers']), FINANCE] });
    await live(world, HOUR_MS);
    await edit(world, {});
    await live(world, HOUR_MS);
    const [hold] = await held(world);
    if (hold !== undefined) await releaseHold(world.engine.app, world.alias, hold.hash, keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([
      [ANA, CARA],
      [ANA, CARA, DAN, OLGA],
    ]);
  });

  it('that takes a few people out of a group which keeps others is not held', async () => {
    const world = await staffed();
    await world.moves(CARA, { attributes: { department: 'Operations' } });
    await edit(world, {
      birthright: [AUTOMATION, FINANCE, line('ops', 'Operations', ['Developers', 'Users'])],
    });
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await edit(world, { birthright: [AUTOMATION, FINANCE, line('ops', 'Operations', ['Users'])] });
    await live(world, MINUTE_MS);
    expect([world.members('Developers'), await held(world)]).toEqual([[ANA], []]);
  });

  it('that lets a group be written gives it whom it could not', async () => {
    const observed = { ...GROUPS, Treasury: { ...GROUPS['Treasury'], mode: 'observe' } };
    const birthright = [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])];
    const world = await staffed();
    await edit(world, { groups: observed, birthright });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([]);
    await edit(world, { birthright });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('that shortens the time after a move ends what was kept by the longer one', async () => {
    const world = await staffed();
    await edit(world, { mover: { graceDays: 30 } });
    await live(world, MINUTE_MS);
    await world.moves(CARA, { attributes: { department: 'Finance' } });
    await world.pass(5 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await edit(world, { mover: { graceDays: 10 } });
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await world.pass(6 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('leaves a member alone whom somebody else put there', async () => {
    const world = await staffed();
    byHand(world, 'Developers', [DAN]);
    await edit(world, { birthright: [line('automation', 'Automation', ['Users']), FINANCE] });
    await live(world, HOUR_MS);
    for (const { hash } of await held(world))
      await releaseHold(world.engine.app, world.alias, hash, keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([DAN]);
  });
});

describe('following an edit of the policy', () => {
  const TREASURY = { birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])] };

  it('is done by the next tick where the process dies before it is noted', async () => {
    const world = await staffed();
    const { app } = world.engine;
    await edit(world, TREASURY);
    await world.engine.tick();
    const broken = {
      ...app,
      ledger: {
        ...app.ledger,
        write: async () => {
          throw new Error('The process died');
        },
      },
    };
    await world.engine.work(broken).catch(() => undefined);
    await live(world, 20 * MINUTE_MS);
    expect([world.members('Treasury'), await failing(world)]).toEqual([[DAN, OLGA], []]);
    expect(await followed(world)).toHaveLength(1);
  });

  it('keeps nobody else waiting while the version before cannot be read', async () => {
    const world = await staffed();
    const { app } = world.engine;
    await edit(world, TREASURY);
    await world.engine.tick();
    const unread = async () => {
      throw new Error('Storage is away');
    };
    await world.moves(ANA, { attributes: { department: 'Finance' } });
    await world.engine.work({ ...app, policyOfVersion: unread });
    await world.engine
      .finish({
        instances: [{ ...app, policyOfVersion: unread }],
        withinMs: MINUTE_MS,
      })
      .catch(() => undefined);
    expect(world.members('Finance')).toEqual([ANA, DAN, OLGA]);
    await live(world, HOUR_MS);
    expect([world.members('Treasury'), await failing(world)]).toEqual([[ANA, DAN, OLGA], []]);
  });

  it('goes by what everybody has where the version before is not kept any more', async () => {
    const world = await staffed();
    await edit(world, TREASURY);
    await world.engine.tick();
    const { app } = world.engine;
    const gone = { ...app, policyOfVersion: async () => undefined };
    await world.engine.work(gone);
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('waits where another version is on record than the run works under', async () => {
    const world = await staffed();
    const hash = await edit(world, TREASURY);
    world.engine.setPolicy(policyOfWorld(world.engine.uipath.identityBaseUrl(world.alias), FIRST));
    await live(world, MINUTE_MS);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect([own?.value.policyFollowed === hash, world.members('Treasury')]).toEqual([false, []]);
    await edit(world, TREASURY);
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('looks at somebody whose ledger cannot be read once it can be', async () => {
    const world = await staffed();
    const repair = await damage(world, DAN, { json0: '{"kind":"planet"}' });
    await edit(world, TREASURY);
    await live(world, 10 * MINUTE_MS);
    expect(world.members('Treasury')).toEqual([OLGA]);
    await repair();
    await live(world, 2 * HOUR_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('comes after a leaver who is said meanwhile', async () => {
    const world = await staffed();
    await edit(world, TREASURY);
    await world.leaves(DAN);
    await live(world, MINUTE_MS);
    expect([world.members('Treasury'), world.members('Finance')]).toEqual([[OLGA], [OLGA]]);
  });
});

describe('an edit of the policy beside other words', () => {
  const MISSPELT = { birthright: [line('automation', 'Automaton', ['Developers', 'Users']), FINANCE] };
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
    const world = await staffed();
    await edit(world, MISSPELT);
    await world.moves(ANA, { attributes: { department: 'Automation', site: 'Cluj' } });
    await world.settle();
    await live(world, HOUR_MS);
    expect([inside(world), (await held(world)).map(({ removals }) => removals.length)]).toEqual([ALL, [4]]);
  });

  it('takes nothing with something urgent, which takes what it says', async () => {
    const world = await staffed();
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

  it('empties nothing with something urgent while those whom it concerns wait', async () => {
    const world = await staffed();
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
    const world = await staffed();
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
    const world = await staffed();
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
    const world = await staffed();
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
    const world = await staffed();
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
    const world = await staffed();
    const repair = await damage(world, ANA, { json0: '{"kind":"planet"}' });
    await edit(world, MISSPELT);
    await live(world, 10 * MINUTE_MS);
    await repair();
    await live(world, 2 * HOUR_MS);
    expect(inside(world)).toEqual(ALL);
  });

  it('keeps no leaver in, also whom it concerns', async () => {
    const world = await staffed();
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
    const world = await staffed();
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

  it('plans whoever a process with an older version planned again, under the one in force', async () => {
    const world = await staffed();
    const older = await world.engine.app.policy();
    await edit(world, {
      birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
    });
    await live(world, MINUTE_MS);
    const { app } = world.engine;
    await world.moves(CARA, { attributes: { department: 'Finance' } });
    await world.engine.finish({ instances: [{ ...app, policy: async () => older }], withinMs: MINUTE_MS });
    expect([world.members('Finance'), world.members('Treasury')]).toEqual([
      [CARA, DAN, OLGA],
      [DAN, OLGA],
    ]);
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([CARA, DAN, OLGA]);
  });

  it('is marked also where looking for what is due takes all its time', async () => {
    const world = await staffed();
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
    const world = await staffed();
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
    const world = await staffed();
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
      const world = await staffed();
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
    const world = await staffed();
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
