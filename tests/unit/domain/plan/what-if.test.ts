import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, property, subarray, tuple } from 'fast-check';
import type { WorkerAsSaid } from '../../../../shared/domain/plan/people-as-said';
import { whatIf, type WhatIf } from '../../../../shared/domain/plan/what-if';
import type { GroupMode, OrganizationPolicy } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';

const NOW_MS = 8_640_000_000;

type Line = readonly [department: string, ...groups: string[]];

/** Lines `line 0`, `line 1` …, each for a department, over groups that are additive unless said otherwise. */
function policy(
  lines: readonly Line[],
  modes: Readonly<Record<string, GroupMode>> = {},
  more: Partial<OrganizationPolicy> = {},
): OrganizationPolicy {
  const names = new Set([...lines.flatMap(([, ...groups]) => groups), ...Object.keys(modes)]);
  return anOrganization({
    groups: groupsOf(...[...names].map((name) => aGroup(name, { mode: modes[name] ?? 'additive' }))),
    birthright: lines.map(([department, ...groups], index) => ({
      name: `line ${index}`,
      when: new Map([['department', new Set([department])]]),
      groups,
    })),
    ...more,
  });
}

function worker(name: string, department: string, workerId?: string): WorkerAsSaid {
  return { email: `${name}@acme.example`, name, workerId, attributes: { department } };
}

const STAFF = [worker('zoe', 'it'), worker('ana', 'it'), worker('ben', 'ops')];

function edit(
  before: OrganizationPolicy,
  after: OrganizationPolicy,
  workers: readonly WorkerAsSaid[] = STAFF,
): WhatIf {
  return whatIf(workers, { before, after, nowMs: NOW_MS });
}

/** `ana +Dev (line 0)`, with a question mark where it is only seen. */
function told({ changes }: WhatIf): readonly string[] {
  return changes.flatMap(({ name, gains, loses }) =>
    [...gains.map((one) => ['+', one] as const), ...loses.map((one) => ['-', one] as const)].map(
      ([sign, { group, lines, isOnlySeen }]) =>
        `${name ?? ''} ${sign}${group} (${lines.join(', ')})${isOnlySeen ? '?' : ''}`,
    ),
  );
}

