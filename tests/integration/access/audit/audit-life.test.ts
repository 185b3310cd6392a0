import { describe, expect, it } from '@jest/globals';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { remediateFinding } from '../../../../shared/access/desk/findings/remediate-finding';
import { waiveFinding } from '../../../../shared/access/desk/findings/waive-finding';
import type { AuditReport } from '../../../../shared/domain/audit/report';
import { errorOf } from '../../../fakes/error-of';
import { ANA, BEN, byHand, CARA, DAN, MAX, OLGA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const begin = useWorlds();
const DAY_MS = 86_400_000;
const start = async (options: Parameters<typeof begin>[0] = {}): Promise<World> =>
  begin({
    ...options,
    seed: {
      groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
      accessPolicy: ['Administrators'],
      ...options.seed,
    },
  });

let nights = 0;
async function audit(world: World): Promise<AuditReport> {
  const { app } = world.engine;
  nights += 1;
  const night = `2026030${nights}0200`;
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  return report;
}

describe('a finding that somebody accepts', () => {
  const request = { by: keyHolder('Ben'), reason: 'agreed', owner: BEN, ticket: 'GOV-1' };

  it('is waived until the waiver ends, then open again under its id; the evidence says who did it (incident 22)', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    const [finding] = (await audit(world)).findings;
    const id = finding?.id ?? '';
    const { app, clock } = world.engine;
    const untilMs = clock.now() + 10 * DAY_MS;
    expect(await waiveFinding(app, world.alias, id, { ...request, untilMs })).toMatchObject({
      state: 'waived',
    });
    clock.advance(DAY_MS);
    const waived = await audit(world);
    expect(waived).toMatchObject({
      result: 'green',
      findings: [{ id, state: 'waived', waiver: { ticket: 'GOV-1', untilMs } }],
    });
    clock.advance(9 * DAY_MS);
    const after = (await audit(world)).findings.find((one) => one.id === id);
    expect(after?.state).toBe('reopened');
    expect(after?.waiver).toBeUndefined();
    expect(
      await world.kinds({ organization: world.alias, kind: 'organization', key: 'organization' }),
    ).toContain('finding-waived');
  });

  it.each([
    ['two years', 730, {}, 'waiver-invalid'],
    ['a day more than the ceiling', 181, {}, 'waiver-invalid'],
    ['a time that has passed', -1, {}, 'waiver-invalid'],
    ['no owner', 10, { owner: ' ' }, 'waiver-invalid'],
    ['no reason', 10, { reason: '' }, 'waiver-invalid'],
    ['no ticket', 10, { ticket: '' }, 'waiver-invalid'],
  ])('is not waived for %s, and stays open', async (_what, days, more, code) => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    const [finding] = (await audit(world)).findings;
    const { app, clock } = world.engine;
    const asked = { ...request, untilMs: clock.now() + days * DAY_MS, ...more };
    expect((await errorOf(async () => waiveFinding(app, world.alias, finding?.id ?? '', asked))).code).toBe(
      code,
    );
    expect((await audit(world)).result).toBe('red');
  });

  it('has to be there, and to be open', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    const asked = { ...request, untilMs: clock.now() + DAY_MS };
    expect((await errorOf(async () => waiveFinding(app, world.alias, 'x', asked))).code).toBe(
      'finding-unknown',
    );
    expect((await errorOf(async () => waiveFinding(app, 'other', 'x', asked))).code).toBe('finding-unknown');
    byHand(world, 'Developers', [CARA]);
    const [finding] = (await audit(world)).findings;
    byHand(world, 'Developers', [], [CARA]);
    await audit(world);
    expect((await errorOf(async () => waiveFinding(app, world.alias, finding?.id ?? '', asked))).code).toBe(
      'finding-not-open',
    );
  });

  it('may be accepted in the policy, for a part of what a check finds', async () => {
    const waiver = {
      check: 'member-without-reason',
      subject: { group: 'developers' },
      reason: 'r',
      owner: BEN,
      ticket: 't',
      from: '2026-03-01',
      until: '2026-03-02',
    };
    const world = await start({ policy: { waivers: [waiver] } });
    byHand(world, 'Developers', [CARA]);
    byHand(world, 'Users', [CARA]);
    const night = await audit(world);
    expect(night.findings.map(({ state, subject }) => `${subject['group']} ${state}`).toSorted()).toEqual([
      'developers waived',
      'users new',
    ]);
    expect(night.waivers).toMatchObject([{ state: 'in-force', covers: 1, ticket: 't' }]);
    world.engine.clock.advance(DAY_MS);
    const next = await audit(world);
    expect(next.findings.map(({ state }) => state).toSorted()).toEqual(['open', 'reopened']);
    expect(next.waivers).toMatchObject([{ state: 'ended', covers: 1 }]);
  });
});

