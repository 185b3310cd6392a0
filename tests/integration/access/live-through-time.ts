import { personKey } from '../../../shared/domain/person-key';
import type { FaultInput } from '../../../sandbox/uipath/faults';
import type { World } from './world';

export const TICK_MS = 30_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Time as Azure brings it: a tick each thirty seconds, and every message when it is due. */
export async function live(world: World, ms: number): Promise<void> {
  const { clock, tick, work } = world.engine;
  for (const endsAtMs = clock.now() + ms; clock.now() < endsAtMs;) {
    await tick();
    await work();
    clock.advance(TICK_MS);
  }
  await work();
}

export function inGroup(world: World, group: string, fault: object): FaultInput {
  const match = { path: world.groupId(group), ...('match' in fault ? (fault.match as object) : {}) };
  return { ...fault, match, times: 'always' } as FaultInput;
}

export async function failing(world: World): Promise<readonly string[]> {
  const backoffs = await world.engine.app.backoffs.list(world.alias);
  return backoffs.map(({ unit, code }) => `${unit.kind} ${unit.name ?? ''}: ${code}`);
}

/** Puts something in place of a person's ledger row, and returns how to put it back. */
export async function damage(world: World, email: string, change: Readonly<Record<string, unknown>>) {
  const table = await world.engine.storage.table('ledger');
  const [partitionKey, rowKey] = [`${world.alias}:person:${personKey(email)}`, 'state'];
  const { etag: _etag, timestamp: _timestamp, ...row } = await table.getEntity(partitionKey, rowKey);
  await table.updateEntity({ ...row, partitionKey, rowKey, ...change }, 'Replace');
  return async () => {
    await table.updateEntity({ ...row, partitionKey, rowKey }, 'Replace');
  };
}
