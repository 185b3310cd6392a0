import { isPersonKey } from '../person-key';
import type { OwnCheckScope } from './audit-policy';
import type { BuiltInCheckId, CheckId } from './check-catalog';
import type { FindingSubject } from './finding';

const MEMBERSHIP = ['group', 'groupId', 'memberId', 'personKey', 'name'];
const RULE = ['rule', 'ruleId'];
const PERSON = ['personKey', 'name'];
const MEMBER_IN_GROUP = ['group', 'memberId', 'name'];
const MEMBER = ['memberId', 'name'];
const REFUSED_CHANGE = ['deadLetter', 'group', 'memberId'];

/** What a waiver may name of a check's findings: what they are known by, and nothing that changes from night to night. */
export const WAIVABLE_KEYS: Readonly<Record<BuiltInCheckId, readonly string[]>> = {
  'member-without-reason': MEMBERSHIP,
  'member-missing': MEMBERSHIP,
  'member-after-grant': MEMBERSHIP,
  'leaver-present': MEMBERSHIP,
  'present-in-lockout': MEMBER,
  'duties-conflict': ['group', 'other', 'memberId', 'name'],
  'group-missing': ['group'],
  'group-unlisted': ['group', 'groupId'],
  'administrators-too-few': ['fewest'],
  'administrators-too-many': ['most'],
  'administrator-unknown': MEMBER,
  'break-glass-missing': ['account'],
  'break-glass-used': ['account'],
  'policy-entity-unexpected': ['entity'],
  'policy-entity-missing': ['entity'],
  'policy-entity-broad': ['entity'],
  'rule-altered': RULE,
  'rule-missing': RULE,
  'rule-unknown': RULE,
  'rule-re-adds': [...RULE, 'group'],
  'rule-without-owner': [...RULE, 'owner'],
  'rule-expired': RULE,
  'identity-unresolved': PERSON,
  'identity-ambiguous': PERSON,
  'identity-duplicate': ['email', 'memberId'],
  'address-handed-on': PERSON,
  'account-replaced': PERSON,
  'account-shared': ['memberId'],
  'leaver-accounts': PERSON,
  'account-off-at-work': PERSON,
  'grant-of-ended-record': [...PERSON, 'group'],
  'address-differs': PERSON,
  'identity-dormant': MEMBER,
  'external-in-privileged-group': MEMBER_IN_GROUP,
  'machine-in-privileged-group': MEMBER_IN_GROUP,
  'secret-expiring': ['secret'],
  'scope-unneeded': ['scope'],
  'source-silent': ['source'],
  'evidence-broken': ['kind', 'subject'],
  'checkpoint-uncopied': ['place'],
  'night-missing': ['after'],
  'policy-elsewhere': ['policy'],
  'audit-unfinished': ['night'],
  'revoke-failed': REFUSED_CHANGE,
  'change-refused': REFUSED_CHANGE,
  'plan-held': ['plan'],
  'change-overdue': ['kind', 'key'],
  'work-failing': ['kind', 'key', 'name'],
  'deliveries-dead': ['source'],
  'approver-has-left': ['approver'],
  'administrator-unagreed': MEMBER,
  'administrator-gone': MEMBER,
  'credential-used-elsewhere': ['what', 'at', 'event'],
  'audit-log-unread': ['log'],
  'rule-fills-privileged': [...RULE, 'group'],
  'rule-matches-nearly-everybody': RULE,
  'guards-off': ['guard', 'group'],
  'condition-for-nobody': ['line', 'attribute'],
  'part-unknown': [],
};

const WAIVABLE_KEYS_OF_OWN: Readonly<Record<OwnCheckScope, readonly string[]>> = {
  member: MEMBER_IN_GROUP,
  group: ['group'],
  person: PERSON,
  rule: RULE,
  entry: ['entity'],
};

/** The form of the values that have one; an address in place of an id would match nothing, silently. */
const FORMS: Readonly<Record<string, Readonly<{ fits: (value: string) => boolean; problem: string }>>> = {
  personKey: {
    fits: (value) => isPersonKey(value.toLowerCase()),
    problem: 'is no person key of 32 hexadecimal digits; an address belongs in name',
  },
  memberId: {
    fits: (value) => /^[^@\s]+$/.test(value),
    problem: 'is no directory id; an address belongs in name',
  },
  ruleId: { fits: (value) => /^\d+$/.test(value), problem: 'is no rule id of digits' },
  entity: { fits: (value) => /^[a-z]+:./i.test(value), problem: 'is no entry such as group:developers' },
};

type SubjectFault = Readonly<{ key?: string; problem: string }>;

/**
 * Why a waiver with this subject could match nothing, or would match everything of its check. `own`: what each own check of
 * the policy looks at, by its id.
 */
export function faultsInWaiverSubject(
  check: CheckId,
  subject: FindingSubject,
  own: ReadonlyMap<string, OwnCheckScope>,
): readonly SubjectFault[] {
  const scope = own.get(check);
  const keys =
    scope === undefined
      ? Object.entries(WAIVABLE_KEYS).find(([id]) => id === check)?.[1]
      : WAIVABLE_KEYS_OF_OWN[scope];
  if (keys === undefined) return [{ problem: `is of ${check}, which audit.checks does not have` }];
  if (keys.length === 0) return [{ problem: `is of ${check}, which cannot be waived` }];
  const faults = Object.entries(subject).flatMap(([key, value]): SubjectFault[] => {
    if (!keys.includes(key))
      return [{ key, problem: `is nothing that findings of ${check} are known by: ${keys.join(', ')}` }];
    const form = Object.hasOwn(FORMS, key) ? FORMS[key] : undefined;
    return form === undefined || value === '*' || form.fits(value) ? [] : [{ key, problem: form.problem }];
  });
  const namesOne = Object.entries(subject).some(([key, value]) => key !== 'kind' && value !== '*');
  return faults.length > 0 || namesOne
    ? faults
    : [
        {
          problem: `covers every finding of ${check}: name one of ${keys.filter((key) => key !== 'kind').join(', ')}`,
        },
      ];
}
