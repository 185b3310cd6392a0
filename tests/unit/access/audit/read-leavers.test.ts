import { describe, expect, it } from '@jest/globals';
import { readSnapshot } from '../../../../shared/access/audit/read-snapshot';
import type { AuditUiPath, SnapshotContext } from '../../../../shared/access/audit/snapshot-context';
import { AppError } from '../../../../shared/errors';
import { memoryReader } from '../../../fakes/memory-reader';
import { anOrganization } from '../../../fixtures/builders/organizations';

const LEAVERS = Array.from({ length: 100 }, (_, at) => `leaver-${at}`);

/** An organization with one group that the policy does not name; the directory is asked for each leaver. */
async function readLeavers(groupMembership: AuditUiPath['directory']['groupMembership']) {
  const page = async () => ({ totalCount: 0, results: [] });
  const uipath = {
    groups: {
      list: async () => [{ id: 'g', name: 'Elsewhere', kind: 'custom', createdAtMs: 0, modifiedAtMs: null }],
      memberPage: page,
    },
    directory: { groupMembership },
    rules: { list: async () => [] },
    accessPolicy: { read: async () => [] },
    users: { page },
  } as unknown as AuditUiPath;
  const context: SnapshotContext = {
    organization: anOrganization({ groups: new Map() }),
    uipath,
    reader: await memoryReader(),
    knownRuleIds: [],
    ownClientId: '',
    leavers: () => LEAVERS,
    allowances: { get: 1, post: 10_000 },
  };
  return (await readSnapshot(context)).elsewhere;
}

describe('leavers', () => {
  it('are looked up eight at a time, each once', async () => {
    const asked: string[] = [];
    let [now, most] = [0, 0];
    const elsewhere = await readLeavers(async (memberId, groupIds) => {
      asked.push(memberId);
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return new Set(memberId === 'leaver-7' ? groupIds : []);
    });
    expect(most).toBe(8);
    expect(asked.toSorted()).toEqual(LEAVERS.toSorted());
    expect(elsewhere).toEqual({
      kind: 'known',
      value: [{ memberId: 'leaver-7', groupId: 'g', group: 'elsewhere' }],
    });
  });

  it('are not asked for any more once one cannot be', async () => {
    let asked = 0;
    const elsewhere = await readLeavers(async () => {
      asked += 1;
      await new Promise(setImmediate);
      throw new AppError('uipath-unavailable', 'Down');
    });
    expect(elsewhere).toEqual({ kind: 'unknown', code: 'uipath-unavailable' });
    expect(asked).toBe(8);
  });
});
