import { ACME, BETA, emailOf, GROUPS, LEAD, STAFF, type Name } from './fault-organizations';
import type { FaultWorld } from './fault-world';

/** What words ask for: somebody in a group, a rule, or an entry of the access policy. */
export type Thing =
  | Readonly<{ kind: 'member'; organization: string; group: string; name: string }>
  | Readonly<{ kind: 'rule'; name: string }>
  | Readonly<{ kind: 'entry'; name: string }>;

export type Department = (typeof GROUPS)[number];

/** A world with what was said in it so far. */
export type Story = Readonly<{
  world: FaultWorld;
  joins: (name: Name, department: Department, source?: 'main' | 'other') => Promise<void>;
  moves: (name: Name, department: Department) => Promise<void>;
  leaves: (name: Name, source?: 'main' | 'other') => Promise<void>;
  joinsBeta: (name: 'bea' | 'bob') => Promise<void>;
  leavesBeta: (name: 'bea' | 'bob') => Promise<void>;
  /** Membership in the group Asked, for so many minutes. */
  isGranted: (name: Name, minutes: number) => Promise<void>;
  /** The grant of a person is over. */
  grantEnds: (name: Name) => void;
  asksForRule: (name: string) => Promise<void>;
  asksForEntry: (name: Name) => Promise<void>;
  /** All in which UiPath is not as the words say, but for what a fault concerns. */
  differences: (isConcerned: (thing: Thing) => boolean) => readonly string[];
}>;

const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  [ACME]: Object.keys(STAFF),
  [BETA]: ['bea', 'bob'],
};
const GROUPS_OF: Readonly<Record<string, readonly string[]>> = {
  [ACME]: [...GROUPS, 'Users', 'Asked', 'Gone'],
  [BETA]: ['Basic'],
};

export function createStory(world: FaultWorld): Story {
  const { uipath } = world;
  const inDepartment = new Map<string, readonly string[]>();
  const granted = new Set<string>();
  const rules = new Set<string>();
  const entries = new Set<string>();
  let asked = 0;

  const hr = async (source: string, type: string, name: string, more: object): Promise<void> =>
    world.post('hr', source, { type: `worker.${type}`, worker: { email: emailOf(name) }, ...more });
  const said =
    (type: 'joined' | 'moved') =>
    async (name: Name, department: Department, source = 'main'): Promise<void> => {
      inDepartment.set(`${ACME}/${name}`, [department, 'Users']);
      await hr(source, type, name, { attributes: { department } });
    };
  const asks = async (action: object): Promise<void> => {
    asked += 1;
    const id = `REQ-${asked}`;
    const approvedAt = new Date(world.now()).toISOString();
    await world.post('ticket', 'desk', {
      type: 'access.request.approved',
      id,
      ticket: { id },
      requester: emailOf('cara'),
      approvals: [{ approver: LEAD, approvedAt }],
      action,
    });
  };
  const isWanted = (thing: Thing): boolean => {
    if (thing.kind === 'rule') return rules.has(thing.name);
    if (thing.kind === 'entry') return entries.has(thing.name);
    const { organization, group, name } = thing;
    if (group === 'Asked' && granted.has(name)) return true;
    return inDepartment.get(`${organization}/${name}`)?.includes(group) === true;
  };
  const isThere = (thing: Thing): boolean => {
    if (thing.kind === 'rule')
      return [...uipath.organization(ACME).rules.values()].some(({ name }) => name === thing.name);
    const id = uipath.idOf(thing.kind === 'entry' ? ACME : thing.organization, emailOf(thing.name));
    if (thing.kind === 'entry') return uipath.organization(ACME).accessPolicy.has(id);
    const group = [...uipath.organization(thing.organization).groups.values()].find(
      ({ name }) => name === thing.group,
    );
    return group?.members.actual.has(id) === true;
  };
  const things = (): readonly Thing[] => [
    ...Object.entries(PEOPLE).flatMap(([organization, names]) =>
      (GROUPS_OF[organization] ?? []).flatMap((group) =>
        names.map((name) => ({ kind: 'member', organization, group, name }) as const),
      ),
    ),
    ...[...rules].map((name) => ({ kind: 'rule', name }) as const),
    ...Object.keys(STAFF).map((name) => ({ kind: 'entry', name }) as const),
  ];

  return {
    world,
    joins: said('joined'),
    moves: said('moved'),
    leaves: async (name, source = 'main') => {
      inDepartment.delete(`${ACME}/${name}`);
      granted.delete(name);
      await hr(source, 'left', name, { immediate: true });
    },
    joinsBeta: async (name) => {
      inDepartment.set(`${BETA}/${name}`, ['Basic']);
      await hr('beta', 'joined', name, { attributes: { department: 'Basic' } });
    },
    leavesBeta: async (name) => {
      inDepartment.delete(`${BETA}/${name}`);
      await hr('beta', 'left', name, { immediate: true });
    },
    isGranted: async (name, minutes) => {
      granted.add(name);
      await asks({ kind: 'grant', person: emailOf(name), group: 'Asked', duration: `PT${minutes}M` });
    },
    grantEnds: (name) => {
      granted.delete(name);
    },
    asksForRule: async (name) => {
      rules.add(name);
      const conditions = [{ claimName: 'department', conditionType: 'Contains', value: name }];
      const definition = { groups: ['Asked'], conditions };
      await asks({ kind: 'create-rule', name, description: name, definition, owner: LEAD, duration: 'P20D' });
    },
    asksForEntry: async (name) => {
      entries.add(name);
      await asks({ kind: 'add-policy-entity', entityType: 'user', name: emailOf(name) });
    },
    differences: (isConcerned) =>
      things()
        .filter((thing) => !isConcerned(thing) && isThere(thing) !== isWanted(thing))
        .map((thing) => `${isWanted(thing) ? 'missing' : 'too much'}: ${describeThing(thing)}`),
  };
}

function describeThing(thing: Thing): string {
  return thing.kind === 'member'
    ? `${thing.name} in ${thing.organization} ${thing.group}`
    : `${thing.kind} ${thing.name}`;
}
