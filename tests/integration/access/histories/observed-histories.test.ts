import { describe, expect, it } from '@jest/globals';
import { retryRefusedChange } from '../../../../shared/access/desk/retry-refused-change';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import { errorCodeOf } from '../../../../shared/errors';
import { createRandom, type Random } from '../../../chaos/random';
import { keyHolder } from '../../../fixtures/key-holder';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { editPolicy, mutatingCalls } from '../observed-world';
import { auditNight } from '../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const PEOPLE = [ANA, CARA, DAN];
const GROUPS = ['Developers', 'Users', 'Finance'];
const EVENTS = 30;
/** Guards that stop nothing, so that what is enforced in the end is all that the ledger says. */
const OPEN = { count: 1_000, percent: 100, floor: 1_000 };
const GUARDS = { group: OPEN, day: OPEN, run: OPEN, batch: OPEN };
const TIGHT = { ...GUARDS, batch: { count: 0, percent: 0, floor: 0 } };

type Step = (world: World, random: Random, id: string) => Promise<unknown>;

const STEPS: readonly Step[] = [
  async (world, random) =>
    world.joins(random.pick(PEOPLE), {
      attributes: { department: random.pick(['Automation', 'Finance', 'Sales']) },
    }),
  async (world, random) => world.moves(random.pick(PEOPLE)),
  async (world, random) => world.leaves(random.pick(PEOPLE)),
  async (world, random, id) => {
    const duration = random.pick(['PT2H', 'P1D', 'P30D']);
    const group = random.pick(GROUPS);
    return world.asks(id, { kind: 'grant', person: random.pick(PEOPLE), group, duration });
  },
  async (world, random, id) =>
    world.asks(id, { kind: 'revoke', person: random.pick(PEOPLE), group: random.pick(GROUPS) }),
  async (world, random, id) => {
    const kind = random.pick(['add-policy-entity', 'remove-policy-entity']);
    return world.asks(id, { kind, entityType: 'user', name: random.pick(PEOPLE) });
  },
  async (world, random, id) => {
    const conditions = [
      { claimName: 'department', conditionType: 'Contains', value: random.pick(['A1', 'B2']) },
    ];
    const rule = { name: random.pick(['One', 'Two']), description: 'A rule', owner: BEN };
    return world.asks(id, {
      kind: 'create-rule',
      ...rule,
      enabled: true,
      definition: { groups: ['Users'], conditions },
    });
  },
  async (world, random) => {
    byHand(world, 'Treasury', [world.id(random.pick(PEOPLE))]);
    return undefined;
  },
  async (world, random) => world.pass(random.pick([MINUTE_MS, HOUR_MS, 26 * HOUR_MS])),
  async (world, random) =>
    editPolicy(
      world,
      policyOf('observe', random.pick([GUARDS, TIGHT]), random.pick(['additive', 'authoritative'])),
    ),
  async (world) => auditNight(world),
  async (world) => {
    const [hold] = await world.engine.app.holds.list(world.alias, 'held');
    return releaseHold(world.engine.app, world.alias, hold?.hash ?? '0', keyHolder('Ben'));
  },
  async (world) => {
    const [letter] = await world.engine.app.refusedChanges.list(world.alias);
    return retryRefusedChange(world.engine.app, world.alias, letter?.id ?? '0', { by: keyHolder('Ben') });
  },
];

/** Refusals that a history may meet. */
const EXPECTED: ReadonlySet<string> = new Set([
  'plan-unknown',
  'organization-observed',
  'dead-letter-unknown',
]);

function policyOf(mode: string, guards: object, groupMode = 'additive') {
  const requests = { approvers: [BEN] };
  const groups = Object.fromEntries(GROUPS.map((name) => [name, { requests, mode: groupMode }]));
  const remediate = ['member-missing', 'member-without-reason', 'member-after-grant', 'leaver-present'];
  return { mode, guards, groups, audit: { remediate } };
}

async function played(seed: number): Promise<World> {
  const random = createRandom(seed);
  const world = await start({ policy: policyOf('observe', GUARDS) });
  await editPolicy(world, policyOf('observe', GUARDS));
  for (let at = 0; at < EVENTS; at += 1) {
    try {
      await random.pick(STEPS)(world, random, `REQ-${seed}-${at}`);
    } catch (error) {
      if (!EXPECTED.has(errorCodeOf(error))) throw error;
    }
    if (random.chance(0.5)) await world.settle();
  }
  await live(world, MINUTE_MS);
  return world;
}

/** Who should be in a group by the ledger. */
async function wanted(world: World, group: string): Promise<readonly string[]> {
  const { app, clock } = world.engine;
  const organization = (await app.policy()).organizations.get(world.alias);
  const members: string[] = [];
  for (const email of PEOPLE) {
    const ledger = await world.ledger(email);
    if (ledger === undefined || organization === undefined) continue;
    const { reasons } = personAccess(ledger, organization, clock.now());
    if (reasons.some((reason) => reason.group === group.toLowerCase())) members.push(email);
  }
  return members.toSorted();
}

describe('any history of an organization in observe', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'sends UiPath nothing that changes it, and enforced it is as the ledger says (%s)',
    async (seed) => {
      const world = await played(seed);
      expect(mutatingCalls(world)).toEqual([]);
      // Nothing was tried either: what would be done is planned as that, and the client had nothing to refuse.
      expect(world.engine.log.filter(({ code }) => code === 'organization-observed')).toEqual([]);
      await editPolicy(world, policyOf('enforce', GUARDS));
      await live(world, 10 * MINUTE_MS);
      for (const group of GROUPS)
        expect([group, world.members(group).filter((one) => one !== OLGA)]).toEqual([
          group,
          await wanted(world, group),
        ]);
    },
  );
});
