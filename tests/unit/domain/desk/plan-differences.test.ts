import { describe, expect, it } from '@jest/globals';
import type { FindingRecord, Remediation } from '../../../../shared/domain/audit/finding';
import type { WhoIsMember } from '../../../../shared/domain/desk/plan-adoption';
import {
  isAboutAccess,
  planDifferences,
  type DifferenceFound,
} from '../../../../shared/domain/desk/plan-differences';
import { aRecord } from '../../../fixtures/builders/findings';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const limit = { count: 1, percent: 10, floor: 1 };
const none = { count: 99, percent: 100, floor: 99 };
const organization = anOrganization({
  groups: groupsOf(aGroup('Finance', { guards: { group: limit } })),
  guards: { group: none, day: none, run: limit, batch: none },
});
const REMOVAL: Remediation = {
  planHash: 'h',
  status: 'proposed',
  group: 'finance',
  add: [],
  remove: ['m-1'],
};
const ADDITION: Remediation = { ...REMOVAL, add: ['m-1'], remove: [] };

function found(
  remediation: Remediation | undefined,
  { isMember = true, reasons = [] as readonly string[], subject = {} } = {},
): DifferenceFound {
  const who: WhoIsMember = {
    kind: 'person',
    personKey: 'k-1',
    employment: 'active',
    account: 'm-1',
    isInDoubt: false,
    reasons: new Set(reasons),
  };
  const record: FindingRecord = aRecord('member-without-reason', { group: 'finance', ...subject });
  const finding = { ...record, ...(remediation === undefined ? {} : { remediation }) };
  return { finding, membership: { groupId: 'g-1', memberId: 'm-1', group: 'Finance', isMember, who } };
}

const planned = (...all: readonly DifferenceFound[]) =>
  planDifferences(all, organization, { groups: new Map([['g-1', 4]]), people: 5 }, (words) =>
    words.includes('own'),
  );

describe('what differs', () => {
  it('is what findings would mend, with the guards that it would trip', () => {
    const plan = planned(
      found(REMOVAL),
      found(REMOVAL),
      found(ADDITION, { isMember: false, reasons: ['finance'] }),
    );
    expect(plan.changes.map(({ change, at }) => `${change} ${at}`)).toEqual([
      'remove-member Finance',
      'remove-member Finance',
      'add-member Finance',
    ]);
    expect(plan.guards).toEqual([
      { guard: 'run', scope: '', removals: 2, whole: 5 },
      { guard: 'group', scope: 'Finance', removals: 2, whole: 4 },
    ]);
    expect(planned(found(REMOVAL)).guards).toEqual([]);
  });

  it.each([
    ['has no plan', found(undefined), 'it has no plan'],
    ['is held', found({ ...REMOVAL, status: 'held' }), 'a guard holds it'],
    ['was released', found({ ...REMOVAL, status: 'applied' }), 'it was released'],
    ['is about oneself', found(REMOVAL, { subject: { name: 'own' } }), 'somebody else decides it'],
    ['is mended', found(REMOVAL, { isMember: false }), 'it is so by now'],
    ['is there', found(ADDITION), 'it is so by now'],
    ['has a reason', found(REMOVAL, { reasons: ['finance'] }), 'it has a reason by now'],
    ['has none', found(ADDITION, { isMember: false }), 'it has no reason any more'],
    ['names nobody', { ...found(REMOVAL), membership: undefined }, 'does not name what'],
  ])('leaves out what %s', (_what, one, why) => {
    const { changes, leftOut } = planned(one);
    expect(changes).toEqual([]);
    expect(leftOut[0]?.why).toContain(why);
  });

  it('has rules and entries too', () => {
    const of = (change: Extract<Remediation, { kind: 'change' }>['change']): DifferenceFound => ({
      ...found({ kind: 'change', planHash: 'h', status: 'observed', change }),
      membership: undefined,
    });
    const entry = { kind: 'access-policy', entity: 'group:x', entityIds: ['e-1'] } as const;
    const rule = { kind: 'rule', rule: 'R', ruleId: 1, contentHash: 'c' } as const;
    const plan = planned(
      of({ ...entry, decision: 'remove' }),
      of({ ...entry, decision: 'add', entityIds: [] }),
      of({ ...rule, decision: 'write' }),
      of({ ...rule, decision: 'delete' }),
    );
    expect(plan.changes.map(({ change, memberId }) => [change, memberId])).toEqual([
      ['remove-entry', 'e-1'],
      ['add-entry', undefined],
      ['write-rule', undefined],
      ['delete-rule', undefined],
    ]);
    expect(isAboutAccess({ subject: { rule: 'R' } })).toBe(true);
    expect(isAboutAccess({ subject: { source: 'hr' } })).toBe(false);
  });
});
