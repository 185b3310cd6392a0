import { describe, expect, it } from '@jest/globals';
import { readProposedPlan } from '../../../../../shared/access/desk/plans/apply-plan';
import { countdown, dyingAfter } from '../../../../fixtures/dying-instance';
import { keyHolder } from '../../../../fixtures/key-holder';
import { auditNight, organizationOf, withoutFaults } from '../../remediation-world';
import { renameGroup } from '../../rename-group';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../../world';
import { apply, DESK, plan, SAID } from './plan-world';

const begin = withoutFaults(useWorlds());
const DAY_MS = 86_400_000;

async function withPlan(): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await begin();
  byHand(world, 'Finance', [CARA, DAN]);
  await auditNight(world);
  const { hash } = await plan(world, 'adopt', SAID);
  return { world, hash };
}

const decisionsOf = async (world: World) =>
  (await world.evidence(organizationOf(world))).filter(({ kind }) => kind.startsWith('proposed-plan'));

const grantsOf = async (world: World, email: string) => (await world.ledger(email))?.grants.length ?? 0;

describe('a plan of a world that moved', () => {
  it.each([
    [
      'a membership went',
      (world: World) => {
        byHand(world, 'Finance', [], [CARA]);
      },
      [{ field: `${CARA} in Finance`, problem: expect.stringContaining('does not have them in the group') }],
    ],
    [
      'somebody in it left',
      async (world: World) => {
        await world.joins(CARA, { attributes: { department: 'Sales' } });
        await world.engine.work();
        await world.leaves(CARA);
        await world.engine.work();
      },
      [{ field: expect.stringContaining(CARA), problem: expect.stringContaining('the person has left') }],
    ],
    [
      'somebody in it got a reason',
      async (world: World) => {
        await world.asks('REQ-9', { kind: 'grant', person: DAN, group: 'Users' });
        await world.engine.work();
      },
      [{ field: expect.stringContaining(DAN), problem: expect.stringContaining('reasons: ') }],
    ],
    [
      'the group has another name',
      (world: World) => {
        renameGroup(world, 'Finance', 'Accounting');
      },
      [
        {
          field: `${CARA} in Finance`,
          problem: expect.stringContaining('the policy does not name the group Accounting'),
        },
        {
          field: `${DAN} in Finance`,
          problem: expect.stringContaining('the policy does not name the group Accounting'),
        },
      ],
    ],
    [
      'the policy is another',
      (world: World) => {
        world.setPolicy({ planExpiryDays: 3 });
      },
      expect.arrayContaining([{ field: 'policy', problem: 'another version of the policy is in force' }]),
    ],
  ])('is refused where %s, and says so', async (_what, move, fields) => {
    const { world, hash } = await withPlan();
    await move(world);
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'plan-moved', fields });
    expect(await decisionsOf(world)).toEqual([]);
    expect((await readProposedPlan(world.engine.app, world.alias, hash)).state).toBe('proposed');
  });

  it('is the same where nothing moved, however often it is planned', async () => {
    const { world, hash } = await withPlan();
    expect((await plan(world, 'adopt', SAID)).hash).toBe(hash);
    await auditNight(world);
    await apply(world, hash).catch((error: unknown) => error);
    expect(await grantsOf(world, CARA)).toBe(0);
    const today = await plan(world, 'adopt', SAID);
    await auditNight(world);
    expect((await plan(world, 'adopt', { ...SAID, until: today.asked['until'] ?? '' })).changes).toHaveLength(
      2,
    );
  });
});

