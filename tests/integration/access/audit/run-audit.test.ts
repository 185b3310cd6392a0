import { describe, expect, it } from '@jest/globals';
import { auditWhenPossible } from '../../../../shared/access/audit/audit-when-possible';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { remediateFinding } from '../../../../shared/access/desk/findings/remediate-finding';
import { createReportStore } from '../../../../shared/storage/reports';
import { startAudit } from '../../../../shared/access/audit/start-audit';
import type { AuditReport } from '../../../../shared/domain/audit/report';
import { hashOf } from '../../../../shared/domain/canonical-json-hash';
import { errorOf } from '../../../fakes/error-of';
import { ANA, BEN, byHand, CARA, MAX, OLGA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const begin = useWorlds();
/** A world whose only groups are those of the policy, and whose access policy lets not everybody in. */
const start = async (options: Parameters<typeof begin>[0] = {}): Promise<World> =>
  begin({
    ...options,
    seed: {
      groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
      accessPolicy: BASELINE.map(({ name }) => name),
      ...options.seed,
    },
  });
const DAY_MS = 86_400_000;
const BASELINE = ['Administrators', 'Automation Users', 'Citizen Developers'].map((name) => ({
  entityType: 'group',
  name,
}));

let nights = 0;
async function audit(world: World): Promise<AuditReport> {
  const { app } = world.engine;
  nights += 1;
  const night = `2026030300${String(nights).padStart(2, '0')}`;
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  return report;
}

/** What is open, as `check about`. */
function openIn(report: AuditReport): readonly string[] {
  return report.findings
    .filter(({ state }) => state !== 'fixed')
    .map(
      ({ check, subject }) =>
        `${check} ${subject['group'] ?? subject['entity'] ?? subject['rule'] ?? subject['part']}`,
    )
    .toSorted((a, b) => (a < b ? -1 : 1));
}

describe('a night without a fault', () => {
  it('is green, and its hash is in the evidence', async () => {
    const world = await start({ policy: { accessPolicy: { baseline: BASELINE } } });
    await world.joins(ANA);
    await world.settle();
    const report = await audit(world);
    expect(report).toMatchObject({
      result: 'green',
      unknown: [],
      findings: [],
      looked: { groups: 3, members: 2, people: 1, rules: 0, policyEntities: 3 },
      calls: { GET: 9 },
    });
    const organization = { organization: world.alias, kind: 'organization', key: 'organization' } as const;
    expect((await world.evidence(organization)).at(-1)).toMatchObject({
      kind: 'audit',
      facts: { reportHash: hashOf(report), result: 'green' },
    });
    expect(await world.fault(organization)).toBeUndefined();
  });

  it('changes nothing in UiPath', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    world.calls();
    await audit(world);
    expect(
      Object.keys(world.calls()).filter((endpoint) => /^(G4|G5|G6|P2|R2|R3|R4)$/.test(endpoint)),
    ).toEqual([]);
    expect(world.members('Developers')).toEqual([CARA]);
  });
});

describe('what an audit finds', () => {
  it('members without a reason, missing ones, and leavers who are back', async () => {
    const world = await start();
    await world.joins(ANA);
    await world.joins(BEN);
    await world.settle();
    await world.leaves(BEN);
    await world.settle();
    byHand(world, 'Developers', [CARA, BEN], [ANA]);
    const report = await audit(world);
    expect(report.result).toBe('red');
    expect(openIn(report)).toEqual([
      'approver-has-left undefined',
      'leaver-present developers',
      'member-missing developers',
      'member-without-reason developers',
    ]);
    expect(report.findings.find(({ check }) => check === 'leaver-present')?.subject['memberId']).toBe(
      world.id(BEN),
    );
  });

  it('a group that is gone, and entries of the access policy that differ from the baseline', async () => {
    const world = await start({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [] } },
      policy: { accessPolicy: { baseline: [...BASELINE.slice(1), { entityType: 'user', name: ANA }] } },
    });
    expect(openIn(await audit(world))).toEqual([
      'group-missing finance',
      'policy-entity-missing user:ana.pop@acme.example',
      'policy-entity-unexpected group:administrators',
    ]);
  });

  it('rules that somebody altered, deleted or made', async () => {
    const world = await start({ seed: { saml: true } });
    const definition = {
      groups: ['Developers'],
      conditions: [{ claimName: 'a', conditionType: 'Contains', value: 'Night' }],
    };
    for (const name of ['Altered', 'Deleted', 'Kept'])
      await world.asks(name, { kind: 'create-rule', name, owner: BEN, definition });
    await world.settle();
    const { rules } = world.engine.uipath.organization(world.alias);
    for (const rule of rules.values())
      if (rule.name === 'Altered') rules.set(rule.id, { ...rule, enabled: false });
      else if (rule.name === 'Deleted') rules.delete(rule.id);
    world.engine.uipath.actAsPerson(world.alias, {
      kind: 'create-rule',
      actor: MAX,
      name: 'By hand',
      definition: '{"GroupsToAssign":[],"Conditions":[]}',
    });
    expect(openIn(await audit(world))).toEqual([
      'rule-altered Altered',
      'rule-missing Deleted',
      'rule-unknown By hand',
    ]);
  });

  it('nothing about protected members, nor about people whose change is on its way', async () => {
    const world = await start({
      policy: { groups: { Developers: { protectedMembers: [CARA] }, Users: {}, Finance: {} } },
    });
    byHand(world, 'Developers', [CARA, BEN]);
    await world.joins(ANA);
    await world.joins(BEN);
    await world.engine.work();
    expect(openIn(await audit(world))).toEqual([]);
  });

  it('is followed over the nights: new, open, fixed, reopened under one id (incident 23)', async () => {
    const world = await start();
    const seen: unknown[] = [];
    let ids = new Set<string>();
    for (const act of [[CARA], [], 'remove', [CARA]] as const) {
      if (act === 'remove') byHand(world, 'Developers', [], [CARA]);
      else byHand(world, 'Developers', act);
      const { findings } = await audit(world);
      seen.push(findings.map(({ state }) => state).join());
      ids = new Set([...ids, ...findings.map(({ id }) => id)]);
      world.engine.clock.advance(DAY_MS);
    }
    expect(seen).toEqual(['new', 'open', 'fixed', 'reopened']);
    expect(ids.size).toBe(1);
  });
});

