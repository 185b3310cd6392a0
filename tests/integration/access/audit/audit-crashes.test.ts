import { describe, expect, it } from '@jest/globals';
import { runAudit, type RunAuditDeps } from '../../../../shared/access/audit/run-audit';
import type { AuditReport } from '../../../../shared/domain/audit/report';
import { hashOf } from '../../../../shared/domain/canonical-json-hash';
import type { EvidenceRecord } from '../../../../shared/domain/ledger/evidence';
import { byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();
const DAY_MS = 86_400_000;
const FIRST = '202603020200';
const NIGHT = '202603050200';

/** The last step of a process, and whether it still happened. */
type Death = Readonly<{ step: string; isDone: boolean }>;

/** A world in which a night is missing, one finding is a night old, one is new and is mended by the policy. */
async function start(): Promise<World> {
  const world = await begin({
    seed: {
      groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
      accessPolicy: ['Administrators'],
    },
    policy: {
      groups: { Developers: {}, Users: { remediate: ['member-without-reason'] }, Finance: {} },
    },
  });
  byHand(world, 'Developers', [CARA]);
  await audit(world, FIRST, deps(world));
  world.engine.clock.advance(3 * DAY_MS);
  byHand(world, 'Users', [DAN]);
  return world;
}

function deps({ engine: { app } }: World): RunAuditDeps {
  return { ...app, uipath: app.auditUiPath };
}

async function audit({ alias }: World, night: string, with_: RunAuditDeps): Promise<AuditReport> {
  const report = await runAudit(with_, { organization: alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  return report;
}

/** Dies before or after a step; `steps` are those that it came to. */
function dyingAt(app: RunAuditDeps, death: Death): Readonly<{ app: RunAuditDeps; steps: string[] }> {
  const steps: string[] = [];
  const dying =
    <A extends readonly unknown[], R>(
      name: string | ((...args: A) => string),
      run: (...args: A) => Promise<R>,
    ) =>
    async (...args: A): Promise<R> => {
      const step = typeof name === 'string' ? name : name(...args);
      steps.push(step);
      if (step === death.step && !death.isDone) throw new Error('The process died');
      const result = await run(...args);
      if (step === death.step) throw new Error('The process died');
      return result;
    };
  const { ledger, holds, findings, reports, snapshots } = app;
  return {
    steps,
    app: {
      ...app,
      ledger: {
        ...ledger,
        write: dying((_subject, _next, _read, [entry]) => entry?.kind ?? 'write', ledger.write),
      },
      holds: { ...holds, put: dying('mend', holds.put) },
      findings: {
        ...findings,
        save: dying('findings', findings.save),
        forget: dying('forget', findings.forget),
      },
      reports: { ...reports, save: dying('report', reports.save) },
      snapshots: {
        ...snapshots,
        save: dying((_organization, _night, { state }) => state, snapshots.save),
        append: dying((_organization, _night, { state }) => state, snapshots.append),
      },
    },
  };
}

async function auditsIn(world: World): Promise<readonly EvidenceRecord[]> {
  const organization = { organization: world.alias, kind: 'organization', key: 'organization' } as const;
  expect(await world.fault(organization)).toBeUndefined();
  return (await world.evidence(organization)).filter(({ kind }) => kind === 'audit');
}

const AS_DECIDED = {
  night: NIGHT,
  previousNight: FIRST,
  result: 'red',
  lines: [
    'member-without-reason developers: open',
    'member-without-reason users: new, applied',
    'night-missing : new',
  ],
};

function linesOf({ findings, night, previousNight, result }: AuditReport): unknown {
  const lines = findings.map(({ check, subject, state, remediation }) => {
    const fate = remediation?.status === 'applied' ? ', applied' : '';
    return `${check} ${subject['group'] ?? ''}: ${state}${fate}`;
  });
  return { night, previousNight, result, lines: lines.toSorted((a, b) => (a < b ? -1 : 1)) };
}

const STEPS = ['reading', 'remediation-released', 'mend', 'findings', 'report', 'audit', 'forget', 'done'];

describe('a night', () => {
  it('comes to these steps', async () => {
    const world = await start();
    const { app, steps } = dyingAt(deps(world), { step: 'none', isDone: true });
    expect(linesOf(await audit(world, NIGHT, app))).toEqual(AS_DECIDED);
    expect(steps).toEqual(STEPS);
  });

  it.each(STEPS.flatMap((step) => [false, true].map((isDone) => ({ step, isDone }))))(
    'whose process dies at "$step" (done: $isDone) says the same when it is gone on with, after the writer has run',
    async (death) => {
      const world = await start();
      const { app } = dyingAt(deps(world), death);
      await expect(audit(world, NIGHT, app)).rejects.toThrow('The process died');
      await world.settle();
      const report = await audit(world, NIGHT, deps(world));
      expect(linesOf(report)).toEqual(AS_DECIDED);
      expect(await world.engine.app.reports.read(world.alias, NIGHT)).toEqual(report);
      expect(await world.engine.app.findings.list(world.alias)).toEqual(report.findings);
      expect((await auditsIn(world)).map(({ facts }) => facts)).toEqual([
        expect.objectContaining({ night: FIRST }),
        { night: NIGHT, reportHash: hashOf(report), result: 'red' },
      ]);
      expect((await world.engine.app.snapshots.read(world.alias, NIGHT))?.state).toBe('done');
      await world.settle();
      expect([world.members('Developers'), world.members('Users')]).toEqual([[CARA], []]);
    },
  );

  it('that is decided is not read again', async () => {
    const world = await start();
    const { app } = dyingAt(deps(world), { step: 'findings', isDone: false });
    await expect(audit(world, NIGHT, app)).rejects.toThrow('The process died');
    world.calls();
    await audit(world, NIGHT, deps(world));
    expect(world.calls()).toEqual({});
  });
});

describe('the message of a night that is done', () => {
  it('changes nothing and asks UiPath nothing: the stored report is returned', async () => {
    const world = await start();
    const report = await audit(world, NIGHT, deps(world));
    await world.settle();
    byHand(world, 'Finance', [DAN]);
    world.engine.clock.advance(DAY_MS);
    world.calls();
    const { app, steps } = dyingAt(deps(world), { step: 'none', isDone: true });
    expect(await audit(world, NIGHT, app)).toEqual(report);
    expect(steps).toEqual([]);
    expect(world.calls()).toEqual({});
    expect(await auditsIn(world)).toHaveLength(2);
  });

  it('is refused when somebody deleted its report', async () => {
    const world = await start();
    const reports = { ...world.engine.app.reports, read: async () => undefined };
    await expect(audit(world, FIRST, { ...deps(world), reports })).rejects.toMatchObject({
      code: 'report-unknown',
    });
  });

  it('that two instances read at once is stored and mended by the first', async () => {
    const world = await start();
    const mine = deps(world);
    let first: AuditReport | undefined;
    const slow: RunAuditDeps = {
      ...mine,
      snapshots: {
        ...mine.snapshots,
        save: async (...snapshot) => {
          first ??= await audit(world, NIGHT, mine);
          await mine.snapshots.save(...snapshot);
        },
      },
    };
    const second = await audit(world, NIGHT, slow);
    expect(second).toEqual(first);
    expect(await auditsIn(world)).toHaveLength(2);
  });
});
