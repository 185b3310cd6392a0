import { addressOf, mayHaveAddress } from './member-addresses';
import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { MACHINE_KINDS } from '../../member-kind';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';
import { ownIdsIn } from '../own-ids';
import { addressUnknown, memberNameOf } from './member-names';
import { personKey as keyOfAddress } from '../../person-key';
import { privilegedGroups, readGroups } from './privileged-groups';
import { isBreakGlassUnknown, isProtected } from './protected-members';
import { isNamed, requestRulesOf } from '../../policy';
import { valueOr, type SnapshotGroup, type SnapshotUser } from '../snapshot';
import { DAY_MS, HOUR_MS } from '../../durations';

/** Addresses without exactly one account, dormant accounts, and people or machines that should not be in privileged groups. */
export function checkAccountsAndPrivilegedMembers(audit: CheckInput): readonly Finding[] {
  const users = valueOr(audit.snapshot.users, new Map<string, SnapshotUser>());
  return [
    ...checkUnresolved(audit),
    ...checkDoubts(audit),
    ...checkOddities(audit, users),
    ...checkApprovers(audit),
    ...checkDuplicates(audit, users),
    ...checkDormant(audit, users, readGroups(audit)),
    ...[...privilegedGroups(audit)].flatMap(([name, group]) => checkPrivilegedMembers(audit, name, group)),
  ];
}

/** Addresses without an account, after the grace that the policy gives new hires. */
function checkUnresolved(audit: CheckInput): readonly Finding[] {
  const graceMs = audit.organization.identityRetryHours * HOUR_MS;
  return audit.expected.people.flatMap(({ personKey, email: name, unresolved: state, groups }) => {
    if (state === undefined || groups.size === 0) return [];
    if (state.kind === 'ambiguous')
      return [createAuditFinding(audit, 'identity-ambiguous', { personKey }, { name })];
    return audit.nowMs - state.sinceMs > graceMs
      ? [createAuditFinding(audit, 'identity-unresolved', { personKey }, { name })]
      : [];
  });
}

/** Records, accounts and people of whom somebody has to say whose or who they are. */
function checkDoubts(audit: CheckInput): readonly Finding[] {
  const graceMs = audit.organization.identityRetryHours * HOUR_MS;
  return audit.expected.people.flatMap(({ personKey, email: name, doubt, left, lockedUntilMs = 0 }) => {
    if (doubt === undefined) return [];
    const { records, heldGroups = [], hasSeveralAccounts } = doubt;
    const subject = { personKey };
    const isOverdue =
      records !== undefined && (records.accountId !== undefined || audit.nowMs - records.sinceMs > graceMs);
    return [
      ...(isOverdue
        ? [
            createAuditFinding(audit, 'address-handed-on', subject, {
              name,
              address: records.addresses.join(', '),
              workerIds: records.workerIds.join(', '),
            }),
          ]
        : []),
      ...(heldGroups.length > 0
        ? [createAuditFinding(audit, 'account-replaced', subject, { name, groups: heldGroups.join(', ') })]
        : []),
      ...(hasSeveralAccounts === true && left && audit.nowMs < lockedUntilMs
        ? [createAuditFinding(audit, 'leaver-accounts', subject, { name })]
        : []),
    ];
  });
}

/** People at work without an account that is on, grants of nobody knows which employment, and accounts with an address of before. */
function checkOddities(audit: CheckInput, users: ReadonlyMap<string, SnapshotUser>): readonly Finding[] {
  const graceMs = audit.organization.identityRetryHours * HOUR_MS;
  return audit.expected.people.flatMap(({ personKey, email: name, memberId, doubt, pending }) => {
    const { isOffAtWork, keptGroups = [], newAddress } = doubt ?? {};
    const { email: address, userName } = users.get(memberId ?? '') ?? {};
    const isOther =
      address !== undefined &&
      [address, userName ?? address].every((one) => newAddress?.keys.includes(keyOfAddress(one)) === false);
    return [
      ...(isOffAtWork === true
        ? [createAuditFinding(audit, 'account-off-at-work', { personKey }, { name })]
        : []),
      ...keptGroups.map((group) =>
        createAuditFinding(audit, 'grant-of-ended-record', { personKey, group }, { name }),
      ),
      ...(isOther && !pending && audit.nowMs - (newAddress?.sinceMs ?? 0) > graceMs
        ? [createAuditFinding(audit, 'address-differs', { personKey }, { name, address })]
        : []),
    ];
  });
}

/** Leavers whom the policy names as approvers, with what they would approve. */
function checkApprovers(audit: CheckInput): readonly Finding[] {
  const rules = requestRulesOf(audit.organization);
  return audit.expected.people.flatMap(({ approverAddresses = [] }) =>
    approverAddresses.map((approver) =>
      createAuditFinding(
        audit,
        'approver-has-left',
        { approver },
        { of: rules.flatMap(([of, { approvers }]) => (isNamed(approvers, approver) ? [of] : [])).join(', ') },
      ),
    ),
  );
}

