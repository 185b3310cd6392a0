import { EVIDENCE } from './planted-operations';
import type { CheckId } from '../../shared/domain/audit/check-catalog';
import type { UiPathSandbox } from '../uipath/sandbox-controls';
import { createFinding } from '../../shared/domain/audit/finding';
import { personKey } from '../../shared/domain/person-key';
import { addressOf, checkpointsOf, type Variant } from './planted-seed';

/** Something that is wrong, or only looks so. */
export type Planted = Readonly<{ organization: string; check: CheckId; about: string; id: string }>;

type Line = readonly [check: CheckId, subject: Readonly<Record<string, string>>];

/** Every fault of an organization and every look-alike, by the id that its finding has or would have. */
export function plantedIn(
  uipath: Pick<UiPathSandbox, 'idOf' | 'organization'>,
  alias: string,
  variant: Variant,
  ruleIds: ReadonlyMap<string, string>,
): Readonly<{ faults: readonly Planted[]; lookAlikes: readonly Planted[] }> {
  const at = (name: string): string => addressOf(alias, name);
  const idOf = (name: string): string => uipath.idOf(alias, name.includes('-robot') ? name : at(name));
  const member = (check: CheckId, group: string, name: string): Line => [
    check,
    { group, memberId: idOf(name) },
  ];
  const person = (check: CheckId, name: string): Line => [check, { personKey: personKey(at(name)) }];
  const rule = (check: CheckId, name: string, more: Readonly<Record<string, string>> = {}): Line => [
    check,
    { rule: name, ruleId: ruleIds.get(name) ?? '', ...more },
  ];
  const groupId = (name: string): string =>
    [...uipath.organization(alias).groups.values()].find((group) => group.name === name)?.id ?? name;
  const used = (what: string): Line => {
    const event = uipath.organization(alias).audit.events.find(({ summary }) => summary === what);
    const usedAt = new Date(event?.atMs ?? 0).toISOString();
    return ['credential-used-elsewhere', { what, at: usedAt, event: event?.id ?? '' }];
  };
  const late = { kind: 'person', key: personKey(at('late')) };

  const everywhere: readonly Line[] = [
    ...'granted born joiner overlap leaving moving awake rehired both contractor keeper agreed-robot'
      .split(' ')
      .map((name) => member('member-without-reason', 'developers', name)),
    member('member-without-reason', 'finance', 'granted'),
    member('member-without-reason', 'finance', 'pair'),
    member('member-after-grant', 'developers', 'overlap'),
    member('member-after-grant', 'developers', 'renewed'),
    member('member-missing', 'developers', 'soon'),
    member('member-missing', 'developers', 'late'),
    member('member-missing', 'developers', 'future'),
    member('member-missing', 'developers', 'departed'),
    member('leaver-present', 'developers', 'leaving'),
    member('leaver-present', 'developers', 'rehired'),
    ['present-in-lockout', { memberId: idOf('rehired') }],
    ['duties-conflict', { group: 'developers', other: 'payroll', memberId: idOf('pair') }],
    ['duties-conflict', { group: 'developers', other: 'finance', memberId: idOf('granted') }],
    ['group-missing', { group: 'developers' }],
    ...['Citizen Developers', 'Everyone', 'Administrators'].map((name): Line => [
      'group-unlisted',
      { groupId: groupId(name) },
    ]),
    ...['admin1', 'glass1', 'glass3'].map((name): Line => [
      'administrator-unknown',
      { memberId: idOf(name) },
    ]),
    ['break-glass-used', { account: at('glass3') }],
    ['administrator-gone', { memberId: idOf('admin1') }],
    ['policy-entity-missing', { entity: 'group:citizen developers' }],
    ['policy-entity-missing', { entity: `user:${at('admin1')}` }],
    ['policy-entity-unexpected', { entity: `user:${at('admin1')}` }],
    ['policy-entity-unexpected', { entity: 'group:administrators' }],
    ['policy-entity-unexpected', { entity: 'group:citizen developers' }],
    rule('rule-altered', 'As requested'),
    rule('rule-expired', 'As requested'),
    rule('rule-unknown', 'Agreed'),
    rule('rule-unknown', 'Tmp switched off'),
    rule('rule-without-owner', 'Agreed'),
    rule('rule-fills-privileged', 'Agreed', { group: 'payroll' }),
    rule('rule-fills-privileged', 'Adds again', { group: 'developers' }),
    rule('rule-matches-nearly-everybody', 'Agreed'),
    rule('rule-matches-nearly-everybody', 'As requested'),
    rule('own:temporary-rule', 'Tmp switched off'),
    rule('rule-re-adds', 'Switched off', { group: 'developers' }),
    person('identity-unresolved', 'unborn'),
    person('identity-ambiguous', 'idle'),
    ['identity-dormant', { memberId: idOf('awake') }],
    ['identity-dormant', { memberId: idOf('guest') }],
    member('external-in-privileged-group', 'developers', 'contractor'),
    member('machine-in-privileged-group', 'developers', 'agreed-robot'),
    used('Sent'),
    ['source-silent', { source: 'hr/fresh' }],
    ['source-silent', { source: 'hr/quiet' }],
    ['source-silent', { source: 'hr/stuck' }],
    ['approver-has-left', { approver: at('rehired') }],
    ['approver-has-left', { approver: at('admin1') }],
    ['secret-expiring', { secret: 'planted-hr' }],
    ['secret-expiring', { secret: `planted-uipath-${alias}` }],
    ['deliveries-dead', { source: 'hr/fresh' }],
    ['plan-held', { plan: 'b'.repeat(64) }],
    ['plan-held', { plan: 'c'.repeat(64) }],
    ['audit-unfinished', { night: '202602250200' }],
    ['policy-elsewhere', { policy: 'e'.repeat(64) }],
    ['revoke-failed', { deadLetter: 'settled' }],
    ['change-refused', { deadLetter: 'moot' }],
    ['guards-off', { guard: 'group', group: 'developers' }],
    ['guards-off', { guard: 'group', group: 'finance' }],
    ['guards-off', { guard: 'day', group: 'developers' }],
    ['change-overdue', { kind: 'person', key: personKey(at('joiner')) }],
    ['work-failing', { kind: 'group', key: 'g-recent' }],
    ...['PM.OAuthApp.Read', 'PM.RobotAccount.Read', 'PM.Group'].map((scope): Line => [
      'scope-unneeded',
      { scope },
    ]),
  ];
  const whereCalm: readonly Line[] = [
    member('member-without-reason', 'developers', 'moved'),
    member('member-missing', 'developers', 'lost'),
    member('member-missing', 'developers', 'unplaced'),
    member('leaver-present', 'developers', 'leaver'),
    ['present-in-lockout', { memberId: idOf('back') }],
    ['administrators-too-few', { fewest: '1' }],
    ['administrator-unknown', { memberId: idOf('admin2') }],
    ['secret-expiring', { secret: 'planted-notify' }],
    ['administrators-too-many', { most: '6' }],
    ['break-glass-missing', { account: at('glass2') }],
    ['evidence-broken', { subject: `entity:${EVIDENCE.whole}`, kind: 'missing' }],
    ['checkpoint-uncopied', { place: checkpointsOf(alias, 'calm') }],
    ['night-missing', { after: '202602270200' }],
    ['change-overdue', late],
    ['secret-expiring', { secret: 'application access-functions' }],
    ['guards-off', { guard: 'run' }],
    rule('rule-expired', 'Ended just now'),
    person('identity-unresolved', 'nowhere'),
    person('identity-ambiguous', 'twice'),
    person('address-handed-on', 'holder'),
    person('account-replaced', 'switched'),
    person('leaver-accounts', 'several'),
    ['account-shared', { memberId: '00000000-0000-4000-8000-000000000008' }],
    person('account-off-at-work', 'switched-off'),
    ['approver-has-left', { approver: at('leaver') }],
    ['approver-has-left', { approver: at('leaver2') }],
    ['grant-of-ended-record', { personKey: personKey(at('two-jobs')), group: 'finance' }],
    person('address-differs', 'renamed'),
    ['part-unknown', { part: 'group:locked' }],
  ];
  const asked: readonly Line[] = [
    variant === 'few'
      ? ['administrators-too-few', { fewest: '5' }]
      : ['administrators-too-many', { most: '3' }],
    ['administrator-unknown', { memberId: idOf('intruder') }],
    ['break-glass-missing', { account: at('glass2') }],
    ['break-glass-used', { account: at('glass1') }],
  ];
  const unasked = [
    ...['admin1', 'glass1', 'glass3', 'intruder'].map((name): Line => [
      'administrator-unagreed',
      { memberId: idOf(name) },
    ]),
    ['administrator-gone', { memberId: idOf('glass2') }] as const,
  ];
  const faults: readonly Line[] = [
    member('member-without-reason', 'developers', 'stranger'),
    member('member-without-reason', 'finance', 'stranger2'),
    member('member-without-reason', 'payroll', 'other-robot'),
    member('member-without-reason', 'payroll', 'visitor'),
    member('member-without-reason', 'developers', 'moved'),
    member('member-missing', 'developers', 'lost'),
    member('member-missing', 'developers', 'unplaced'),
    member('member-after-grant', 'developers', 'ended'),
    member('member-after-grant', 'finance', 'ended2'),
    member('leaver-present', 'developers', 'leaver'),
    member('leaver-present', 'finance', 'leaver2'),
    member('leaver-present', 'treasury', 'gone'),
    ['present-in-lockout', { memberId: idOf('back') }],
    ['duties-conflict', { group: 'developers', other: 'payroll', memberId: idOf('both') }],
    ['duties-conflict', { group: 'developers', other: 'payroll', memberId: idOf('contractor') }],
    ['group-missing', { group: 'ghost group' }],
    ['group-unlisted', { groupId: groupId('Shadow IT') }],
    ['group-unlisted', { groupId: groupId('Treasury') }],
    ...(variant === 'unasked' ? unasked : asked),
    ...(variant === 'few' ? [used('Never sent')] : []),
    ...(variant === 'many' ? [['audit-log-unread', { log: 'organization' }] as const] : []),
    ['policy-entity-unexpected', { entity: `user:${at('guest')}` }],
    ['policy-entity-missing', { entity: 'group:automation users' }],
    ['policy-entity-broad', { entity: 'group:everyone' }],
    ['policy-entity-broad', { entity: 'group:all staff' }],
    rule('rule-altered', 'Altered'),
    rule('rule-altered', 'Switched on'),
    rule('rule-altered', 'Widened'),
    rule('rule-missing', 'Deleted'),
    rule('rule-unknown', 'By hand'),
    rule('rule-unknown', 'Pays'),
    rule('rule-fills-privileged', 'Pays', { group: 'payroll' }),
    rule('rule-matches-nearly-everybody', 'For all'),
    rule('rule-expired', 'Ended'),
    rule('rule-expired', 'Old agreement'),
    rule('rule-without-owner', 'Orphaned'),
    rule('rule-without-owner', 'Ownerless'),
    rule('rule-re-adds', 'Adds again', { group: 'developers' }),
    rule('own:temporary-rule', 'Tmp agreed'),
    person('identity-unresolved', 'nowhere'),
    person('identity-ambiguous', 'twice'),
    person('address-handed-on', 'holder'),
    person('account-replaced', 'switched'),
    person('leaver-accounts', 'several'),
    ['account-shared', { memberId: '00000000-0000-4000-8000-000000000008' }],
    person('account-off-at-work', 'switched-off'),
    ['approver-has-left', { approver: at('leaver') }],
    ['approver-has-left', { approver: at('leaver2') }],
    ['grant-of-ended-record', { personKey: personKey(at('two-jobs')), group: 'finance' }],
    person('address-differs', 'renamed'),
    ['identity-duplicate', { email: at('stranger') }],
    ['identity-dormant', { memberId: idOf('sleeper') }],
    ['identity-dormant', { memberId: idOf('sleeper2') }],
    member('external-in-privileged-group', 'payroll', 'contractor'),
    member('external-in-privileged-group', 'payroll', 'visitor'),
    member('machine-in-privileged-group', 'payroll', 'other-robot'),
    ['secret-expiring', { secret: 'planted-late' }],
    ['secret-expiring', { secret: 'planted-notify' }],
    ['secret-expiring', { secret: 'application access-functions' }],
    ['scope-unneeded', { scope: 'PM.Setting' }],
    ['source-silent', { source: 'hr/late' }],
    ['source-silent', { source: 'hr/never' }],
    ['deliveries-dead', { source: 'hr/stuck' }],
    ['evidence-broken', { subject: `entity:${EVIDENCE.broken}`, kind: 'missing' }],
    ['checkpoint-uncopied', { place: checkpointsOf(alias, variant) }],
    ['night-missing', { after: '202602270200' }],
    ['policy-elsewhere', { policy: 'f'.repeat(64) }],
    ['condition-for-nobody', { line: 'by-town', attribute: 'town' }],
    ['audit-unfinished', { night: '202602260200' }],
    ['revoke-failed', { deadLetter: 'unrevoked' }],
    ['change-refused', { deadLetter: 'refused' }],
    ['plan-held', { plan: 'a'.repeat(64) }],
    ['change-overdue', late],
    ['work-failing', { kind: 'group', key: 'g-failing' }],
    ['guards-off', { guard: 'run' }],
    ['guards-off', { guard: 'day', group: 'finance' }],
    ['part-unknown', { part: 'group:locked' }],
  ];
  const toPlanted = ([check, subject]: Line): Planted => ({
    organization: alias,
    check,
    about: Object.values(subject).join(' '),
    id: createFinding(alias, check, subject).id,
  });
  return variant === 'calm'
    ? { faults: [], lookAlikes: [...everywhere, ...whereCalm].map(toPlanted) }
    : { faults: faults.map(toPlanted), lookAlikes: everywhere.map(toPlanted) };
}
