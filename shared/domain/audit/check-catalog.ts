export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** What a check looks for, how bad that is and what to do about it. `link` leads to its place in docs/checks.md. */
export type CheckEntry = Readonly<{
  title: string;
  severity: Severity;
  why: string;
  mend: string;
  link: string;
}>;

/** A check that the policy brings with it. */
type OwnCheckId = `own:${string}`;

export type BuiltInCheckId = keyof typeof CATALOG;

export type CheckId = BuiltInCheckId | OwnCheckId;

const CATALOG = {
  'member-without-reason': about('member-without-reason', 'high', {
    title: 'Member without a reason',
    why: 'Somebody is in a group and neither a policy line nor an approved request says why.',
    mend: 'Remove the member, or have the access requested and approved.',
  }),
  'member-missing': about('member-missing', 'medium', {
    title: 'Missing member',
    why: 'Somebody who should be in a group is not: the person cannot work, or somebody removed them by hand.',
    mend: 'Have the membership applied again, and look up who removed it.',
  }),
  'leaver-present': about('leaver-present', 'critical', {
    title: 'Leaver still present',
    why: 'Somebody who left the company is still, or again, in a group.',
    mend: 'Remove the member at once, and look up who added them.',
  }),
  'group-missing': about('group-missing', 'medium', {
    title: 'Group of the policy is missing',
    why: 'The policy names a group that UiPath does not have: whoever should be in it is not.',
    mend: 'Create the group in UiPath, or take it out of the policy.',
  }),
  'policy-entity-unexpected': about('policy-entity-unexpected', 'high', {
    title: 'Access policy allows what was not agreed',
    why: 'An entry of the access policy is not in the baseline: more people may sign in than was agreed.',
    mend: 'Remove the entry from the access policy, or add it to the baseline.',
  }),
  'policy-entity-missing': about('policy-entity-missing', 'medium', {
    title: 'Access policy lacks an agreed entry',
    why: 'An entry of the baseline is not in the access policy: people may be shut out.',
    mend: 'Add the entry to the access policy, or take it out of the baseline.',
  }),
  'rule-altered': about('rule-altered', 'high', {
    title: 'Rule was altered',
    why: 'A rule that was made from an approved request is not as it was made.',
    mend: 'Have the rule written again from its request, and look up who changed it.',
  }),
  'rule-missing': about('rule-missing', 'medium', {
    title: 'Rule is gone',
    why: 'A rule that was made from an approved request is not there any more.',
    mend: 'Have the rule made again, or have its end requested.',
  }),
  'rule-unknown': about('rule-unknown', 'medium', {
    title: 'Rule that nobody requested',
    why: 'A rule gives people groups at every sign-in, and no approved request is known for it.',
    mend: 'Have the rule requested, or delete it.',
  }),
  'part-unknown': about('part-unknown', 'high', {
    title: 'Part could not be read',
    why: 'A part of the organization could not be read: it is not known whether anything is wrong there.',
    mend: 'Look at the code of the failure, mend its cause and let the audit run again.',
  }),
} as const;

/** Every check of this application. */
export const CHECKS: Readonly<Record<BuiltInCheckId, CheckEntry>> = CATALOG;

/** What to say of a check; `ownChecks` are those of the policy, as a report carries them. */
export function describeCheck(
  check: CheckId,
  ownChecks: Readonly<Record<string, CheckEntry>> = {},
): CheckEntry {
  if (isBuiltIn(check)) return CHECKS[check];
  return ownChecks[check] ?? about('own-checks', 'medium', { title: check, why: '', mend: '' });
}

/** True for a text that names a check. */
export function isCheckId(text: string): text is CheckId {
  return isBuiltIn(text) || text.startsWith('own:');
}

function isBuiltIn(check: string): check is BuiltInCheckId {
  return Object.hasOwn(CATALOG, check);
}

function about(
  id: string,
  severity: Severity,
  words: Pick<CheckEntry, 'title' | 'why' | 'mend'>,
): CheckEntry {
  return { ...words, severity, link: `docs/checks.md#${id}` };
}
