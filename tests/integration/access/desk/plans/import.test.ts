import { describe, expect, it } from '@jest/globals';
import { listPlans, showPlan } from '../../../../../shared/access/desk/plans/show-plan';
import { personKey } from '../../../../../shared/domain/person-key';
import { keyHolder } from '../../../../fixtures/key-holder';
import { auditNight, withoutFaults } from '../../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, useWorlds, type World } from '../../world';
import { linesOfFile, planFile, upload, whyLeftOut } from './import-world';
import { apply, openMembers, plan } from './plan-world';

const begin = withoutFaults(useWorlds());
const DAY_MS = 86_400_000;
/** More than a plan has. */
const MANY = Array.from({ length: 41 }, (_one, at) => at.toString(16).padStart(64, '0')).join(',');

const FILE = [
  { email: ANA, workerId: '1', department: 'Automation' },
  { email: CARA, workerId: '2', department: 'Finance' },
  { email: 'Dan.Ops@acme.example', workerId: '3', department: 'Legal' },
];

const changesOf = ({ changes }: Awaited<ReturnType<typeof planFile>>) =>
  changes
    .map(({ change, personKey: key }) => [change, key])
    .toSorted((a, b) => (String(a) < String(b) ? -1 : 1));

const words = async (world: World, email: string) =>
  (await world.ledger(email))?.timeline.map(({ kind, workerId, attributes }) => [kind, workerId, attributes]);

describe('a first load', () => {
  it('says of each line what it would record and which groups follow, by address, and records nothing yet', async () => {
    const world = await begin();
    const proposed = await planFile(world, FILE);
    expect(proposed.counts).toMatchObject({ changes: 3, people: 3, removals: 0, leftOut: 0 });
    const shown = await showPlan(world.engine.app, world.alias, proposed.hash, 0);
    const byName = new Map(shown.changes.map(({ person, why }) => [person, why]));
    expect(byName.get(ANA)).toEqual(['with department', 'a reason for Developers, Users']);
    expect(byName.get(CARA)).toEqual(['with department', 'a reason for Finance, Users']);
    expect(byName.get(DAN)).toEqual(['with department']);
    expect(await world.ledger(ANA)).toBeUndefined();
    // A plan is kept for months, and who was in the file for a day.
    expect(JSON.stringify(proposed)).not.toMatch(/@|Automation/);
  });

  it('is recorded as words of the source, in evidence that leads to the plan, and followed by the writer', async () => {
    const world = await begin();
    const { hash } = await planFile(world, FILE);
    expect(await apply(world, hash)).toMatchObject({ left: 0, plan: { decision: { notMade: 0 } } });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(world.members('Finance')).toEqual([CARA]);
    expect(world.members('Users')).toEqual([ANA, CARA]);
    expect(await words(world, DAN)).toEqual([['joiner', '3', { department: 'Legal' }]]);
    const [evidence] = await world.evidence(ANA);
    expect(evidence).toMatchObject({
      kind: 'worker-event',
      facts: { source: 'standard', event: 'joiner', deliveryId: `access import/${hash.slice(0, 16)}` },
    });
    expect(await world.fault(ANA)).toBeUndefined();
    expect(await apply(world, hash)).toMatchObject({ isRepeated: true });
  });

  it('is the ground that the source goes on from: it moves and ends whom the file named', async () => {
    const world = await begin();
    await apply(world, (await planFile(world, FILE)).hash);
    await world.settle();
    await world.moves(ANA, { worker: { workerId: '1' }, attributes: { department: 'Finance' } });
    await world.leaves(CARA, { worker: { workerId: '2' }, immediate: true });
    await world.settle();
    expect(world.members('Finance')).toEqual([ANA]);
    expect(world.members('Users')).toEqual([ANA]);
  });

  it('changes nothing when it is repeated, the same day and later', async () => {
    const world = await begin();
    await apply(world, (await planFile(world, FILE)).hash);
    await world.settle();
    for (const days of [0, 3]) {
      await world.pass(days * DAY_MS);
      const again = await planFile(world, FILE);
      expect([again.changes, again.leftOut]).toEqual([[], []]);
      expect(again.notes[0]).toContain('3 say what is known');
    }
  });

  it('takes a file of three days ago for what was so then: what was said since counts', async () => {
    const world = await begin();
    await world.joins(ANA, { worker: { workerId: '1' }, attributes: { department: 'Automation' } });
    await world.settle();
    await world.pass(DAY_MS);
    await world.moves(ANA, { worker: { workerId: '1' }, attributes: { department: 'Finance' } });
    await world.settle();
    await world.pass(DAY_MS);
    const before = new Date(world.engine.clock.now() - 1.5 * DAY_MS).toISOString();
    const old = await planFile(world, FILE.slice(0, 1), { asOf: before });
    expect(whyLeftOut(old)).toEqual([
      expect.stringContaining('line 2: something else was said of them since'),
    ]);
    const today = await planFile(world, FILE.slice(0, 1));
    expect(today.changes).toMatchObject([{ change: 'move-worker-out' }]);
    expect(today.changes[0]?.why).toEqual([
      'described otherwise, with department',
      'a reason for Developers',
      'no reason any more for Finance',
    ]);
    expect(today.counts.removals).toBe(1);
  });

  it('is done in observe, where nothing follows from it yet', async () => {
    const world = await begin({ policy: { mode: 'observe' } });
    expect(await apply(world, (await planFile(world, FILE)).hash)).toMatchObject({ left: 0 });
    await world.settle();
    expect(await words(world, ANA)).toHaveLength(1);
    expect(world.members('Developers')).toEqual([]);
  });

  it('holds removals that a changed file would bring as those of the source', async () => {
    const world = await begin({ policy: { guards: { group: { count: 0, floor: 0 } } } });
    await apply(world, (await planFile(world, FILE)).hash);
    await world.settle();
    await world.pass(DAY_MS);
    const moved = await planFile(world, [{ email: CARA, workerId: '2', department: 'Legal' }]);
    await apply(world, moved.hash);
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
    expect(await world.engine.app.holds.list(world.alias, 'held')).toHaveLength(1);
  });

  it('explains who is in a group by hand already', async () => {
    const world = await begin();
    byHand(world, 'Finance', [CARA]);
    await auditNight(world);
    expect(await openMembers(world)).toHaveLength(1);
    await apply(world, (await planFile(world, FILE)).hash);
    await world.settle();
    expect(await openMembers(world)).toEqual([]);
  });
});

