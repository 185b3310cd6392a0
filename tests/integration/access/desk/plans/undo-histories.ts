import { auditNight } from '../../remediation-world';
import { ANA, byHand, CARA, DAN, type World } from '../../world';
import { apply, plan, SAID } from './plan-world';

const GROUPS = ['Developers', 'Users', 'Finance'];
const PEOPLE = [ANA, CARA, DAN];

/** Numbers that look random, and are the same each time. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const membershipsOf = (world: World): readonly string[] =>
  GROUPS.flatMap((group) => world.members(group).map((email) => `${group}: ${email}`));

type Membership = Readonly<{ group: string; email: string }>;
type Happening = (world: World, about: Membership & Readonly<{ id: string }>) => Promise<string>;

/** What somebody decides about a membership: they leave UiPath as it was before, and return what is to be undone. */
const DECISIONS: Readonly<Record<string, Happening>> = {
  adopted: async (world) => {
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash);
    return hash;
  },
  removed: async (world) => {
    const { hash } = await plan(world, 'differences', {});
    await apply(world, hash);
    return hash;
  },
  requested: async (world, { group, email, id }) => {
    await world.asks(id, { kind: 'grant', person: email, group });
    return `standard/${id}`;
  },
};

async function undo(world: World, id: string): Promise<void> {
  const { hash } = await plan(world, 'undo', { id, ...SAID });
  await apply(world, hash);
  await world.settle();
}

/** One random decision after the other, each undone: what UiPath has before and after, with which decision it was. */
export async function undoHistories(
  world: World,
  histories: number,
  seed: number,
): Promise<Readonly<{ before: readonly unknown[]; after: readonly unknown[] }>> {
  const [befores, afters]: [unknown[], unknown[]] = [[], []];
  const below = chances(seed);
  await auditNight(world);
  for (let history = 0; history < histories; history += 1) {
    const group = GROUPS[below(GROUPS.length)] ?? '';
    const email = PEOPLE[below(PEOPLE.length)] ?? '';
    const kinds = Object.keys(DECISIONS);
    const kind = kinds[below(kinds.length)] ?? '';
    const isIn = world.members(group).includes(email);
    if (kind !== 'requested' && !isIn) {
      byHand(world, group, [email]);
      await auditNight(world);
    }
    const before = membershipsOf(world);
    const undone = await DECISIONS[kind]?.(world, { group, email, id: `REQ-${seed}-${history}` });
    await world.settle();
    await undo(world, undone ?? '');
    befores.push([history, kind, ...before]);
    afters.push([history, kind, ...membershipsOf(world)]);
  }
  return { before: befores, after: afters };
}