describe('applying a plan', () => {
  it('is recorded before anything is done, with who and why', async () => {
    const { world, hash } = await withPlan();
    await apply(world, hash, { reason: 'agreed on Monday' });
    const [applied, done, ...more] = await decisionsOf(world);
    expect(more).toEqual([]);
    expect(applied).toMatchObject({
      kind: 'proposed-plan-applied',
      facts: { planHash: hash, plan: 'adopt', by: DESK, reason: 'agreed on Monday' },
    });
    expect(applied?.facts['changes']).toHaveLength(2);
    expect(JSON.stringify(applied)).not.toContain(CARA);
    expect(done).toMatchObject({ kind: 'proposed-plan-done', facts: { changes: 2, notMade: 0 } });
    expect(await world.fault(organizationOf(world))).toBeUndefined();
  });

  it('a second time does nothing', async () => {
    const { world, hash } = await withPlan();
    await apply(world, hash);
    expect(await apply(world, hash, { by: keyHolder('Dora Desk') })).toMatchObject({ isRepeated: true });
    expect(await decisionsOf(world)).toHaveLength(2);
    expect(await grantsOf(world, CARA)).toBe(1);
  });

  it('by several at once is decided by one, and done once', async () => {
    const { world, hash } = await withPlan();
    const people = ['Maria Lead', 'Dora Desk', 'Paul Plan'].map((name) => keyHolder(name));
    const outcomes = await Promise.allSettled(people.map(async (by) => apply(world, hash, { by })));
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await apply(world, hash);
    const decided = (await decisionsOf(world)).filter(({ kind }) => kind === 'proposed-plan-applied');
    expect(decided).toHaveLength(1);
    expect([await grantsOf(world, CARA), await grantsOf(world, DAN)]).toEqual([1, 1]);
    const { decision } = await readProposedPlan(world.engine.app, world.alias, hash);
    expect(decision).toMatchObject({ by: decided[0]?.facts['by'], done: 2, notMade: 0 });
  });

  it('goes on where it stopped, whatever moved meanwhile, and gives nobody what they have not any more', async () => {
    const { world, hash } = await withPlan();
    expect(await apply(world, hash, { turns: 0 })).toMatchObject({ left: 2 });
    byHand(world, 'Finance', [], [CARA]);
    world.engine.clock.advance(3 * DAY_MS);
    expect(await apply(world, hash, { by: keyHolder('Dora Desk') })).toMatchObject({
      left: 0,
      plan: { state: 'done', decision: { by: DESK, notMade: 1 } },
    });
    expect([await grantsOf(world, CARA), await grantsOf(world, DAN)]).toEqual([0, 1]);
  });

  it('by a process that dies at whatever write is finished by the next, once', async () => {
    let steps = 0;
    for (let hasDied = true; hasDied; steps += 1) {
      const { world, hash } = await withPlan();
      const dying = dyingAfter(world.engine.app, countdown(steps + 1));
      hasDied = await apply(world, hash, { app: dying }).then(
        () => false,
        () => true,
      );
      const kinds = (await decisionsOf(world)).map(({ kind }) => kind);
      const isBegun = (await grantsOf(world, CARA)) + (await grantsOf(world, DAN)) > 0;
      expect(isBegun && !kinds.includes('proposed-plan-applied')).toBe(false);
      expect(await apply(world, hash, { by: keyHolder('Dora Desk') })).toMatchObject({ left: 0 });
      expect([await grantsOf(world, CARA), await grantsOf(world, DAN)]).toEqual([1, 1]);
      expect((await decisionsOf(world)).map(({ kind }) => kind)).toEqual([
        'proposed-plan-applied',
        'proposed-plan-done',
      ]);
      // A run that was booked and whose message was lost is found by the timer.
      await world.pass(DAY_MS);
      expect((await world.ledger(CARA))?.applied).toMatchObject([{ groupName: 'Finance' }]);
      expect((await readProposedPlan(world.engine.app, world.alias, hash)).state).toBe('done');
    }
    expect(steps).toBeGreaterThan(8);
  }, 60_000);

  it('is refused a day later, to whom it is about, without a reason, and under another hash', async () => {
    const { world, hash } = await withPlan();
    await expect(apply(world, hash, { reason: ' ' })).rejects.toMatchObject({ code: 'body-invalid' });
    await expect(apply(world, hash, { by: keyHolder(CARA) })).rejects.toMatchObject({
      code: 'decides-about-self',
    });
    const forged = [
      hash.slice(0, -1) + (hash.endsWith('0') ? '1' : '0'),
      '',
      '../plans',
      'x'.repeat(64),
      hash.toUpperCase(),
    ];
    for (const one of forged) await expect(apply(world, one)).rejects.toMatchObject({ code: 'plan-unknown' });
    world.engine.clock.advance(DAY_MS);
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'plan-expired' });
    expect(await decisionsOf(world)).toEqual([]);
    expect((await grantsOf(world, ANA)) + (await grantsOf(world, BEN))).toBe(0);
  });

  it('of another organization is refused', async () => {
    const { world, hash } = await withPlan();
    await expect(apply({ ...world, alias: 'globex' }, hash)).rejects.toMatchObject({ code: 'plan-unknown' });
    expect(await world.engine.app.proposedPlans.get('globex', hash)).toBeUndefined();
  });

  it('is refused where what it would do was edited in storage', async () => {
    const { world, hash } = await withPlan();
    const container = await world.engine.storage.container('proposed-plans');
    for await (const { name } of container.listBlobsFlat({ prefix: '' })) {
      const blob = container.getBlockBlobClient(name);
      const text = (await blob.downloadToBuffer()).toString().replaceAll(world.id(CARA), world.id(BEN));
      await blob.uploadData(Buffer.from(text));
    }
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'record-unreadable' });
  });
});
