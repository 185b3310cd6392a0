import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DAY_MS } from '../../../../shared/domain/durations';
import {
  changesOf,
  lastLeftAtMs,
  lastSaidToLeaveAtMs,
  recordStatement,
  workerAt,
  type Employment,
} from '../../../../shared/domain/ledger/worker-timeline';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { joined, left, moved, recordAllAt, timelineOf } from '../../../fixtures/builders/worker-events';

const employmentAt = (statements: readonly Statement[], nowMs: number): Employment =>
  workerAt(timelineOf(...statements), nowMs).employment;

describe('the worker that statements describe', () => {
  it.each<[string, readonly Statement[], number, Employment]>([
    ['nobody spoke of', [], 50, 'unknown'],
    ['who starts now', [joined({ saidAt: 10 })], 10, 'active'],
    ['who will start', [joined({ saidAt: 10, from: 20 })], 19, 'expected'],
    ['on the day the start comes', [joined({ saidAt: 10, from: 20 })], 20, 'active'],
    ['of whom only changes are known', [moved({ saidAt: 10, attributes: { title: 'Lead' } })], 10, 'active'],
    ['who was always there and will leave', [left({ saidAt: 10, from: 20 })], 19, 'active'],
    ['on the instant the end comes', [left({ saidAt: 10, from: 20 })], 20, 'left'],
    ['who left at once', [joined({ saidAt: 1 }), left({ saidAt: 10 })], 10, 'left'],
    [
      'who changes while a start is ahead',
      [joined({ saidAt: 1, from: 50 }), moved({ saidAt: 2, attributes: { title: 'Lead' } })],
      10,
      'expected',
    ],
    [
      'who starts and leaves in the future',
      [joined({ saidAt: 1, from: 50 }), left({ saidAt: 2, from: 90 })],
      10,
      'expected',
    ],
  ])('%s', (_who, statements, nowMs, expected) => {
    expect(employmentAt(statements, nowMs)).toBe(expected);
  });

  it('says when a leaver left, and tells nothing else of them', () => {
    const timeline = timelineOf(
      joined({ saidAt: 1, attributes: { department: 'IT' } }),
      left({ saidAt: 10, from: 20 }),
    );
    expect(workerAt(timeline, 25)).toEqual({ employment: 'left', leftAtMs: 20, attributes: {} });
    expect(workerAt(timeline, 19)).toEqual({
      employment: 'active',
      leftAtMs: undefined,
      attributes: { department: 'IT' },
    });
  });

  it('tells nothing of somebody who is only expected', () => {
    const timeline = timelineOf(joined({ saidAt: 1, from: 9, attributes: { department: 'IT' } }));
    expect(workerAt(timeline, 8)).toEqual({ employment: 'expected', leftAtMs: undefined, attributes: {} });
  });

  it('merges attributes: the later word on each counts, the others stay', () => {
    const timeline = timelineOf(
      joined({ saidAt: 1, attributes: { department: 'IT', title: 'Analyst', country: 'RO' } }),
      moved({ saidAt: 10, from: 30, attributes: { department: 'Finance' } }),
      moved({ saidAt: 12, from: 20, attributes: { department: 'Sales', title: 'Lead' } }),
    );
    expect(workerAt(timeline, 19).attributes).toEqual({
      department: 'IT',
      title: 'Analyst',
      country: 'RO',
    });
    expect(workerAt(timeline, 20).attributes).toEqual({ department: 'Sales', title: 'Lead', country: 'RO' });
    expect(workerAt(timeline, 30).attributes).toEqual({
      department: 'Finance',
      title: 'Lead',
      country: 'RO',
    });
  });
});