describe('a line that cannot count', () => {
  it.each([
    [
      'has left',
      async (world: World) => world.leaves(ANA, { worker: { workerId: '1' }, immediate: true }),
      'they have left',
    ],
    [
      'begins later',
      async (world: World) =>
        world.joins(BEN, { worker: { workerId: '9' }, effectiveDate: '2099-01-01', attributes: {} }),
      'they begin later',
    ],
  ])('is that of somebody who %s', async (_what, happens, why) => {
    const world = await begin();
    await world.joins(ANA, { worker: { workerId: '1' }, attributes: { department: 'Automation' } });
    await world.settle();
    await happens(world);
    await world.settle();
    const file = [
      { email: ANA, workerId: '1', department: 'Automation' },
      { email: BEN, workerId: '9', department: 'Automation' },
    ];
    expect(whyLeftOut(await planFile(world, file))).toContainEqual(expect.stringContaining(why));
  });

  it('is one of whom another source speaks, and names the source where there are several', async () => {
    const world = await begin({ policy: { sources: { other: { secret: 'o', format: 'standard' } } } });
    await world.joins(ANA, { source: 'other', attributes: { department: 'Finance' } });
    await world.settle();
    const proposed = await planFile(world, FILE, { source: 'standard' });
    expect(whyLeftOut(proposed)).toEqual(['line 2: other speaks of them']);
    expect(changesOf(proposed)).toContainEqual(['add-worker', personKey(CARA)]);
    await expect(planFile(world, FILE)).rejects.toMatchObject({
      code: 'body-invalid',
      fields: [{ field: 'source', problem: 'must be one of standard, other' }],
    });
  });

  it('is a person twice, a worker id twice, another address of a known worker, and another worker id of a known address', async () => {
    const world = await begin();
    await world.joins(ANA, { worker: { workerId: '1' }, attributes: { department: 'Automation' } });
    await world.settle();
    const twice = await planFile(world, [
      { email: BEN, department: 'Finance' },
      { email: BEN, workerId: '4', department: 'Finance' },
      { email: CARA, workerId: '2' },
      { email: DAN, workerId: '2' },
      { email: 'ana.new@acme.example', workerId: '1', department: 'Automation' },
      { email: ANA, workerId: '77', department: 'Automation' },
    ]);
    expect(whyLeftOut(twice)).toEqual([
      'line 2: the person is that of line 3: neither counts',
      'line 3: the person is that of line 2: neither counts',
      'line 4: the worker id is that of line 5: neither counts',
      'line 5: the worker id is that of line 4: neither counts',
      'line 6: the worker is known under another address: that it changed is said by HR',
      'line 7: they have another worker id: that both are of one person is said by HR',
    ]);
    expect(twice.changes).toEqual([]);
  });

  it('is not two records of one person', async () => {
    const world = await begin();
    const { hash, changes } = await planFile(world, [
      { email: ANA, workerId: '1', department: 'Automation' },
      { email: ANA, workerId: '2', department: 'Finance' },
    ]);
    expect(changes).toHaveLength(2);
    expect(await apply(world, hash)).toMatchObject({ plan: { decision: { notMade: 0 } } });
    await world.settle();
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[ANA], [ANA]]);
  });

  it('is about whoever asks', async () => {
    const world = await begin();
    const proposed = await planFile(world, FILE, {}, { by: keyHolder(ANA) });
    expect(whyLeftOut(proposed)).toEqual([expect.stringContaining('line 2: it is about whoever asked')]);
    await expect(
      apply(world, (await planFile(world, FILE)).hash, { by: keyHolder(ANA) }),
    ).rejects.toMatchObject({
      code: 'decides-about-self',
    });
  });
});

