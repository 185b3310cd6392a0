import { ADMINISTRATORS_GROUP_ID } from '../plan/hard-stops';
import type { OrganizationPolicy } from '../policy';
import { EMPTY, type EarlierAudits } from './seen-in-earlier-audits';
import { valueOr, type Known, type LeadingSnapshot, type SnapshotGroup } from './snapshot';

const UNKNOWN = { kind: 'unknown', code: EMPTY } as const;

/**
 * Plausibility check: an empty answer that contradicts known facts becomes unknown. Against facts of tonight it always
 * does; against an earlier night only until a second audit in a row was answered the same (`lastAuditMs`).
 */
export function rejectEmptyAnswers(
  { accessPolicy: { baseline = [] } }: Pick<OrganizationPolicy, 'accessPolicy'>,
  snapshot: LeadingSnapshot,
  earlier: EarlierAudits,
  lastAuditMs: number | undefined,
): LeadingSnapshot {
  const isConfirmed = (part: string): boolean =>
    lastAuditMs !== undefined && earlier.doubtedMs.get(part) === lastAuditMs;
  const { accessPolicy, users, administrators, groups } = snapshot;
  const isEntryMissing = baseline.length > 0 || (earlier.hadEntries && !isConfirmed('access-policy'));
  const isAccountMissing = hasUsers(snapshot) || (earlier.hadAccounts && !isConfirmed('users'));
  return {
    ...snapshot,
    groups: new Map([...groups].map(([name, group]) => [name, rejectNoAdministrators(group)])),
    administrators: rejectNoAdministrators(administrators),
    accessPolicy: isEntryMissing && isEmpty(accessPolicy, ({ length }) => length) ? UNKNOWN : accessPolicy,
    users: isAccountMissing && isEmpty(users, ({ size }) => size) ? UNKNOWN : users,
  };
}

/**
 * Plausibility check: an organization without administrators is impossible, because this application could not read
 * its access policy then.
 */
function rejectNoAdministrators<G extends SnapshotGroup | undefined>(group: Known<G>): Known<G> {
  const value = valueOr(group, undefined);
  return value?.groupId === ADMINISTRATORS_GROUP_ID && value.members.size === 0 ? UNKNOWN : group;
}

/** Local users are in the list of users; those of a directory need not be. */
function hasUsers({ groups, administrators }: LeadingSnapshot): boolean {
  return [...groups.values(), administrators].some((group) =>
    [...(valueOr(group, undefined)?.members.values() ?? [])].includes('user'),
  );
}

function isEmpty<T>(part: Known<T>, sizeOf: (value: T) => number): boolean {
  return part.kind === 'known' && sizeOf(part.value) === 0;
}
