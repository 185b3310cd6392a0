import { fold } from '../domain/fold';
import { isPrivilegedByName } from '../domain/policy';
import type { Fault } from './policy-fault';
import type { PolicyFile } from './policy-schema';

type PrivilegedEntry = PolicyFile['organizations'][string];

/**
 * Ways into what is privileged that nobody named has to open: requests that anyone approves, of a group or of the access policy, and
 * birthright lines that everybody meets. A rule is bound by the requests of each group that it fills, and needs no check of its own.
 */
export function faultsInPrivilegedAccess({
  groups,
  birthright,
  accessPolicy,
}: PrivilegedEntry): readonly Fault[] {
  const privileged = new Map(
    Object.entries(groups)
      .filter(([name, group]) => group.privileged || isPrivilegedByName(name))
      .map(([name, group]) => [name, group.requests]),
  );
  return [
    ...[...privileged].flatMap(([name, requests]) =>
      anyoneApproves(requests)
        ? [
            {
              path: ['groups', name, 'requests', 'approvers'],
              problem:
                'lets anyone approve for a privileged group: list the addresses of its approvers, or take requests away, and nobody can ask for it',
            },
          ]
        : [],
    ),
    ...(anyoneApproves(accessPolicy.requests)
      ? [
          {
            path: ['accessPolicy', 'requests', 'approvers'],
            problem:
              'lets anyone approve who may sign in at all: list the addresses of the approvers, or take requests away',
          },
        ]
      : []),
    ...birthright.flatMap((line, index) =>
      Object.keys(line.when).length > 0
        ? []
        : [...privileged.keys()]
            .filter((name) => line.groups.some((given) => fold(given) === fold(name)))
            .map((name) => ({
              path: ['birthright', index, 'groups'],
              problem: `gives everybody who works here the privileged group "${name}": say under when who is to have it, or open it to requests`,
            })),
    ),
  ];
}

function anyoneApproves(requests: PrivilegedEntry['accessPolicy']['requests']): boolean {
  return requests?.approvers === 'anyone';
}
