import type { CheckId } from './check-catalog';
import { isForgotten, type FindingRecord, type FindingSubject } from './finding';

/** Open findings of earlier nights, for plausibility checks: an answer of UiPath that lacks their subjects may be short. */
export type EarlierAudits = Readonly<{
  ruleIds: readonly number[];
  /** Members by folded group name. */
  membersOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** Directory ids of leavers who were still present, by person key. */
  leaverIds: ReadonlyMap<string, string>;
  /** Members of Administrators whom nobody had agreed to, and those of them who went, since when. */
  administrators: ReadonlyArray<
    Readonly<{ memberId: string; name: string | undefined; goneMs: number | undefined }>
  >;
  /** Uses of the credential elsewhere, and whether the log was not looked through for them last. */
  uses: readonly FindingSubject[];
  isLogUnread: boolean;
  /** The access policy had entries, the list of users had accounts. */
  hadEntries: boolean;
  hadAccounts: boolean;
  /** Parts whose answer was empty when last looked at and was not believed, by the time of that audit. */
  doubtedMs: ReadonlyMap<string, number>;
  /** Ids of findings that were fixed so long ago that nothing is to be kept of them. */
  forgotten: readonly string[];
}>;

/** The code of a part whose empty answer was rejected as implausible. */
export const EMPTY = 'uipath-answer-empty';

const SHOWS_ENTRY: ReadonlySet<CheckId> = new Set(['policy-entity-unexpected', 'policy-entity-broad']);
const SHOWS_ACCOUNT: ReadonlySet<CheckId> = new Set(['identity-duplicate', 'identity-dormant']);

/** Derives the facts of earlier audits from the stored findings, waived ones too. */
export function rememberEarlierAudits(records: readonly FindingRecord[], nowMs: number): EarlierAudits {
  const ruleIds = new Set<number>();
  const membersOf = new Map<string, Set<string>>();
  const doubtedMs = new Map<string, number>();
  const leaverIds = new Map<string, string>();
  const administrators: Array<EarlierAudits['administrators'][number]> = [];
  const stillThere = records.filter(({ state }) => state !== 'fixed');
  for (const { check, subject, lastSeenMs } of stillThere) {
    const { ruleId, group, memberId, personKey, part, code, name, gone } = subject;
    if (ruleId !== undefined && check !== 'rule-missing') ruleIds.add(Number(ruleId));
    if (group !== undefined && memberId !== undefined && check !== 'member-missing')
      membersOf.set(group, (membersOf.get(group) ?? new Set()).add(memberId));
    if (check === 'leaver-present' && personKey !== undefined && memberId !== undefined)
      leaverIds.set(personKey, memberId);
    if (memberId !== undefined && isOfAdministrators(check, group))
      administrators.push({ memberId, name, goneMs: gone === undefined ? undefined : Date.parse(gone) });
    if (part !== undefined && code === EMPTY) doubtedMs.set(part, lastSeenMs);
  }
  return {
    ruleIds: [...ruleIds],
    membersOf,
    leaverIds,
    administrators,
    uses: stillThere.flatMap(({ check, subject }) =>
      check === 'credential-used-elsewhere' ? [subject] : [],
    ),
    isLogUnread: stillThere.some(({ check }) => check === 'audit-log-unread'),
    hadEntries: stillThere.some(
      ({ check, subject }) =>
        SHOWS_ENTRY.has(check) || (check.startsWith('own:') && subject['entity'] !== undefined),
    ),
    hadAccounts: stillThere.some(
      ({ check, subject }) => SHOWS_ACCOUNT.has(check) && !isOfLedger(check, subject),
    ),
    doubtedMs,
    forgotten: records.filter((record) => isForgotten(record, nowMs)).map(({ id }) => id),
  };
}

function isOfAdministrators(check: CheckId, group: string | undefined): boolean {
  return (
    check === 'administrator-unagreed' ||
    check === 'administrator-gone' ||
    (check === 'machine-in-privileged-group' && group === 'administrators')
  );
}

/** Two people of the ledger with one account are no account in the list. */
function isOfLedger(check: CheckId, { email }: FindingRecord['subject']): boolean {
  return check === 'identity-duplicate' && email === undefined;
}