describe('words about hiring and leaving', () => {
  it('keep a terminated worker terminated when an older update arrives later (runs-on #539)', () => {
    const update = moved({ saidAt: 5, attributes: { status: 'active' } });
    const { timeline } = recordAllAt(20, [joined({ saidAt: 1 }), left({ saidAt: 10 }), update]);
    expect(workerAt(timeline, 20).employment).toBe('left');
  });

  it('keep a terminated worker terminated when an older joiner arrives later, and call it stale', () => {
    const { timeline, outcomes } = recordAllAt(20, [left({ saidAt: 10 }), joined({ saidAt: 5 })]);
    expect(workerAt(timeline, 20).employment).toBe('left');
    expect(outcomes).toEqual(['recorded', 'stale']);
  });

  it('keep a leaver out when a lagging feed says that they are active (Grouper)', () => {
    const lagging = moved({ saidAt: 15, attributes: { status: 'active', department: 'IT' } });
    expect(employmentAt([joined({ saidAt: 1 }), left({ saidAt: 10 }), lagging], 20)).toBe('left');
  });

  it('keep a rehire who comes back one hour after leaving, before the parked end (Keycloak)', () => {
    const statements = [
      joined({ saidAt: 0 }),
      left({ saidAt: 1000, from: 5000 }),
      joined({ saidAt: 4600 }),
    ] as const;
    expect(employmentAt(statements, 4600)).toBe('active');
    expect(employmentAt(statements, 9000)).toBe('active');
    expect(employmentAt([joined({ saidAt: 0 }), left({ saidAt: 10 }), joined({ saidAt: 20 })], 20)).toBe(
      'active',
    );
  });

  it('let a moved start replace the one announced before, whichever way it moves', () => {
    const later = [joined({ saidAt: 1, from: 50 }), joined({ saidAt: 10, from: 80 })];
    expect(employmentAt(later, 50)).toBe('expected');
    expect(employmentAt(later, 80)).toBe('active');
    const earlier = [joined({ saidAt: 1, from: 50 }), joined({ saidAt: 10, from: 30 })];
    expect(employmentAt(earlier, 29)).toBe('expected');
    expect(employmentAt(earlier, 30)).toBe('active');
  });

  it('let a moved end replace the one announced before', () => {
    const postponed = [left({ saidAt: 1, from: 50 }), left({ saidAt: 10, from: 80 })];
    expect(employmentAt(postponed, 79)).toBe('active');
    expect(employmentAt(postponed, 80)).toBe('left');
    expect(lastLeftAtMs(timelineOf(...postponed), 100)).toBe(80);
  });

  it('let a hire be called off', () => {
    const calledOff = [joined({ saidAt: 1, from: 50 }), left({ saidAt: 10 })];
    expect(employmentAt(calledOff, 60)).toBe('left');
    expect(employmentAt([joined({ saidAt: 1, from: 50 }), left({ saidAt: 10, from: 50 })], 60)).toBe('left');
  });

  it('let a leaving be withdrawn', () => {
    const withdrawn = [joined({ saidAt: 1 }), left({ saidAt: 10, from: 50 }), joined({ saidAt: 20 })];
    expect(employmentAt(withdrawn, 60)).toBe('active');
    expect(lastLeftAtMs(timelineOf(...withdrawn), 60)).toBeUndefined();
  });

  it('do not replace what had come when they were said', () => {
    const statements = [left({ saidAt: 1, from: 50 }), joined({ saidAt: 50, from: 70 })];
    expect(employmentAt(statements, 60)).toBe('left');
    expect(employmentAt(statements, 70)).toBe('active');
  });

  it('keep the start of a hire whose end is announced before it begins', () => {
    const fixedTerm = [
      joined({ saidAt: 1, from: 50, attributes: { department: 'IT' } }),
      left({ saidAt: 10, from: 90 }),
    ];
    expect(employmentAt(fixedTerm, 20)).toBe('expected');
    expect(workerAt(timelineOf(...fixedTerm), 50)).toMatchObject({
      employment: 'active',
      attributes: { department: 'IT' },
    });
    expect(employmentAt(fixedTerm, 90)).toBe('left');
  });

  it('keep the end of one employment when the next is agreed before it', () => {
    const intern = [joined({ saidAt: 1 }), left({ saidAt: 10, from: 50 }), joined({ saidAt: 20, from: 70 })];
    expect(employmentAt(intern, 49)).toBe('active');
    expect(employmentAt(intern, 60)).toBe('left');
    expect(employmentAt(intern, 70)).toBe('active');
  });

  it('keep both ends of two terms that are agreed before the first one ends', () => {
    const terms = [
      left({ saidAt: 10, from: 50 }),
      joined({ saidAt: 20, from: 70 }),
      left({ saidAt: 30, from: 90 }),
    ];
    expect([49, 50, 69, 70, 89, 90].map((nowMs) => employmentAt(terms, nowMs))).toEqual([
      'active',
      'left',
      'left',
      'active',
      'active',
      'left',
    ]);
  });

  it('keep somebody employed until the announced end also when the rehire was heard of first', () => {
    const { timeline } = recordAllAt(30, [joined({ saidAt: 20, from: 70 }), left({ saidAt: 10, from: 50 })]);
    expect([30, 50, 70].map((nowMs) => workerAt(timeline, nowMs).employment)).toEqual([
      'active',
      'left',
      'active',
    ]);
  });

  it('take the rehire of the same instant when it was said after the leaving, as in a change of legal entity', () => {
    expect(employmentAt([left({ saidAt: 10, from: 50 }), joined({ saidAt: 50, from: 50 })], 50)).toBe(
      'active',
    );
  });

  it.each([
    ['the joiner first', [joined({ id: 'b', saidAt: 10 }), left({ id: 'a', saidAt: 10 })]],
    ['the leaver first', [left({ id: 'a', saidAt: 10 }), joined({ id: 'b', saidAt: 10 })]],
  ])('let the leaver win among words of the same time, %s', (_order, statements) => {
    expect(employmentAt(statements, 10)).toBe('left');
  });

  it.each([
    ['z', 'a'],
    ['a', 'z'],
  ])('are what a change of the same time comes after, whatever the ids: %s, %s', (joinerId, moverId) => {
    const joiner = joined({ id: joinerId, saidAt: 10, attributes: { department: 'IT', title: 'Lead' } });
    const mover = moved({ id: moverId, saidAt: 10, attributes: { department: 'Finance' } });
    for (const statements of [
      [joiner, mover],
      [mover, joiner],
    ])
      expect(workerAt(timelineOf(...statements), 10).attributes).toEqual({
        department: 'Finance',
        title: 'Lead',
      });
  });

  it('count as a leaving what had come when the rehire was said, and not what was taken back in time', () => {
    const came = timelineOf(left({ saidAt: 10, from: 50 }), joined({ saidAt: 50 }));
    const takenBack = timelineOf(left({ saidAt: 10, from: 50 }), joined({ saidAt: 20, from: 50 }));
    expect([lastLeftAtMs(came, 60), lastLeftAtMs(takenBack, 60)]).toEqual([50, undefined]);
  });

  it('let a start move that has its end already announced, or a leaving behind it', () => {
    const withEnd = [
      joined({ saidAt: 1, from: 50 }),
      left({ saidAt: 2, from: 90 }),
      joined({ saidAt: 10, from: 80 }),
    ];
    expect([60, 80, 90].map((nowMs) => employmentAt(withEnd, nowMs))).toEqual(['expected', 'active', 'left']);
    const rehire = [left({ saidAt: 1 }), joined({ saidAt: 10, from: 50 }), joined({ saidAt: 20, from: 80 })];
    expect([50, 80].map((nowMs) => employmentAt(rehire, nowMs))).toEqual(['left', 'active']);
  });

  it.each<[string, readonly Statement[], readonly Employment[]]>([
    [
      'a rehire behind the end takes the end back when it is moved before it',
      [
        joined({ saidAt: 0 }),
        left({ saidAt: 2, from: 50 }),
        joined({ saidAt: 5, from: 70 }),
        joined({ saidAt: 10, from: 40 }),
      ],
      ['active', 'active', 'active'],
    ],
    [
      'a rehire said at the moment of the first start takes the end back',
      [joined({ saidAt: 1, from: 10 }), left({ saidAt: 2, from: 50 }), joined({ saidAt: 10 })],
      ['active', 'active', 'active'],
    ],
    [
      'an end that comes with the start is taken back by the same start said again',
      [joined({ saidAt: 1, from: 50 }), left({ saidAt: 2, from: 50 }), joined({ saidAt: 10, from: 50 })],
      ['expected', 'active', 'active'],
    ],
    [
      'an end at once takes back the rehire that was agreed',
      [
        joined({ saidAt: 0 }),
        left({ saidAt: 2, from: 50 }),
        joined({ saidAt: 5, from: 60 }),
        left({ saidAt: 20 }),
      ],
      ['left', 'left', 'left'],
    ],
    [
      'a start may move twice',
      [joined({ saidAt: 1, from: 30 }), joined({ saidAt: 5, from: 40 }), joined({ saidAt: 10, from: 80 })],
      ['expected', 'expected', 'active'],
    ],
    [
      'an end may move before the start has come',
      [joined({ saidAt: 1, from: 30 }), left({ saidAt: 2, from: 40 }), left({ saidAt: 10, from: 80 })],
      ['expected', 'active', 'left'],
    ],
    [
      'an end that was moved may still be taken back',
      [
        joined({ saidAt: 0 }),
        left({ saidAt: 2, from: 30 }),
        left({ saidAt: 5, from: 40 }),
        joined({ saidAt: 15 }),
      ],
      ['active', 'active', 'active'],
    ],
    [
      'a hire that was called off before the end was said keeps no end',
      [
        joined({ saidAt: 1, from: 45 }),
        left({ saidAt: 2 }),
        joined({ saidAt: 5 }),
        left({ saidAt: 6, from: 48 }),
        joined({ saidAt: 10 }),
      ],
      ['active', 'active', 'active'],
    ],
    [
      'a hire that was moved forward and has begun keeps no end',
      [
        joined({ saidAt: 1, from: 45 }),
        joined({ saidAt: 3, from: 8 }),
        left({ saidAt: 4, from: 48 }),
        joined({ saidAt: 10 }),
      ],
      ['active', 'active', 'active'],
    ],
    [
      'a leaving of the moment in which a hire is announced does not call it off',
      [
        left({ saidAt: 1 }),
        joined({ saidAt: 1, from: 45 }),
        left({ saidAt: 6, from: 48 }),
        joined({ saidAt: 10, from: 46 }),
      ],
      ['left', 'left', 'left'],
    ],
    [
      'a start that had come ends what was given early when it is moved ahead',
      [joined({ saidAt: 0 }), joined({ saidAt: 10, from: 50 })],
      ['left', 'active', 'active'],
    ],
    [
      'a start that had come may be moved ahead twice',
      [joined({ saidAt: 1, from: 5 }), joined({ saidAt: 10, from: 40 }), joined({ saidAt: 15, from: 80 })],
      ['left', 'left', 'active'],
    ],
    [
      'a start that was moved ahead by mistake holds as soon as it is said again',
      [joined({ saidAt: 0 }), joined({ saidAt: 10, from: 80 }), joined({ saidAt: 15 })],
      ['active', 'active', 'active'],
    ],
    [
      'a start that was moved ahead stays so when the same is said again',
      [joined({ saidAt: 0 }), joined({ saidAt: 10, from: 60 }), joined({ saidAt: 15, from: 60 })],
      ['left', 'left', 'active'],
    ],
    [
      'a start of a known end is moved ahead',
      [
        joined({ saidAt: 0 }),
        left({ saidAt: 0, from: 90 }),
        joined({ saidAt: 10, from: 50 }),
        left({ saidAt: 10, from: 90 }),
      ],
      ['left', 'active', 'left'],
    ],
    [
      'a hire that is said again after an end before it came to be known is no moved start',
      [
        joined({ saidAt: 0 }),
        joined({ saidAt: 10, from: 60 }),
        left({ saidAt: 12, from: 50 }),
        joined({ saidAt: 15, from: 60 }),
      ],
      ['active', 'left', 'active'],
    ],
    [
      'a hire said at the moment of the end before it is no moved start',
      [joined({ saidAt: 0 }), joined({ saidAt: 10, from: 60 }), left({ saidAt: 10, from: 50 })],
      ['active', 'left', 'active'],
    ],
    [
      'a start announced again without its end keeps the end',
      [joined({ saidAt: 1, from: 50 }), left({ saidAt: 2, from: 60 }), joined({ saidAt: 10, from: 50 })],
      ['expected', 'active', 'left'],
    ],
  ])('%s', (_case, statements, employments) => {
    expect([20, 50, 99].map((nowMs) => employmentAt(statements, nowMs))).toEqual(employments);
  });

  it('end what was given early when that was first said, however often it is said again', () => {
    const first = [joined({ saidAt: 0 }), joined({ saidAt: 10, from: 50 * DAY_MS })] as const;
    const again = joined({ saidAt: 40 * DAY_MS, from: 50 * DAY_MS });
    const instants = [10, 40 * DAY_MS, 45 * DAY_MS].map((nowMs) =>
      workerAt(timelineOf(...first, again), nowMs),
    );
    expect(instants.map(({ employment, leftAtMs }) => [employment, leftAtMs])).toEqual([
      ['left', 10],
      ['left', 10],
      ['left', 10],
    ]);
    expect(lastSaidToLeaveAtMs(timelineOf(...first, again), 60 * DAY_MS)).toBeUndefined();
  });

  it.each([
    [30, 'left'],
    [31, 'active'],
  ] as const)('move a start ahead until %d days after it came, or hire again', (days, employment) => {
    const saidAt = days * DAY_MS;
    const words = [joined({ saidAt: 0 }), joined({ saidAt, from: saidAt + DAY_MS })] as const;
    expect(employmentAt(words, saidAt)).toBe(employment);
    expect(lastLeftAtMs(timelineOf(...words), saidAt)).toBe(days === 30 ? saidAt : undefined);
  });

  it('do not touch a change that was announced before the hire for a day after it began', () => {
    const timeline = timelineOf(
      moved({ saidAt: 1, from: 50, attributes: { title: 'Lead' } }),
      joined({ saidAt: 10 }),
    );
    expect(workerAt(timeline, 50).attributes).toEqual({ title: 'Lead' });
  });

  it('do not bring back the attributes of the former employment with a rehire', () => {
    const timeline = timelineOf(
      joined({ saidAt: 1, attributes: { department: 'IT', title: 'Analyst' } }),
      left({ saidAt: 10 }),
      joined({ saidAt: 20, attributes: { department: 'Sales' } }),
    );
    expect(workerAt(timeline, 20).attributes).toEqual({ department: 'Sales' });
  });

  it('keep what is said of a hire after it was announced, even for a day before it begins', () => {
    const timeline = timelineOf(
      joined({ saidAt: 1, from: 50, attributes: { department: 'IT', title: 'Analyst' } }),
      moved({ saidAt: 10, attributes: { department: 'Sales' } }),
      moved({ saidAt: 60, from: 70, attributes: { title: 'Lead' } }),
    );
    expect(workerAt(timeline, 50).attributes).toEqual({ department: 'Sales', title: 'Analyst' });
    expect(workerAt(timeline, 70).attributes).toEqual({ department: 'Sales', title: 'Lead' });
  });

  it('forget what was said before a hire for a day before it begins', () => {
    const timeline = timelineOf(
      moved({ saidAt: 5, from: 6, attributes: { department: 'Old' } }),
      joined({ saidAt: 10, from: 50, attributes: { title: 'Analyst' } }),
    );
    expect(workerAt(timeline, 50).attributes).toEqual({ title: 'Analyst' });
  });

  it('forget what was said at the instant of the hire for a day before it begins, but not for its first', () => {
    const timeline = timelineOf(
      moved({ saidAt: 10, from: 49, attributes: { department: 'Old' } }),
      moved({ saidAt: 10, from: 50, attributes: { title: 'Lead' } }),
      joined({ saidAt: 10, from: 50 }),
    );
    expect(workerAt(timeline, 50).attributes).toEqual({ title: 'Lead' });
  });
});

