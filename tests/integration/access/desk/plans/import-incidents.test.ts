import { describe, expect, it } from '@jest/globals';
import { uploadPeople } from '../../../../../shared/access/desk/plans/upload-people';
import { personKey } from '../../../../../shared/domain/person-key';
import { dyingAfter } from '../../../../fixtures/dying-instance';
import { keyHolder } from '../../../../fixtures/key-holder';
import { erase, left as leftNow, leftLongAgo } from '../erased-world';
import { auditNight, withoutFaults } from '../../remediation-world';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../../world';
import { rewrite } from '../../ledger/renamed-world';
import { linesOfFile, planFile, upload } from './import-world';
import { apply, plan } from './plan-world';

const start = useWorlds();
const begin = withoutFaults(start);
const HOUR_MS = 3_600_000;

const FILE = [
  { email: ANA, workerId: '1', department: 'Automation' },
  { email: CARA, workerId: '2', department: 'Finance' },
  { email: DAN, workerId: '3', department: 'Finance' },
];

const kindsOf = async (world: World, email: string) =>
  ((await world.ledger(email))?.timeline ?? []).map(({ kind }) => kind);

const everybody = async (world: World) =>
  Promise.all([ANA, CARA, DAN].map(async (email) => kindsOf(world, email)));

describe('an import whose process dies', () => {
  it('after each of its steps goes on where it stopped, and records each line once', async () => {
    let step = 0;
    for (let isOver = false; !isOver;) {
      step += 1;
      const world = await begin();
      const { hash } = await planFile(world, FILE);
      let steps = step;
      const dying = dyingAfter(world.engine.app, () => {
        steps -= 1;
        return steps === 0;
      });
      const died = await apply(world, hash, { app: dying }).then(
        () => false,
        () => true,
      );
      expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 0 } } });
      expect(await everybody(world)).toEqual([['joiner'], ['joiner'], ['joiner']]);
      // A message that was lost between its booking and the queue is sent again by the timer.
      for (let tick = 1; tick <= 3; tick += 1) await world.pass(5 * 60_000);
      expect([step, ...world.members('Finance')]).toEqual([step, CARA, DAN]);
      for (const email of [ANA, CARA, DAN]) expect(await world.fault(email)).toBeUndefined();
      isOver = !died;
    }
    expect(step).toBeGreaterThan(10);
  }, 240_000);
});

describe('two imports', () => {
  it('of one file at once record each line once', async () => {
    const world = await begin();
    const { hash } = await planFile(world, FILE);
    const done = await Promise.all([apply(world, hash), apply(world, hash)]);
    expect(done).toMatchObject([{ left: 0 }, { left: 0 }]);
    expect(await everybody(world)).toEqual([['joiner'], ['joiner'], ['joiner']]);
    expect((await world.kinds(ANA)).filter((kind) => kind === 'worker-event')).toHaveLength(1);
  });

  it('of two files that contradict each other: the second plan is of what is not so any more', async () => {
    const world = await begin();
    const [one, other] = [
      await planFile(world, FILE),
      await planFile(
        world,
        FILE.map((line) => ({ ...line, department: 'Legal' })),
      ),
    ];
    await apply(world, one.hash);
    const refusal = await apply(world, other.hash).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'plan-moved' });
    expect(
      (refusal as Readonly<{ fields: readonly { field: string }[] }>).fields.map(({ field }) => field),
    ).toContain(`${ANA} in standard`);
    expect(await everybody(world)).toEqual([['joiner'], ['joiner'], ['joiner']]);
  });

  it('that were begun side by side leave whom the first recorded as it said', async () => {
    const world = await begin();
    const [one, other] = [
      await planFile(world, FILE),
      await planFile(
        world,
        FILE.map((line) => ({ ...line, department: 'Legal' })),
      ),
    ];
    await apply(world, one.hash, { turns: 0 });
    await apply(world, other.hash, { turns: 0 });
    await apply(world, one.hash);
    expect(await apply(world, other.hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 3 } } });
    expect((await world.ledger(CARA))?.timeline).toMatchObject([{ attributes: { department: 'Finance' } }]);
  });
});

