import { describe, expect, it } from '@jest/globals';
import type { AccessRequest, AccessRequestAction } from '../../../../shared/domain/ledger/access-request';
import type { Reason } from '../../../../shared/domain/ledger/person-access';
import type { GroupPolicy, RequestRules } from '../../../../shared/domain/policy';
import {
  conflictsOf,
  NOTHING_HELD,
  refusalOf,
  type HeldReasons,
} from '../../../../shared/domain/ledger/request-refusal';
import type { RequestRefusal } from '../../../../shared/domain/ledger/request-refusals-in-words';
import { aGroup, anOrganization, groupsOf, OPEN_TO_ALL } from '../../../fixtures/builders/organizations';
import { aGrantRequest, aRequest } from '../../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const NOW_MS = 1000 * DAY_MS;
const RULES: RequestRules = {
  requesters: new Set(['ana.pop@example.com']),
  approvers: new Set(['maria.lead@example.com', 'ion.rus@example.com', 'ana.pop@example.com']),
  approvals: 1,
  approvalsLastDays: 3650,
  longestDays: 30,
};
const organizationWith = (rules: RequestRules | undefined, overrides = {}) =>
  anOrganization({
    groups: groupsOf(
      aGroup('Developers', { requests: rules }),
      aGroup('Payments'),
      aGroup('Approvals'),
      aGroup('Closed', { requests: undefined }),
    ),
    separationOfDuties: [
      ['payments', 'approvals'],
      ['developers', 'payments'],
    ],
    ...overrides,
  });
const held = (group: string, kind: Reason['kind'] = 'grant'): Reason =>
  kind === 'grant'
    ? { kind, group, requestId: 'REQ-0', untilMs: undefined }
    : { kind, group, line: 'line', untilMs: undefined };
const holding = (reasons: readonly Reason[]): HeldReasons => ({ now: reasons, meanwhile: reasons });
const monthFromNow = { validFromMs: NOW_MS, validUntilMs: NOW_MS + 30 * DAY_MS };
const approvedBy = (...approvers: readonly string[]) => ({
  approvals: approvers.map((approver) => ({ approver, approvedAtMs: NOW_MS })),
});

