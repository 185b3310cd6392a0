import { expect, it } from '@jest/globals';
import { exportSnapshot } from '../../../../shared/access/desk/export-snapshot';
import { readInventory } from '../../../../shared/access/desk/read-inventory';
import { learnBirthright } from '../../../../shared/domain/learning/learn-birthright';
import { whatIfLoaded } from '../../../../shared/domain/plan/what-if-loaded';
import { draftPolicy } from '../../../../shared/policy/draft-policy';
import { checkPolicy } from '../../../../shared/policy/parse-policy';
import { plantedOrganization } from '../../../fixtures/planted-organization';
import { audit } from '../audit-world';
import { mutatingCalls } from '../observed-world';
import { OLGA, policyOfWorld, useWorlds, type World } from '../world';

const { workers, groups: planted } = plantedOrganization(1_000, 60, 0.03);
const GROUPS = {
  Administrators: [OLGA],
  ...Object.fromEntries(
    planted.map(({ group, members }) => [group, members.flatMap(({ addresses }) => addresses)]),
  ),
};
const SEED = {
  saml: true,
  users: [OLGA, ...workers.map(({ email }) => email)],
  groups: GROUPS,
  rules: [{ name: 'All of IT: #1' }],
  accessPolicy: ['Administrators', OLGA],
};
/** As an organization begins: nothing but itself and its sources. */
const SMALLEST = { mode: 'observe', groups: {}, birthright: [], rules: {}, accessPolicy: {} };

const begin = useWorlds();

async function policyIn(world: World) {
  const policy = (await world.engine.app.policy()).organizations.get(world.alias);
  if (policy === undefined) throw new Error('The policy has no such organization');
  return policy;
}

it('begins an organization of 1,000 people and 60 groups with a policy by which nothing is done', async () => {
  const world = await begin({ seed: SEED, policy: SMALLEST });
  const { app, uipath } = world.engine;
  world.calls();
  const inventory = await readInventory(app, { alias: world.alias }, { isFresh: false });
  expect(inventory.from).toBe('uipath');
  expect(await readInventory(app, { alias: world.alias }, { isFresh: true })).toEqual(inventory);
  // Groups, members of Administrators, rules, access policy, and the names of its two members.
  expect(Object.values(world.calls()).reduce((sum, count) => sum + count, 0)).toBe(6);

  const smallest = policyOfWorld(uipath.identityBaseUrl(world.alias), SMALLEST);
  const drafted = draftPolicy(smallest, inventory);
  expect(checkPolicy(drafted.text, { development: true })).toHaveProperty('policy.hash');
  expect(drafted).toMatchObject({ rules: 1, entries: 2, leftOut: [], notRead: [] });
  world.engine.setPolicy(drafted.text);
  const policy = await policyIn(world);
  expect(policy.mode).toBe('observe');
  const names = new Set([...policy.groups.values()].map(({ name }) => name));
  for (const { group } of planted) expect(names.has(group)).toBe(true);
  expect(names.has('Everyone')).toBe(false);

  const report = await audit(world);
  expect(report.unknown).toEqual([]);
  expect(report.looked).toMatchObject({ groups: names.size, rules: 1, policyEntities: 2 });
  const agreed = report.findings.filter(({ check }) =>
    /^(rule|entry|access-policy|group|administrator)/.test(check),
  );
  // Who answers for a rule UiPath does not say.
  expect(agreed.map(({ check }) => check)).toEqual(['rule-without-owner']);
  await world.settle();
  expect(mutatingCalls(world)).toEqual([]);

  const snapshot = await exportSnapshot(app, policy);
  expect(snapshot.groups.filter(({ members }) => members === null).map(({ name }) => name)).toEqual([
    'Everyone',
  ]);
  const loaded = whatIfLoaded(workers, { snapshot, policy, nowMs: world.engine.clock.now() });
  expect(loaded).toMatchObject({ changes: [], withoutAccount: [], unknownGroups: [], notInFile: [] });

  const { accounts } = snapshot;
  const learnt = learnBirthright(
    workers,
    snapshot.groups
      .filter(({ name }) => name.startsWith('Group '))
      .map(({ name, members }) => ({
        group: name,
        members: (members ?? []).map((index) => {
          const email = accounts[index]?.name ?? '';
          return { addresses: [email], name: email };
        }),
      })),
    { precision: 0.8 },
  );
  expect(learnt.explained / learnt.members).toBeGreaterThanOrEqual(0.95);
});

it('reads the newest audit where there is one, and UiPath again when it is asked to', async () => {
  const world = await begin({ policy: { mode: 'observe', groups: {}, birthright: [] } });
  const { app } = world.engine;
  await audit(world);
  world.calls();
  const stored = await readInventory(app, { alias: world.alias }, { isFresh: false });
  expect(stored.from).toBe('audit');
  expect(world.calls()).toEqual({});
  const fresh = await readInventory(app, { alias: world.alias }, { isFresh: true });
  expect({ ...fresh, from: stored.from, takenAtMs: stored.takenAtMs }).toEqual(stored);
});

it('exports what the ledger knows of people beside what UiPath has', async () => {
  const world = await begin();
  await world.joins('ana.pop@acme.example');
  await world.settle();
  await audit(world);
  const snapshot = await exportSnapshot(world.engine.app, await policyIn(world));
  const [person] = snapshot.people;
  expect(snapshot.people).toHaveLength(1);
  expect(person).toMatchObject({
    addresses: ['ana.pop@acme.example'],
    accountId: world.id('ana.pop@acme.example'),
    employment: 'active',
    grants: [],
  });
  expect(person?.memberships).toContainEqual({ groupId: world.groupId('Developers'), origin: 'applied' });
  const moved = [{ email: 'ana.pop@acme.example', name: undefined, workerId: undefined, attributes: {} }];
  const loaded = whatIfLoaded(moved, { snapshot, policy: await policyIn(world), nowMs: snapshot.atMs });
  expect(loaded.changes.flatMap(({ loses }) => loses.map(({ group }) => group))).toEqual([
    'Developers',
    'Users',
  ]);
});
