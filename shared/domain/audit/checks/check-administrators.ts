import { addressOf, mayHaveAddress } from './member-addresses';
import { type MemberKind, ADMINISTERING_KINDS, MACHINE_KINDS } from '../../member-kind';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { AdministratorRules } from '../audit-policy';
import type { Finding } from '../finding';
import { addressUnknown, memberNameOf } from './member-names';
import { nameOfAdministrators } from './privileged-groups';
import { valueOr, type SnapshotGroup } from '../snapshot';
import { DAY_MS } from '../../durations';

/** A use of a break-glass account, and the loss of an administrator, is reported for so long. */
const REPORTED_DAYS = 7;

/**
 * Checks the number and names of administrators, and that break-glass accounts are present and unused. Where the policy says nothing of
 * administrators, whoever is there, and whoever is there no more.
 */
export function checkAdministrators(audit: CheckInput): readonly Finding[] {
  const rules = audit.organization.audit.administrators;
  const { administrators } = audit.snapshot;
  const group = valueOr(administrators, undefined);
  if (rules === undefined) return group === undefined ? [] : checkUnasked(audit, group);
  return [
    ...(group === undefined
      ? []
      : [...checkCount(audit, rules, group), ...checkUnknownAdministrators(audit, rules.people, group)]),
    ...[...audit.snapshot.breakGlass].flatMap(([account, read]) => {
      if (read.kind === 'unknown') return [];
      const { value } = read;
      const isAdministrator = value !== undefined && group?.members.has(value.memberId) === true;
      const usedMs = value?.lastSignInMs;
      return [
        ...(group === undefined || isAdministrator
          ? []
          : [createAuditFinding(audit, 'break-glass-missing', { account })]),
        ...(usedMs !== undefined && audit.nowMs - usedMs < REPORTED_DAYS * DAY_MS
          ? [
              createAuditFinding(
                audit,
                'break-glass-used',
                { account },
                { at: new Date(usedMs).toISOString() },
              ),
            ]
          : []),
      ];
    }),
  ];
}

/**
 * Machines are found as in any privileged group, and members of a group that the policy lists are compared with the ledger. Whoever was
 * there is known by the finding about them, so that a list that could not be read makes nobody come or go.
 */
function checkUnasked(audit: CheckInput, { members }: SnapshotGroup): readonly Finding[] {
  const { organization, snapshot, operations, nowMs } = audit;
  const isListed = organization.groups.has(nameOfAdministrators(snapshot));
  if (isListed || snapshot.groupNames.kind === 'unknown') return [];
  return [
    ...[...members]
      .filter(([id, kind]) => !MACHINE_KINDS.has(kind) && !organization.protectedPrincipals.has(id))
      .map(([memberId, kind]) =>
        createAuditFinding(
          audit,
          'administrator-unagreed',
          { memberId },
          { ...memberNameOf(audit, memberId), ...(mayHaveAddress(kind) ? {} : { kind }) },
        ),
      ),
    ...operations.administrators.flatMap(({ memberId, name, goneMs = nowMs }) => {
      if (members.has(memberId) || !(nowMs - goneMs < REPORTED_DAYS * DAY_MS)) return [];
      const words = { ...(name === undefined ? {} : { name }), gone: new Date(goneMs).toISOString() };
      return [createAuditFinding(audit, 'administrator-gone', { memberId }, words)];
    }),
  ];
}

function checkCount(audit: CheckInput, rules: AdministratorRules, group: SnapshotGroup): readonly Finding[] {
  const people = peopleIn(group).length;
  const count = { count: String(people) };
  return [
    ...(people < rules.fewest
      ? [createAuditFinding(audit, 'administrators-too-few', { fewest: String(rules.fewest) }, count)]
      : []),
    ...(people > rules.most
      ? [createAuditFinding(audit, 'administrators-too-many', { most: String(rules.most) }, count)]
      : []),
  ];
}

/**
 * Administrators who are not agreed. Agreed ones are compared by id, because the list of users may leave them out. No
 * administrator is reported as unknown while a part is unread that could show them as agreed.
 */
function checkUnknownAdministrators(
  audit: CheckInput,
  people: AdministratorRules['people'],
  group: SnapshotGroup,
): readonly Finding[] {
  const { users, breakGlass, directory } = audit.snapshot;
  const answers = valueOr(directory, undefined);
  const ids = valueOr(answers?.administratorIds, undefined);
  const glass = [...breakGlass.values()];
  if (people === undefined || ids === undefined || users.kind === 'unknown') return [];
  if (answers?.addresses.kind !== 'known' || glass.some(({ kind }) => kind === 'unknown')) return [];
  const agreed = new Set([...ids.values(), ...glass.map((read) => valueOr(read, undefined)?.memberId)]);
  return peopleIn(group).flatMap(([memberId, kind]) => {
    if (agreed.has(memberId) || audit.organization.protectedPrincipals.has(memberId)) return [];
    const address = addressOf(audit, memberId);
    if (address !== undefined && people.has(address)) return [];
    const mayBeAgreed = address === undefined && mayHaveAddress(kind) && agreed.has(undefined);
    return mayBeAgreed
      ? [addressUnknown(audit, memberId)]
      : [createAuditFinding(audit, 'administrator-unknown', { memberId }, memberNameOf(audit, memberId))];
  });
}

function peopleIn({ members }: SnapshotGroup): ReadonlyArray<readonly [string, MemberKind]> {
  return [...members].filter(([, kind]) => ADMINISTERING_KINDS.has(kind));
}
