import { describe, expect, it } from '@jest/globals';
import { explainGroup } from '../../../../shared/domain/desk/explained-group';
import { isOf, toHistoryEntry } from '../../../../shared/domain/desk/history';
import {
  explainMembers,
  inOrderOfNames,
  reasonsBesideLedger,
} from '../../../../shared/domain/desk/members-of-group';
import { whyNotIn, type WhyNot } from '../../../../shared/domain/desk/why-not-in-group';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { AppliedMembership, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';
import { joined, left, timelineOf } from '../../../fixtures/builders/worker-events';

const NOW_MS = Date.UTC(2026, 2, 2);
const ACCOUNT = '2a5e494c-5ce6-46a8-8ef1-bd26a9602ecc';
const ANA = 'ana.pop@example.com';
const resolved = { kind: 'resolved', id: ACCOUNT, checkedAtMs: 0 } as const;
const member = { groupId: 'g-1', groupName: 'Developers', origin: 'applied', sinceMs: 5 } as const;
const atWork = (attributes = {}) => timelineOf(joined({ saidAt: 1, attributes }));

const organization = anOrganization({
  groups: groupsOf(aGroup('Developers'), aGroup('Watched', { mode: 'observe' })),
  birthright: [
    { name: 'it', when: new Map([['department', new Set(['it'])]]), groups: ['Developers', 'Watched'] },
  ],
});

function whyNot(
  ledger: Partial<PersonLedger>,
  group = 'developers',
  {
    policy = organization,
    refused,
  }: Readonly<{ policy?: OrganizationPolicy; refused?: Readonly<{ id: string; code: string }> }> = {},
): readonly WhyNot[] {
  const person = aPersonLedger({ identity: resolved, timeline: atWork(), ...ledger });
  const access = personAccess(person, policy, NOW_MS);
  return whyNotIn({ ledger: person, access, organization: policy, group, refused, nowMs: NOW_MS });
}

describe('why somebody is not in a group', () => {
  it('is the attribute that keeps a birthright line from them', () => {
    expect(whyNot({ timeline: atWork({ department: 'HR' }) })).toEqual([
      { kind: 'birthright-unmet', line: 'it', attribute: 'department', needs: ['it'], has: 'HR' },
    ]);
    expect(whyNot({})).toMatchObject([{ kind: 'birthright-unmet', has: '' }]);
  });

  it('is what became of each grant', () => {
    const none = anOrganization({ groups: organization.groups });
    const of = (...grants: ReadonlyArray<Parameters<typeof aGrant>[0]>) =>
      whyNot({ grants: grants.map((grant) => aGrant({ occurredAtMs: 2, ...grant })) }, 'developers', {
        policy: none,
      });
    expect(of({ validUntilMs: NOW_MS })).toEqual([{ kind: 'grant-ended', ticket: 'TICKET-1', atMs: NOW_MS }]);
    expect(of({ validFromMs: NOW_MS + 1 })).toEqual([
      { kind: 'grant-begins', ticket: 'TICKET-1', atMs: NOW_MS + 1 },
    ]);
    expect(of({ group: 'Others' })).toEqual([{ kind: 'no-reason' }]);
    expect(
      whyNot({ grants: [aGrant()], revocations: [aRevocation({ occurredAtMs: 3 })] }, 'developers', {
        policy: none,
      }),
    ).toEqual([{ kind: 'grant-revoked', ticket: 'TICKET-1' }]);
  });

  it('is that they left, or that the policy does not name the group', () => {
    const timeline = timelineOf(joined({ saidAt: 1, attributes: { department: 'IT' } }), left({ saidAt: 2 }));
    expect(whyNot({ timeline })).toEqual([{ kind: 'left' }]);
    expect(whyNot({}, 'nowhere')).toEqual([{ kind: 'group-not-in-policy' }]);
  });

  it('is what keeps a reason from becoming a membership', () => {
    const timeline = atWork({ department: 'IT' });
    expect(whyNot({ timeline })).toEqual([{ kind: 'on-its-way' }]);
    expect(whyNot({ timeline, identity: undefined })).toMatchObject([{ kind: 'account-unknown' }, {}]);
    expect(whyNot({ timeline }, 'watched')).toEqual([{ kind: 'mode-observe' }]);
    const policy = { ...organization, mode: 'observe' } as const;
    expect(whyNot({ timeline }, 'developers', { policy })).toEqual([{ kind: 'mode-observe' }]);
    const refused = { id: 'letter-1', code: 'uipath-not-found' };
    expect(whyNot({ timeline }, 'developers', { refused })).toEqual([{ kind: 'change-refused', ...refused }]);
  });
});

describe('a group that the policy does not name any more', () => {
  const named = anOrganization();
  const explained = (more: Partial<AppliedMembership>) => {
    const ledger = aPersonLedger({
      timeline: atWork(),
      grants: [aGrant()],
      applied: [{ ...member, ...more }],
    });
    const { reasons } = personAccess(ledger, named, NOW_MS);
    return explainGroup(
      { ledger, reasons, organization: named, findings: [], names: new Set() },
      'developers',
    ).reasons.map((reason) => (reason.kind === 'group-not-in-policy' ? { ...reason } : reason.kind));
  };

  it('is told with what gave the membership, and with the ticket that goes on', () => {
    expect(explained({ by: 'birthright' })).toEqual([
      'grant',
      { kind: 'group-not-in-policy', by: 'birthright' },
    ]);
    expect(explained({})).toEqual(['grant', { kind: 'group-not-in-policy', by: null }]);
    expect(explained({ origin: 'standing' })).toEqual(['grant']);
  });

  it('is why a ticket gives nobody anything', () => {
    expect(whyNot({ grants: [aGrant()] }, 'developers', { policy: named })).toEqual([
      { kind: 'group-not-in-policy' },
    ]);
  });
});

describe('why somebody is in a group', () => {
  const waived = {
    id: 'f-1',
    check: 'member-without-reason',
    state: 'waived',
    subject: { group: 'developers', memberId: ACCOUNT.toUpperCase() },
    waiver: { reason: 'until the audit', owner: 'Maria', ticket: 'T-9', untilMs: NOW_MS + 1 },
  } as const;
  const explain = (finding: Parameters<typeof explainGroup>[0]['findings'][number]) => {
    const ledger = aPersonLedger({
      timeline: atWork({ department: 'IT' }),
      grants: [aGrant()],
      applied: [member],
    });
    const { reasons } = personAccess(ledger, organization, NOW_MS);
    const names = new Set([ACCOUNT, ANA]);
    return explainGroup({ ledger, reasons, organization, findings: [finding], names }, 'developers');
  };

  it('is each line, ticket and accepted finding, with who decided', () => {
    expect(explain(waived)).toEqual({
      group: 'Developers',
      isMember: true,
      sinceMs: 5,
      origin: 'applied',
      reasons: [
        { kind: 'birthright', line: 'it', when: { department: ['it'] }, untilMs: null },
        expect.objectContaining({ kind: 'grant', ticket: 'TICKET-1', approvers: ['maria.lead@example.com'] }),
        { kind: 'waiver', finding: 'f-1', ...waived.waiver },
      ],
    });
  });

  it.each([
    ['of both of two groups', { group: 'others', other: 'developers', memberId: ACCOUNT }],
    ['of them without an account', { group: 'developers', personKey: 'key', name: ANA.toUpperCase() }],
  ])('is an accepted finding %s', (_what, subject) => {
    expect(explain({ ...waived, subject }).reasons.map(({ kind }) => kind)).toContain('waiver');
  });

  it.each([
    ['open', { ...waived, state: 'open' }],
    ['of another group', { ...waived, subject: { ...waived.subject, group: 'others' } }],
    ['of somebody else', { ...waived, subject: { group: 'developers', memberId: 'x' } }],
    ['that somebody is missing', { ...waived, check: 'member-missing' }],
    ['of a robot of their name', { ...waived, subject: { ...waived.subject, memberId: 'bot', name: ANA } }],
    ['of a rule of their name', { ...waived, subject: { group: 'developers', rule: ANA, ruleId: '7' } }],
    [
      'of them elsewhere, where another thing is called as the group',
      { ...waived, subject: { group: 'others', memberId: ACCOUNT, name: 'Developers' } },
    ],
  ] as const)('is no finding %s', (_what, finding) => {
    expect(explain(finding).reasons.map(({ kind }) => kind)).toEqual(['birthright', 'grant']);
  });
});

describe('a member whom no ledger knows', () => {
  const ofDevelopers = { groupId: 'g-1', name: 'developers' };
  const robot = anOrganization({
    groups: groupsOf(aGroup('Developers', { protectedMembers: new Set(['bot@acme.example']) })),
    protectedPrincipals: new Set([ACCOUNT]),
  });
  it.each([
    ['is protected in the group', 'Bot@acme.example', [{ kind: 'protected' }]],
    ['is a protected principal', ACCOUNT, [{ kind: 'protected' }]],
    ['is explained by nothing', 'stranger@acme.example', []],
  ])('%s', (_what, name, reasons) => {
    const memberId = name === ACCOUNT ? ACCOUNT : 'm-1';
    const called = { memberId, kind: 'user', name } as const;
    expect(reasonsBesideLedger({ organization: robot, findings: [] }, called, ofDevelopers)).toEqual(reasons);
  });

  it.each([
    ['the group itself', 'Developers', 'robot', []],
    ['whom somebody accepted', 'Ana@acme.example', 'user', []],
    ['whom the policy protects', 'bot@acme.example', 'robot', []],
  ] as const)('is not explained by being called as %s', (_what, name, kind, reasons) => {
    const accepted = {
      id: 'f-1',
      check: 'member-stranger',
      state: 'waived',
      subject: { group: 'developers', memberId: 'm-2', name: 'ana@acme.example' },
      waiver: { reason: 'until the audit', owner: 'Maria', ticket: 'T-9', untilMs: NOW_MS + 1 },
    } as never;
    const findings = [accepted];
    const of = (memberId: string) =>
      reasonsBesideLedger({ organization: robot, findings }, { memberId, kind, name }, ofDevelopers);
    expect(of('m-1')).toEqual(reasons);
    expect(of('M-2')).toMatchObject([{ kind: 'waiver', finding: 'f-1' }]);
  });

  it('is not explained by being accepted in another group, and called as this one', () => {
    const accepted = {
      id: 'f-1',
      check: 'machine-in-privileged-group',
      state: 'waived',
      subject: { group: 'users', memberId: 'm-1', name: 'Developers', kind: 'robot-account' },
      waiver: { reason: 'until the audit', owner: 'Maria', ticket: 'T-9', untilMs: NOW_MS + 1 },
    } as never;
    const called = { memberId: 'm-1', kind: 'robot', name: 'Developers' } as const;
    const of = (name: string) =>
      reasonsBesideLedger({ organization: robot, findings: [accepted] }, called, { groupId: 'g-1', name });
    expect([of('developers').length, of('users').length]).toEqual([0, 1]);
  });
});

describe('members with their reasons', () => {
  const of = (memberId: string, name = memberId) => ({ memberId, kind: 'user', name }) as const;
  const explained = {
    group: 'Developers',
    isMember: true,
    sinceMs: 7,
    origin: 'applied',
    reasons: [],
  } as const;
  const known = { memberId: 'a', isUnreadable: false, email: 'ana@x', employment: 'active' } as const;

  it('are in the order of names, those without one last', () => {
    const members = inOrderOfNames([of('2'), of('9', 'ben@x'), of('1'), of('3', 'Ana@x')]);
    expect(members.map(({ memberId }) => memberId)).toEqual(['3', '9', '1', '2']);
  });

  it('have those of every person of their account, and none where nobody is known', () => {
    const waiver = { kind: 'protected' } as const;
    const people = [
      { ...known, explained },
      { ...known, email: 'ana2@x', explained: { ...explained, sinceMs: 3, reasons: [waiver] } },
      { memberId: 'b', isUnreadable: true } as const,
    ];
    expect(explainMembers([of('a'), of('b'), of('c')], people)).toMatchObject([
      {
        memberId: 'a',
        person: 'ana2@x',
        reasons: [waiver],
        sinceMs: 3,
        origin: 'applied',
        isUnreadable: false,
      },
      { memberId: 'b', person: null, reasons: [], isUnreadable: true },
      { memberId: 'c', person: null, reasons: [], sinceMs: null, isUnreadable: false },
    ]);
  });
});

describe('a history', () => {
  const record = (kind: string, facts: Readonly<Record<string, unknown>>) =>
    ({ kind, facts, atMs: 1, policyHash: 'h', seq: 1, previousHash: '', hash: '' }) as const;

  it('has the records that name a group or are of a ticket', () => {
    const added = record('membership-added', { group: 'Developers', why: ['grant:tickets/REQ-1'] });
    expect(isOf(added, { group: 'DEVELOPERS' })).toBe(true);
    expect(isOf(added, { group: 'Develop' })).toBe(false);
    expect(isOf(added, { ticket: 'req-1' })).toBe(true);
    expect(isOf(added, { ticket: 'EQ-1' })).toBe(false);
    expect(isOf(record('access-request', { requestId: 'snow/R-1' }), { ticket: 'r-1' })).toBe(true);
    expect(isOf(record('access-request', { requestId: 'snow/AR-1' }), { ticket: 'r-1' })).toBe(false);
    expect(isOf(record('access-request', { ticketId: 'T-1', requestId: 'R-1' }), { ticket: 'T-1' })).toBe(
      true,
    );
  });

  it('says who asked and approved, or who decided, and nothing that was erased', () => {
    const request = record('access-request', { requester: 'a', approvers: ['b', 'c'], outcome: 'recorded' });
    expect(toHistoryEntry('ana', request, null)).toMatchObject({
      by: 'asked for by a, approved by b, c',
      outcome: 'recorded',
    });
    expect(toHistoryEntry('ana', request, 'Maria').by).toBe('Maria');
    expect(toHistoryEntry('ana', { ...record('new-kind', {}), erased: true }, null).words).toBe(
      'its facts were erased',
    );
    expect(toHistoryEntry('ana', record('new-kind', { why: 7, group: {} }), null)).toMatchObject({
      words: 'new kind',
      group: null,
      why: [],
    });
  });
});