describe('the outcome of a statement', () => {
  it('is duplicate for an id that is known, and nothing changes', () => {
    const timeline = timelineOf(joined({ id: 'a', saidAt: 1 }));
    const recorded = recordStatement(timeline, joined({ id: 'a', saidAt: 9 }), 9);
    expect(recorded.outcome).toBe('duplicate');
    expect(recorded.timeline).toBe(timeline);
  });

  it('is not duplicate for a leaving under the id of a hire', () => {
    const timeline = timelineOf(joined({ id: 'a', saidAt: 1 }));
    const recorded = recordStatement(timeline, left({ id: 'a', saidAt: 9 }), 9);
    expect(recorded.outcome).toBe('recorded');
    expect(workerAt(recorded.timeline, 9).employment).toBe('left');
  });

  it.each<[string, readonly Statement[], readonly string[]]>([
    ['the first word', [joined({ saidAt: 1 })], ['recorded']],
    ['a word about the future', [left({ saidAt: 1, from: 500 })], ['recorded']],
    [
      'an end that was moved before it came',
      [left({ saidAt: 5, from: 80 }), left({ saidAt: 1, from: 90 })],
      ['recorded', 'superseded'],
    ],
    ['an older hire after a leaver', [left({ saidAt: 10 }), joined({ saidAt: 9 })], ['recorded', 'stale']],
    [
      'an older hire that still lies ahead',
      [left({ saidAt: 10 }), joined({ saidAt: 10, from: 90 })],
      ['recorded', 'recorded'],
    ],
    [
      'an older hire when the newer leaver was called off and is still kept',
      [left({ saidAt: 2, from: 40 }), joined({ saidAt: 10, from: 10 }), joined({ id: 'late', saidAt: 9 })],
      ['recorded', 'recorded', 'stale'],
    ],
    [
      'a hire before an end that is still ahead',
      [left({ saidAt: 10, from: 90 }), joined({ saidAt: 9 })],
      ['recorded', 'recorded'],
    ],
    [
      'a hire when the leaver that seems newer was itself replaced',
      [
        joined({ id: 'withdrawn', saidAt: 30, from: 1 }),
        left({ saidAt: 2, from: 40 }),
        joined({ id: 'late', saidAt: 3, from: 3 }),
      ],
      ['recorded', 'superseded', 'recorded'],
    ],
    [
      'an older change of what was said again',
      [
        moved({ saidAt: 10, attributes: { title: 'Lead' } }),
        moved({ saidAt: 9, attributes: { title: 'Analyst' } }),
      ],
      ['recorded', 'stale'],
    ],
    [
      'an older change of something else',
      [
        moved({ saidAt: 10, attributes: { title: 'Lead' } }),
        moved({ saidAt: 9, attributes: { department: 'IT' } }),
      ],
      ['recorded', 'recorded'],
    ],
    [
      'a change when a newer one still lies ahead',
      [
        moved({ saidAt: 10, from: 90, attributes: { title: 'Lead' } }),
        moved({ saidAt: 9, attributes: { title: 'Analyst' } }),
      ],
      ['recorded', 'recorded'],
    ],
    [
      'a change before a hire that is in force',
      [joined({ saidAt: 10 }), moved({ saidAt: 9, attributes: { title: 'Lead' } })],
      ['recorded', 'recorded'],
    ],
    [
      'a hire before a change that is in force',
      [moved({ saidAt: 10, attributes: { title: 'Lead' } }), joined({ saidAt: 9 })],
      ['recorded', 'recorded'],
    ],
    [
      'an older hire after a leaver of this very moment',
      [left({ saidAt: 50 }), joined({ saidAt: 49 })],
      ['recorded', 'stale'],
    ],
    ['a change that says nothing', [moved({ saidAt: 10 })], ['stale']],
  ])('of %s', (_what, statements, outcomes) => {
    expect(recordAllAt(50, statements).outcomes).toEqual(outcomes);
  });

  it('of an older change is stale also while the history it belongs to is kept', () => {
    const statements = [
      moved({ saidAt: 40, attributes: { title: 'Lead' } }),
      moved({ saidAt: 30, attributes: { title: 'Analyst' } }),
    ];
    const { timeline, outcomes } = recordAllAt(50, statements, 20);
    expect(outcomes).toEqual(['recorded', 'stale']);
    expect(workerAt(timeline, 39).attributes).toEqual({ title: 'Analyst' });
    expect(workerAt(timeline, 50).attributes).toEqual({ title: 'Lead' });
  });
});