/** Two accounts with one address, and two people of the ledger with one account; an address that somebody had before has left. */
function checkDuplicates(audit: CheckInput, users: ReadonlyMap<string, SnapshotUser>): readonly Finding[] {
  return [
    ...shared(users.values(), ({ email }) => email).map(([email, same]) =>
      createAuditFinding(
        audit,
        'identity-duplicate',
        { email },
        { ids: same.map(({ id }) => id).join(', ') },
      ),
    ),
    ...shared(
      audit.expected.people.filter(({ left }) => !left),
      ({ memberId }) => memberId,
    ).map(([memberId, same]) =>
      createAuditFinding(
        audit,
        areToldApart(same) ? 'account-shared' : 'identity-duplicate',
        { memberId },
        { names: same.map(({ email }) => email).join(', ') },
      ),
    ),
  ];
}

function areToldApart(people: CheckInput['expected']['people']): boolean {
  const keys = people.map(({ personKey }) => personKey);
  return people.some(({ doubt }) => doubt?.toldApart?.some((key) => keys.includes(key)) === true);
}

/** A dormant account: switched off, or unused for long, and still a member. */
function checkDormant(
  audit: CheckInput,
  users: ReadonlyMap<string, SnapshotUser>,
  groups: ReadonlyMap<string, SnapshotGroup>,
): readonly Finding[] {
  const beforeMs = audit.nowMs - audit.organization.audit.dormantDays * DAY_MS;
  const unused = new Set<string>();
  for (const { id, isActive, lastUsedMs } of users.values())
    if (!isActive || (lastUsedMs !== undefined && lastUsedMs < beforeMs)) unused.add(id);
  // An account for emergencies is never used: while one of them is unknown it may be any of these.
  const isAnyGlassUnknown = [...audit.snapshot.breakGlass.values()].some(({ kind }) => kind === 'unknown');
  if (unused.size === 0 || isAnyGlassUnknown) return [];
  const members = new Set<string>();
  for (const group of groups.values())
    for (const memberId of group.members.keys()) if (unused.has(memberId)) members.add(memberId);
  const staying = protectedAnywhere(audit);
  return [...members]
    .filter((memberId) => !staying.has(memberId))
    .map((memberId) =>
      createAuditFinding(audit, 'identity-dormant', { memberId }, memberNameOf(audit, memberId)),
    );
}

/** A group that protects somebody counts also while its members are unknown. */
function protectedAnywhere({
  organization,
  expected,
  snapshot,
}: CheckInput): ReadonlySet<string | undefined> {
  const ids = new Set<string | undefined>(organization.protectedPrincipals);
  for (const inGroup of expected.protectedIds.values()) for (const memberId of inGroup) ids.add(memberId);
  for (const read of snapshot.breakGlass.values()) ids.add(valueOr(read, undefined)?.memberId);
  return ids;
}

/** Machines, and people of other companies, in a privileged group. */
function checkPrivilegedMembers(
  audit: CheckInput,
  group: string,
  { groupId, members }: SnapshotGroup,
): readonly Finding[] {
  const { domains } = audit.organization.audit;
  const { users, directory } = audit.snapshot;
  const own = ownIdsIn(audit);
  const isDirectoryAsked = valueOr(directory, undefined)?.addresses.kind === 'known';
  return [...members].flatMap(([memberId, kind]) => {
    if (isProtected(audit, group, memberId)) return [];
    // Rules and the access policy ask that this application is there.
    if (groupId === ADMINISTRATORS_GROUP_ID && own.has(memberId)) return [];
    const subject = { group, memberId };
    if (MACHINE_KINDS.has(kind))
      return [
        createAuditFinding(audit, 'machine-in-privileged-group', subject, {
          ...memberNameOf(audit, memberId),
          kind,
        }),
      ];
    const isListed = users.kind === 'known' || audit.personOf.has(memberId);
    if (domains.size === 0 || !mayHaveAddress(kind) || !isListed || isBreakGlassUnknown(audit, group))
      return [];
    const address = addressOf(audit, memberId);
    if (address === undefined) return isDirectoryAsked ? [addressUnknown(audit, memberId)] : [];
    return domains.has(address.slice(address.lastIndexOf('@') + 1))
      ? []
      : [createAuditFinding(audit, 'external-in-privileged-group', subject, { name: address })];
  });
}

/** Keys that several items have, with those items. */
function shared<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string | undefined,
): ReadonlyArray<readonly [string, readonly T[]]> {
  const first = new Map<string, T>();
  const several = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, item);
      continue;
    }
    const same = several.get(key) ?? [known];
    same.push(item);
    several.set(key, same);
  }
  return [...several];
}
