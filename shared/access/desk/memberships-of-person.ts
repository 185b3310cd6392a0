import type { FindingRecord } from '../../domain/audit/finding';
import { explainGroup, type ExplainedReason } from '../../domain/desk/explained-group';
import { reasonsBesideLedger } from '../../domain/desk/members-of-group';
import { fold } from '../../domain/fold';
import { knownAccountOf } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import type { NewestNight } from '../ledger/newest-night';
import type { PersonExplained } from './explain-person';

/** An account of UiPath, as the newest night had it. */
export type AccountShown = Readonly<{ memberId: string; name: string; lastUsedMs: number | undefined }>;

/** A group that UiPath has the person in, or that they have a reason for. */
export type MembershipShown = Readonly<{
  group: string;
  /** What UiPath had in the newest night; undefined: that is not known. */
  isInUiPath: boolean | undefined;
  /** What the ledger has. */
  isMember: boolean;
  sinceMs: number | null;
  origin: 'applied' | 'standing' | null;
  /** When this app took them out, where that is since the night began to be read; undefined: it did not. */
  takenOutMs: number | undefined;
  reasons: readonly ExplainedReason[];
}>;

/** The accounts that are or were a person's; of somebody whom only UiPath knows, those that are called so. */
export function accountsOf(
  known: PersonExplained | undefined,
  night: NewestNight | undefined,
  asked: string | Readonly<{ key: string }>,
): readonly AccountShown[] {
  const ids = new Set<string>();
  if (known !== undefined) {
    const { ledger } = known;
    for (const id of [knownAccountOf(ledger), ledger.replaced?.accountId, ...(ledger.otherAccounts ?? [])])
      if (id !== undefined) ids.add(id);
  }
  const wanted = known === undefined && typeof asked === 'string' ? fold(asked) : undefined;
  for (const [id, name] of night?.names ?? []) if (wanted !== undefined && fold(name) === wanted) ids.add(id);
  return [...ids].map((memberId) => ({
    memberId,
    name: night?.names.get(memberId) ?? memberId,
    lastUsedMs: night?.lastUsedMs.get(memberId),
  }));
}

/** Every group that UiPath has one of the accounts in, or that the ledger knows of, by name, with why. */
export function membershipsOf(
  organization: OrganizationPolicy,
  {
    known,
    night,
    findings,
    accounts,
    names,
  }: Readonly<{
    known: PersonExplained | undefined;
    night: NewestNight | undefined;
    findings: readonly FindingRecord[];
    accounts: readonly AccountShown[];
    names: ReadonlySet<string>;
  }>,
): readonly MembershipShown[] {
  const ids = new Map(accounts.map((account) => [fold(account.memberId), account]));
  const shown = new Map<string, MembershipShown>();
  const explained = (group: string) =>
    known === undefined
      ? undefined
      : explainGroup(
          { ledger: known.ledger, reasons: known.access.reasons, organization, findings, names },
          group,
        );
  const unread = new Set<string>();
  const renamed = new Set<string>();
  for (const { groupId, name, members } of night?.groups ?? []) {
    const key = fold(name);
    if (members === undefined) unread.add(key);
    const found = members?.find(([id]) => ids.has(fold(id)));
    if (found === undefined) continue;
    const [memberId, kind] = found;
    // By its id: it may have another name by now, and another group its name.
    const applied = known?.ledger.applied.find((one) => fold(one.groupId) === fold(groupId));
    if (applied !== undefined) renamed.add(fold(applied.groupName));
    const own = explained(applied === undefined ? key : fold(applied.groupName));
    const member = { memberId, kind, name: ids.get(fold(memberId))?.name ?? memberId };
    const beside = reasonsBesideLedger({ organization, findings }, member, { groupId, name: key });
    shown.set(key, {
      group: name,
      isInUiPath: true,
      isMember: applied !== undefined,
      sinceMs: applied?.sinceMs ?? null,
      origin: applied?.origin ?? null,
      takenOutMs:
        known === undefined || applied !== undefined
          ? undefined
          : takenOutSince(known, groupId, night?.startedAtMs ?? 0),
      reasons: own === undefined || own.reasons.length === 0 ? beside : own.reasons,
    });
  }
  for (const key of known?.groups ?? []) {
    const own = explained(key);
    if (own === undefined || shown.has(key) || renamed.has(key)) continue;
    const isSince = own.sinceMs !== null && own.sinceMs >= (night?.startedAtMs ?? 0);
    const isUnknown = night?.isListed !== true || accounts.length === 0 || unread.has(key) || isSince;
    shown.set(key, { ...own, isInUiPath: isUnknown ? undefined : false, takenOutMs: undefined });
  }
  return [...shown.values()].toSorted((a, b) => (fold(a.group) < fold(b.group) ? -1 : 1));
}

/** When the evidence has it last that this app took somebody out of a group, since a moment. */
function takenOutSince({ evidence }: PersonExplained, groupId: string, sinceMs: number): number | undefined {
  return evidence.findLast(
    ({ kind, facts, atMs }) =>
      kind === 'membership-removed' && facts['groupId'] === groupId && atMs >= sinceMs,
  )?.atMs;
}
