import { fold } from '../fold';
import type { EvidenceRecord } from '../ledger/evidence';

/** Something that happened, as the evidence has it. */
export type HistoryEntry = Readonly<{
  atMs: number;
  /** The address in the ledger, or what else the record is of. */
  about: string;
  kind: string;
  /** What that means, in words. */
  words: string;
  group: string | null;
  ticket: string | null;
  /** What gave or took it: lines of the policy, requests. */
  why: readonly string[];
  /** Who decided, as text. */
  by: string | null;
  /** Outcome or code, where the record has one. */
  outcome: string | null;
  policyHash: string;
}>;

const WORDS: Readonly<Record<string, string>> = {
  'access-request': 'a ticket asked for access',
  'account-confirmed': 'somebody said that the account is theirs',
  audit: 'an audit ended',
  'audit-requested': 'somebody asked for an audit',
  'approval-withdrawn': 'the approval of the ticket was taken back',
  'change-refused': 'UiPath refused a change',
  'dead-letter-retried': 'somebody retried a refused change',
  'deliveries-retried': 'somebody had dead deliveries processed again',
  'deliveries-replayed': 'somebody had kept deliveries processed again',
  'delivery-closed': 'somebody closed a dead delivery',
  'evidence-exported': 'somebody took a copy of all evidence',
  'erasure-decided': 'somebody decided to erase what is known of them',
  'finding-waived': 'somebody accepted a finding',
  'waiver-ended': 'somebody took back that a finding was accepted',
  'grant-ended': 'a grant ended',
  'grant-ended-by-join': 'a grant ended, as two people became one',
  'group-missing': 'UiPath has no group of this name',
  'membership-added': 'put into the group',
  'membership-adopted': 'a membership that was there got a reason',
  'membership-given-back': 'what was taken away was given back',
  'membership-gone': 'somebody else took them out of the group',
  'membership-outcome-unknown': 'nobody can tell what a call to UiPath came to',
  'membership-removed': 'taken out of the group',
  'person-erased': 'what was known of them was erased',
  'person-joined': 'joined with another ledger of the same person',
  'person-told-apart': 'told apart from somebody else',
  'reason-undone': 'somebody undid what gave it',
  'records-confirmed': 'somebody said that the worker records are theirs',
  'plan-declined': 'somebody said that held removals are not to be released',
  'plan-released': 'somebody released held removals',
  'plan-not-released': 'held removals were not released after all',
  'policy-changed': 'another version of the policy came into force',
  'policy-followed': 'an edit of the policy was followed',
  'remediation-released': 'somebody released the plan of a finding',
  'removals-held': 'a guard held the removal',
  'removals-held-on': 'the removal was held on when the hold expired',
  'removals-not-held': 'the removal was no longer to be held',
  'worker-event': 'an HR system said something of their work',
};

/** A record in words. `by`: who decided, where the record says it. */
export function toHistoryEntry(
  about: string,
  { atMs, kind, facts, policyHash, erased }: EvidenceRecord,
  by: string | null,
): HistoryEntry {
  const { group, groupName, ticketId, why, outcome, code } = facts;
  const [request] = [facts['requestId'], facts['request']].flatMap(textOf);
  return {
    atMs,
    about,
    kind,
    words: erased === true ? 'its facts were erased' : (WORDS[kind] ?? kind.replaceAll('-', ' ')),
    group: [group, groupName].flatMap(textOf)[0] ?? null,
    ticket: textOf(ticketId)[0] ?? request ?? null,
    why: Array.isArray(why) ? why.flatMap(textOf) : textOf(why),
    by: by ?? describeRequest(facts),
    outcome: [outcome, code].flatMap(textOf)[0] ?? null,
    policyHash,
  };
}

/** Whether a record names a group, or is of a ticket, in whatever case. */
export function isOf(
  { facts }: Pick<EvidenceRecord, 'facts'>,
  asked: Readonly<{ group: string } | { ticket: string }>,
): boolean {
  const named = (...keys: readonly string[]): readonly string[] =>
    keys.flatMap((key) => textOf(facts[key])).map(fold);
  if ('group' in asked) return named('group', 'groupName', 'groupId').includes(fold(asked.group));
  const ticket = fold(asked.ticket);
  const why = facts['why'];
  const reasons = (Array.isArray(why) ? why.flatMap(textOf) : []).map(fold);
  return (
    named('ticketId').includes(ticket) ||
    named('requestId', 'request').some((id) => id === ticket || id.endsWith(`/${ticket}`)) ||
    reasons.some(
      (reason) =>
        reason.startsWith('grant:') && [`:${ticket}`, `/${ticket}`].some((end) => reason.endsWith(end)),
    )
  );
}

/** Whether a record is of what was done by a plan whose hash begins so, or with a call of this id. */
export function isOfRun({ facts }: Pick<EvidenceRecord, 'facts'>, run: string): boolean {
  const wanted = fold(run);
  return (
    textOf(facts['planHash']).some((hash) => fold(hash).startsWith(wanted)) ||
    textOf(facts['attemptId']).some((id) => fold(id) === wanted)
  );
}

function describeRequest({ requester, approvers }: EvidenceRecord['facts']): string | null {
  const names = Array.isArray(approvers) ? approvers.flatMap(textOf) : [];
  const [asked] = textOf(requester);
  if (asked === undefined) return null;
  return names.length === 0
    ? `asked for by ${asked}`
    : `asked for by ${asked}, approved by ${names.join(', ')}`;
}

function textOf(fact: unknown): readonly string[] {
  return typeof fact === 'string' && fact !== '' ? [fact] : [];
}
