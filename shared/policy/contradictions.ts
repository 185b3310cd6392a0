import { fold } from '../domain/fold';
import { faultsInAudit } from './audit-section';
import { faultsInDecisions } from './decisions-section';
import { faultsInAddresses } from './faults-in-addresses';
import { faultsInPrivilegedAccess } from './faults-in-privileged-access';
import { faultsInSecrets } from './faults-in-secrets';
import { MOST_TOLD_FAULTS, type Fault } from './policy-fault';
import type { PolicyFile } from './policy-schema';
import { toldName, unknownName } from './told-name';
import { faultsInSource } from './sources-section';

type Entry = PolicyFile['organizations'][string];
type Rules = Entry['rules']['requests'];

/**
 * Contradictions between parts of the file that are valid by themselves: unknown names, ambiguous names, rules that
 * nothing can meet, and addresses that nothing may be sent to.
 */
export function contradictionsIn(file: PolicyFile, development: boolean): readonly Fault[] {
  return [
    ...Object.entries(file.organizations).flatMap(([alias, entry]) =>
      [
        ...faultsInGroups(entry),
        ...faultsInBirthright(entry),
        ...faultsInDuties(entry),
        ...faultsInNotify(entry),
        ...faultsInRules(['rules', 'requests'], entry.rules.requests),
        ...faultsInRules(['accessPolicy', 'requests'], entry.accessPolicy.requests),
        ...faultsInDecisions(entry.decisions, entry.console),
        ...faultsInPrivilegedAccess(entry),
        ...faultsInAudit(entry.audit, entry.waivers),
      ].map(({ path, problem }) => ({ path: ['organizations', alias, ...path], problem })),
    ),
    ...faultsInOrganizations(file),
    ...faultsInSources(file),
    ...faultsInAddresses(file, development),
    ...faultsInSecrets(file),
  ];
}

function faultsInGroups({ groups }: Entry): readonly Fault[] {
  const named = new Map<string, string>();
  return Object.entries(groups).flatMap(([name, group]) => {
    const twin = named.get(fold(name));
    if (twin === undefined) named.set(fold(name), name);
    return [
      ...(twin === undefined ? [] : [{ path: ['groups', name], problem: `is the same group as "${twin}"` }]),
      ...faultsInRules(['groups', name, 'requests'], group.requests),
    ];
  });
}

function faultsInBirthright(entry: Entry): readonly Fault[] {
  const unknownGroups = groupsBeside(entry);
  return entry.birthright.flatMap((line, index) =>
    unknownGroups(line.groups, ['birthright', index, 'groups']),
  );
}

function faultsInDuties(entry: Entry): readonly Fault[] {
  const unknownGroups = groupsBeside(entry);
  const given = entry.birthright.map(({ name, groups }) => ({ name, groups: new Set(groups.map(fold)) }));
  return entry.separationOfDuties.flatMap((pair, index) => {
    const path = ['separationOfDuties', index];
    const both = pair.map(fold);
    return [
      ...unknownGroups(pair, path),
      ...(new Set(both).size === 1 ? [{ path, problem: `pairs ${toldName('', pair[0])} with itself` }] : []),
      ...given
        .filter(({ groups }) => both.every((name) => groups.has(name)))
        .map(({ name }) => ({ path, problem: `${toldName('birthright line', name)} gives both groups` })),
    ];
  });
}

/** The state of a receiver is stored under its name, so names must be unique. */
function faultsInNotify({ notify }: Entry): readonly Fault[] {
  return notify.flatMap(({ name }, index) =>
    notify.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            path: ['notify', index, 'name'],
            problem: `${toldName('', name)} is the name of another receiver`,
          },
        ],
  );
}

/**
 * More approvals than there are approvers, or than any of the requesters has beside themselves, would refuse every request, long after
 * the policy was taken.
 */
function faultsInRules(path: readonly PropertyKey[], rules: Rules): readonly Fault[] {
  if (rules === undefined || rules.approvers === 'anyone') return [];
  const { approvals, requesters } = rules;
  const approvers = new Set(rules.approvers.map(fold));
  if (approvers.size < approvals)
    return [
      {
        path: [...path, 'approvals'],
        problem: `needs ${approvals} approvals of ${approvers.size} approvers`,
      },
    ];
  const beside = (requester: string): number => approvers.size - Number(approvers.has(fold(requester)));
  return requesters !== 'anyone' && requesters.every((requester) => beside(requester) < approvals)
    ? [
        {
          path: [...path, 'approvers'],
          problem: `none of its requesters has ${approvals} approvers beside themselves, and nobody approves for themselves: name another one`,
        },
      ]
    : [];
}

/** Two writers of one organization would spend its quota twice and undo each other's work. */
function faultsInOrganizations({ organizations }: PolicyFile): readonly Fault[] {
  const entries = Object.entries(organizations);
  return entries.flatMap(([alias, { partitionGlobalId }], index) => {
    const twin = entries.slice(0, index).find(([, other]) => other.partitionGlobalId === partitionGlobalId);
    return twin === undefined
      ? []
      : [
          {
            path: ['organizations', alias, 'partitionGlobalId'],
            problem: `is the same organization as "${twin[0]}"`,
          },
        ];
  });
}

function faultsInSources({ sources, organizations }: PolicyFile): readonly Fault[] {
  return (['hr', 'tickets'] as const).flatMap((feed) =>
    Object.entries(sources[feed]).flatMap(([name, source]) => [
      ...(source.organizations ?? [])
        .filter((alias) => !Object.hasOwn(organizations, alias))
        .map((alias) => ({
          path: ['sources', feed, name, 'organizations'],
          problem: unknownName('organization', alias, 'not under organizations', Object.keys(organizations)),
        })),
      ...faultsInSource(feed === 'hr' ? 'hr' : 'ticket', source, organizations).map(({ path, problem }) => ({
        path: ['sources', feed, name, ...path],
        problem,
      })),
    ]),
  );
}

/** Which names of a list are no group of the organization. What was meant by one is looked for as often as it is told. */
function groupsBeside({
  groups,
}: Entry): (names: readonly string[], path: readonly PropertyKey[]) => readonly Fault[] {
  const known = Object.keys(groups);
  const folded = new Set(known.map(fold));
  let found = 0;
  return (names, path) =>
    names
      .filter((name) => !folded.has(fold(name)))
      .map((name) => {
        found += 1;
        return {
          path,
          problem: unknownName('group', name, 'not under groups', found > MOST_TOLD_FAULTS ? [] : known),
        };
      });
}
