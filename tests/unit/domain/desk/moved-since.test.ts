import { describe, expect, it } from '@jest/globals';
import { movedSince } from '../../../../shared/domain/desk/moved-since';
import {
  isPlanHash,
  planRefusalOf,
  proposedPlan,
  writesToUiPath,
  type ComputedPlan,
  type PlannedChange,
} from '../../../../shared/domain/desk/proposed-plan';
import { keyHolder } from '../../../fixtures/key-holder';

const BY = { by: keyHolder('Maria Lead'), atMs: 1_000 };
const MADE = { organization: 'acme', kind: 'adopt', asked: { owner: 'Olga' }, policyHash: 'p1' } as const;

function change(overrides: Partial<PlannedChange> = {}): PlannedChange {
  return {
    change: 'add-reason',
    at: 'Finance',
    groupId: 'g-1',
    personKey: 'k-1',
    memberId: 'm-1',
    why: ['x'],
    ...overrides,
  };
}

function computed(overrides: Partial<ComputedPlan> = {}): ComputedPlan {
  return { changes: [change()], leftOut: [], facts: [], guards: [], notes: [], ...overrides };
}

const facts = (reasons: string) => [
  { about: 'person:k-1', facts: { reasons } },
  { about: 'group:g-1', facts: { name: 'Finance' } },
];

describe('the hash of a plan', () => {
  const { hash } = proposedPlan(MADE, computed({ facts: facts('users') }), BY);
  const changes = [change(), change({ memberId: 'm-2', personKey: 'k-2' })];

  it('is the same in any order, at any time, for whoever asks, and with any note', () => {
    const again = computed({ facts: facts('users').toReversed(), notes: ['7 hours before'] });
    const other = { by: keyHolder('Dora Desk'), atMs: 9_000 };
    expect(proposedPlan(MADE, again, other).hash).toBe(hash);
    const [one, two] = [changes, changes.toReversed()].map(
      (order) => proposedPlan(MADE, computed({ changes: order }), BY).hash,
    );
    expect(one).toBe(two);
    expect(isPlanHash(hash)).toBe(true);
  });

  it.each([
    ['organization', { ...MADE, organization: 'globex' }, {}],
    ['question', { ...MADE, asked: { owner: 'Paul' } }, {}],
    ['kind', { ...MADE, kind: 'undo' } as const, {}],
    ['policy', { ...MADE, policyHash: 'p2' }, {}],
    ['fact', MADE, { facts: facts('users, support') }],
    ['change', MADE, { changes, facts: facts('users') }],
    ['end', MADE, { changes: [change({ untilMs: 5 })], facts: facts('users') }],
  ])('is another for another %s', (_what, made, more) => {
    expect(proposedPlan(made, computed({ facts: facts('users'), ...more }), BY).hash).not.toBe(hash);
  });
});

describe('what moved since', () => {
  const before = proposedPlan(MADE, computed({ facts: facts('users') }), BY);
  const now = (more: Partial<ComputedPlan>, made: { policyHash: string } = MADE) =>
    proposedPlan({ ...MADE, ...made }, computed({ facts: facts('users'), ...more }), BY);

  it('is nothing where all is the same', () => {
    expect(movedSince(before, now({}))).toEqual([]);
  });

  it('is the policy, a fact with both values, and a group under the name that it had', () => {
    const renamed = [facts('')[0], { about: 'group:g-1', facts: { name: 'Accounting' } }].flatMap(
      (one) => one ?? [],
    );
    expect(movedSince(before, now({ facts: renamed }, { policyHash: 'p2' }))).toEqual([
      { about: 'policy', what: 'another version of the policy is in force' },
      { about: 'group:g-1', at: 'Finance', what: 'name: Finance before, Accounting now' },
      { about: 'person:k-1', personKey: 'k-1', what: 'reasons: users before,  now' },
    ]);
  });

  it('is a change that would not be made any more, with why where that is known, whatever its group is called', () => {
    const leftOut = [{ at: 'Accounting', groupId: 'g-1', memberId: 'm-1', why: 'the person has left' }];
    const gone = { about: 'g-1/m-1', at: 'Finance', personKey: 'k-1', memberId: 'm-1' };
    expect(movedSince(before, now({ changes: [], facts: [], leftOut }))).toEqual([
      { ...gone, what: 'a reason: this would not be done any more, as the person has left' },
    ]);
    expect(movedSince(before, now({ changes: [], facts: [] }))).toEqual([
      { ...gone, what: 'a reason: this would not be done any more' },
    ]);
  });

  it('is a change that would be made as well', () => {
    const entry = { change: 'add-entry', at: 'group:staff', why: [] } as const;
    const more = now({ changes: [change(), entry] });
    expect(movedSince(before, more)).toEqual([
      {
        about: 'group:staff/',
        at: 'group:staff',
        what: 'the entry is added: this would be done as well',
      },
    ]);
  });
});

describe('a proposed plan', () => {
  it('may be begun for a day, and gone on with for ever', () => {
    const { untilMs } = proposedPlan(MADE, computed(), BY);
    expect(untilMs).toBe(BY.atMs + 86_400_000);
    expect(planRefusalOf({ state: 'proposed', untilMs }, untilMs - 1)).toBeUndefined();
    expect(planRefusalOf({ state: 'proposed', untilMs }, untilMs)).toBe('plan-expired');
    expect(planRefusalOf({ state: 'begun', untilMs }, untilMs)).toBeUndefined();
  });

  it('counts what takes access away, and tells what leads to a write', () => {
    const all = (['remove-member', 'end-reason', 'forget-reason', 'add-reason', 'give-back'] as const).map(
      (one, at) => change({ change: one, memberId: `m-${at}`, personKey: `k-${at % 2}` }),
    );
    expect(proposedPlan(MADE, computed({ changes: all }), BY).counts).toEqual({
      changes: 5,
      removals: 2,
      people: 2,
      groups: 1,
      leftOut: 0,
    });
    expect(all.filter(writesToUiPath).map((one) => one.change)).toEqual([
      'remove-member',
      'end-reason',
      'give-back',
    ]);
  });
});