describe('who caused a finding', () => {
  it('is told by the audit log of UiPath, with the time', async () => {
    const world = await start();
    await audit(world);
    world.engine.clock.advance(DAY_MS);
    byHand(world, 'Developers', [CARA]);
    const [finding] = (await audit(world)).findings;
    expect(finding?.attribution).toMatchObject({
      kind: 'known',
      actor: MAX.email,
      atMs: world.engine.clock.now(),
    });
  });

  it('is not known while the log cannot be read, and is once it can', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    world.engine.uipath.inject({ kind: 'answer', status: 403, times: 2, match: { endpoint: 'L1' } });
    expect((await audit(world)).findings[0]?.attribution).toMatchObject({
      kind: 'unknown',
      why: 'audit-log-scope-missing',
      code: 'uipath-forbidden',
      text: expect.stringContaining('PM.Audit.Read'),
    });
    expect((await audit(world)).findings[0]?.attribution).toMatchObject({ kind: 'known', actor: MAX.email });
  });

  it('is whoever did it to this group, not to another one whose name begins the same way', async () => {
    const other = { name: 'Ida Innocent', email: 'ida@acme.example' };
    const world = await start({
      seed: {
        groups: {
          Administrators: [OLGA],
          Developers: [],
          Users: [],
          Finance: [],
          'Finance Automation': [CARA],
        },
      },
    });
    await world.joins(CARA, { attributes: { department: 'Finance' } });
    await world.settle();
    await audit(world);
    world.engine.clock.advance(DAY_MS);
    byHand(world, 'Finance', [], [CARA]);
    world.engine.clock.advance(1);
    const { uipath } = world.engine;
    uipath.actAsPerson(world.alias, {
      kind: 'change-members',
      actor: other,
      group: 'Finance Automation',
      add: [],
      remove: [CARA],
    });
    const missing = (await audit(world)).findings.find(({ check }) => check === 'member-missing');
    expect(missing?.attribution).toMatchObject({ kind: 'known', actor: MAX.email });
  });

  it('is whoever brought it back, not who caused it before', async () => {
    const other = { name: 'Ida Innocent', email: 'ida@acme.example' };
    const world = await start();
    const { clock, uipath } = world.engine;
    uipath.actAsPerson(world.alias, {
      kind: 'change-members',
      actor: other,
      group: 'Developers',
      add: [CARA],
      remove: [],
    });
    expect((await audit(world)).findings[0]?.attribution).toMatchObject({ actor: other.email });
    clock.advance(DAY_MS);
    byHand(world, 'Developers', [], [CARA]);
    await audit(world);
    clock.advance(DAY_MS);
    byHand(world, 'Developers', [CARA]);
    const at = clock.now();
    clock.advance(1);
    uipath.inject({ kind: 'answer', status: 403, times: 2, match: { endpoint: 'L1' } });
    expect((await audit(world)).findings[0]).toMatchObject({
      state: 'reopened',
      seenSinceMs: at + 1,
      attribution: { kind: 'unknown' },
    });
    clock.advance(3 * DAY_MS);
    const later = (await audit(world)).findings.find(({ check }) => check === 'member-without-reason');
    expect(later).toMatchObject({
      notSeenAtMs: at - DAY_MS,
      attribution: { actor: MAX.email, atMs: at },
    });
  });

  it('is nobody when the log does not say, as for a membership that was always there', async () => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Developers: [CARA], Users: [], Finance: [] } },
    });
    expect((await audit(world)).findings[0]?.attribution).toMatchObject({
      kind: 'unknown',
      why: 'before-audit-log',
    });
  });
});

