import { found, nameOf, type AuditCase } from './audit-case';
import type { AdministratorRules } from './audit-policy';
import type { Finding } from './finding';
import type { SnapshotGroup } from './snapshot';

const DAY_MS = 86_400_000;
/** A use of a break-glass account is reported for so long. */
const USED_WITHIN_DAYS = 7;

/** Robots and applications administer nothing when the last person is gone. */
export const PEOPLE: ReadonlySet<string> = new Set(['user', 'directory-user', 'directory-group']);

/** How many administrators there are and who, and whether the accounts for emergencies are there and unused. */
export function checkAdministrators(audit: AuditCase): readonly Finding[] {
  const rules = audit.organization.audit.administrators;
  const { administrators } = audit.snapshot;
  if (rules === undefined) return [];
  const group = administrators?.kind === 'known' ? administrators.value : undefined;
  return [
    ...(group === undefined ? [] : inGroup(audit, rules, group)),
    ...[...audit.snapshot.breakGlass].flatMap(([account, read]) => {
      if (read.kind === 'unknown') return [];
      const { value } = read;
      const isAdministrator = value !== undefined && group?.members.has(value.memberId) === true;
      const usedMs = value?.lastSignInMs;
      return [
        ...(group === undefined || isAdministrator ? [] : [found(audit, 'break-glass-missing', { account })]),
        ...(usedMs !== undefined && audit.nowMs - usedMs < USED_WITHIN_DAYS * DAY_MS
          ? [found(audit, 'break-glass-used', { account }, { at: new Date(usedMs).toISOString() })]
          : []),
      ];
    }),
  ];
}

function inGroup(audit: AuditCase, rules: AdministratorRules, group: SnapshotGroup): readonly Finding[] {
  const people = [...group.members].filter(([, kind]) => PEOPLE.has(kind)).map(([memberId]) => memberId);
  const count = { count: String(people.length) };
  const breakGlassIds = new Set(
    [...audit.snapshot.breakGlass.values()].flatMap((read) =>
      read.kind === 'known' && read.value !== undefined ? [read.value.memberId] : [],
    ),
  );
  return [
    ...(people.length < rules.fewest
      ? [found(audit, 'administrators-too-few', { fewest: String(rules.fewest) }, count)]
      : []),
    ...(people.length > rules.most
      ? [found(audit, 'administrators-too-many', { most: String(rules.most) }, count)]
      : []),
    ...people
      .filter((memberId) => !breakGlassIds.has(memberId) && !isAgreed(audit, rules, memberId))
      .map((memberId) => found(audit, 'administrator-unknown', { memberId }, nameOf(audit, memberId))),
  ];
}

function isAgreed(audit: AuditCase, { people }: AdministratorRules, memberId: string): boolean {
  if (people === undefined || audit.organization.protectedPrincipals.has(memberId)) return true;
  const { name } = nameOf(audit, memberId);
  return name !== undefined && people.has(name);
}
