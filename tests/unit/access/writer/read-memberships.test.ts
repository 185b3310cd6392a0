import { describe, expect, it } from '@jest/globals';
import { openContainment } from '../../../../shared/access/writer/containment';
import type { PersonWork } from '../../../../shared/access/writer/load-person';
import { groupUnit } from '../../../../shared/access/writer/person-and-group-units';
import { readMemberships, type Candidate } from '../../../../shared/access/writer/read-memberships';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { EVERYONE_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { AppError, UpstreamError } from '../../../../shared/errors';
import { createBackoffs } from '../../../fakes/backoffs';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const group = (groupId: string) => ({ groupId, name: groupId });
const ALL = new Map(['a', 'b', 'c', EVERYONE_GROUP_ID].map((id) => [id, group(id)]));

/** Somebody whose ledger knows these groups. */
function leaver(
  memberId: string,
  known: readonly string[] = [],
  examine: PersonWork['examine'] = ALL,
): Candidate {
  const applied = known.map((id) => ({ groupId: id, groupName: id, origin: 'applied', sinceMs: 0 }) as const);
  return {
    memberId,
    person: {
      mark: undefined,
      subject: personSubject('acme', memberId),
      stored: { value: aPersonLedger({ applied }), etag: undefined, head: { seq: 0, hash: '' } },
      access: { employment: 'left', lockedUntilMs: undefined, reasons: [], nextChangeAtMs: undefined },
      wanted: new Set(),
      examine,
      unusableGroups: [],
    },
  };
}

type World = Readonly<{
  within?: Readonly<Record<string, readonly string[]>>;
  failing?: string;
  /** An id that UiPath refuses. */
  refused?: string;
  isTimeUp?: boolean;
  /** Of the look-ups, each of which takes one. Left out: there is no end to them. */
  leftMs?: number;
  /** The number of the run. */
  turn?: number;
}>;

async function read(
  leavers: readonly Candidate[],
  { within = {}, failing, refused = '', isTimeUp = false, leftMs = Infinity, turn = 0 }: World = {},
) {
  const backoffs = createBackoffs();
  const clock = { now: () => 0 };
  const askUiPath = async (): Promise<void> => undefined;
  const fails = (): never => {
    throw new UpstreamError('uipath-answer-invalid', 'failed', { service: 'uipath', status: 200 });
  };
  const calls = { groups: 0, people: 0 };
  const lookUps = {
    groups: {
      checkMembers: async (groupId: string, ids: readonly string[]) => {
        calls.groups += 1;
        if (groupId === failing) fails();
        if (ids.includes(refused)) throw new AppError('uipath-rejected', 'refused');
        return new Set(ids.filter((id) => within[groupId]?.includes(id)));
      },
    },
    directory: {
      groupMembership: async (id: string, groupIds: readonly string[]) => {
        calls.people += 1;
        return new Set(groupIds.filter((groupId) => within[groupId]?.includes(id)));
      },
    },
  };
  const usedMs = () => calls.groups + calls.people;
  const units = await openContainment({ backoffs, clock, log: () => undefined, askUiPath }, 'acme');
  const deps = {
    units,
    isTimeUp: () => isTimeUp || usedMs() >= leftMs,
    leftMs: () => (leftMs === Infinity ? 1_000_000 : Math.max(0, leftMs - usedMs())),
    fence: { token: turn, etag: '' },
    uipath: { urgent: lookUps, normal: lookUps },
  };
  const deferred = new Set<string>();
  const once = async () => {
    const { groups, have } = await readMemberships(deps, 'urgent', leavers, deferred);
    return {
      cases: groups.map((one) => [one.group.groupId, one.candidates.map(({ memberId }) => memberId)]),
      have: [...have].map(([groupId, ids]) => [groupId, [...ids]]),
    };
  };
  const fail = async (groupId: string) =>
    units.fail(groupUnit(group(groupId)), new AppError('internal', 'failed'));
  return { once, calls, deferred, backoffs, fail };
}

describe('leavers', () => {
  const few = ['1', '2', '3'].map((id) => leaver(id));
  const many = [leaver('1', ['c']), ...['2', '3', '4', '5'].map((id) => leaver(id))];
  const within = { a: ['2'], b: ['2', '5'], [EVERYONE_GROUP_ID]: ['1', '2'] };
  const cases = [
    ['a', ['2']],
    ['b', ['2', '5']],
  ];

  it('are asked for their groups one by one where they are fewer than the groups', async () => {
    const { once, calls } = await read(few, { within });
    expect((await once()).cases).toEqual([
      ['a', ['2']],
      ['b', ['2']],
    ]);
    expect(calls).toEqual({ groups: 0, people: 3 });
  });

  it('are looked for group by group where they are more, and lose what they have or had', async () => {
    const { once, calls, deferred } = await read(many, { within });
    const found = await once();
    expect(found.cases).toEqual([...cases, ['c', ['1']]]);
    expect(found.have).toEqual([...cases, ['c', []]]);
    expect(calls).toEqual({ groups: 3, people: 0 });
    expect(deferred.size).toBe(0);
  });

  it('are asked one by one again while a group fails, so that it keeps back only who is in it', async () => {
    const { once, calls, deferred } = await read(many, { within, failing: 'a' });
    expect((await once()).cases).toEqual([
      ['b', ['2', '5']],
      ['c', ['1']],
    ]);
    expect([...deferred]).toEqual(['1', '2', '3', '4', '5']);
    deferred.clear();
    expect((await once()).cases).toEqual([
      ['c', ['1']],
      ['b', ['2', '5']],
    ]);
    expect(calls).toEqual({ groups: 3, people: 5 });
    expect([...deferred]).toEqual(['2']);
  });

  const GROUPS = Array.from({ length: 20 }, (_, index) => `g${index + 10}`);
  const crowd = Array.from({ length: 40 }, (_, index) =>
    leaver(`${index + 10}`, [], new Map(GROUPS.map((id) => [id, group(id)]))),
  );
  const together = (people: readonly Candidate[]): readonly Candidate[] =>
    people.map(({ memberId }) => leaver(memberId, [], crowd[0]?.person.examine));

  it('are looked up to the end one by one where all groups would outlast the time', async () => {
    const ids = crowd.map(({ memberId }) => memberId);
    const world = { leftMs: 14, within: { g10: ids, g29: ids } };
    const { once, calls, deferred } = await read(together(crowd), world);
    expect((await once()).cases).toEqual([
      ['g10', ids],
      ['g29', ids.slice(0, calls.people)],
    ]);
    expect(calls.groups).toBeLessThan(GROUPS.length / 2);
    expect(calls.people).toBeGreaterThan(0);
    expect([...deferred]).toEqual(ids.slice(calls.people));
  });

  it('have another turn in each run: a few runs come to everybody', async () => {
    const served = new Set<string>();
    for (let turn = 0; turn < 12; turn += 1) {
      const { once, deferred } = await read(crowd, { leftMs: 6, turn });
      await once();
      for (const { memberId } of crowd) if (!deferred.has(memberId)) served.add(memberId);
    }
    expect(served.size).toBe(crowd.length);
  });

  it('that have only what waits for a failing group come after the others', async () => {
    const examine = new Map(ALL);
    const stuck = ['1', '2', '3'].map((id) => leaver(id, ['a'], examine));
    const others = [leaver('4', ['a', 'b'], examine), leaver('5', [], examine)];
    const { once, deferred, fail } = await read([...stuck, ...others], {
      within: { b: ['4', '5'] },
      leftMs: 2,
    });
    await fail('a');
    expect((await once()).cases).toEqual([['b', ['4', '5']]]);
    expect(deferred).toEqual(new Set(['1', '2', '3', '4']));
  });

  it('wait when there is no time, whichever way they would be looked up', async () => {
    for (const leavers of [few, many]) {
      const { once, calls, deferred } = await read(leavers, { within, isTimeUp: true });
      expect((await once()).cases).toEqual([]);
      expect(calls).toEqual({ groups: 0, people: 0 });
      expect(deferred.size).toBe(leavers.length);
    }
  });
});

describe('an account that UiPath refuses to look up in a group', () => {
  const at = (id: string, examine: PersonWork['examine']): Candidate => {
    const { memberId, person } = leaver(id, [], examine);
    return { memberId, person: { ...person, access: { ...person.access, employment: 'active' } } };
  };
  const only = (id: string): Candidate => at(id, new Map([['a', group('a')]]));
  const people = ['m1', 'm2', 'bad'].map((id) => at(id, ALL));

  it('waits alone: the others are looked up', async () => {
    const { once, deferred, backoffs } = await read(people, { refused: 'bad', within: { a: ['m1'] } });
    const { cases, have } = await once();
    expect(cases.find(([groupId]) => groupId === 'a')).toEqual(['a', ['m1', 'm2']]);
    expect(have.find(([groupId]) => groupId === 'a')).toEqual(['a', ['m1']]);
    expect([...deferred]).toEqual(['bad']);
    expect([...backoffs.rows.keys()]).toEqual(['person:bad']);
  });

  it('keeps a run no longer than its time: what was answered by then is known, and the rest waits', async () => {
    const many = Array.from({ length: 300 }, (_, index) => only(`m${index}`));
    const { once, calls, deferred } = await read([...many, only('bad')], { refused: 'bad', leftMs: 9 });
    const [[, known] = []] = (await once()).cases;
    expect(calls.groups).toBeLessThanOrEqual(10);
    expect(known?.length).toBeGreaterThan(250);
    expect((known?.length ?? 0) + deferred.size).toBe(301);
  });

  it('is found with few calls, and asked about apart the next time', async () => {
    const many = Array.from({ length: 300 }, (_, index) => only(`m${index}`));
    const { once, calls, deferred } = await read([...many, only('bad')], { refused: 'bad' });
    await once();
    expect([[...deferred], calls.groups <= 20]).toEqual([['bad'], true]);
    const before = calls.groups;
    await once();
    expect(calls.groups - before).toBe(2);
  });

  it('is no fault of theirs where each is refused', async () => {
    const { once, backoffs } = await read(people.slice(2), { refused: 'bad' });
    expect((await once()).cases).toEqual([]);
    expect([...backoffs.rows.keys()].every((key) => key.startsWith('group:'))).toBe(true);
  });
});
