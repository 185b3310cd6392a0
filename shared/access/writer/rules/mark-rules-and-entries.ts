import {
  groupsOutOfPolicy,
  isEntryToApply,
  isRuleOfEdit,
  isRuleToApply,
  ruleWantedAt,
} from '../../../domain/ledger/rule-and-entity-ledgers';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { LedgerStore } from '../../../storage/ledger';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';

type MarkRulesDeps = Readonly<{
  organization: OrganizationPolicy;
  ledger: Pick<LedgerStore, 'list'>;
  changes: Pick<ChangeStore, 'mark'>;
}>;

/**
 * Marks the rules that fill groups which one of two versions names and the other does not; `isLeftUndone`: all that observe left undone as
 * well, and entries of the access policy. Of one that cannot be read nobody can tell: it fails in its own turn. Returns the names of rules
 * that are to end, or to fill fewer groups.
 */
export async function markRulesAndEntries(
  { organization: after, ledger, changes }: MarkRulesDeps,
  { before, isLeftUndone }: Readonly<{ before: OrganizationPolicy | undefined; isLeftUndone: boolean }>,
  nowMs: number,
): Promise<readonly string[]> {
  const { alias } = after;
  const ending: string[] = [];
  for await (const { key, value } of ledger.list(alias, 'rule')) {
    const isOfEdit = value !== undefined && isRuleOfEdit(value, { before, after }, nowMs);
    const isUndone = isLeftUndone && (value === undefined || isRuleToApply(value, nowMs));
    if (!isOfEdit && !isUndone) continue;
    const want = value === undefined ? undefined : ruleWantedAt(value, nowMs)?.want;
    if (want !== undefined && value?.have !== undefined && groupsOutOfPolicy(want, after).length > 0)
      ending.push(value.name);
    await changes.mark({ organization: alias, kind: 'rule', key }, 'normal', nowMs, 'policy');
  }
  if (!isLeftUndone) return ending;
  for await (const { key, value } of ledger.list(alias, 'entity'))
    if (value === undefined || isEntryToApply(value))
      await changes.mark({ organization: alias, kind: 'entity', key }, 'normal', nowMs, 'policy');
  return ending;
}
