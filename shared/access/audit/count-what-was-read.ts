import type { ExpectedAccess } from '../../domain/audit/expected-access-types';
import type { AuditReport } from '../../domain/audit/report';
import type { Snapshot } from '../../domain/audit/snapshot';

/** How much an audit looked at. */
export function countWhatWasRead(
  { groups, accessPolicy, rules, applications, robots }: Snapshot,
  { people }: ExpectedAccess,
): AuditReport['looked'] {
  const read = [...groups.values()].flatMap((group) => (group.kind === 'known' ? [group.value] : []));
  return {
    groups: read.length,
    members: read.reduce((sum, group) => sum + (group?.members.size ?? 0), 0),
    people: people.length,
    rules: rules.kind === 'known' ? rules.value.length : 0,
    policyEntities: accessPolicy.kind === 'known' ? accessPolicy.value.length : 0,
    ...(applications?.kind === 'known' ? { applications: applications.value.length } : {}),
    ...(robots?.kind === 'known' ? { robots: robots.value.size } : {}),
  };
}
