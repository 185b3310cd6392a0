import { describe, expect, it } from '@jest/globals';
import { learnBirthright } from '../../../../shared/domain/learning/learn-birthright';
import type { LearntGroup } from '../../../../shared/domain/learning/learnt-birthright';
import type { WorkerAsSaid } from '../../../../shared/domain/plan/people-as-said';
import { plantedOrganization, plantedRule } from '../../../fixtures/planted-organization';
import { startCpuClock } from '../../../fakes/cpu-clock';

const LIMITS = { precision: 0.8 };

function worker(email: string, attributes: Readonly<Record<string, string>>): WorkerAsSaid {
  return { email, name: undefined, workerId: undefined, attributes };
}

function group(name: string, emails: readonly string[]) {
  return { group: name, members: emails.map((email) => ({ addresses: [email], name: email })) };
}

/** Conditions of a group's lines, attribute by attribute. */
function conditionsOf({ lines }: LearntGroup) {
  return lines.map(({ when }) =>
    Object.fromEntries(when.map(({ attribute, values }) => [attribute, values])),
  );
}

/** `count` people of each department, the addresses `department.number@x`. */
function departments(counts: Readonly<Record<string, number>>): readonly WorkerAsSaid[] {
  return Object.entries(counts).flatMap(([department, count]) =>
    Array.from({ length: count }, (_, index) => worker(`${department}.${index}@x`, { department })),
  );
}

describe('what is learnt of an organization of 1,000 people and 60 groups with noise', () => {
  const planted = plantedOrganization(1_000, 60, 0.03);
  const learnt = learnBirthright(planted.workers, planted.groups, LIMITS);

  it('explains at least 95 % of the members', () => {
    expect(learnt.members).toBeGreaterThan(5_000);
    expect(learnt.explained / learnt.members).toBeGreaterThanOrEqual(0.95);
  });

  it('finds each planted rule and no other', () => {
    const found = new Map(learnt.groups.map((one) => [one.group, conditionsOf(one)]));
    for (let number = 0; number < 60; number += 1) {
      const rule = plantedRule(number);
      const sorted = Object.fromEntries(
        Object.entries(rule).map(([attribute, values]) => [attribute, values.toSorted()]),
      );
      expect([number, found.get(`Group ${number}`)]).toEqual([number, [sorted]]);
    }
  });

  it('names exactly whom a hand put there or took out, and who is not in the file', () => {
    for (const one of learnt.groups) {
      const hand = planted.byHand.get(one.group);
      expect(one.unexplained.map(({ email }) => email).toSorted()).toEqual(hand?.added.toSorted());
      expect(one.wouldGain.map(({ email }) => email).toSorted()).toEqual(hand?.missing.toSorted());
      expect(one.notInFile).toEqual([one.group.replace('Group ', 'robot-')]);
      expect(one.members - one.explained).toBe(one.unexplained.length);
    }
  });

  it('uses no attribute that nearly everybody has a value of their own of', () => {
    expect(learnt.unused).toEqual(['phone', 'badge']);
  });

  it('is the same whatever order the files are in', () => {
    const again = learnBirthright(planted.workers.toReversed(), planted.groups.toReversed(), LIMITS);
    expect(again).toEqual(learnt);
  });
});

it('takes 10,000 people and 60 groups within 5 s', () => {
  const planted = plantedOrganization(10_000, 60, 0.03);
  const computedMs = startCpuClock();
  const learnt = learnBirthright(planted.workers, planted.groups, LIMITS);
  expect(computedMs()).toBeLessThan(5_000);
  expect(learnt.explained / learnt.members).toBeGreaterThanOrEqual(0.95);
});

describe('a line', () => {
  const people = departments({ it: 10, ops: 10, hr: 10 });
  const of = (department: string, count = 10): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${department}.${index}@x`);
  const learnOne = (emails: readonly string[], workers = people, name = 'Support') =>
    learnBirthright(workers, [group(name, emails)], LIMITS).groups[0];

  it('is for everybody where everybody is a member, but never of what is privileged', () => {
    const all = people.map(({ email }) => email);
    expect(learnOne(all)?.lines).toEqual([{ when: [], matched: 30, members: 30, isSmall: false }]);
    expect(learnOne(all, people, 'administrators')?.lines.every(({ when }) => when.length > 0)).toBe(true);
  });

  it('is the simpler one of two that explain the same', () => {
    const twice = people.map((one) => ({
      ...one,
      attributes: { ...one.attributes, country: 'RO', office: one.attributes['department'] ?? '' },
    }));
    expect(learnOne(of('it'), twice)?.lines.map(({ when }) => when)).toEqual([
      [{ attribute: 'department', values: ['it'] }],
    ]);
  });

  it('is not found where too few of those it matches are members', () => {
    expect(learnOne(of('it', 7))?.lines).toEqual([]);
    expect(learnOne(of('it', 7))?.unexplained).toHaveLength(7);
    const [line] = learnOne(of('it', 8))?.lines ?? [];
    expect(line).toMatchObject({ matched: 10, members: 8 });
  });

  it('is marked where few members bear it out, and none is made of one or two', () => {
    const few = departments({ it: 20, board: 4, two: 2 });
    expect(learnOne(of('board', 4), few)?.lines).toMatchObject([{ members: 4, isSmall: true }]);
    expect(learnOne(of('two', 2), few)?.lines).toEqual([]);
    expect(learnOne(of('it', 20), few)?.lines).toMatchObject([{ members: 20, isSmall: false }]);
  });

  it('counts a person of two worker records once, whichever of them matches', () => {
    const workers = [...people, worker('IT.0@x', { department: 'ops' })];
    expect(learnOne(of('it'), workers)).toMatchObject({
      members: 10,
      lines: [{ matched: 10, members: 10 }],
      unexplained: [],
    });
  });

  it('takes values that differ in case and outer blanks for one, and none that is blank or too long', () => {
    const odd = [
      ...departments({ ops: 20 }),
      ...Array.from({ length: 6 }, (_, index) =>
        worker(`a.${index}@x`, { department: index > 2 ? ' IT' : 'it ' }),
      ),
      ...Array.from({ length: 6 }, (_, index) => worker(`b.${index}@x`, { department: 'x'.repeat(201) })),
      ...Array.from({ length: 6 }, (_, index) => worker(`c.${index}@x`, { department: '  ' })),
    ];
    expect(learnOne(of('a', 6), odd)?.lines).toMatchObject([{ when: [{ values: ['it'] }] }]);
    expect(learnOne(of('b', 6), odd)?.lines).toEqual([]);
    expect(learnOne(of('c', 6), odd)?.lines).toEqual([]);
  });

  it('knows a member by any address', () => {
    const { groups } = learnBirthright(
      people,
      [
        {
          group: 'Support',
          members: of('it').map((email) => ({ addresses: [`old.${email}`, email], name: `old.${email}` })),
        },
      ],
      LIMITS,
    );
    expect(groups[0]).toMatchObject({ members: 10, explained: 10, notInFile: [] });
  });

  it('has nothing to say of a group without members, nor of attributes that are called as what every object has', () => {
    expect(learnOne([])).toMatchObject({ members: 0, explained: 0, lines: [] });
    const odd = people.map(({ email }) => worker(email, { constructor: 'a', toString: 'b' }));
    expect(learnOne(of('it'), odd)?.lines).toEqual([]);
  });
});
