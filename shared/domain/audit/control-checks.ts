import { createCheckEntry } from './check-catalog-entry';

/** Checks of who controls the organization: its administrators, rules that fill privileged groups, and the credential of this application. */
export const CONTROL_CHECKS = {
  'administrator-unagreed': createCheckEntry('administrator-unagreed', 'high', {
    title: 'Administrator whom nobody agreed to',
    why: 'The policy does not say who may administer the organization: somebody came since the last audit, or was there at the first one.',
    mend: 'Ask who made them an administrator. Then accept the finding, or name all administrators in the policy; else remove the member.',
  }),
  'administrator-gone': createCheckEntry('administrator-gone', 'high', {
    title: 'Administrator is gone',
    why: 'Somebody who was in Administrators is not there any more, and the policy does not say who should be.',
    mend: 'Ask who removed them and why; name all administrators in the policy.',
  }),
  'rule-fills-privileged': createCheckEntry('rule-fills-privileged', 'critical', {
    title: 'Rule fills a privileged group',
    why: 'Whoever meets the conditions of the rule is in a privileged group at the next sign-in, and nobody agreed to that.',
    mend: 'Delete the rule, or have it requested and approved under the requests of the group; name it in the baseline only when it is agreed as it is.',
  }),
  'rule-matches-nearly-everybody': createCheckEntry('rule-matches-nearly-everybody', 'high', {
    title: 'Rule that nearly everybody meets',
    why: 'The conditions of the rule hold of nearly everybody, who get its groups at every sign-in.',
    mend: 'Narrow the conditions of the rule or delete it, or name it in the baseline when it is agreed.',
  }),
  'credential-used-elsewhere': createCheckEntry('credential-used-elsewhere', 'critical', {
    title: 'Credential of this application used elsewhere',
    why: 'UiPath logged a change by this application that it did not make: somebody else has its secret.',
    mend: 'Make a new secret in UiPath and delete the old one at once, then look at what was changed.',
  }),
  'audit-log-unread': createCheckEntry('audit-log-unread', 'medium', {
    title: 'Audit log was not looked through',
    why: 'It is not known whether somebody else uses the credential of this application.',
    mend: 'Look at the code: give the application the right to read the log, or accept the finding.',
  }),
} as const;
