import { bringPolicyIntoForce } from '../../../shared/access/ledger/organization/bring-policy-into-force';
import { recordingOn } from '../../fixtures/policy-process';
import { policyOfWorld, type World } from './world';

type Fields = Readonly<Record<string, unknown>>;

/** A version comes into force, as the place that reads the file brings it there. */
export async function editPolicy(world: World, policy: Fields): Promise<void> {
  const { uipath, storage, clock, app } = world.engine;
  const text = policyOfWorld(uipath.identityBaseUrl(world.alias), policy);
  world.engine.setPolicy(text);
  const { hash, organizations } = await app.policy();
  const version = { hash, text, origin: { kind: 'file', name: 'policy.yaml' } } as const;
  const deps = { ...recordingOn(storage, clock), policyMemory: app.policyMemory };
  app.policyEdits.open(await bringPolicyIntoForce(deps, version, organizations));
}

/** Look-ups that are POSTs, by the last parts of their addresses. All else that is no GET may change something. */
const LOOK_UPS = [
  /\/connect\/token$/,
  /\/CheckMembers$/,
  /\/BulkLoadByIds\/[^/]+$/,
  /\/api\/Directory\/[A-Za-z]+\/[^/]+(\/[^/]+)?$/,
];

/** What UiPath was sent that may change something, by method and path, since the world began. */
export function mutatingCalls(world: World): readonly string[] {
  return world.engine.uipath
    .requests()
    .filter(
      ({ method, path }) =>
        method !== 'GET' && !(method === 'POST' && LOOK_UPS.some((lookUp) => lookUp.test(path))),
    )
    .map(({ method, path }) => `${method} ${path}`);
}
