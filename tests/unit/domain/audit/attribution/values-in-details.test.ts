import { describe, expect, it } from '@jest/globals';
import { attribute } from '../../../../../shared/domain/audit/attribution/attribute-findings';
import { valuesInDetails } from '../../../../../shared/domain/audit/attribution/values-in-details';
import { anEvent, SOME_NAMES } from '../../../../fixtures/builders/audit-log';
import { DAY_MS, NOW_MS } from '../../../../fixtures/builders/audits';
import { aRecord } from '../../../../fixtures/builders/findings';

const keysOf = (details: unknown): readonly string[] =>
  valuesInDetails(details).map(({ key, value }) => `${key}=${value}`);

describe('the values of an event', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['a list of ids', { memberIds: ['m1', 'm2'] }, ['memberIds=m1', 'memberIds=m2']],
    ['a list of objects', { members: [{ id: 'm1', name: 'Ana' }] }, ['memberId=m1', 'memberName=Ana']],
    ['an object', { group: { id: 'g1', displayName: 'Dev' } }, ['groupId=g1', 'groupDisplayName=Dev']],
    ['a name that says what it is', { members: [{ userId: 'u1' }] }, ['userId=u1']],
    ['a plural of another form', { entities: [{ identifier: 'e1' }] }, ['entityIdentifier=e1']],
    ['objects in a wrapper', { group: { data: { items: [{ id: 'g1' }] } } }, ['groupId=g1']],
    ['a wrapper alone', { data: { id: 7 } }, ['id=7']],
    ['a list alone', [{ id: 'm1' }, 'm2'], ['id=m1', '=m2']],
    ['lists in lists', { members: [[{ id: 'm1' }], ['m2']] }, ['memberId=m1', 'members=m2']],
    ['additions', { added: [{ id: 'm1', name: 'Ana' }] }, ['addedId=m1', 'addedName=Ana']],
    ['objects in additions', { added: [{ user: { id: 'm1' } }] }, ['userIdAdded=m1']],
    ['ids in removals', { removed: { userIds: ['m1'] } }, ['userIdsRemoved=m1']],
    [
      'whoever acted',
      { addedBy: { user: { id: 'm9', name: 'Max' } } },
      ['actorUserId=m9', 'actorUserName=Max'],
    ],
    ['the actor in a change', { added: [{ actor: { id: 'm9' }, id: 'm1' }] }, ['actorId=m9', 'addedId=m1']],
    ['what says nothing', { on: true, note: null, list: [], of: {} }, []],
    ['no object', 'text', ['=text']],
    ['decomposed letters', { names: ['e\u0301'] }, ['names=\u00e9']],
  ])('stand under names that say what they are: %s', (_what, details, keys) => {
    expect(keysOf(details)).toEqual(keys);
  });

  it('are looked for as deep as any log goes, and no deeper', () => {
    const nested = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>((inner) => ({ of: inner }), 'm1');
    expect(keysOf(nested(12))).toEqual(['of=m1']);
    expect(keysOf(JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`))).toEqual([]);
    expect(keysOf(nested(5_000))).toEqual([]);
  });
});

describe('who caused a finding, by details that are objects', () => {
  const about = (check: 'member-without-reason' | 'member-missing') => ({
    ...aRecord(check, { group: 'developers', memberId: 'm1' }, { groupId: 'g1', name: 'cara@acme.example' }),
    notSeenAtMs: NOW_MS - DAY_MS,
  });
  const group = { id: 'g1', name: 'Developers' };
  const cara = { id: 'm1', name: 'Cara' };
  const dan = { id: 'm2', name: 'Dan' };

  it.each<[string, unknown, boolean, boolean]>([
    ['added among objects', { group, added: [dan, cara], removed: [] }, true, false],
    ['removed among objects', { group, added: [dan], removed: [cara] }, false, true],
    [
      'added in nested objects',
      { group, changes: { added: [{ user: cara }], removed: [{ user: dan }] } },
      true,
      false,
    ],
    [
      'removed in nested objects',
      { group, changes: { added: [{ user: dan }], removed: [{ user: cara }] } },
      false,
      true,
    ],
    ['added by a list of ids', { group, membersToAdd: ['m1'], membersToRemove: ['m2'] }, true, false],
    ['to another group', { group: { id: 'g2', name: 'Finance' }, added: [cara] }, false, false],
    ['another member', { group, added: [{ member: dan }], note: 'm1' }, false, false],
    ['whoever acted', { group, added: [dan], addedBy: cara }, false, false],
  ])('%s', (_what, details, isAdded, isRemoved) => {
    const event = { ...anEvent('Group was updated'), values: valuesInDetails(details) };
    const isKnown = (check: 'member-without-reason' | 'member-missing'): boolean => {
      const log = { kind: 'read', events: [event], isWhole: true } as const;
      const record = about(check);
      const [found] = attribute([record], [record], log, { known: SOME_NAMES, nowMs: NOW_MS });
      return found?.attribution?.kind === 'known';
    };
    expect([isKnown('member-without-reason'), isKnown('member-missing')]).toEqual([isAdded, isRemoved]);
  });
});
