import { bringPolicyIntoForce } from '../../../shared/access/ledger/organization/bring-policy-into-force';
import { organizationSubject } from '../../../shared/domain/ledger/subject';
import { recordingOn } from '../../fixtures/policy-process';
import { live, MINUTE_MS } from './live-through-time';
import { ANA, BEN, CARA, DAN, OLGA, policyOfWorld, type useWorlds, type World } from './world';

type Fields = Readonly<Record<string, unknown>>;

export const GROUPS = Object.fromEntries(
  ['Developers', 'Users', 'Finance', 'Treasury'].map((name) => [name, { requests: { approvers: [BEN] } }]),
);
export const line = (name: string, department: string, groups: readonly string[]) => ({
  name,
  when: { department },
  groups,
});
export const AUTOMATION = line('automation', 'Automation', ['Developers', 'Users']);
export const FINANCE = line('finance', 'Finance', ['Finance', 'Users']);
export const FIRST = { groups: GROUPS, birthright: [AUTOMATION, FINANCE], mover: { graceDays: 0 } };

/** Nobody works in a department of that name. */
export const MISSPELT = { birthright: [line('automation', 'Automaton', ['Developers', 'Users']), FINANCE] };
export const TREASURY = {
  birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
};

/** A version comes into force, as the place that reads the file brings it there. */
export async function edit(world: World, change: Fields): Promise<string> {
  const { uipath, storage, clock, app } = world.engine;
  const text = policyOfWorld(uipath.identityBaseUrl(world.alias), { ...FIRST, ...change });
  world.engine.setPolicy(text);
  const { hash, organizations } = await app.policy();
  const version = { hash, text, origin: { kind: 'file', name: 'policy.yaml' } } as const;
  const seen = { ...app.policyMemory, isSeenWritten: () => true };
  const deps = { ...recordingOn(storage, clock), policyMemory: seen };
  app.policyEdits.open(await bringPolicyIntoForce(deps, version, organizations));
  return hash;
}

/** Ana and Cara work in Automation, Dan and Olga in Finance, and the first version is followed. */
export async function staffed(start: ReturnType<typeof useWorlds>, policy: Fields = {}): Promise<World> {
  const world = await start({ policy: { ...FIRST, ...policy } });
  for (const email of [ANA, CARA]) await world.joins(email, { attributes: { department: 'Automation' } });
  for (const email of [DAN, OLGA]) await world.joins(email, { attributes: { department: 'Finance' } });
  await world.settle();
  await edit(world, policy);
  await live(world, MINUTE_MS);
  world.calls();
  return world;
}

export async function followed(world: World) {
  const records = await world.evidence(organizationSubject(world.alias));
  return records.filter(({ kind }) => kind === 'policy-followed').map(({ facts }) => facts);
}

export async function held(world: World) {
  const holds = await world.engine.app.holds.list(world.alias);
  return holds.filter(({ state }) => state === 'held');
}
