import { describe, expect, it } from '@jest/globals';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { audit, linesOf } from '../audit-world';
import { byHand, CARA, OLGA, useWorlds } from '../world';

const begin = useWorlds('emulator');

describe('a row that cannot be read', () => {
  it.each(['plans', 'deadletters'])('of the table %s leaves the night its report', async (table) => {
    const world = await begin({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
    });
    byHand(world, 'Developers', [CARA]);
    const rows = await world.engine.storage.table(table);
    await rows.createEntity({ partitionKey: world.alias, rowKey: 'damaged', schemaVersion: 1, json0: '{' });
    expect(linesOf(await audit(world))).toContain('member-without-reason developers: new');
    expect(linesOf(await audit(world))).toContain('member-without-reason developers: open');
  });
});

describe('a snapshot that cannot be read', () => {
  it('is begun anew, and one of an earlier night is given up', async () => {
    const world = await begin({
      seed: { groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] } },
    });
    const { app, storage } = world.engine;
    const [earlier, night] = ['202603010200', '202603020200'];
    const container = await storage.container('snapshots');
    for (const one of [earlier, night])
      await container
        .getBlockBlobClient(`${world.alias}/${one}.jsonl.gz`)
        .upload('cut', 3, { metadata: { state: 'reading' } });
    const deps = { ...app, uipath: app.auditUiPath };
    const report = await runAudit(deps, { organization: world.alias, night });
    expect(report?.findings).toContainEqual(
      expect.objectContaining({ check: 'audit-unfinished', subject: { night: earlier } }),
    );
    expect((await app.snapshots.read(world.alias, earlier))?.state).toBe('given-up');
    expect((await app.snapshots.read(world.alias, night))?.state).toBe('done');
  });
});

describe('work of the writer that fails', () => {
  it('is a finding after an hour, with its code, and is fixed by the first success', async () => {
    const world = await begin();
    const { app, clock } = world.engine;
    const unit = { kind: 'group', key: world.groupId('Users'), name: 'Users' } as const;
    const nowMs = clock.now();
    const times = { sinceMs: nowMs, lastMs: nowMs, notBeforeMs: nowMs };
    await app.backoffs.put(world.alias, { unit, code: 'uipath-unavailable', failures: 9, ...times });
    const failing = async () => (await audit(world)).findings.find(({ check }) => check === 'work-failing');
    expect(await failing()).toBeUndefined();
    expect(await failing()).toMatchObject({
      state: 'new',
      severity: 'high',
      subject: {
        kind: 'group',
        key: unit.key,
        name: 'Users',
        code: 'uipath-unavailable',
        since: new Date(nowMs).toISOString(),
      },
    });
    await app.backoffs.remove(world.alias, unit);
    expect(await failing()).toMatchObject({ state: 'fixed' });
  });
});