describe('what a timeline keeps', () => {
  const daily = Array.from({ length: 400 }, (_, day) =>
    moved({ saidAt: day * 10, attributes: { department: `D${day}`, title: 'Lead' } }),
  );

  it('does not grow with changes that were said again', () => {
    expect(timelineOf(...daily)).toHaveLength(1);
  });

  it('is as long as the history that is asked for', () => {
    const { timeline } = daily.reduce<ReturnType<typeof recordStatement>>(
      (before, statement) => recordStatement(before.timeline, statement, statement.occurredAtMs, 100),
      { timeline: [], outcome: 'recorded' },
    );
    expect(timeline).toHaveLength(11);
    expect(workerAt(timeline, 3_990 - 100).attributes).toEqual({ department: 'D389', title: 'Lead' });
  });

  it.each([
    ['one that says something nobody repeated', { department: 'IT', title: 'Lead' }, { title: 'Boss' }, 2],
    ['one whose every word was repeated', { title: 'Lead' }, { title: 'Boss', department: 'IT' }, 1],
  ])('holds %s: %j, then %j', (_what, first, second, length) => {
    expect(
      timelineOf(moved({ saidAt: 1, attributes: first }), moved({ saidAt: 2, attributes: second })),
    ).toHaveLength(length);
  });

  it('holds words about employment that have gone by: an older word may still arrive', () => {
    const timeline = timelineOf(joined({ saidAt: 1 }), left({ saidAt: 2 }), joined({ saidAt: 3 }));
    expect(timeline).toHaveLength(3);
  });

  it('holds a change that takes effect before one said earlier: a hire may come between them', () => {
    const { timeline } = recordAllAt(90, [
      moved({ saidAt: 20, from: 30, attributes: { title: 'Lead' } }),
      moved({ saidAt: 10, from: 40, attributes: { title: 'Boss' } }),
    ]);
    expect(timeline).toHaveLength(2);
    const withHire = recordStatement(timeline, joined({ saidAt: 15, from: 50 }), 90).timeline;
    expect(workerAt(withHire, 90).attributes).toEqual({ title: 'Lead' });
  });

  it('holds of two changes of the same time the one with the greater id, whichever comes first', () => {
    const one = moved({ id: 'a', saidAt: 10, attributes: { title: 'Lead' } });
    const other = moved({ id: 'b', saidAt: 10, attributes: { title: 'Boss' } });
    expect([timelineOf(one, other), timelineOf(other, one)]).toEqual([[other], [other]]);
    const more = moved({ id: 'c', saidAt: 10, attributes: { title: 'Chief', department: 'IT' } });
    const less = moved({ id: 'd', saidAt: 10, attributes: { title: 'Head' } });
    for (const timeline of [timelineOf(more, less), timelineOf(less, more)])
      expect(workerAt(timeline, 10).attributes).toEqual({ title: 'Head', department: 'IT' });
  });

  it('holds two changes that were said together for two days: a hire may begin after both', () => {
    const all = [
      moved({ id: 'b', saidAt: 10, from: 5, attributes: { title: 'Lead' } }),
      moved({ id: 'a', saidAt: 10, from: 20, attributes: { title: 'Boss' } }),
      joined({ saidAt: 9, from: 22 }),
    ];
    expect(workerAt(recordAllAt(25, all).timeline, 25)).toEqual(workerAt(all, 25));
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['nothing but the address', {}],
    ['the same under it as before', { department: 'Finance' }],
  ])('keeps the change that told an address first, where it says %s', (_what, attributes) => {
    const said = (saidAt: number, under: string) => ({ ...moved({ saidAt, attributes }), under });
    const words = [said(1, 'a'), said(2, 'b'), said(3, 'b'), said(4, 'b')];
    const { timeline, outcomes } = recordAllAt(5, words, 100);
    expect(timeline.map(({ occurredAtMs, under }) => [occurredAtMs, under])).toContainEqual([2, 'b']);
    expect(timeline.length).toBeLessThan(words.length);
    expect(outcomes[1]).toBe('recorded');
  });

  it('does not take a hire with the same attribute for a repetition by a change', () => {
    const timeline = timelineOf(
      moved({ saidAt: 1, attributes: { title: 'Lead' } }),
      joined({ saidAt: 2, attributes: { title: 'Boss' } }),
    );
    expect(timeline).toHaveLength(2);
  });
});