describe('a request to be in a group', () => {
  const decide = (
    action: Parameters<typeof aGrantRequest>[0],
    request: Partial<AccessRequest> = {},
    rules: RequestRules | undefined = RULES,
    reasons: readonly Reason[] = [],
  ): RequestRefusal | undefined =>
    refusalOf(
      aGrantRequest({ ...monthFromNow, ...action }, request),
      organizationWith(rules),
      holding(reasons),
      NOW_MS,
    );

  it('is followed when the policy allows it', () => {
    expect(decide({})).toBeUndefined();
    expect(decide({ group: ' DEVELOPERS ' })).toBeUndefined();
  });

  it('is refused for a group that the policy does not have, or does not let be requested', () => {
    expect(decide({ group: 'Unheard of' })).toBe('group-not-managed');
    expect(decide({ group: 'Closed' })).toBe('not-requestable');
  });

  it.each<[string, string, RequestRefusal | undefined]>([
    ['who may ask', ' Ana.Pop@EXAMPLE.com', undefined],
    ['who may not', 'eve@example.com', 'requester-not-allowed'],
  ])('by somebody %s, %j: %p', (_who, requester, expected) => {
    expect(decide({}, { requester, ...approvedBy('maria.lead@example.com') })).toBe(expected);
  });

  it.each<[number, readonly string[], RequestRefusal | undefined]>([
    [1, ['maria.lead@example.com'], undefined],
    [1, [' Maria.Lead@Example.com'], undefined],
    [1, [], 'approvals-missing'],
    [1, ['eve@example.com'], 'approvals-missing'],
    [1, ['ana.pop@example.com'], 'approvals-missing'],
    [1, ['ANA.POP@example.com '], 'approvals-missing'],
    [2, ['maria.lead@example.com', 'ion.rus@example.com'], undefined],
    [2, ['maria.lead@example.com', 'Maria.Lead@example.com'], 'approvals-missing'],
    [2, ['maria.lead@example.com', 'ana.pop@example.com'], 'approvals-missing'],
  ])('that needs %i approvals, with those of %j: %p', (approvals, approvers, expected) => {
    expect(decide({}, approvedBy(...approvers), { ...RULES, approvals })).toBe(expected);
  });

  it.each([
    [
      'of a grant',
      {
        kind: 'grant',
        person: 'Maria.Lead@example.com',
        group: 'Payments',
        validFromMs: NOW_MS,
        validUntilMs: undefined,
      },
    ],
  ] as const)('never counts the beneficiary %s among the approvers', (_title, action) => {
    const request = aRequest(action, approvedBy('maria.lead@example.com'));
    const organization = anOrganization({ groups: groupsOf(aGroup('Payments')) });
    expect(refusalOf(request, organization, NOTHING_HELD, NOW_MS)).toBe('approvals-missing');
    const other = aRequest({ ...action, person: 'eve@example.com' }, approvedBy('maria.lead@example.com'));
    expect(refusalOf(other, organization, NOTHING_HELD, NOW_MS)).toBeUndefined();
  });

  it('never counts a user among the approvers of their own entry in the access policy', () => {
    const organization = anOrganization({ accessPolicy: { requests: OPEN_TO_ALL, baseline: undefined } });
    const entry = (name: string) =>
      aRequest({ kind: 'add-policy-entity', entityType: 'user', name }, approvedBy('maria.lead@example.com'));
    expect(refusalOf(entry('maria.lead@example.com'), organization, NOTHING_HELD, NOW_MS)).toBe(
      'approvals-missing',
    );
    expect(refusalOf(entry('eve@example.com'), organization, NOTHING_HELD, NOW_MS)).toBeUndefined();
  });

  it('never counts the requester among the approvers, also where anyone may approve', () => {
    expect(decide({}, approvedBy('ana.pop@example.com'), { ...OPEN_TO_ALL })).toBe('approvals-missing');
    expect(decide({}, approvedBy('eve@example.com'), { ...OPEN_TO_ALL })).toBeUndefined();
  });

  it.each<[string, number, number | undefined, number | undefined, RequestRefusal | undefined]>([
    ['that lasts as long as allowed', NOW_MS, NOW_MS + 30 * DAY_MS, 30, undefined],
    ['that lasts a moment longer', NOW_MS, NOW_MS + 30 * DAY_MS + 1, 30, 'lasts-too-long'],
    ['that begins later and lasts as long as allowed', NOW_MS + DAY_MS, NOW_MS + 31 * DAY_MS, 30, undefined],
    ['that has no end where one is needed', NOW_MS, undefined, 30, 'end-required'],
    ['that has no end where none is needed', NOW_MS, undefined, undefined, undefined],
    ['that lasts for ages where no end is needed', NOW_MS, NOW_MS + 9999 * DAY_MS, undefined, undefined],
    ['that ends now', NOW_MS - DAY_MS, NOW_MS, undefined, 'already-ended'],
    ['that ends in a moment', NOW_MS - DAY_MS, NOW_MS + 1, 30, undefined],
    ['that ended and was too long', NOW_MS - 90 * DAY_MS, NOW_MS - 1, 30, 'already-ended'],
  ])('%s', (_case, validFromMs, validUntilMs, longestDays, expected) => {
    expect(decide({ validFromMs, validUntilMs }, {}, { ...RULES, longestDays })).toBe(expected);
  });

  it.each<[string, readonly Reason[], RequestRefusal | undefined]>([
    ['holds the other duty by request', [held('payments')], 'separation-of-duties'],
    ['holds the other duty by birthright', [held('payments', 'birthright')], 'separation-of-duties'],
    ['holds something else', [held('approvals')], undefined],
  ])('for somebody who %s', (_who, reasons, expected) => {
    expect(decide({}, {}, RULES, reasons)).toBe(expected);
  });

  it('for somebody who gets the other duty later, while this one would hold', () => {
    const request = aGrantRequest({ ...monthFromNow });
    const later = { now: [], meanwhile: [held('payments')] };
    expect(refusalOf(request, organizationWith(RULES), later, NOW_MS)).toBe('separation-of-duties');
    const ended = { now: [held('payments')], meanwhile: [] };
    expect(refusalOf(request, organizationWith(RULES), ended, NOW_MS)).toBeUndefined();
  });

  it('names what is wrong with the approval before what is wrong with the time, and duties last', () => {
    const never = { validUntilMs: NOW_MS + 99 * DAY_MS };
    expect(decide(never, approvedBy(), RULES, [held('payments')])).toBe('approvals-missing');
    expect(decide(never, {}, RULES, [held('payments')])).toBe('lasts-too-long');
  });
});

describe('a request to extend', () => {
  it.each<[string, readonly Reason[], RequestRefusal | undefined]>([
    ['a grant', [held('developers')], undefined],
    ['nothing', [], 'nothing-to-extend'],
    ['a grant to another group', [held('approvals')], 'nothing-to-extend'],
    ['what birthright gives', [held('developers', 'birthright')], 'nothing-to-extend'],
  ])('%s', (_what, reasons, expected) => {
    const request = aGrantRequest({ kind: 'extend', group: 'DEVELOPERS', ...monthFromNow });
    expect(refusalOf(request, organizationWith(RULES), holding(reasons), NOW_MS)).toBe(expected);
  });

  it('is bound by the rules of the group like a new one', () => {
    const request = aGrantRequest({ kind: 'extend', validFromMs: NOW_MS });
    expect(refusalOf(request, organizationWith(RULES), holding([held('developers')]), NOW_MS)).toBe(
      'end-required',
    );
  });
});

