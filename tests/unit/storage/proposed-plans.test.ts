import { describe, expect, it } from '@jest/globals';
import { proposedPlan, type ProposedPlan } from '../../../shared/domain/desk/proposed-plan';
import { createProposedPlans } from '../../../shared/storage/desk/proposed-plans';
import { keyHolder } from '../../fixtures/key-holder';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const LATER_MS = Date.now() + 60_000;
const MADE = { organization: 'acme', kind: 'differences', asked: {}, policyHash: 'p' } as const;

function planned(note: string): ProposedPlan {
  const computed = { changes: [], leftOut: [], facts: [], guards: [], notes: [note] };
  return proposedPlan(MADE, computed, { by: keyHolder('Maria Lead'), atMs: 1 });
}

async function withTheSameTwice() {
  const storage = openMemoryStorage();
  const plans = createProposedPlans(storage);
  const [first, second] = [planned('1 hour'), planned('2 hours')];
  await plans.propose('acme', first);
  await plans.propose('acme', second);
  await plans.propose('globex', first);
  const container = await storage.container('proposed-plans');
  const blobs = async (): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const { name } of container.listBlobsFlat({ prefix: '' }))
      names.push(name.split('/')[0] ?? '');
    return names;
  };
  return { storage, plans, hash: second.hash, blobs };
}

const never = (): boolean => false;

describe('what plans would do', () => {
  it('is forgotten where the same was planned anew, and not what is new, or of another organization', async () => {
    const { plans, hash, blobs } = await withTheSameTwice();
    expect(await blobs()).toEqual(['acme', 'acme', 'globex']);
    await plans.forget('acme', never, { most: 100, beforeMs: 0 });
    expect(await blobs()).toHaveLength(3);
    await plans.forget('acme', never, { most: 100, beforeMs: LATER_MS });
    expect(await blobs()).toEqual(['acme', 'globex']);
    expect((await plans.get('acme', hash))?.notes).toEqual(['2 hours']);
  });

  it('stays where a row that may tell of it cannot be read', async () => {
    const { storage, plans, blobs } = await withTheSameTwice();
    const table = await storage.table('proposedplans');
    await table.upsertEntity({ partitionKey: 'acme', rowKey: 'planted', json0: '{}' }, 'Replace');
    await plans.forget('acme', never, { most: 100, beforeMs: LATER_MS });
    expect(await blobs()).toHaveLength(3);
  });
});
