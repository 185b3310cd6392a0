import { rewritten } from '../../../fakes/sealed-row';
import { describe, expect, it } from '@jest/globals';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { startAudit } from '../../../../shared/access/audit/start-audit';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FINANCE = { attributes: { department: 'Finance' } };
const DAMAGED = { json0: '{"maxIdsPerPut":"fifty"}' };
const OF_A_NEWER_VERSION = { schemaVersion: 2 };

/** Puts something in place of the organization's ledger row. */
async function damage(world: World, change: Readonly<Record<string, unknown>>): Promise<void> {
  const table = await world.engine.storage.table('ledger');
  await table.updateEntity({ ...rowOf(world), ...change }, 'Merge');
}

async function storedRow(world: World) {
  const { partitionKey, rowKey } = rowOf(world);
  const table = await world.engine.storage.table('ledger');
  return table.getEntity(partitionKey, rowKey);
}

function rowOf({ alias }: World) {
  return { partitionKey: `${alias}:organization:organization`, rowKey: 'state' };
}

async function failing(world: World): Promise<readonly string[]> {
  const backoffs = await world.engine.app.backoffs.list(world.alias);
  return backoffs.map(({ unit, code, failures }) => `${unit.kind} ${unit.key}: ${code} ${failures}`);
}

async function audit(world: World, night: string) {
  const { app } = world.engine;
  return runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
}

describe('the ledger of an organization that cannot be read', () => {
  it.each([
    ['as it is damaged', DAMAGED],
    ['as a newer version wrote it', OF_A_NEWER_VERSION],
  ])('%s stops nobody, is seen, stays as it is, and its evidence goes on', async (_why, change) => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await damage(world, change);
    const before = await storedRow(world);

    await world.joins(CARA);
    await world.settle();
    await world.leaves(ANA);
    await world.settle();
    expect(world.members('Developers')).toEqual([CARA]);
    expect(await failing(world)).toEqual(['phase put-limit: record-unreadable 1']);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    expect(world.engine.queued()).toEqual([]);
    const after = await storedRow(world);
    expect([after['json0'], after['schemaVersion']]).toEqual([before['json0'], before['schemaVersion']]);
    const subject = organizationSubject(world.alias);
    expect(await world.kinds(subject)).toEqual(['plan', 'plan', 'plan']);
    expect((await world.fault(subject))?.kind).toBe('edited');

    const table = await world.engine.storage.table('ledger');
    await table.updateEntity(await rewritten('ledger', { ...after, ...rowOf(world) }, {}), 'Replace');
    await world.joins(DAN);
    await world.settle();
    expect(world.members('Developers')).toEqual([CARA, DAN]);
    expect(await failing(world)).toEqual([]);
  });

  it('has learnt nothing: UiPath refuses too large a PUT once more in each run, and takes its halves', async () => {
    const world = await start({ policy: { maxIdsPerPut: 3 } });
    world.engine.uipath.setSwitches({ maxIdsPerPut: 1 });
    await world.joins(ANA);
    await world.settle();
    await damage(world, DAMAGED);
    world.calls();
    for (const email of [BEN, CARA, DAN]) await world.joins(email, FINANCE);
    await world.settle();
    expect(['Finance', 'Users'].map((group) => world.members(group).length)).toEqual([3, 4]);
    // Three ids, two of them, and each alone; from then on each alone.
    expect(world.calls()).toMatchObject({ G4: 5 + 3 });
  });

  it('lets nights begin and end, each once, as its evidence says which was the last', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    await audit(world, '202603010200');
    await damage(world, DAMAGED);
    await startAudit(world.engine.app);
    expect(world.engine.queued()).toHaveLength(1);
    world.engine.clock.advance(24 * HOUR_MS);
    const report = await audit(world, '202603020200');
    expect(report?.previousNight).toBe('202603010200');
    const again = await audit(world, '202603020200');
    expect(again).toEqual(report);
    const kinds = await world.kinds(organizationSubject(world.alias));
    expect(kinds.filter((kind) => kind === 'audit')).toHaveLength(2);
  });

  it('stops changes where it does not say where its evidence ends: a change without evidence is not made', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    const { evidenceHash } = await storedRow(world);
    await damage(world, { evidenceHash: 7 });
    await world.joins(CARA);
    for (let minute = 0; minute < 3; minute += 1) {
      await world.engine.work();
      world.engine.clock.advance(MINUTE_MS);
    }
    expect(world.members('Developers')).toEqual([ANA]);
    const code = 'record-unreadable';
    expect(await failing(world)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`phase people: ${code}`),
        expect.stringContaining(`phase put-limit: ${code}`),
      ]),
    );
    await damage(world, { evidenceHash });
    world.engine.clock.advance(5 * MINUTE_MS);
    await world.engine.tick();
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await failing(world)).toEqual([]);
    expect(await world.fault(organizationSubject(world.alias))).toBeUndefined();
  });

  it('lets a person decide, and says so in its evidence', async () => {
    const world = await start({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
    for (const email of [ANA, CARA]) await world.joins(email);
    await world.settle();
    for (const email of [ANA, CARA]) await world.moves(email);
    await world.settle();
    const [hold] = await world.engine.app.holds.list(world.alias, 'held');
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await damage(world, DAMAGED);
    await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('olga'));
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect(await world.kinds(organizationSubject(world.alias))).toEqual(
      expect.arrayContaining(['plan-released', 'plan-done']),
    );
  });
});