describe('a request to revoke', () => {
  it.each<[string, RequestRefusal | undefined]>([
    ['Developers', undefined],
    ['Closed', undefined],
    ['Unheard of', 'group-not-managed'],
  ])('from %s is %p, whoever asks and approves', (group, expected) => {
    const request = aRequest(
      { kind: 'revoke', person: 'a@example.com', group, grantRequestId: undefined },
      { requester: 'eve@example.com', approvals: [] },
    );
    expect(refusalOf(request, organizationWith(RULES), NOTHING_HELD, NOW_MS)).toBe(expected);
  });
});

describe('a request to revoke from a group that the policy does not name any more', () => {
  it.each<[string, string[], RequestRefusal | undefined]>([
    ['is followed where the person was granted it', ['unheard of'], undefined],
    ['is refused where they were granted another', ['closed'], 'group-not-managed'],
  ])('%s', (_, granted, expected) => {
    const action = {
      kind: 'revoke',
      person: 'a@example.com',
      group: 'Unheard of',
      grantRequestId: undefined,
    } as const;
    const reasons = { ...NOTHING_HELD, granted: new Set(granted) };
    expect(refusalOf(aRequest(action), organizationWith(RULES), reasons, NOW_MS)).toBe(expected);
  });
});

describe('a request about a rule', () => {
  const CONDITIONS = [{ claimName: 'department', conditionType: 'Contains', value: 'Robotics' }];
  const separationOfDuties = [['payments', 'approvals']];
  const rulesWith = (requests: RequestRules | undefined, mayMatchEverybody = false) => ({
    separationOfDuties,
    rules: { requests, mayMatchEverybody, baseline: [] },
  });
  const rule = (
    kind: 'create-rule' | 'update-rule',
    groups: readonly string[] = ['Developers'],
    validUntilMs: number | undefined = NOW_MS + DAY_MS,
  ): AccessRequestAction => ({
    kind,
    name: 'Robots',
    description: 'd',
    enabled: true,
    definition: { groups, conditions: CONDITIONS },
    owner: 'maria.lead@example.com',
    validUntilMs,
  });
  const decide = (
    action: AccessRequestAction,
    requests: RequestRules | undefined = RULES,
    request: Partial<AccessRequest> = {},
  ) =>
    refusalOf(
      aRequest(action, { occurredAtMs: NOW_MS, ...request }),
      organizationWith(RULES, rulesWith(requests)),
      NOTHING_HELD,
      NOW_MS,
    );

  it.each(['create-rule', 'update-rule'] as const)(
    'to %s is bound by the groups it gives and by the rules',
    (kind) => {
      expect(decide(rule(kind))).toBeUndefined();
      expect(decide(rule(kind, ['Developers', 'Unheard of']))).toBe('group-not-managed');
      expect(decide(rule(kind), RULES, { approvals: [] })).toBe('approvals-missing');
      expect(decide(rule(kind, ['Developers'], NOW_MS))).toBeUndefined();
    },
  );

  it.each<[string, Partial<GroupPolicy>, string | undefined]>([
    ['as open as the rules', {}, undefined],
    ['that nobody may ask for', { requests: undefined }, 'not-requestable'],
    [
      'that others may ask for',
      { requests: { ...RULES, requesters: new Set(['eve@example.com']) } },
      'requester-not-allowed',
    ],
    [
      'that others approve',
      { requests: { ...RULES, approvers: new Set(['eve@example.com']) } },
      'approvals-missing',
    ],
    ['that takes more approvals', { requests: { ...RULES, approvals: 3 } }, 'approvals-missing'],
    ['with a shorter longest', { requests: { ...RULES, longestDays: 0.5 } }, 'lasts-too-long'],
    ['that is only observed', { mode: 'observe' }, 'group-only-observed'],
    ['that must not go together with another', { name: 'Payments' }, 'separation-of-duties'],
  ])('is a grant to many: it is bound by a group %s', (_what, overrides, expected) => {
    const group = aGroup('Robots', { requests: RULES, ...overrides });
    const organization = organizationWith(RULES, {
      groups: groupsOf(aGroup('Developers', { requests: RULES }), group),
      ...rulesWith(RULES),
    });
    for (const kind of ['create-rule', 'update-rule'] as const) {
      const request = aRequest(rule(kind, ['Developers', group.name]), { occurredAtMs: NOW_MS });
      expect(refusalOf(request, organization, NOTHING_HELD, NOW_MS)).toBe(expected);
    }
  });

  it.each<[readonly (readonly [string, string, string])[], boolean]>([
    [[], true],
    [[['email', 'Contains', '@']], true],
    [[['email', 'Contains', ' . ']], true],
    [[['email', 'Contains', 'a']], true],
    [[['email', 'Contains', '@acme.example']], true],
    [[['upn', 'Equals', 'acme.example']], true],
    [[['email', 'Contains', '.example']], true],
    [[['email', 'Contains', 'acme.xn--p1ai']], true],
    [[['email', 'Contains', '.co.uk']], true],
    [[['email', 'Contains', 'acme.example\u200B']], true],
    [[['email', 'Contains', '＠acme.example']], true],
    [[['department', "Doesn't contain", 'Finance']], true],
    [[['department', 'NotContains', 'Finance']], true],
    [[['department', 'Does not equal', 'Finance']], true],
    [[['grade', 'Equals', 'A']], false],
    [[['department', 'Contains', 'IT']], false],
    [[['email', 'Equals', 'ana.pop@acme.example']], false],
    [
      [
        ['email', 'Contains', '@'],
        ['department', 'Contains', 'IT'],
      ],
      false,
    ],
    [[['department', 'Contains', '財務']], false],
  ])('with the conditions %j matches nearly everybody: %p', (conditions, isWide) => {
    const said = rule('create-rule');
    const action = {
      ...said,
      definition: {
        groups: ['Developers'],
        conditions: conditions.map(([claimName, conditionType, value]) => ({
          claimName,
          conditionType,
          value,
        })),
      },
    } as AccessRequestAction;
    const decideWith = (mayMatchEverybody: boolean) =>
      refusalOf(
        aRequest(action, { occurredAtMs: NOW_MS }),
        organizationWith(RULES, rulesWith(RULES, mayMatchEverybody)),
        NOTHING_HELD,
        NOW_MS,
      );
    expect(decideWith(false)).toBe(isWide ? 'matches-nearly-everybody' : undefined);
    expect(decideWith(true)).toBeUndefined();
  });

  it('counts its duration from the approval', () => {
    const lasting = (ms: number) => rule('create-rule', ['Developers'], NOW_MS + ms);
    expect(decide(lasting(30 * DAY_MS))).toBeUndefined();
    expect(decide(lasting(30 * DAY_MS + 1))).toBe('lasts-too-long');
    expect(decide(lasting(30 * DAY_MS), RULES, { occurredAtMs: NOW_MS - 1 })).toBe('lasts-too-long');
  });

  it('to delete is bound by who asks and approves', () => {
    const action = { kind: 'delete-rule', name: 'Robots' } as const;
    expect(decide(action)).toBeUndefined();
    expect(decide(action, RULES, { requester: 'eve@example.com' })).toBe('requester-not-allowed');
  });

  it('is refused where the policy lets nobody request rules', () => {
    const organization = organizationWith(RULES, rulesWith(undefined));
    const request = aRequest({ kind: 'delete-rule', name: 'Robots' });
    expect(refusalOf(request, organization, NOTHING_HELD, NOW_MS)).toBe('not-requestable');
    expect(refusalOf(aRequest(rule('create-rule')), organization, NOTHING_HELD, NOW_MS)).toBe(
      'not-requestable',
    );
  });
});

