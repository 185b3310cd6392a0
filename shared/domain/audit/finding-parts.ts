import type { Finding } from './finding';

/**
 * True when a finding is about something that could not be read today: it is then neither fixed nor confirmed.
 * `unknown` are the parts of today's `part-unknown` findings.
 */
export function isUnknownNow({ check, subject }: Finding, unknown: ReadonlySet<string>): boolean {
  if (check === 'part-unknown') return false;
  return partsOf(check, subject).some((part) => unknown.has(part));
}

function partsOf(check: Finding['check'], subject: Finding['subject']): readonly string[] {
  const { group, other, account = '' } = subject;
  const groups = [group, other].flatMap((name) => (name === undefined ? [] : [`group:${name}`]));
  if (check.startsWith('own:')) return [...groups, 'rules', 'access-policy', check];
  if (check.startsWith('policy-entity-')) return ['access-policy'];
  if (check.startsWith('rule-')) return ['rules', 'groups', ...groups];
  if (check.startsWith('administrator')) return ['administrators'];
  if (check.startsWith('break-glass-')) return ['administrators', `break-glass:${account}`];
  if (check.startsWith('group-')) return ['groups', ...groups];
  if (check === 'identity-dormant' || check === 'identity-duplicate') return ['users'];
  if (check === 'leaver-present') return ['leavers', ...groups];
  if (check === 'secret-expiring') return ['secrets', 'applications'];
  if (check === 'scope-unneeded') return ['applications'];
  if (check.endsWith('-in-privileged-group')) return ['users', 'administrators', ...groups];
  return groups;
}