describe('the world moves', () => {
  it('between plan and application: nothing is recorded, and the refusal names who moved', async () => {
    const world = await begin();
    const { hash } = await planFile(world, FILE);
    await world.joins(CARA, { worker: { workerId: '2' }, attributes: { department: 'Automation' } });
    await world.settle();
    await expect(apply(world, hash)).rejects.toMatchObject({
      code: 'plan-moved',
      fields: expect.arrayContaining([expect.objectContaining({ field: `${CARA} in standard` })]),
    });
    expect(await world.ledger(ANA)).toBeUndefined();
  });

  it('with others than those in the file: it is applied', async () => {
    const world = await begin();
    const { hash } = await planFile(world, FILE);
    await world.joins(BEN);
    await world.settle();
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 0 } } });
  });

  it('while it is carried out: whoever left or came by another source meanwhile is not brought in', async () => {
    const world = await begin({ policy: { sources: { other: { secret: 'o', format: 'standard' } } } });
    const { hash } = await planFile(world, FILE, { source: 'standard' });
    await apply(world, hash, { turns: 0 });
    await world.joins(ANA, { worker: { workerId: '1' }, attributes: { department: 'Automation' } });
    await world.leaves(ANA, { worker: { workerId: '1' }, immediate: true });
    await world.joins(CARA, { source: 'other', attributes: { department: 'Automation' } });
    await world.settle();
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 2 } } });
    await world.settle();
    expect(await kindsOf(world, ANA)).not.toContain('mover');
    expect(await everybody(world)).toEqual([['joiner', 'leaver'], ['joiner'], ['joiner']]);
    expect(world.members('Finance')).toEqual([DAN]);
  });

  it('so that a ledger has no room for another word: all others are recorded', async () => {
    const world = await begin();
    await world.joins(CARA, { worker: { workerId: '2' }, attributes: { department: 'Automation' } });
    await world.settle();
    await world.pass(24 * HOUR_MS);
    const { hash } = await planFile(world, FILE);
    await apply(world, hash, { turns: 0 });
    const atMs = world.engine.clock.now();
    const words = Array.from({ length: 430 }, (_one, number) => ({
      id: `m${number}`,
      kind: 'mover' as const,
      source: 'standard',
      workerId: '2',
      under: personKey(CARA),
      occurredAtMs: atMs - 48 * HOUR_MS,
      effectiveAtMs: atMs - 48 * HOUR_MS,
      attributes: { [`a${number}`]: 'x'.repeat(900) },
    }));
    await rewrite(world, CARA, (ledger) => ({ ...ledger, timeline: [...words, ...ledger.timeline] }));
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 1 } } });
    expect((await world.ledger(CARA))?.timeline).toHaveLength(431);
    expect([await kindsOf(world, ANA), await kindsOf(world, DAN)]).toEqual([['joiner'], ['joiner']]);
  });

  it('so that the policy lets the source say nothing any more', async () => {
    const world = await begin();
    const { hash } = await planFile(world, FILE);
    await apply(world, hash, { turns: 0 });
    world.setPolicy({ sources: { standard: { secret: 's', may: ['leaver'] } } });
    await world.settle();
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'source-unknown' });
    expect(await world.ledger(ANA)).toBeUndefined();
  });
});

