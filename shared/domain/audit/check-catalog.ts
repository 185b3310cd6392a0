import { createCheckEntry, type CheckEntry } from './check-catalog-entry';
import { CONTROL_CHECKS } from './control-checks';
import { IDENTITY_CHECKS } from './identity-checks';

/** A check that the policy brings with it. */
type OwnCheckId = `own:${string}`;

export type BuiltInCheckId = keyof typeof CATALOG;

export type CheckId = BuiltInCheckId | OwnCheckId;

const CATALOG = {
  'member-without-reason': createCheckEntry('member-without-reason', 'high', {
    title: 'Member without a reason',
    why: 'Somebody is in a group and neither a policy line nor an approved request says why.',
    mend: 'Remove the member, or have the access requested and approved.',
  }),
  'member-missing': createCheckEntry('member-missing', 'medium', {
    title: 'Missing member',
    why: 'Somebody who should be in a group is not: the person cannot work, or somebody removed them by hand.',
    mend: 'Have the membership applied again, and look up who removed it.',
  }),
  'member-after-grant': createCheckEntry('member-after-grant', 'high', {
    title: 'Member through an ended grant',
    why: 'The request that gave the membership has ended or was revoked, and the person is still in the group.',
    mend: 'Remove the member, or have the access extended.',
  }),
  'leaver-present': createCheckEntry('leaver-present', 'critical', {
    title: 'Leaver still present',
    why: 'Somebody who left the company is still, or again, in a group.',
    mend: 'Remove the member at once, and look up who added them.',
  }),
  'present-in-lockout': createCheckEntry('present-in-lockout', 'high', {
    title: 'Back during the lockout',
    why: 'Somebody left a short while ago and has access again: perhaps a rehire, perhaps a feed that lags.',
    mend: 'Ask HR whether the person was hired again. If not, have the leaving sent once more.',
  }),
  'duties-conflict': createCheckEntry('duties-conflict', 'critical', {
    title: 'Separation of duties broken',
    why: 'One person is in two groups that the policy keeps apart: nobody checks what they do.',
    mend: 'Remove one of the two memberships.',
  }),
  'group-missing': createCheckEntry('group-missing', 'medium', {
    title: 'Group of the policy is missing',
    why: 'The policy names a group that UiPath does not have: whoever should be in it is not.',
    mend: 'Create the group in UiPath, or take it out of the policy.',
  }),
  'group-unlisted': createCheckEntry('group-unlisted', 'low', {
    title: 'Group that the policy does not name',
    why: 'Nobody watches who is in this group.',
    mend: 'Add the group to the policy, in mode observe to begin with, or delete it.',
  }),
  'administrators-too-few': createCheckEntry('administrators-too-few', 'high', {
    title: 'Too few administrators',
    why: 'When they are away nobody can act, and a mistake may lock everybody out.',
    mend: 'Appoint another administrator.',
  }),
  'administrators-too-many': createCheckEntry('administrators-too-many', 'high', {
    title: 'Too many administrators',
    why: 'Every administrator can change everything, this application too.',
    mend: 'Remove the administrators who do not need it.',
  }),
  'administrator-unknown': createCheckEntry('administrator-unknown', 'critical', {
    title: 'Unknown administrator',
    why: 'Somebody administers the organization whom the policy does not name.',
    mend: 'Remove the member from Administrators at once, or add the person to the policy.',
  }),
  'break-glass-missing': createCheckEntry('break-glass-missing', 'high', {
    title: 'Break-glass account is missing',
    why: 'The account that is kept for emergencies is not an administrator: in an emergency it will not help.',
    mend: 'Add the account to Administrators again, and look up who removed it.',
  }),
  'break-glass-used': createCheckEntry('break-glass-used', 'critical', {
    title: 'Break-glass account was used',
    why: 'The account that is kept for emergencies signed in during the last week.',
    mend: 'Ask who used it and why, and change its password.',
  }),
  'policy-entity-unexpected': createCheckEntry('policy-entity-unexpected', 'high', {
    title: 'Access policy allows what was not agreed',
    why: 'An entry of the access policy is not in the baseline: more people may sign in than was agreed.',
    mend: 'Remove the entry from the access policy, or add it to the baseline.',
  }),
  'policy-entity-missing': createCheckEntry('policy-entity-missing', 'medium', {
    title: 'Access policy lacks an agreed entry',
    why: 'An entry of the baseline is not in the access policy: people may be shut out.',
    mend: 'Add the entry to the access policy, or take it out of the baseline.',
  }),
  'policy-entity-broad': createCheckEntry('policy-entity-broad', 'critical', {
    title: 'Access policy allows nearly everybody',
    why: 'A group that holds everybody, or nearly, is on the list: the list restricts nobody.',
    mend: 'Remove the entry, and allow the groups that need access instead.',
  }),
  'rule-altered': createCheckEntry('rule-altered', 'high', {
    title: 'Rule was altered',
    why: 'A rule that was made from an approved request is not as it was made.',
    mend: 'Have the rule written again from its request, and look up who changed it.',
  }),
  'rule-missing': createCheckEntry('rule-missing', 'medium', {
    title: 'Rule is gone',
    why: 'A rule that was made from an approved request is not there any more.',
    mend: 'Have the rule made again, or have its end requested.',
  }),
  'rule-unknown': createCheckEntry('rule-unknown', 'medium', {
    title: 'Rule that nobody requested',
    why: 'A rule gives people groups at every sign-in, and no approved request is known for it.',
    mend: 'Have the rule requested, name it in the baseline, or delete it.',
  }),
  'rule-re-adds': createCheckEntry('rule-re-adds', 'high', {
    title: 'Rule adds removed people again',
    why: 'A rule puts people into a group at sign-in whom the ledger keeps out of it.',
    mend: 'Narrow the conditions of the rule, or delete it; then remove the members.',
  }),
  'rule-without-owner': createCheckEntry('rule-without-owner', 'medium', {
    title: 'Rule without an owner',
    why: 'Nobody answers for this rule, or the one who did has left.',
    mend: 'Have a new owner requested for the rule.',
  }),
  'rule-expired': createCheckEntry('rule-expired', 'high', {
    title: 'Rule beyond its end',
    why: 'The time for which the rule was approved is over, and it still gives people groups.',
    mend: 'Delete the rule, or have it extended.',
  }),
  ...CONTROL_CHECKS,
  ...IDENTITY_CHECKS,
  'external-in-privileged-group': createCheckEntry('external-in-privileged-group', 'high', {
    title: 'Person of another company in a privileged group',
    why: "The address is of none of the company's domains, and the group allows much.",
    mend: 'Remove the member, or protect it in the policy when it is agreed.',
  }),
  'machine-in-privileged-group': createCheckEntry('machine-in-privileged-group', 'high', {
    title: 'Application or robot in a privileged group',
    why: 'Whoever has the secret of the application has the rights of the group.',
    mend: 'Remove the member, or name its id among the protected principals when it is agreed.',
  }),
  'secret-expiring': createCheckEntry('secret-expiring', 'high', {
    title: 'Secret near its end',
    why: 'When the secret ends, deliveries are refused or nothing is applied any more.',
    mend: 'Add a new version of the secret and give it to the other side.',
  }),
  'scope-unneeded': createCheckEntry('scope-unneeded', 'medium', {
    title: 'Scope wider than needed',
    why: 'UiPath lets this application do what it never does: whoever steals the secret could.',
    mend: 'Take the scope from the external application.',
  }),
  'source-silent': createCheckEntry('source-silent', 'high', {
    title: 'Source is silent',
    why: 'A source has sent nothing for longer than it ever should: leavers may be missed.',
    mend: "Look at the sender's webhook settings and at its log of deliveries.",
  }),
  'deliveries-dead': createCheckEntry('deliveries-dead', 'high', {
    title: 'Deliveries that could not be followed',
    why: 'What a source said is not followed: a leaver may still have access.',
    mend: 'Mend the cause by its code, then have the deliveries tried again, or close them for good with a reason.',
  }),
  'evidence-broken': createCheckEntry('evidence-broken', 'critical', {
    title: 'Evidence that is not as it was written',
    why: 'Somebody edited, removed or put back rows of this application: what it says of a person, or of itself, cannot be believed.',
    mend: 'Find out who can write to the storage account, and put the rows back from a backup. Nothing is changed for the subject until then.',
  }),
  'checkpoint-uncopied': createCheckEntry('checkpoint-uncopied', 'medium', {
    title: 'Checkpoint that is not in its second place',
    why: 'The container that the policy names does not have the signed checkpoints: if the whole storage account is put back, nothing shows it.',
    mend: 'Give the managed identity of the application the role Storage Blob Data Contributor on the container, and look at its firewall.',
  }),
  'policy-elsewhere': createCheckEntry('policy-elsewhere', 'high', {
    title: 'Deployment with another policy',
    why: 'Another deployment works on this storage with a policy that is not in force. It does nothing, and whoever edits its file changes nothing, or replaces the policy in force.',
    mend: 'Stop the deployment that is not wanted, or give both the same file, or each a storage account of its own.',
  }),
  'night-missing': createCheckEntry('night-missing', 'high', {
    title: 'Night without an audit',
    why: 'Between two audits there was more time than agreed: nothing is known of it.',
    mend: 'Look at the runs of the functions access-audit and run-audit.',
  }),
  'audit-unfinished': createCheckEntry('audit-unfinished', 'high', {
    title: 'Audit that did not end',
    why: 'An audit was still reading when the next one began.',
    mend: 'Raise the quota share, or have fewer groups in the policy.',
  }),
  'revoke-failed': createCheckEntry('revoke-failed', 'critical', {
    title: 'Removal that failed',
    why: 'UiPath refused to remove somebody who must not have access any more.',
    mend: 'Correct and retry the dead letter, or remove the member by hand.',
  }),
  'change-refused': createCheckEntry('change-refused', 'medium', {
    title: 'Addition that failed',
    why: 'UiPath refused to add somebody who should have access.',
    mend: 'Correct and retry the dead letter.',
  }),
  'plan-held': createCheckEntry('plan-held', 'medium', {
    title: 'Removals wait for a release',
    why: 'A guard holds removals, and until somebody releases them those people keep access.',
    mend: 'Look at the plan, and release it or correct what led to it.',
  }),
  'change-overdue': createCheckEntry('change-overdue', 'high', {
    title: 'Change that is not made',
    why: 'A change waits for more than a day. The audit says nothing of those it is about.',
    mend: 'Look at the runs of the function apply-changes.',
  }),
  'work-failing': createCheckEntry('work-failing', 'high', {
    title: 'Work that keeps failing',
    why: 'One person, group or other unit of work has failed for more than an hour: what it needs is not done.',
    mend: 'Mend the cause by its code. It is tried again by itself.',
  }),
  'guards-off': createCheckEntry('guards-off', 'high', {
    title: 'Guard that holds nothing',
    why: 'A limit is so high that everybody could be removed at once.',
    mend: 'Lower the limit.',
  }),
  'condition-for-nobody': createCheckEntry('condition-for-nobody', 'medium', {
    title: 'Condition that nobody meets',
    why: 'No worker was ever said to have the attribute, or a value that a birthright line asks for: the line gives its groups to fewer people than it says, or to nobody.',
    mend: 'Correct the attribute or the value in the policy, or have the HR system send it.',
  }),
  'part-unknown': createCheckEntry('part-unknown', 'high', {
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
  return ownChecks[check] ?? createCheckEntry(check, 'medium', { title: check, why: '', mend: '' });
}

/** True for a text that names a check. */
export function isCheckId(text: string): text is CheckId {
  return isBuiltIn(text) || text.startsWith('own:');
}

/** True for a check of this application. */
export function isBuiltIn(check: string): check is BuiltInCheckId {
  return Object.hasOwn(CATALOG, check);
}
