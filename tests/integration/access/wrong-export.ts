import { releaseHold } from '../../../shared/access/desk/release-hold';
import { listHolds } from '../../../shared/access/ledger/list-holds';
import type { Hold } from '../../../shared/domain/plan/hold';
import { HOUR_MS } from './live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, type useWorlds, type World } from './world';
import { keyHolder } from '../../fixtures/key-holder';

type Start = ReturnType<typeof useWorlds>;

const any = { count: 1_000, percent: 100, floor: 1_000 };
const UNGUARDED = { group: any, day: any, run: any, batch: any };

/** Six developers of whom a wrong export tells something. */
export const SIX = Array.from({ length: 6 }, (_, index) => `m${index}@acme.example`);
export const [ONE = ''] = SIX;

export const limit = (count: number) => ({ count, percent: 100, floor: count });

/** The six at work, two hours ago, with only the guards that are named. */
export async function startWithSix(
  start: Start,
  guards: object,
  policy: Readonly<Record<string, unknown>> = {},
  attributes: Readonly<Record<string, string>> = { department: 'Automation' },
): Promise<World> {
  const seed = { users: [OLGA, ANA, BEN, CARA, DAN, ...SIX] };
  const world = await start({ seed, policy: { guards: { ...UNGUARDED, ...guards }, ...policy } });
  for (const person of SIX) await world.joins(person, { attributes });
  await world.settle();
  world.engine.clock.advance(2 * HOUR_MS);
  return world;
}

export async function leave(world: World, people: readonly string[]): Promise<void> {
  for (const person of people) await world.leaves(person);
  await world.settle();
}

export async function move(world: World, people: readonly string[], department: string): Promise<void> {
  for (const person of people) await world.moves(person, { attributes: { department } });
  await world.settle();
}

export function membersOf(world: World, group: string): number {
  return world.engine.uipath.memberIds(world.alias, group).size;
}

export async function openHolds(world: World): Promise<readonly Hold[]> {
  return listHolds(world.engine.app, world.alias);
}

export async function releaseAll(world: World): Promise<void> {
  for (const { hash } of await openHolds(world))
    await releaseHold(world.engine.app, world.alias, hash, keyHolder('olga'));
  await world.settle();
}