describe('the instants of a timeline', () => {
  it('are those of the words that stand, once each, in order', () => {
    const timeline = timelineOf(
      joined({ saidAt: 1, from: 100 }),
      moved({ saidAt: 2, from: 9, attributes: { title: 'Lead' } }),
      joined({ saidAt: 3, from: 80 }),
      left({ saidAt: 4, from: 1000 }),
      moved({ saidAt: 5, from: 500, attributes: { department: 'HR' } }),
      moved({ saidAt: 6, from: 80, attributes: { department: 'IT' } }),
    );
    expect(changesOf(timeline)).toEqual([9, 80, 500, 1000]);
  });

  it.each([
    [4, undefined],
    [5, 5],
    [29, 5],
    [30, 30],
  ])('tell at %i that the person last left at %p', (nowMs, expected) => {
    const timeline = timelineOf(
      left({ saidAt: 30 }),
      joined({ saidAt: 10 }),
      left({ saidAt: 5 }),
      moved({ saidAt: 29, attributes: { title: 'Lead' } }),
    );
    expect(lastLeftAtMs(timeline, nowMs)).toBe(expected);
  });
});

describe('any statements', () => {
  const statement = fc.record({
    kind: fc.constantFrom<Statement['kind']>('joiner', 'mover', 'leaver'),
    saidAt: fc.nat(30),
    ahead: fc.integer({ min: -15, max: 30 }),
    attributes: fc.dictionary(fc.constantFrom('department', 'title'), fc.constantFrom('A', 'B', 'C'), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  });
  const statements = fc.array(statement, { minLength: 1, maxLength: 7 }).map((all) =>
    all.map(({ kind, saidAt, ahead, attributes }, index): Statement => ({
      id: `s${index}`,
      kind,
      occurredAtMs: saidAt,
      effectiveAtMs: saidAt + ahead,
      attributes: kind === 'leaver' ? {} : attributes,
    })),
  );
  /** Several ways in which the same statements may come in: shuffled, with repetitions, slowly or at once. */
  const arrivals = statements.chain((all) => {
    const arrival = fc.record({
      order: fc
        .array(fc.constantFrom(...all), { maxLength: 4 })
        .chain((again) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
      waits: fc.array(fc.nat(15), { minLength: 11, maxLength: 11 }),
    });
    return fc.record({ first: arrival, second: arrival, historyMs: fc.constantFrom(0, 10, 40) });
  });

  function receive(
    arrival: Readonly<{ order: readonly Statement[]; waits: readonly number[] }>,
    historyMs: number,
  ) {
    let nowMs = 0;
    return arrival.order.reduce<readonly Statement[]>((timeline, next, index) => {
      nowMs = Math.max(nowMs + (arrival.waits[index] ?? 0), next.occurredAtMs);
      return recordStatement(timeline, next, nowMs, historyMs).timeline;
    }, []);
  }
  const lastMs = 30 + 11 * 15;
  const settled = (historyMs: number): readonly number[] =>
    Array.from({ length: historyMs + 20 }, (_, index) => lastMs - historyMs + index);

  it('give one answer in whatever order, how often and how late they arrive', () => {
    fc.assert(
      fc.property(arrivals, ({ first, second, historyMs }) => {
        const [a, b] = [receive(first, historyMs), receive(second, historyMs)];
        const instants = settled(historyMs);
        expect(instants.map((nowMs) => [workerAt(a, nowMs), lastLeftAtMs(a, nowMs)])).toEqual(
          instants.map((nowMs) => [workerAt(b, nowMs), lastLeftAtMs(b, nowMs)]),
        );
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });

  it('are answered from what is kept as they would be from everything that was ever said', () => {
    fc.assert(
      fc.property(arrivals, ({ first, historyMs }) => {
        const everything = [...new Set(first.order)].filter(
          ({ kind, attributes }) => kind !== 'mover' || Object.keys(attributes).length > 0,
        );
        const kept = receive(first, historyMs);
        const instants = settled(historyMs);
        expect(instants.map((nowMs) => workerAt(kept, nowMs))).toEqual(
          instants.map((nowMs) => workerAt(everything, nowMs)),
        );
      }),
      { seed: 20_261_122, numRuns: 300 },
    );
  });

  it('change the worker only at the instants that are announced', () => {
    fc.assert(
      fc.property(statements, (all) => {
        const { timeline } = recordAllAt(0, all);
        const changes = new Set(changesOf(timeline));
        const quiet = Array.from({ length: 90 }, (_, index) => index - 20).filter((ms) => !changes.has(ms));
        expect(quiet.map((nowMs) => workerAt(timeline, nowMs))).toEqual(
          quiet.map((nowMs) => workerAt(timeline, nowMs - 1)),
        );
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });

  it('leave nobody employed whose newest word, in force and in time, is that they left', () => {
    fc.assert(
      fc.property(statements, (all) => {
        const end = left({ saidAt: 40 });
        const { timeline } = recordAllAt(100, [...all.filter((s) => s.effectiveAtMs <= 40), end]);
        expect(workerAt(timeline, 100).employment).toBe('left');
        expect(lastLeftAtMs(timeline, 100)).toBe(40);
      }),
      { seed: 20_261_124, numRuns: 300 },
    );
  });
});
