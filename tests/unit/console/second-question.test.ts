import { describe, expect, it } from '@jest/globals';
import type { ShownPlan } from '../../../shared/access/desk/plans/show-plan';
import { questionOfPlan } from '../../../shared/console/pages/second-question';

const PLAN: ShownPlan = {
  hash: 'a'.repeat(64),
  kind: 'import',
  policyHash: 'p',
  by: 'Maria Lead',
  names: { by: 'Maria Lead', decision: null, first: null },
  atMs: 0,
  untilMs: 1,
  state: 'proposed',
  decision: null,
  isExpired: false,
  counts: { changes: 2, removals: 1, people: 2, groups: 0, leftOut: 0 },
  asked: {},
  changes: [
    {
      change: 'move-worker',
      at: 'hr',
      person: 'ben@acme.example',
      why: ['described otherwise, with department'],
    },
    {
      change: 'move-worker-out',
      at: 'hr',
      person: 'ana@acme.example',
      why: [
        'described otherwise, with department',
        'a reason for Finance',
        'no reason any more for Sales, Users',
      ],
    },
  ],
  leftOut: [],
  guards: [],
  notes: [],
  total: 2,
  next: null,
};

describe('the question that is asked once more', () => {
  it('names of a file of HR who loses which groups, and counts people', () => {
    const { ends, lines, removals } = questionOfPlan(PLAN, 'agreed');
    expect([removals, ends, lines]).toEqual([
      1,
      '1 person would lose access',
      [
        'ana@acme.example is described otherwise by hr, and loses a group: no reason any more for Sales, Users',
      ],
    ]);
  });

  it('counts memberships where a line is one', () => {
    const changes: ShownPlan['changes'] = [
      {
        change: 'remove-member',
        at: 'Sales',
        groupId: 'g',
        memberId: 'm',
        person: 'ana@acme.example',
        why: [],
      },
    ];
    expect(questionOfPlan({ ...PLAN, kind: 'differences', changes }, '')).toMatchObject({
      ends: '1 membership would end',
      lines: ['Remove ana@acme.example from Sales'],
    });
  });
});
