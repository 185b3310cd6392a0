import type { OrganizationSeed } from '../sandbox/uipath/seed';

/** People of one organization, and the groups that each of them is to be in. */
export type Workforce = Readonly<{
  people: ReadonlyArray<Readonly<{ email: string; attributes: Readonly<Record<string, string>> }>>;
  groups: readonly string[];
  /** Lines of the policy: each team has its groups. */
  birthright: ReadonlyArray<Readonly<{ team: string; groups: readonly string[] }>>;
  /** How many of the people each group is to hold. */
  additions: ReadonlyMap<string, number>;
}>;

export type WorkforceSize = Readonly<{ people: number; groups: number; groupsEach: number }>;

/** The same people in every run. Teams differ in size, as they do in life. */
export function createWorkforce({ people, groups, groupsEach }: WorkforceSize): Workforce {
  const names = Array.from({ length: groups }, (_, index) => `Team Group ${pad(index + 1)}`);
  const birthright = names.map((_, team) => ({
    team: `team-${pad(team + 1)}`,
    groups: Array.from({ length: groupsEach }, (__, step) => names[(team + step * 13) % groups] ?? ''),
  }));
  const additions = new Map<string, number>();
  const next = numbers(20_260_302);
  const members = Array.from({ length: people }, (_, index) => {
    const line = birthright[Math.floor(next() * birthright.length)];
    for (const group of line?.groups ?? []) additions.set(group, (additions.get(group) ?? 0) + 1);
    return { email: `joiner.${index + 1}@bench.example`, attributes: { team: line?.team ?? '' } };
  });
  return { people: members, groups: names, birthright, additions };
}

/** The organization before anybody was given access: everybody is known, nobody is in a group. */
export function seedOf(
  alias: string,
  workforce: Pick<Workforce, 'people' | 'groups'>,
  more: Readonly<{ users?: readonly string[]; members?: ReadonlyMap<string, readonly string[]> }> = {},
): OrganizationSeed {
  return {
    name: alias,
    users: [...workforce.people.map(({ email }) => email), ...(more.users ?? [])],
    groups: Object.fromEntries(
      workforce.groups.map((name) => [name, [...(more.members?.get(name) ?? [])]] as const),
    ),
  };
}

/** Numbers from 0 to 1 that look random and are the same every time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