describe('a request about the access policy', () => {
  it.each(['add-policy-entity', 'remove-policy-entity'] as const)(
    'to %s is bound by who asks and approves',
    (kind) => {
      const decide = (requests: RequestRules | undefined, approvals: AccessRequest['approvals']) =>
        refusalOf(
          aRequest({ kind, entityType: 'group', name: 'Staff' }, { approvals }),
          organizationWith(RULES, {
            accessPolicy: { requests, baseline: undefined },
            rules: { requests: OPEN_TO_ALL },
          }),
          NOTHING_HELD,
          NOW_MS,
        );
      const { approvals } = approvedBy('maria.lead@example.com');
      expect(decide(RULES, approvals)).toBeUndefined();
      expect(decide(RULES, [])).toBe('approvals-missing');
      expect(decide(undefined, approvals)).toBe('not-requestable');
    },
  );
});

describe('separation of duties', () => {
  it.each([
    ['payments', ['approvals', 'developers'], ['approvals', 'developers']],
    ['approvals', ['payments', 'developers'], ['payments']],
    ['developers', ['approvals'], []],
    ['payments', [], []],
    ['unpaired', ['payments', 'approvals'], []],
  ])('for %s beside %j conflicts with %j, in either direction', (group, reasons, expected) => {
    expect(
      conflictsOf(
        organizationWith(RULES),
        group,
        reasons.map((name) => held(name)),
      ),
    ).toEqual(expected);
  });
});
