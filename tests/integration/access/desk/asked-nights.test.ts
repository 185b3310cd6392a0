import { describe, expect, it } from '@jest/globals';
import { readReport } from '../../../../shared/access/desk/read-report';
import { operatorOf } from '../../../fixtures/asked-operator';
import { ANA, CARA, DAN, MAX, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const RITA = 'rita.reader@acme.example';
const CHAIN = { organization: 'acme', kind: 'organization', key: 'organization' } as const;
const DAY_MS = 86_400_000;

async function withIntruder(): Promise<World> {
  const world = await start({
    policy: { console: { readers: [RITA], operators: [OLGA] }, timeZone: 'Pacific/Auckland' },
  });
  await world.joins(ANA);
  await world.settle();
  putIn(world, CARA);
  return world;
}

function putIn(world: World, ...people: readonly string[]): void {
  const { uipath } = world.engine;
  uipath.actAsPerson(world.alias, {
    kind: 'change-members',
    actor: MAX,
    group: 'Developers',
    add: [...people],
  });
}

const nightsOf = async (world: World) => world.engine.app.reports.list(world.alias);

describe('an audit that somebody asks for', () => {
  it('is recorded in their name before it runs, and is one where it is asked for twice', async () => {
    const world = await withIntruder();
    const olga = operatorOf(world.engine.app);
    for (let times = 0; times < 2; times += 1)
      expect(await olga.decide('acme/audits/now', {})).toMatchObject({ done: 'audit-requested' });
    const asked = (await world.evidence(CHAIN)).filter(({ kind }) => kind === 'audit-requested');
    expect(asked).toMatchObject([{ facts: { night: '202603020800', by: { name: OLGA } } }]);
    await world.settle();
    expect(await nightsOf(world)).toMatchObject([{ night: '202603020800', result: 'red' }]);
  });

  it('is not begun beside one that reads, unless that one has been left', async () => {
    const world = await withIntruder();
    const { clock, app } = world.engine;
    const olga = operatorOf(app);
    const reading = {
      state: 'reading',
      startedAtMs: clock.now(),
      calls: { GET: 3 },
      parts: new Map(),
    } as const;
    await app.snapshots.save(world.alias, '202603020700', reading);
    expect(await olga.get('acme/audits')).toMatchObject({ underWay: { night: '202603020700', calls: 3 } });
    expect(await olga.decide('acme/audits/now', {})).toMatchObject({ done: 'audit-under-way' });
    expect(await world.kinds(CHAIN)).not.toContain('audit-requested');
    clock.advance(3_600_000);
    await app.snapshots.save(world.alias, '202603020700', { ...reading, savedAtMs: clock.now() });
    clock.advance(3_599_000);
    expect(await olga.decide('acme/audits/now', {})).toMatchObject({ done: 'audit-under-way' });
    clock.advance(1_000);
    expect(await olga.decide('acme/audits/now', {})).toMatchObject({ done: 'audit-requested' });
  });

  it('is begun where what another has read is damaged', async () => {
    const world = await withIntruder();
    const container = await world.engine.storage.container('snapshots');
    await container
      .getBlockBlobClient(`${world.alias}/202603020700.jsonl.gz`)
      .upload('cut', 3, { metadata: { state: 'reading' } });
    const olga = operatorOf(world.engine.app);
    expect(await olga.get('acme/audits')).toMatchObject({ nights: [], underWay: null });
    expect(await olga.decide('acme/audits/now', {})).toMatchObject({ done: 'audit-requested' });
  });

  it('is for whoever may decide, in an organization that they may see', async () => {
    const world = await withIntruder();
    expect(await operatorOf(world.engine.app, RITA).decide('acme/audits/now', {})).toBe('not-permitted');
    expect(await operatorOf(world.engine.app, ANA).get('acme/audits')).toBe('not-permitted');
    expect(await operatorOf(world.engine.app).get('globex/audits')).toBe('not-permitted');
    expect(world.engine.queued().filter(({ queue }) => queue === 'audits')).toEqual([]);
  });
});

describe('what a night found', () => {
  async function audited(): Promise<World> {
    const world = await withIntruder();
    await operatorOf(world.engine.app).decide('acme/audits/now', {});
    await world.settle();
    return world;
  }

  it('is told worst first, with what to do, of the latest, by name and by a day of the zone', async () => {
    const world = await audited();
    const rita = operatorOf(world.engine.app, RITA);
    const latest = (await rita.get('acme/audits/latest')) as Shown;
    expect(latest).toMatchObject({ night: '202603020800', result: 'red', isLatest: true, next: null });
    expect(latest.total).toBe(latest.findings.length);
    const order = ['critical', 'high', 'medium', 'low'];
    const severities = latest.findings.map(({ severity }) => order.indexOf(severity));
    expect(severities).toEqual(severities.toSorted((a, b) => a - b));
    expect(latest.findings).toContainEqual(
      expect.objectContaining({
        check: 'member-without-reason',
        about: expect.stringContaining(CARA),
        toDo: expect.stringContaining('Remove the member'),
        plan: expect.stringContaining(`remove ${CARA} from developers (`),
      }),
    );
    // 8 in the morning in UTC is the same day in Auckland, and the night of the day before is none of it.
    expect(await rita.get('acme/audits/2026-03-02')).toMatchObject({ night: '202603020800' });
    expect(await rita.get('acme/audits/202603020800')).toMatchObject({ night: '202603020800' });
    for (const night of ['2026-03-01', '2026-02-31', '209901010000', '../latest', 'x'.repeat(9_999)])
      expect(await rita.get('acme/audits/night'.replace('night', night.replaceAll('/', '\\')))).toBe(
        'report-unknown',
      );
    expect(await rita.get('acme/audits/latest', { skip: '-1' })).toBe('query-invalid');
    expect(await rita.get('acme/audits/latest', { skip: '9'.repeat(9) })).toMatchObject({ findings: [] });
  });

  it('counts as accepted what was accepted since, and tells it with all', async () => {
    const world = await audited();
    const olga = operatorOf(world.engine.app);
    const { findings } = (await olga.get('acme/audits/latest')) as Shown;
    const finding = findings.find(({ about }) => about.includes(CARA));
    const id = finding?.id ?? '';
    expect(await olga.get(`acme/findings/${id.slice(0, 6)}`)).toMatchObject({ findings: [{ id }] });
    expect(await olga.get('acme/findings/zzzz')).toBe('finding-unknown');
    expect(await olga.get('acme/findings/a')).toBe('query-invalid');
    const waiver = { reason: 'until go-live', owner: OLGA, ticket: 'CHG-7', until: '2026-03-20' };
    expect(await olga.decide(`acme/findings/${id}`, waiver)).toMatchObject({ done: 'waived' });
    const open = (await olga.get('acme/audits/latest')) as Shown;
    expect(open.findings.map((one) => one.id)).not.toContain(id);
    const all = (await olga.get('acme/audits/latest', { all: '1' })) as Shown;
    expect(all.findings.find((one) => one.id === id)).toMatchObject({
      state: 'waived',
      waiver: { owner: OLGA, ticket: 'CHG-7', acceptedBy: expect.stringContaining(OLGA) },
    });
  });

  it('is compared between two nights, in whatever order they are named', async () => {
    const world = await audited();
    await world.pass(DAY_MS);
    putIn(world, DAN);
    const olga = operatorOf(world.engine.app);
    await olga.decide('acme/audits/now', {});
    await world.settle();
    const [first, second] = await nightsOf(world);
    const told = (await olga.get('acme/audits-compared', {
      before: second?.night ?? '',
      after: first?.night ?? '',
    })) as Readonly<{ changes: ReadonlyArray<Readonly<{ change: string; about: string }>> }>;
    expect(told).toMatchObject({
      before: { night: first?.night },
      after: { night: second?.night },
      next: null,
    });
    expect(told.changes).toContainEqual(
      expect.objectContaining({ change: 'appeared', about: expect.stringContaining(DAN) }),
    );
    const { report } = await readReport(world.engine.app, world.alias, 'latest');
    expect(report.night).toBe(second?.night);
    expect(await olga.get('acme/audits-compared', { after: 'latest' })).toBe('query-invalid');
  });
});

type Shown = Readonly<{
  total: number;
  findings: ReadonlyArray<Readonly<{ id: string; severity: string; about: string }>>;
}>;