describe('what a plan of a file is asked for with', () => {
  it.each([
    [{ portions: '' }, 'portions'],
    [{ portions: '../../etc' }, 'portions'],
    [{ portions: 'MANY' }, 'portions'],
    [{ asOf: 'yesterday' }, 'asOf'],
    [{ asOf: '2031-02-30' }, 'asOf'],
    [{ asOf: '2031-01-01' }, 'asOf'],
    [{ asOf: '2001-01-01' }, 'asOf'],
    [{ source: 'tickets' }, 'source'],
    [{ source: '__proto__' }, 'source'],
  ])('is refused: %j', async (asked, field) => {
    const world = await begin();
    const said = 'portions' in asked && asked.portions === 'MANY' ? { portions: MANY } : asked;
    await expect(planFile(world, FILE, said)).rejects.toMatchObject({
      code: 'body-invalid',
      fields: [{ field }],
    });
    expect(await listPlans(world.engine.app, world.alias)).toEqual([]);
  });

  it('is gone where a portion was never uploaded, was forgotten, is of another organization, or was changed in storage', async () => {
    const world = await begin();
    const { app, storage, clock } = world.engine;
    const portions = await upload(world, linesOfFile(FILE), 2);
    await expect(plan(world, 'import', { portions: `${portions},${'0'.repeat(64)}` })).rejects.toMatchObject({
      code: 'plan-expired',
    });
    expect(await app.uploadedPeople.read('globex', portions.split(',')[0] ?? '', 0)).toBeUndefined();
    const { hash } = await plan(world, 'import', { portions });
    const blob = (await storage.container('uploaded-people')).getBlockBlobClient(
      `${world.alias}/${portions.split(',')[0] ?? ''}.json`,
    );
    const { metadata = {} } = await blob.getProperties();
    const before = await blob.downloadToBuffer();
    await blob.uploadData(Buffer.from(before.toString().replace('Automation', 'Finance')), { metadata });
    await expect(apply(world, hash)).rejects.toMatchObject({ code: 'record-unreadable' });
    expect(await world.ledger(ANA)).toBeUndefined();
    await blob.uploadData(before, { metadata });
    clock.advance(26 * 3_600_000);
    await expect(plan(world, 'import', { portions })).rejects.toMatchObject({ code: 'plan-expired' });
    await world.engine.tick();
    expect(await app.uploadedPeople.count(world.alias)).toBe(0);
  });
});