describe('what an edit would do', () => {
  it('is nothing where nothing changes for anybody', () => {
    const same = policy([['it', 'Dev']]);
    expect(edit(same, { ...same, planExpiryDays: 1 })).toEqual({
      people: 3,
      changes: [],
      conflicts: [],
      groups: [],
      emptied: { groups: [], lines: [] },
      unmanaged: [],
    });
  });

  it('names who gains and loses what, by which line, and counts it by group', () => {
    const found = edit(policy([['it', 'Dev']]), policy([['ops', 'Dev', 'Run', 'App']]));
    expect(told(found)).toEqual([
      'ana -Dev (line 0)',
      'ben +Dev (line 0)',
      'ben +Run (line 0)',
      'ben +App (line 0)',
      'zoe -Dev (line 0)',
    ]);
    expect(found.groups).toEqual([
      { group: 'App', gains: 1, loses: 0, wouldGain: 0, wouldLose: 0 },
      { group: 'Dev', gains: 1, loses: 2, wouldGain: 0, wouldLose: 0 },
      { group: 'Run', gains: 1, loses: 0, wouldGain: 0, wouldLose: 0 },
    ]);
  });

  it('tells apart what is only seen, because the group is observed', () => {
    const modes = { Dev: 'observe' } as const;
    const found = edit(policy([['it', 'Dev']], modes), policy([['ops', 'Dev']], modes));
    expect(told(found)).toEqual(['ana -Dev (line 0)?', 'ben +Dev (line 0)?', 'zoe -Dev (line 0)?']);
    expect(found.groups).toEqual([{ group: 'Dev', gains: 0, loses: 0, wouldGain: 1, wouldLose: 2 }]);
  });

  it('takes an organization in observe for one whose groups all are', () => {
    const observe = { mode: 'observe' } as const;
    const [first, later] = [[['it', 'Dev']] as const, [['ops', 'Dev']] as const];
    expect(told(edit(policy(first, {}, observe), policy(later, {}, observe)))).toEqual([
      'ana -Dev (line 0)?',
      'ben +Dev (line 0)?',
      'zoe -Dev (line 0)?',
    ]);
    expect(told(edit(policy(first, {}, observe), policy(first)))).toEqual([
      'ana +Dev (line 0)',
      'zoe +Dev (line 0)',
    ]);
    expect(told(edit(policy(first), policy(first, {}, observe)))).toEqual([]);
  });

  it('counts everybody whom a group is given to that was only observed', () => {
    const lines = [['it', 'Dev']] as const;
    expect(told(edit(policy(lines, { Dev: 'observe' }), policy(lines)))).toEqual([
      'ana +Dev (line 0)',
      'zoe +Dev (line 0)',
    ]);
    expect(told(edit(policy(lines), policy(lines, { Dev: 'observe' })))).toEqual([]);
  });

  it('names groups and lines that are left without people', () => {
    const modes = { Dev: 'additive' } as const;
    expect(edit(policy([['it', 'Dev']]), policy([['hr', 'Dev']], modes)).emptied).toEqual({
      groups: ['Dev'],
      lines: ['line 0'],
    });
  });

  it('names no line that is left without people because it has another name', () => {
    const before = policy([['it', 'Dev']]);
    const birthright = before.birthright.map((line) => ({ ...line, name: 'it people' }));
    expect(edit(before, { ...before, birthright }).emptied.lines).toEqual([]);
    expect(edit(before, { ...before, birthright: [] }).emptied.lines).toEqual(['line 0']);
  });

  it('takes people out of a group that the policy names no more, and says that it may have another name', () => {
    const found = edit(policy([['it', 'Dev']]), policy([['ops', 'Run']]));
    expect(told(found)).toEqual(['ana -Dev (line 0)', 'ben +Run (line 0)', 'zoe -Dev (line 0)']);
    expect(found.emptied.groups).toEqual(['Dev']);
    expect(found.unmanaged).toEqual([{ group: 'Dev', people: 2, mayBeRenamed: true }]);
  });

  it('keeps whom the policy protects, in Administrators too', () => {
    const kept = groupsOf(
      aGroup('Administrators', { mode: 'authoritative', protectedMembers: new Set(['ana@acme.example']) }),
    );
    const before = policy([['it', 'Administrators']], {}, { groups: kept });
    expect(told(edit(before, { ...before, birthright: [] }))).toEqual(['zoe -Administrators (line 0)']);
    const breakGlass = new Set(['zoe@acme.example']);
    const audit = { ...before.audit, administrators: { ...before.audit.administrators, breakGlass } };
    expect(told(edit(before, { ...before, audit, birthright: [] } as OrganizationPolicy))).toEqual([]);
  });

  it('names pairs that nobody may have and somebody would, once and if they are new', () => {
    const separationOfDuties = [['dev', 'run']] as const;
    const both = policy(
      [
        ['it', 'Dev'],
        ['it', 'Run'],
      ],
      {},
      { separationOfDuties },
    );
    const one = policy([['it', 'Dev']], { Run: 'additive' }, { separationOfDuties });
    expect(edit(one, both, STAFF.slice(1)).conflicts).toEqual([
      {
        email: 'ana@acme.example',
        name: 'ana',
        groups: [
          { group: 'Dev', lines: ['line 0'] },
          { group: 'Run', lines: ['line 1'] },
        ],
      },
    ]);
    expect(edit(both, both).conflicts).toEqual([]);
  });

  it('takes rows of one address as records of one person, who has what either gives', () => {
    const rows = [worker('ana', 'it', '1'), { ...worker('ana', 'ops', '2'), name: undefined }];
    const found = edit(
      policy([], { Dev: 'additive' }),
      policy([
        ['it', 'Dev'],
        ['ops', 'Run'],
      ]),
      rows,
    );
    expect(found.people).toBe(1);
    expect(told(found)).toEqual(['ana +Dev (line 0)', 'ana +Run (line 1)']);
  });

  it('writes a group as its line does that the policy has nowhere else', () => {
    const bare = policy([['it', 'dev']], {}, { groups: new Map() });
    const found = edit(bare, policy([['ops', 'Run']]));
    expect(found.unmanaged).toEqual([{ group: 'dev', people: 2, mayBeRenamed: false }]);
  });

  it('names exactly whom it changes, for any two policies', () => {
    const departments = ['a', 'b', 'c', 'd'];
    const groups = ['G', 'H', 'I'];
    const line = tuple(constantFrom(...departments), subarray(groups, { minLength: 1 }));
    const lines = array(line, { maxLength: 6 });
    const workers = departments.map((department) => worker(department, department));
    const modes = Object.fromEntries(groups.map((group) => [group, 'additive'] as const));
    const given = (
      all: ReadonlyArray<readonly [string, readonly string[]]>,
      of: string,
    ): ReadonlySet<string> => new Set(all.flatMap(([department, some]) => (department === of ? some : [])));
    assert(
      property(lines, lines, (one, other) => {
        const [before, after] = [one, other].map((all) =>
          policy(
            all.map(([department, some]): Line => [department, ...some]),
            modes,
          ),
        );
        if (before === undefined || after === undefined) return;
        const found = edit(before, after, workers).changes.flatMap(({ name, gains, loses }) => [
          ...gains.map(({ group }) => `${name ?? ''} +${group}`),
          ...loses.map(({ group }) => `${name ?? ''} -${group}`),
        ]);
        const wanted = departments.flatMap((of) =>
          groups.flatMap((group) => {
            const [had, has] = [given(one, of).has(group), given(other, of).has(group)];
            return had === has ? [] : [`${of} ${has ? '+' : '-'}${group}`];
          }),
        );
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 200 },
    );
  });

  it('tells how far it is', () => {
    const heard: number[] = [];
    whatIf(STAFF, { before: policy([]), after: policy([]), nowMs: NOW_MS }, (looked) => heard.push(looked));
    expect(heard).toEqual([1, 2, 3]);
  });
});
