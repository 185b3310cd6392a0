/** Why the policy refuses an approved request: what to do. */
const REQUEST_REFUSALS = {
  'source-not-allowed': 'Name it under "may" and the group under "groups" of the source',
  'group-not-managed': 'Correct the name of the group, or add it to the policy',
  'not-requestable': 'Nobody may ask for this: the policy has no "requests" for it',
  'requester-not-allowed': 'Have somebody ask who may',
  'approvals-missing': 'Have it approved by others who may: no requester, nobody whom it is for',
  'approver-not-employed': 'Have it approved by somebody at work, and correct the approvers of the policy',
  'approved-before-request': 'Have it approved again, after it was asked for',
  'approval-too-old': 'Have it approved again: the approval is older than "approvalsLastDays"',
  'changed-after-approval': 'Have it approved again, as the ticket is now',
  'approval-withdrawn': 'Have it approved again if that it was taken back was a mistake',
  'person-has-left': 'Ask again once HR says that the person was hired again',
  'end-required': 'Ask again with an end',
  'lasts-too-long': 'Ask again for less than "longestDays"',
  'already-ended': 'Ask again for a time ahead',
  'nothing-to-extend': 'Ask for a new grant',
  'separation-of-duties': 'End the group that must not go together with this one first',
  'group-only-observed': 'Leave the group out of the rule, or change its mode',
  'matches-nearly-everybody': 'Narrow the conditions of the rule',
  'too-many-grants': 'Have grants of the person revoked that nobody needs',
  'address-in-doubt': 'Say on the page of the person whose the address is, then ask again',
} as const satisfies Record<string, string>;

export type RequestRefusal = keyof typeof REQUEST_REFUSALS;

/** What to do about a refusal; undefined for one that is not known, as of an earlier version. */
export function explainRefusal(refusal: string | undefined): string | undefined {
  return refusal !== undefined && isRefusal(refusal) ? REQUEST_REFUSALS[refusal] : undefined;
}

function isRefusal(text: string): text is RequestRefusal {
  return Object.hasOwn(REQUEST_REFUSALS, text);
}