describe('a part that cannot be read (incident 2)', () => {
  it.each([
    ['fails for one group', { kind: 'answer', status: 503, match: { endpoint: 'G3' }, times: 3 }, 1],
    [
      'is short each of three times',
      {
        kind: 'answer',
        status: 200,
        body: { totalCount: 2, results: [] },
        match: { endpoint: 'G3' },
        times: 3,
      },
      1,
    ],
    ['fails for the list of groups', { kind: 'answer', status: 503, match: { endpoint: 'G1' }, times: 3 }, 5],
    [
      'is empty for the list of groups',
      { kind: 'answer', status: 200, body: [], match: { endpoint: 'G1' } },
      5,
    ],
    ['is a page', { kind: 'html', match: { endpoint: 'R1' } }, 1],
  ] as const)('when the read %s is unknown, never empty', async (_how, fault, unknown) => {
    const world = await start();
    await world.joins(ANA);
    await world.settle();
    world.engine.uipath.inject(fault);
    const report = await audit(world);
    expect(report).toMatchObject({ result: 'red' });
    expect(report.unknown).toHaveLength(unknown);
    expect(new Set(report.findings.map(({ check }) => check))).toEqual(new Set(['part-unknown']));
    expect((await audit(world)).result).toBe('green');
  });

  it('neither fixes nor confirms what was found there before', async () => {
    const world = await start();
    byHand(world, 'Developers', [CARA]);
    const [before] = (await audit(world)).findings;
    byHand(world, 'Developers', [], [CARA]);
    world.engine.uipath.inject({ kind: 'html', match: { endpoint: 'G1' } });
    const report = await audit(world);
    const { remediation, ...asItWas } = before ?? {};
    expect(remediation?.status).toBe('proposed');
    expect(report.findings).toContainEqual({
      ...asItWas,
      noPlan: { kind: 'not-now', why: expect.stringContaining('could not be read') },
    });
    const request = { by: keyHolder('Ben'), planHash: remediation?.planHash ?? '' };
    const mend = async () => remediateFinding(world.engine.app, world.alias, before?.id ?? '', request);
    expect((await errorOf(mend)).code).toBe('plan-unknown');
    expect((await audit(world)).findings.find(({ id }) => id === before?.id)?.state).toBe('fixed');
  });
});

describe('the message of an audit', () => {
  it('is one per organization and minute, and comes back when the quota says later', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    await startAudit(app);
    const [message] = world.engine.queued();
    expect(message).toMatchObject({
      queue: 'audits',
      message: { organization: 'acme', night: '202603020800' },
    });
    world.engine.uipath.inject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '120' },
      match: { endpoint: 'G1' },
    });
    if (message?.queue === 'audits')
      await auditWhenPossible({ ...app, uipath: app.auditUiPath }, message.message);
    expect(world.engine.queued().at(-1)?.dueAtMs).toBe(clock.now() + 120_000);
    expect(await app.findings.list(world.alias)).toEqual([]);
    await world.settle();
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'audit-done', result: 'green' }),
    );
  });

  it('is another one in the same minute when somebody asks again after the first has ended', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    const queuedNights = () =>
      world.engine.queued().map(({ message }) => ('night' in message ? message.night : undefined));
    await startAudit(app);
    await startAudit(app);
    expect(queuedNights()).toEqual(['202603020800', '202603020800']);
    await world.settle();
    clock.advance(5_000);
    await startAudit(app);
    expect(queuedNights()).toEqual(['20260302080005']);
    await world.settle();
    clock.advance(60_000);
    await startAudit(app);
    expect(queuedNights()).toEqual(['202603020801']);
    await world.settle();
    const listed = (await createReportStore(world.engine.storage).list(world.alias)).map(
      ({ night }) => night,
    );
    expect(listed).toEqual(['202603020800', '20260302080005', '202603020801']);
  });

  it('for an organization that the policy does not name is refused', async () => {
    const world = await start();
    const { app } = world.engine;
    const message = { organization: 'other', night: 'n' };
    expect((await errorOf(async () => runAudit({ ...app, uipath: app.auditUiPath }, message))).code).toBe(
      'message-invalid',
    );
  });
});