describe('what was uploaded', () => {
  it('is forgotten after a day, also of an upload that broke off; a plan that was begun comes to its end without it', async () => {
    const world = await begin();
    const { app, clock } = world.engine;
    await upload(world, linesOfFile([{ email: BEN }]));
    const { hash } = await planFile(world, FILE);
    await apply(world, hash, { turns: 0 });
    expect(await app.uploadedPeople.count(world.alias)).toBe(2);
    clock.advance(26 * HOUR_MS);
    await world.engine.tick();
    expect(await app.uploadedPeople.count(world.alias)).toBe(0);
    expect(await apply(world, hash)).toMatchObject({
      left: 0,
      plan: { state: 'done', decision: { notMade: 3 } },
    });
    expect(await world.ledger(ANA)).toBeUndefined();
  });

  it('is forgotten also of an organization that the policy does not name any more, and of no other', async () => {
    const world = await begin();
    const { app, clock } = world.engine;
    const [worker] = linesOfFile([{ email: BEN }]);
    if (worker === undefined) throw new Error('There is no line');
    for (const alias of ['gone', 'gone-2', world.alias])
      await app.uploadedPeople.keep(alias, [worker], clock.now() - 26 * HOUR_MS);
    await app.uploadedPeople.keep('young', [worker], clock.now());
    const known = new Set([world.alias]);
    expect(await app.uploadedPeople.forgetOfOthers(known, clock.now() - 25 * HOUR_MS, 1)).toBe(1);
    await world.engine.tick();
    const counts = ['gone', 'gone-2', world.alias, 'young'].map(async (one) => app.uploadedPeople.count(one));
    expect(await Promise.all(counts)).toEqual([0, 0, 0, 1]);
  });

  it('has no more of anybody than the policy asks for', async () => {
    const world = await begin();
    const { app } = world.engine;
    const organization = (await app.policy()).organizations.get(world.alias);
    if (organization === undefined) throw new Error('There is no such organization');
    const attributes = { department: 'Finance', salary: '90000', __proto__: 'x', manager: '' };
    const portion = await uploadPeople(app, organization, [{ line: 2, email: ANA, attributes }]);
    expect(await app.uploadedPeople.read(world.alias, portion, 0)).toEqual([
      { line: 2, email: ANA, attributes: { department: 'Finance' } },
    ]);
  });

  it('is bounded: nobody fills the storage with files', async () => {
    const world = await begin();
    const { app } = world.engine;
    const organization = (await app.policy()).organizations.get(world.alias);
    if (organization === undefined) throw new Error('There is no such organization');
    const one = (line: number) => linesOfFile([{ email: `p${line}@acme.example` }]);
    for (let at = 0; at < 160; at += 1) await uploadPeople(app, organization, one(at));
    await expect(uploadPeople(app, organization, one(1_000))).rejects.toMatchObject({
      code: 'plan-too-large',
    });
    const many = Array.from({ length: 501 }, (_one, at) => ({ email: `p${at}@acme.example` }));
    await expect(uploadPeople(app, organization, linesOfFile(many))).rejects.toMatchObject({
      code: 'plan-too-large',
    });
  });

  it('is gone with somebody who is erased, by address and by worker id, and with nobody else', async () => {
    const world = await leftLongAgo(start);
    const { app } = world.engine;
    const byAddress = await upload(world, linesOfFile([{ email: ANA.toUpperCase() }, { email: BEN }]));
    const byId = await upload(world, linesOfFile([{ email: 'ana.new@acme.example', workerId: '7' }]));
    const others = await upload(world, linesOfFile([{ email: BEN, workerId: '8' }]));
    await erase(world, personKey(ANA), { by: keyHolder('olga'), app });
    const kept = await Promise.all(
      [byAddress, byId, others].map(async (one) => app.uploadedPeople.read(world.alias, one, 0)),
    );
    expect(kept.map((one) => one !== undefined)).toEqual([false, false, true]);
  });

  it('of somebody who was erased since hires nobody', async () => {
    const world = await leftNow(start, { leaver: { lockoutDays: 1 } });
    const asOf = new Date(world.engine.clock.now() - HOUR_MS).toISOString();
    await world.pass(3 * 24 * HOUR_MS);
    await auditNight(world);
    await erase(world);
    const portions = await upload(
      world,
      linesOfFile([{ email: ANA, workerId: '7', department: 'Automation' }]),
    );
    const { changes, leftOut } = await plan(world, 'import', { portions, asOf });
    expect([changes, leftOut.map(({ why }) => why)]).toEqual([
      [],
      ['line 2: what the file says is of somebody who was erased'],
    ]);
  });
});
