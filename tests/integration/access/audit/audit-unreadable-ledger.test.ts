import { describe, expect, it } from '@jest/globals';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import type { AuditReport } from '../../../../shared/domain/audit/report';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, byHand, CARA, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();

async function audit(world: World, night: string): Promise<AuditReport> {
  const { app } = world.engine;
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  return report;
}

describe('the ledger of somebody that cannot be read', () => {
  it('is an unknown part: whoever has the account is not found without a reason, all others are, and the night has its report', async () => {
    const world = await begin({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
    });
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Developers', [CARA]);
    const table = await world.engine.storage.table('ledger');
    const row = { partitionKey: `${world.alias}:person:${personKey(ANA)}`, rowKey: 'state' };
    await table.updateEntity({ ...row, schemaVersion: 2 }, 'Merge');
    const damaged = await audit(world, '202603010200');
    expect(damaged.unknown).toEqual([{ part: 'ledger:person', code: 'record-unreadable' }]);
    expect(damaged.result).toBe('red');
    const others = damaged.findings.filter(({ check }) => check !== 'part-unknown');
    expect(others.map(({ check, subject }) => [check, subject['memberId']])).toEqual([
      ['member-without-reason', world.id(CARA)],
      ['evidence-broken', undefined],
    ]);
    const told = world.engine.log.filter(({ event }) => event === 'row-unreadable');
    expect(told).toEqual([{ event: 'row-unreadable', table: 'ledger', ...row }]);

    await table.updateEntity({ ...row, schemaVersion: 1 }, 'Merge');
    world.engine.clock.advance(86_400_000);
    const mended = await audit(world, '202603020200');
    expect(mended.unknown).toEqual([]);
    const found = mended.findings.filter(({ state }) => state !== 'fixed');
    expect(found.map(({ check, subject, state }) => [check, subject['memberId'], state])).toEqual([
      ['member-without-reason', world.id(CARA), 'open'],
    ]);
  });

  it('who was never resolved may be anybody: nobody is found without a reason', async () => {
    const world = await begin({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
    });
    await world.joins(ANA);
    await world.settle();
    byHand(world, 'Developers', [CARA]);
    const row = { partitionKey: `${world.alias}:person:${personKey(ANA)}`, rowKey: 'state' };
    await (await world.engine.storage.table('ledger')).updateEntity({ ...row, schemaVersion: 2 }, 'Merge');
    const accounts = await world.engine.storage.table('accounts');
    await accounts.deleteEntity(world.alias, `p:${personKey(ANA)}`);
    const damaged = await audit(world, '202603010200');
    expect(damaged.findings.map(({ check }) => check)).toEqual(['evidence-broken', 'part-unknown']);
  });
});
