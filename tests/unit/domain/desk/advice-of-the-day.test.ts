import { describe, expect, it } from '@jest/globals';
import { adviceOfTheDay } from '../../../../shared/domain/desk/advice-of-the-day';
import { whatToSeeTo, type OrganizationStatus } from '../../../../shared/domain/desk/organization-status';
import { groupsByMode, nightsInARow, type RollOut } from '../../../../shared/domain/desk/roll-out';
import type { GroupMode, GroupPolicy } from '../../../../shared/domain/policy';
import { known, NOW_MS, status } from '../../cli/online/answers-of-the-app';

const DAY_MS = 86_400_000;
const NONE = { count: 0, first: null };
const READY: RollOut = {
  mode: 'enforce',
  observedSinceMs: known(null),
  groups: { observe: NONE, additive: NONE, authoritative: NONE },
  nights: known({ whole: 7, green: 7 }),
  sources: known({ silent: [] }),
};

function advised(rollOut: Partial<RollOut>, more: Partial<OrganizationStatus> = {}) {
  const found = status({ rollOut: { ...READY, ...rollOut }, ...more });
  return adviceOfTheDay(found, whatToSeeTo(found));
}

function groups(of: Partial<Record<GroupMode, number>>): RollOut['groups'] {
  const inMode = (mode: GroupMode) => {
    const count = of[mode] ?? 0;
    return { count, first: count === 0 ? null : `${mode} one` };
  };
  return { observe: inMode('observe'), additive: inMode('additive'), authoritative: inMode('authoritative') };
}

describe('the advice of the day', () => {
  it.each<[Partial<RollOut>, string, string]>([
    [
      { mode: 'observe', groups: groups({ observe: 2 }) },
      'observe',
      'to enforce, with its groups in observe still',
    ],
    [{ mode: 'observe', groups: groups({ additive: 1 }) }, 'observe', 'it is written into 1 group then'],
    [
      { groups: groups({ observe: 2, additive: 3, authoritative: 1 }) },
      'additive',
      'set the mode of observe one to additive',
    ],
    [
      { groups: groups({ additive: 1, authoritative: 4 }) },
      'additive',
      'set the mode of additive one to authoritative',
    ],
    [{ groups: groups({ authoritative: 4 }) }, 'authoritative', 'none: every group is authoritative'],
    [{}, 'authoritative', 'none'],
  ])('of %j is at %s', (rollOut, stage, next) => {
    const advice = advised(rollOut);
    expect(advice).toMatchObject({ stage, waitsFor: [] });
    expect(advice.next).toContain(next);
    expect(advice.today).toHaveLength(1);
  });

  const additive = { groups: groups({ observe: 1 }) };
  const observe = { mode: 'observe', groups: groups({ observe: 1 }) } as const;

  it.each<[string, Partial<RollOut>, Partial<OrganizationStatus>, string]>([
    [
      'six green nights',
      { ...additive, nights: known({ whole: 9, green: 6 }) },
      {},
      '7 audits in a row without an open finding',
    ],
    [
      'six whole nights in observe',
      { ...observe, nights: known({ whole: 6, green: 0 }) },
      {},
      '7 audits in a row that could read everything',
    ],
    [
      'nights that cannot be told',
      { ...additive, nights: { kind: 'unknown', code: 'x' } },
      {},
      'there are 0',
    ],
    [
      'less than a week in observe',
      { ...observe, observedSinceMs: known(NOW_MS - 7 * DAY_MS + 1) },
      {},
      'a week in observe',
    ],
    [
      'a silent source',
      { ...additive, sources: known({ silent: ['hr/workday'] }) },
      {},
      'a word from every source',
    ],
    ['a dead delivery in observe', observe, { deadDeliveries: known(1) }, 'what does not work'],
    [
      'checks of readiness that nobody can tell',
      observe,
      { readiness: { kind: 'unknown', code: 'x' } },
      'what does not work',
    ],
    ['a hold', additive, { holds: known({ count: 1, removals: 2 }) }, 'what is to do now'],
    [
      'a pause',
      additive,
      {
        pause: known({
          id: 'p',
          sinceMs: 0,
          by: 'Maria',
          reason: 'x',
          untilMs: null,
          isLost: false,
          urgent: 0,
          oldestUrgentMs: null,
        }),
      },
      'the end of the pause',
    ],
  ])('has the next step wait with %s', (_, rollOut, more, waitsFor) => {
    expect(advised(rollOut, more).waitsFor.join('; ')).toContain(waitsFor);
  });

  it.each<[string, Partial<RollOut>, Partial<OrganizationStatus>?]>([
    ['seven green nights', { ...additive, nights: known({ whole: 7, green: 7 }) }],
    ['findings, in observe', { ...observe, nights: known({ whole: 7, green: 0 }) }],
    ['holds in observe, which nobody can release', observe, { holds: known({ count: 1, removals: 2 }) }],
    ['exactly a week in observe', { ...observe, observedSinceMs: known(NOW_MS - 7 * DAY_MS) }],
  ])('lets the next step be made with %s', (_, rollOut, more = {}) => {
    expect(advised(rollOut, more).waitsFor).toEqual([]);
  });

  it('says first what is to do, and which source nobody hears', () => {
    const { today } = advised(
      { ...additive, sources: known({ silent: ['hr/workday'] }) },
      { deadDeliveries: known(2) },
    );
    expect(today).toEqual([
      'first see to what is to do',
      "ask why nothing comes from hr/workday: nobody's leaving is heard from there",
      expect.stringContaining('access history'),
    ]);
  });
});

describe('how far an organization is', () => {
  it('counts groups by mode, and goes on with one that is not privileged', () => {
    const of = (name: string, mode: GroupMode, privileged: boolean) =>
      [name, { name, mode, privileged } as GroupPolicy] as const;
    const found = groupsByMode(
      new Map([
        of('A', 'observe', true),
        of('C', 'observe', false),
        of('B', 'observe', false),
        of('D', 'authoritative', true),
      ]),
    );
    expect(found).toEqual({
      observe: { count: 3, first: 'B' },
      additive: { count: 0, first: null },
      authoritative: { count: 1, first: 'D' },
    });
  });

  const night = (takenAtMs: number, unknown: number, result: 'green' | 'red') =>
    ({ night: String(takenAtMs), takenAtMs, unknown, result, waived: 0, open: {} }) as never;

  it.each<[string, readonly never[], number | null, object]>([
    ['no audit', [], null, { whole: 0, green: 0 }],
    ['only good ones', [night(1, 0, 'green'), night(2, 0, 'green')], null, { whole: 2, green: 2 }],
    [
      'those since the version in force',
      [night(1, 0, 'green'), night(2, 0, 'green')],
      2,
      { whole: 1, green: 1 },
    ],
    [
      'those after the last that was not',
      [night(1, 1, 'red'), night(2, 0, 'red'), night(3, 0, 'green')],
      null,
      { whole: 2, green: 1 },
    ],
    ['none where the last was not', [night(1, 0, 'green'), night(2, 1, 'red')], null, { whole: 0, green: 0 }],
  ])('counts %s', (_, nights, sinceMs, counted) => {
    expect(nightsInARow(nights, sinceMs)).toEqual(counted);
  });
});
