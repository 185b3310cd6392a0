import { describe, expect, it } from '@jest/globals';
import type { TableClient } from '@azure/data-tables';
import { DAY_MS } from '../../../shared/domain/durations';
import type { Subject } from '../../../shared/domain/ledger/subject';
import { mapConcurrently } from '../../../shared/map-concurrently';
import { createLedgerStore, type LedgerStore } from '../../../shared/storage/ledger';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { newName, takingUnsealed, useStorage } from '../../fakes/test-storage';
import { aPersonLedger } from '../../fixtures/builders/person-ledgers';

const storage = useStorage();

type World = Readonly<{ organization: string; clock: { nowMs: number }; store: LedgerStore }>;

/** Storage in which a table's client has these methods in place of its own. */
function altered(name: string, methods: Partial<TableClient>): Pick<StorageAccount, 'table' | 'seal'> {
  return {
    seal: takingUnsealed(storage()).seal,
    table: async (asked) => {
      const client = await storage().table(asked);
      return asked === name ? Object.assign(Object.create(client) as typeof client, methods) : client;
    },
  };
}

function aWorld(): World {
  const clock = { nowMs: Date.parse('2026-03-02T00:00:00Z') };
  return {
    organization: newName('acme'),
    clock,
    store: createLedgerStore(takingUnsealed(storage()), undefined, { now: () => clock.nowMs }),
  };
}

async function write(store: LedgerStore, organization: string, key: string): Promise<void> {
  const entry = { kind: 'k', atMs: 1, policyHash: 'p', facts: {} };
  await store.write({ organization, kind: 'person', key }, aPersonLedger(), undefined, [entry]);
}

/** As a version that knew no index wrote it. */
async function writeAsBefore(organization: string, key: string): Promise<void> {
  const partitionKey = `${organization}:person:${key}`;
  const json0 = JSON.stringify(aPersonLedger());
  await (
    await storage().table('ledger')
  ).createEntity({ partitionKey, rowKey: 'state', json0, evidenceSeq: 0, evidenceHash: '' });
}

async function keysIn(store: LedgerStore, organization: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key, value } of store.list(organization, 'person'))
    if (value?.email === 'ana.pop@example.com') keys.push(key);
  return keys;
}

/** A list can rely on the index from here on. */
async function trust({ store, organization, clock }: World): Promise<void> {
  await keysIn(store, organization);
  clock.nowMs += DAY_MS;
  await keysIn(store, organization);
}

function withoutScans({ clock }: World): LedgerStore {
  const refuse = (): never => {
    throw new Error('All rows were looked at');
  };
  return createLedgerStore(altered('ledger', { listEntities: refuse }), undefined, {
    now: () => clock.nowMs,
  });
}

describe('ledgers', () => {
  it('are listed and counted without a look at their evidence', async () => {
    const world = aWorld();
    for (const key of ['0a', 'ff']) await write(world.store, world.organization, key);
    await trust(world);
    await write(world.store, world.organization, '7c');
    expect(await keysIn(withoutScans(world), world.organization)).toEqual(['0a', '7c', 'ff']);
    expect(await withoutScans(world).count(world.organization, 'person')).toBe(3);
    expect(await world.store.count(world.organization, 'rule')).toBe(0);
  });

  it('of an earlier version are found, and so are those that it writes in the day after', async () => {
    const world = aWorld();
    await writeAsBefore(world.organization, '0a');
    expect(await keysIn(world.store, world.organization)).toEqual(['0a']);
    world.clock.nowMs += DAY_MS - 1;
    await writeAsBefore(world.organization, '0b');
    expect(await keysIn(world.store, world.organization)).toEqual(['0a', '0b']);
    world.clock.nowMs += 1;
    await writeAsBefore(world.organization, '0c');
    expect(await keysIn(world.store, world.organization)).toEqual(['0a', '0b', '0c']);
    expect(await keysIn(withoutScans(world), world.organization)).toEqual(['0a', '0b', '0c']);
  });

  it('that an earlier version wrote when it came back are found within a week', async () => {
    const world = aWorld();
    await trust(world);
    await writeAsBefore(world.organization, '0a');
    world.clock.nowMs += 7 * DAY_MS;
    expect(await keysIn(world.store, world.organization)).toEqual(['0a']);
  });

  it('are looked for again when a look at all rows was not brought to its end', async () => {
    const world = aWorld();
    const keys = Array.from({ length: 260 }, (_, at) => String(at).padStart(4, '0'));
    await mapConcurrently(keys, 32, async (key) => writeAsBefore(world.organization, key));
    for await (const { key } of world.store.list(world.organization, 'person')) if (key === '0000') break;
    expect(await world.store.count(world.organization, 'person')).toBe(keys.length);
  });

  it.each([
    ['before it is noted', 'subjects', { upsertEntity: dies }],
    ['between note and ledger', 'ledger', { submitTransaction: dies }],
  ] as const)('of a process that dies %s are listed once they are there', async (_when, table, methods) => {
    const world = aWorld();
    await trust(world);
    const subject: Subject<'person'> = { organization: world.organization, kind: 'person', key: '0a' };
    await expect(write(createLedgerStore(altered(table, methods)), world.organization, '0a')).rejects.toThrow(
      'It died',
    );
    expect(await world.store.read(subject)).toBeUndefined();
    expect(await keysIn(world.store, world.organization)).toEqual([]);
    await write(world.store, world.organization, '0a');
    expect(await keysIn(withoutScans(world), world.organization)).toEqual(['0a']);
  });
});

async function dies(): Promise<never> {
  throw new Error('It died');
}
