import { isBuiltIn, type BuiltInCheckId } from '../check-catalog';
import type { FindingRecord, NoPlan } from '../finding';
import { planEntryAddition, planEntryRemoval } from './plan-entry-remediation';
import { planAddition, planAdministratorRemoval, planDuties, planRemoval } from './plan-member-remediation';
import { planRuleDeletion, planRuleWriting } from './plan-rule-remediation';
import {
  createNoPlan,
  type PlannedRemediation,
  type RemediationPlanner,
  type PlanWorld,
} from './remediation-planner-interface';

/** The remediation planner of each check, or why its findings have none. */
const PLANS: Readonly<Record<BuiltInCheckId, RemediationPlanner | Readonly<{ noPlan: NoPlan }>>> = {
  'member-without-reason': planRemoval,
  'member-missing': planAddition,
  'member-after-grant': planRemoval,
  'leaver-present': planRemoval,
  'present-in-lockout': createNoPlan('decision', 'HR decides: the person was hired again, or a feed lags.'),
  'duties-conflict': planDuties,
  'group-missing': createNoPlan(
    'by-hand',
    'The group is created in UiPath, or taken out of the policy file.',
  ),
  'group-unlisted': createNoPlan(
    'decision',
    'Somebody decides whether the group belongs in the policy or is deleted in UiPath.',
  ),
  'administrators-too-few': createNoPlan('decision', 'Somebody decides who becomes an administrator.'),
  'administrators-too-many': createNoPlan('decision', 'Somebody decides who stops being an administrator.'),
  'administrator-unknown': planAdministratorRemoval,
  'administrator-unagreed': planAdministratorRemoval,
  'administrator-gone': createNoPlan(
    'by-hand',
    'An administrator adds them again in UiPath where that was wrong. The finding ends by itself after a week.',
  ),
  'break-glass-missing': createNoPlan(
    'by-hand',
    'Whoever becomes an administrator can change everything: an administrator adds the account in UiPath.',
  ),
  'break-glass-used': createNoPlan(
    'by-hand',
    'Its password is changed in UiPath once it is known who used it. The finding ends by itself a week after the use.',
  ),
  'policy-entity-unexpected': planEntryRemoval,
  'policy-entity-missing': planEntryAddition,
  'policy-entity-broad': planEntryRemoval,
  'rule-altered': planRuleWriting,
  'rule-missing': planRuleWriting,
  'rule-unknown': planRuleDeletion,
  'rule-re-adds': createNoPlan(
    'decision',
    'Somebody decides whether the conditions of the rule are narrowed or the rule is deleted.',
  ),
  'rule-without-owner': createNoPlan(
    'decision',
    'Somebody decides who answers for the rule, and has that requested.',
  ),
  'rule-expired': planRuleDeletion,
  'rule-fills-privileged': createNoPlan(
    'decision',
    'Somebody decides whether the rule is agreed. One that nobody requested is a finding of its own as well, with the plan to delete it.',
  ),
  'rule-matches-nearly-everybody': createNoPlan(
    'decision',
    'Somebody decides whether the conditions of the rule are narrowed or the rule is deleted.',
  ),
  'identity-unresolved': createNoPlan(
    'by-itself',
    'It ends by itself when the person has signed in once, or when HR has corrected the address.',
  ),
  'identity-ambiguous': createNoPlan(
    'by-hand',
    'One of the accounts is deleted or renamed in UiPath or in its directory.',
  ),
  'identity-duplicate': createNoPlan('decision', 'Somebody decides which of the two is the right one.'),
  'address-handed-on': createNoPlan(
    'decision',
    'Somebody says on the page of the person whose the record is.',
  ),
  'account-replaced': createNoPlan(
    'decision',
    'Somebody says on the page of the person whether the account is theirs.',
  ),
  'account-shared': createNoPlan(
    'decision',
    'Somebody decides whose account it is, and corrects the other address.',
  ),
  'leaver-accounts': createNoPlan(
    'decision',
    'Somebody decides which accounts are deleted. It ends by itself with the lockout.',
  ),
  'account-off-at-work': createNoPlan(
    'by-hand',
    'The account is switched on where it was switched off, or HR says that the person has left.',
  ),
  'grant-of-ended-record': createNoPlan(
    'decision',
    'Somebody asks whether the grant is still needed. It ends by itself with its date or the last employment.',
  ),
  'address-differs': createNoPlan(
    'by-hand',
    'The address is changed in UiPath or corrected in the HR system.',
  ),
  'approver-has-left': createNoPlan('decision', 'Somebody decides who approves instead, in the policy file.'),
  'identity-dormant': createNoPlan(
    'decision',
    'The memberships have their reasons. Somebody decides, after asking the person, whether those end.',
  ),
  'external-in-privileged-group': planRemoval,
  'machine-in-privileged-group': planRemoval,
  'credential-used-elsewhere': createNoPlan(
    'by-hand',
    'A new secret is made in UiPath and the old one deleted, and what was changed is undone by hand. The finding ends by itself a week after the change.',
  ),
  'audit-log-unread': createNoPlan('by-itself', 'It ends by itself when the log was looked through again.'),
  'secret-expiring': createNoPlan(
    'by-hand',
    'A new secret is made by hand, in UiPath or at the sender, and put into the key vault.',
  ),
  'scope-unneeded': createNoPlan('by-hand', 'The scope is taken from the external application in UiPath.'),
  'source-silent': createNoPlan(
    'by-hand',
    "The sender's webhook is looked at where it is set up. It ends by itself with the next delivery.",
  ),
  'deliveries-dead': createNoPlan(
    'by-hand',
    'The cause is mended by its code. Then each delivery is tried again, or closed with a reason, on the page of dead letters.',
  ),
  'evidence-broken': createNoPlan(
    'by-hand',
    'Who could write to the storage account is found out, and the rows are put back from a backup.',
  ),
  'checkpoint-uncopied': createNoPlan(
    'by-hand',
    'The container is opened to the managed identity of the application. It ends by itself with the next night that can write there: what was missed is written then.',
  ),
  'policy-elsewhere': createNoPlan(
    'by-hand',
    'The deployment that is not wanted is stopped, or gets the same file or a storage account of its own. It ends by itself three hours after the other deployment was seen last.',
  ),
  'night-missing': createNoPlan('by-itself', 'It ends by itself with the next audit that comes in time.'),
  'audit-unfinished': createNoPlan(
    'by-itself',
    'It ends by itself with the next audit. If it comes again, the quota share is raised in the policy file.',
  ),
  'revoke-failed': createNoPlan(
    'by-hand',
    'Its dead letter is corrected and tried again, on the page of dead letters.',
  ),
  'change-refused': createNoPlan(
    'by-hand',
    'Its dead letter is corrected and tried again, on the page of dead letters.',
  ),
  'plan-held': createNoPlan(
    'decision',
    'It is a plan itself. Somebody releases it on the page of held plans, or HR corrects what it said: who is at work again is not removed.',
  ),
  'change-overdue': createNoPlan('by-itself', 'It ends by itself as soon as the writer has made the change.'),
  'work-failing': createNoPlan('by-itself', 'It ends by itself with the first try that succeeds.'),
  'guards-off': createNoPlan('decision', 'Somebody decides on a limit, in the policy file.'),
  'condition-for-nobody': createNoPlan(
    'decision',
    'Somebody corrects the line in the policy file. It ends by itself with the first worker who is said to have what it asks for.',
  ),
  'part-unknown': createNoPlan(
    'by-itself',
    'It ends by itself when the part can be read again. Nothing is planned from what is not known.',
  ),
};

const OWN_CHECK = createNoPlan('decision', 'It is a check of the policy file: its own words say what to do.');

/** The remediation of a finding of tonight, or why there is none. */
export function planRemediation(
  world: PlanWorld,
  { check, subject }: Pick<FindingRecord, 'check' | 'subject'>,
): PlannedRemediation {
  const plan = isBuiltIn(check) ? PLANS[check] : OWN_CHECK;
  return typeof plan === 'function' ? plan(world, subject) : plan;
}
