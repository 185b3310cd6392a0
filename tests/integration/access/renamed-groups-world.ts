import { renameGroup } from './rename-group';
import { ANA, BEN, OLGA, type World } from './world';

export const DAY_MS = 86_400_000;
type Fields = Readonly<Record<string, unknown>>;

export const ACCOUNTANT = { attributes: { department: 'Accounting' } };
/** A worker record of somebody to whom no birthright line gives anything. */
export const recordOf = (workerId: string) => ({ worker: { workerId }, ...ACCOUNTANT });
export const SEED = {
  saml: true,
  groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
};

/** A policy whose groups people get by request alone. */
export function policyWith(
  names: readonly string[],
  more: Fields = {},
  perGroup: Readonly<Record<string, Fields>> = {},
): Fields {
  const requests = { approvers: [BEN] };
  return {
    mover: { graceDays: 0 },
    groups: Object.fromEntries(
      names.map((name) => [name, { mode: 'additive', requests, ...perGroup[name] }]),
    ),
    birthright: [],
    ...more,
  };
}

/** The policy keeps a group apart from another. */
export const apart = (group: string, from = 'Finance') => ({ separationOfDuties: [[group, from]] });

/** Somebody renames a group in UiPath and in the policy. */
export function renameInBoth(world: World, from: string, to: string, policy: Fields): void {
  renameGroup(world, from, to);
  world.setPolicy(policy);
}

/** Somebody gives two groups each other's name. */
export function swapNames(world: World, one = 'Finance', other = 'Developers'): void {
  renameGroup(world, one, 'on the way');
  renameGroup(world, other, one);
  renameGroup(world, 'on the way', other);
}

/** HR says something that changes nothing, and a day passes. */
export async function hearOf(world: World, email = ANA, more: Fields = {}): Promise<void> {
  const attributes = { department: 'Accounting', site: `${world.engine.clock.now()}` };
  await world.moves(email, { ...more, attributes });
  await world.pass(DAY_MS);
}

/** HR says that Ana is absent, or that she is back, and a day passes. */
export async function hearOfLeave(world: World, type: 'worker.absent' | 'worker.returned'): Promise<void> {
  const id = `${type}-${world.engine.clock.now()}`;
  await world.engine.post('hr', { schemaVersion: 1, type, id, worker: { email: ANA } });
  await world.pass(DAY_MS);
}

export const isIn = (world: World, groupId: string, memberId: string): boolean =>
  world.engine.uipath.organization(world.alias).groups.get(groupId)?.members.actual.has(memberId) === true;
