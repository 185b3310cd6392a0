import type { BuiltInCheckId } from './check-catalog';
import { FAMILIES } from './check-families';
import type { Finding, FindingSubject } from './finding';

type PartsOf = (subject: FindingSubject) => readonly string[];

/** Checks that read only storage and policy: none of that can be an unread part. */
const OWN_RECORDS: PartsOf = () => [];
/** A member of Administrators may be a break-glass account, so unread break-glass accounts count there. */
const GROUPS: PartsOf = ({ group, other }) => [
  ...[group, other].flatMap((name) => (name === undefined ? [] : [`group:${name}`])),
  ...(group === 'administrators' ? ['break-glass:'] : []),
];
const ANY_GROUP = 'group:';
/** Of people, and of rules: where one of them cannot be read, nobody knows whom a finding that is gone was about. */
const PEOPLE = 'ledger:person';
const MEMBERSHIPS: PartsOf = (subject) => [...GROUPS(subject), PEOPLE];
const ACCESS_POLICY: PartsOf = () => ['access-policy'];
const RULES: PartsOf = () => ['rules', 'ledger:rule'];
const ADMINISTRATORS: PartsOf = () => ['administrators'];
/** Administrators is read for itself as well. */
const PRIVILEGED: PartsOf = (subject) => [
  ...GROUPS(subject),
  ...(subject['group'] === 'administrators' ? ['administrators'] : []),
];

/**
 * The parts of a snapshot that each check reads, for a finding about `subject`. A name that ends with a colon stands
 * for every part that begins so.
 */
const PARTS: Readonly<Record<BuiltInCheckId, PartsOf>> = {
  'member-without-reason': MEMBERSHIPS,
  'member-missing': MEMBERSHIPS,
  'member-after-grant': MEMBERSHIPS,
  'leaver-present': (subject) => [...MEMBERSHIPS(subject), 'leavers'],
  'present-in-lockout': () => [ANY_GROUP, PEOPLE],
  'duties-conflict': GROUPS,
  'group-missing': (subject) => [...GROUPS(subject), 'groups'],
  'group-unlisted': () => ['groups'],
  'administrators-too-few': ADMINISTRATORS,
  'administrators-too-many': ADMINISTRATORS,
  'administrator-unknown': ({ memberId = '' }) => [
    'administrators',
    'administrator-people',
    'break-glass:',
    'users',
    ...addressParts(memberId),
  ],
  'administrator-unagreed': () => ['administrators', 'groups'],
  'administrator-gone': () => ['administrators', 'groups'],
  'break-glass-missing': ({ account = '' }) => ['administrators', `break-glass:${account}`],
  'break-glass-used': ({ account = '' }) => [`break-glass:${account}`],
  'policy-entity-unexpected': ACCESS_POLICY,
  'policy-entity-missing': ACCESS_POLICY,
  'policy-entity-broad': ACCESS_POLICY,
  'rule-altered': RULES,
  'rule-missing': RULES,
  'rule-unknown': RULES,
  'rule-re-adds': (subject) => [...GROUPS(subject), 'rules', 'groups'],
  'rule-without-owner': RULES,
  'rule-expired': RULES,
  'rule-fills-privileged': () => [...RULES({}), 'groups'],
  'rule-matches-nearly-everybody': () => ['rules'],
  'identity-unresolved': () => [PEOPLE],
  'identity-ambiguous': () => [PEOPLE],
  'identity-duplicate': ({ email }) => (email === undefined ? ['directory', PEOPLE] : ['users']),
  'address-handed-on': () => [PEOPLE],
  'account-replaced': () => [PEOPLE],
  'account-shared': () => ['directory', PEOPLE],
  'leaver-accounts': () => [PEOPLE],
  'account-off-at-work': () => [PEOPLE],
  'grant-of-ended-record': () => [PEOPLE],
  'address-differs': () => ['users', PEOPLE],
  'approver-has-left': () => [PEOPLE],
  'identity-dormant': () => ['users', 'administrators', 'break-glass:', ANY_GROUP],
  'external-in-privileged-group': (subject) => [
    ...PRIVILEGED(subject),
    'users',
    ...addressParts(subject['memberId'] ?? ''),
  ],
  'machine-in-privileged-group': PRIVILEGED,
  'credential-used-elsewhere': OWN_RECORDS,
  'audit-log-unread': OWN_RECORDS,
  'secret-expiring': ({ secret = '' }) => [secret.startsWith('application ') ? 'applications' : 'secrets'],
  'scope-unneeded': () => ['applications'],
  'source-silent': () => ['heartbeats'],
  'night-missing': OWN_RECORDS,
  'evidence-broken': () => ['evidence'],
  'checkpoint-uncopied': () => ['evidence'],
  'audit-unfinished': OWN_RECORDS,
  'policy-elsewhere': OWN_RECORDS,
  'revoke-failed': () => ['refused-changes'],
  'change-refused': () => ['refused-changes'],
  'plan-held': () => ['holds'],
  'change-overdue': OWN_RECORDS,
  'work-failing': () => ['backoffs'],
  'deliveries-dead': () => ['dead-deliveries'],
  'guards-off': OWN_RECORDS,
  'condition-for-nobody': () => [PEOPLE],
  'part-unknown': ({ part = '' }) => partsBehind(part),
};

/**
 * True for a finding that tonight can neither confirm nor fix, because a part that its check reads could not be read.
 * `unknown`: the parts of tonight's `part-unknown` findings.
 */
export function isUnverifiable({ check, subject }: Finding, unknown: ReadonlySet<string>): boolean {
  const parts = isOwn(check)
    ? [check, ...ownParts(subject)]
    : [...PARTS[check](subject), `check:${FAMILIES[check]}`];
  return parts.some((part) =>
    part.endsWith(':') ? [...unknown].some((name) => name.startsWith(part)) : unknown.has(part),
  );
}

function isOwn(check: Finding['check']): check is Exclude<Finding['check'], BuiltInCheckId> {
  return check.startsWith('own:');
}

/** The parts that a custom check reads, by the kind of its subject. */
function ownParts({ group, memberId, personKey, ruleId, entity }: FindingSubject): readonly string[] {
  if (memberId !== undefined) return [`group:${group}`, 'users', 'addresses', PEOPLE];
  if (personKey !== undefined) return [PEOPLE];
  if (group !== undefined) return [`group:${group}`];
  if (ruleId !== undefined) return ['rules', 'groups'];
  return entity === undefined ? [] : ['access-policy'];
}

function addressParts(memberId: string): readonly string[] {
  return ['addresses', `address:${memberId}`];
}

/** Two parts are made by checks: they are looked at only as far as other parts are known. */
function partsBehind(part: string): readonly string[] {
  if (part.startsWith('address:'))
    return ['users', 'addresses', 'administrators', 'administrator-people', 'break-glass:', ANY_GROUP];
  if (part.startsWith('own:'))
    return ['users', 'addresses', ANY_GROUP, 'rules', 'groups', 'access-policy', PEOPLE];
  return [];
}