describe('what mends a finding', () => {
  const mend = async (world: World, report: AuditReport, by = 'Ben') => {
    const [finding] = report.findings;
    return remediateFinding(world.engine.app, world.alias, finding?.id ?? '', {
      by: keyHolder(by),
      planHash: finding?.remediation?.planHash ?? '',
    });
  };

  it('is shown and not done, until a person releases it', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA, DAN]);
    const report = await audit(world);
    const before = world.members('Developers');
    await world.settle();
    expect(world.members('Developers')).toEqual(before);
    const [finding] = report.findings;
    expect(finding?.remediation).toMatchObject({
      group: 'developers',
      remove: [finding?.subject['memberId']],
      status: 'proposed',
    });
    expect((await mend(world, report)).remediation?.status).toBe('applied');
    await world.settle();
    expect(world.members('Developers')).toHaveLength(1);
    expect(world.members('Developers')).not.toContain(finding?.subject['name']);
    expect((await audit(world)).findings.find(({ id }) => id === finding?.id)?.state).toBe('fixed');
    const organization = { organization: world.alias, kind: 'organization', key: 'organization' } as const;
    expect(await world.evidence(organization)).toContainEqual(
      expect.objectContaining({
        kind: 'remediation-released',
        facts: expect.objectContaining({ by: keyHolder('Ben') }),
      }),
    );
    expect(await world.fault(organization)).toBeUndefined();
  });

  it('adds whom somebody removed', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Developers', [], [ANA]);
    const report = await audit(world);
    expect(report.findings).toMatchObject([{ check: 'member-missing', remediation: { remove: [] } }]);
    await mend(world, report);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect((await audit(world)).result).toBe('green');
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it('does nothing to somebody who got a reason meanwhile', async () => {
    const world = await start();
    byHand(world, 'Developers', [ANA]);
    const report = await audit(world);
    await world.joins(ANA);
    await world.settle();
    await mend(world, report);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('is only what was shown', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    const [finding] = (await audit(world)).findings;
    const wrong = { by: keyHolder('Ben'), planHash: 'another' };
    expect(
      (await errorOf(async () => remediateFinding(world.engine.app, world.alias, finding?.id ?? '', wrong)))
        .code,
    ).toBe('plan-unknown');
    expect(
      (await errorOf(async () => remediateFinding(world.engine.app, world.alias, 'x', wrong))).code,
    ).toBe('finding-unknown');
  });

  it('is done at once where the policy says so, and only there', async () => {
    const world = await start({
      policy: {
        groups: {
          Developers: { remediate: ['member-without-reason'] },
          Users: {},
          Finance: { mode: 'observe', remediate: ['member-without-reason'] },
        },
      },
    });
    for (const group of ['Developers', 'Users', 'Finance']) byHand(world, group, [CARA]);
    const report = await audit(world);
    await world.settle();
    expect(['Developers', 'Users', 'Finance'].map((group) => world.members(group))).toEqual([
      [],
      [CARA],
      [CARA],
    ]);
    expect(
      report.findings
        .map(({ subject, remediation }) => `${subject['group']} ${remediation?.status ?? 'none'}`)
        .toSorted(),
    ).toEqual(['developers applied', 'finance none', 'users proposed']);
  });

  it('takes leavers out of groups that nobody manages here', async () => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] } },
      policy: { audit: { remediate: ['leaver-present'] } },
    });
    await world.joins(BEN);
    await world.leaves(BEN);
    await world.settle();
    byHand(world, 'Treasury', [BEN]);
    byHand(world, 'Developers', [BEN]);
    const report = await audit(world);
    expect(report.findings.filter(({ check }) => check === 'leaver-present')).toHaveLength(2);
    await world.settle();
    expect([world.members('Treasury'), world.members('Developers')]).toEqual([[], []]);
  });

  it('is held by the guards when it is too much at once, and then shown as held', async () => {
    const limit = { count: 1, percent: 1, floor: 1 };
    const world = await start({
      policy: {
        guards: { group: limit, day: limit, run: limit, batch: limit },
        audit: { remediate: ['member-without-reason'] },
      },
    });
    byHand(world, 'Developers', [CARA, DAN, ANA]);
    await audit(world);
    await world.settle();
    expect(world.members('Developers')).toHaveLength(3);
    const report = await audit(world);
    expect(report.findings.filter(({ remediation }) => remediation?.status === 'held')).toHaveLength(3);
    expect(report.findings.map(({ check }) => check)).toContain('plan-held');
  });

  it('is not done while a part is unknown', async () => {
    const world = await start({ policy: { audit: { remediate: ['member-without-reason'] } } });
    byHand(world, 'Developers', [CARA]);
    world.engine.uipath.inject({ kind: 'html', match: { endpoint: 'R1' } });
    const report = await audit(world);
    expect(report.findings.find(({ check }) => check === 'member-without-reason')?.remediation?.status).toBe(
      'proposed',
    );
    await world.settle();
    expect(world.members('Developers')).toEqual([CARA]);
  });
});

