import { describe, expect, it } from '@jest/globals';
import {
  planAdoption,
  type UnexplainedMember,
  type WhoIsMember,
} from '../../../../shared/domain/desk/plan-adoption';
import { planUndo, type DoneToMembership } from '../../../../shared/domain/desk/plan-undo';
import { EVERYONE_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const FROM_MS = Date.parse('2026-03-02');
const DAY_MS = 86_400_000;
const requests = { requesters: 'anyone', approvers: 'anyone', approvals: 1, approvalsLastDays: 30 } as const;
const organization = anOrganization({
  groups: groupsOf(
    aGroup('Finance', { requests: undefined }),
    aGroup('Treasury', { requests: undefined }),
    aGroup('Short', { requests: { ...requests, longestDays: 30 } }),
    aGroup('Watched', { mode: 'observe' }),
  ),
  separationOfDuties: [['finance', 'treasury']],
});
const byDefault = { untilDay: '2026-05-31', isDayByDefault: true, fromMs: FROM_MS };
const named = { ...byDefault, isDayByDefault: false };
const isOwn = (key: string): boolean => key === 'own';

function person(overrides: Partial<Extract<WhoIsMember, { kind: 'person' }>> = {}): WhoIsMember {
  return {
    kind: 'person',
    personKey: 'k-1',
    employment: 'active',
    reasons: new Set(),
    account: 'm-1',
    isInDoubt: false,
    ...overrides,
  };
}

function member(overrides: Partial<UnexplainedMember> = {}): UnexplainedMember {
  return {
    finding: 'f-1',
    check: 'member-without-reason',
    group: 'Finance',
    groupId: 'g-1',
    memberId: 'm-1',
    isMember: true,
    who: person(),
    ...overrides,
  };
}

const adopt = (members: readonly UnexplainedMember[], asked = byDefault) =>
  planAdoption(members, organization, asked, isOwn);

describe('an adoption', () => {
  it('is a reason until the end of the day, or until a grant of the group would end', () => {
    const members = [
      member(),
      member({ group: 'Short', groupId: 'g-2', who: person({ account: undefined }) }),
    ];
    const { changes, facts, notes } = adopt(members);
    expect(changes.map(({ untilMs }) => untilMs)).toEqual([Date.parse('2026-06-01'), FROM_MS + 30 * DAY_MS]);
    expect(facts.map(({ about }) => about)).toEqual(['person:k-1', 'group:g-1', 'group:g-2']);
    expect(facts[0]?.facts['account']).toBe('not looked up');
    expect(notes[0]).toContain('review date');
    expect(adopt(members, named).notes[0]).not.toContain('review date');
  });

  it.each([
    ['Everyone', member({ groupId: EVERYONE_GROUP_ID }), 'everybody is in the group Everyone'],
    ['a group of no policy', member({ group: 'Other' }), 'does not name the group Other'],
    ['whoever went', member({ isMember: false }), 'does not have them in the group any more'],
    ['an ended grant', member({ check: 'member-after-grant' }), 'a grant of it ended'],
    ['nobody', member({ who: { kind: 'nobody', why: 'it is a robot' } }), 'it is a robot'],
    ['oneself', member({ who: person({ personKey: 'own' }) }), 'somebody else decides it'],
    ['a leaver', member({ who: person({ employment: 'left' }) }), 'has left'],
    ['a starter', member({ who: person({ employment: 'expected' }) }), 'has not begun'],
    ['whoever is in doubt', member({ who: person({ isInDoubt: true }) }), 'whose an address or account is'],
    ['another account', member({ who: person({ account: 'm-9' }) }), 'another account'],
    ['what has a reason', member({ who: person({ reasons: new Set(['finance']) }) }), 'has a reason by now'],
    [
      'a duty',
      member({ who: person({ reasons: new Set(['treasury']) }) }),
      'kept apart from|apart from treasury',
    ],
  ])('leaves out %s', (_what, one, why) => {
    const { changes, leftOut } = adopt([one]);
    expect(changes).toEqual([]);
    expect(leftOut[0]?.why).toMatch(new RegExp(why));
  });

  it('refuses a day that somebody names beyond the longest, and both of two duties', () => {
    expect(adopt([member({ group: 'Short' })], named).leftOut[0]?.why).toContain('30 days at most');
    const both = [member(), member({ group: 'Treasury', groupId: 'g-2' })];
    expect(adopt(both)).toMatchObject({ changes: [], leftOut: [{ at: 'Finance' }, { at: 'Treasury' }] });
  });
});

type Undone = Readonly<Record<string, unknown>>;
const taken = (overrides: Undone = {}): DoneToMembership => ({
  act: 'give-back',
  at: 'Finance',
  groupId: 'g-1',
  memberId: 'm-1',
  isInForce: false,
  who: person(),
  ...overrides,
});
const given = (overrides: Undone = {}): DoneToMembership =>
  taken({ act: 'end', requestId: 'r-1', isInForce: true, ...overrides });
const undo = (done: readonly DoneToMembership[], reason: typeof byDefault | undefined = byDefault) =>
  planUndo(done, organization, { reason }, isOwn, []);

describe('an undoing', () => {
  it('ends, forgets and gives back, no longer than what was taken', () => {
    const plan = undo([
      given(),
      given({ act: 'forget', groupId: undefined }),
      taken(),
      taken({ latestMs: 5 }),
    ]);
    expect(plan.changes.map(({ change, untilMs }) => [change, untilMs])).toEqual([
      ['end-reason', undefined],
      ['forget-reason', undefined],
      ['give-back', Date.parse('2026-06-01')],
      ['give-back', 5],
    ]);
    expect(plan.facts.map(({ about }) => about).toSorted()).toEqual(['group:g-1', 'person:k-1']);
  });

  it.each([
    ['what ended', given({ isInForce: false }), 'it has ended by now'],
    ['what is of nobody', given({ who: { kind: 'nobody', why: 'a robot' } }), 'a robot'],
    ['what is of oneself', given({ who: person({ personKey: 'own' }) }), 'somebody else undoes it'],
    ['who is there', taken({ isInForce: true }), 'it is so by now'],
    ['who left', taken({ who: person({ employment: 'left' }) }), 'has left'],
    ['a group that is gone', taken({ isGroupGone: true }), 'does not have this group'],
    [
      'what a line gives',
      given({ isInForce: false, who: person({ reasons: new Set(['finance']) }) }),
      'a line of the policy',
    ],
    ['a watched group', taken({ at: 'Watched' }), 'only observed'],
    ['a duty', taken({ who: person({ reasons: new Set(['treasury']) }) }), 'apart from treasury'],
    [
      'no group',
      taken({ groupId: undefined, memberId: undefined, who: { kind: 'nobody', why: 'gone' } }),
      'gone',
    ],
  ])('leaves out %s', (_what, one, why) => {
    const { changes, leftOut } = undo([one]);
    expect(changes).toEqual([]);
    expect(leftOut[0]?.why).toContain(why);
  });

  it('gives back neither of two duties, if both were taken', () => {
    const both = [taken(), taken({ at: 'Treasury', groupId: 'g-2' })];
    expect(undo(both)).toMatchObject({ changes: [], leftOut: [{ at: 'Finance' }, { at: 'Treasury' }] });
    const ofTwo = [taken(), taken({ at: 'Treasury', groupId: 'g-2', who: person({ personKey: 'k-2' }) })];
    expect(undo(ofTwo).changes).toHaveLength(2);
  });

  it('gives nothing back without an owner and a ticket', () => {
    const { leftOut } = planUndo([taken()], organization, { reason: undefined }, isOwn, [
      { at: 'rule', why: 'x' },
    ]);
    expect(leftOut.map(({ why }) => why)).toEqual([
      'x',
      'it is given back with a reason only: name its owner and ticket',
    ]);
  });
});