describe('a finding that was fixed', () => {
  it('is shown for ninety days; then neither report nor table has it, and it begins anew when it comes back', async () => {
    const world = await start({ policy: { audit: { everyHours: 744, dormantDays: 3650 } } });
    const stored = async () => (await world.engine.app.findings.list(world.alias)).map(({ state }) => state);
    byHand(world, 'Developers', [CARA]);
    await audit(world);
    byHand(world, 'Developers', [], [CARA]);
    expect((await audit(world)).findings.map(({ state }) => state)).toEqual(['fixed']);
    for (let passed = 0; passed < 3; passed += 1) {
      world.engine.clock.advance(30 * DAY_MS);
      expect((await audit(world)).findings.map(({ state }) => state)).toEqual(['fixed']);
    }
    world.engine.clock.advance(1);
    expect((await audit(world)).findings).toEqual([]);
    expect(await stored()).toEqual([]);
    byHand(world, 'Developers', [CARA]);
    expect((await audit(world)).findings).toMatchObject([
      { state: 'new', firstSeenMs: world.engine.clock.now() },
    ]);
    expect(await stored()).toEqual(['new']);
  });

  it('keeps its row when it comes back on the night on which it would be forgotten', async () => {
    const world = await start({ policy: { audit: { everyHours: 744, dormantDays: 3650 } } });
    byHand(world, 'Developers', [CARA]);
    await audit(world);
    byHand(world, 'Developers', [], [CARA]);
    await audit(world);
    for (let passed = 0; passed < 4; passed += 1) {
      world.engine.clock.advance(30 * DAY_MS);
      if (passed === 3) byHand(world, 'Developers', [CARA]);
      await audit(world);
    }
    expect((await world.engine.app.findings.list(world.alias)).map(({ state }) => state)).toEqual(['new']);
  });
});

describe('a night that is missing', () => {
  it('is a finding of the next one, and fixed with the one after', async () => {
    const world = await start();
    await audit(world);
    world.engine.clock.advance(2 * DAY_MS);
    const late = await audit(world);
    expect(late.findings.map(({ check }) => check)).toEqual(['night-missing']);
    world.engine.clock.advance(DAY_MS);
    expect((await audit(world)).findings[0]?.state).toBe('fixed');
  });
});

describe('the heartbeat of a source', () => {
  it('is its last delivery', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    const { app, clock } = world.engine;
    expect(await app.deliveries.lastReceivedMs('hr', 'standard')).toBeLessThanOrEqual(clock.now());
    expect(await app.deliveries.lastReceivedMs('ticket', 'standard')).toBeUndefined();
  });
});
