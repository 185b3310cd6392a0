import { describe, expect, it } from '@jest/globals';
import {
  unexplainedEvents,
  type NotedChange,
} from '../../../../../shared/domain/audit/attribution/sent-change';
import { valuesInDetails } from '../../../../../shared/domain/audit/attribution/values-in-details';
import { anEvent } from '../../../../fixtures/builders/audit-log';
import { NOW_MS } from '../../../../fixtures/builders/audits';

const HOUR_MS = 3_600_000;
const id = (number: number): string => `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [DEV, FIN, ANA, BEN, MALLORY, OWN] = [id(1), id(2), id(3), id(4), id(5), id(6)];

const put: NotedChange = {
  thing: 'group',
  act: 'changed',
  id: DEV,
  name: 'Developers',
  added: [ANA],
  removed: [BEN],
  atMs: NOW_MS,
};
const rule = (act: NotedChange['act'], more: Partial<NotedChange> = {}): NotedChange => ({
  thing: 'rule',
  act,
  id: '7',
  name: 'Robots',
  added: [],
  removed: [],
  atMs: NOW_MS,
  ...more,
});
const entries: NotedChange = {
  thing: 'access-policy',
  act: 'changed',
  added: [ANA],
  removed: [],
  atMs: NOW_MS,
};
const own = (text: string, details: unknown = {}, atMs = NOW_MS) => ({
  ...anEvent(text, {}, { isOwn: true, actorNames: [OWN, 'access-functions'], atMs }),
  values: valuesInDetails(details),
});
const dev = { groupId: DEV, groupName: 'Developers' };
const added = (memberId: string, atMs?: number) => own('Add Group Member', { ...dev, memberId }, atMs);

describe('a change that UiPath logged as ours', () => {
  it.each<[string, ReturnType<typeof own>, readonly NotedChange[]]>([
    ['an addition', added(ANA), [put]],
    ['a removal', own('Remove Group Member', { ...dev, memberId: BEN }), [put]],
    ['a deletion of a member', own('Member deleted', { ...dev, memberId: BEN }), [put]],
    ['an update that names nobody', own('Update Group', dev), [put]],
    [
      'an update with lists',
      own('Group updated', { group: { id: DEV }, added: [{ id: ANA }], removed: [BEN] }),
      [put],
    ],
    ['an update in words alone', own('Developers was updated'), [put]],
    [
      'of a half, noted beside the whole',
      added(ANA),
      [
        { ...put, added: [BEN] },
        { ...put, added: [ANA] },
      ],
    ],
    ['sent again later', added(ANA), [{ ...put, atMs: NOW_MS - 2 * HOUR_MS }, put]],
    ['an hour after its note', added(ANA, NOW_MS + HOUR_MS), [put]],
    ['an hour before it, by another clock', added(ANA, NOW_MS - HOUR_MS), [put]],
    ['that names us as well', own('Group updated', { ...dev, userId: OWN, addedBy: { id: MALLORY } }), [put]],
    [
      'a rule that was created',
      own('Create Rule\nRules\nRobots', { name: 'Robots' }),
      [rule('created', { id: undefined })],
    ],
    ['a rule that was changed', own('Update Rule', { ruleId: 7 }), [rule('changed')]],
    ['a rule that was deleted', own('Delete Rule', { ruleId: 7 }), [rule('deleted', { name: undefined })]],
    ['an entry', own('Add Access Policy Entity', { entityId: ANA }), [entries]],
    ['a list', own('Edited policy'), [entries]],
    ['a sign-in', own('External App Login\nAuthentication\nGranted'), []],
    ['a token', own('Token created'), []],
    ['a look', own('Members viewed', dev), []],
    ['of somebody else', { ...added(MALLORY), isOwn: false }, []],
  ])('is explained: %s', (_what, event, changes) => {
    expect(unexplainedEvents([event], changes)).toEqual([]);
  });

  it.each<[string, ReturnType<typeof own>, readonly NotedChange[]]>([
    ['nothing was sent', added(ANA), []],
    ['another member', added(MALLORY), [put]],
    [
      'another member among ours',
      own('Group updated', { group: { id: DEV }, added: [{ id: ANA }, { id: MALLORY }] }),
      [put],
    ],
    ['another group', own('Add Group Member', { groupId: FIN, memberId: ANA }), [put]],
    ['the contrary', own('Remove Group Member', { ...dev, memberId: ANA }), [put]],
    ['the contrary in a list', own('Group updated', { ...dev, removed: [ANA] }), [put]],
    ['more than an hour later', added(ANA, NOW_MS + HOUR_MS + 1), [put]],
    ['more than an hour before', added(ANA, NOW_MS - HOUR_MS - 1), [put]],
    ['a group that was deleted', own('Delete Group', dev), [{ ...put, removed: [] }]],
    ['a group that was renamed', own('Group renamed', dev), [put]],
    ['a rule in place of a group', own('Create Rule', { name: 'Robots' }), [put]],
    ['another rule', own('Update Rule', { ruleId: 8 }), [rule('changed')]],
    ['a rule deleted, not changed', own('Delete Rule', { ruleId: 7 }), [rule('changed')]],
    ['another entry', own('Add Access Policy Entity', { entityId: MALLORY }), [entries]],
    [
      'what is neither group, rule nor policy',
      own('Invite User', { userId: MALLORY }),
      [put, entries, rule('changed')],
    ],
    ['a secret', own('Secret generated', { client: 'access-functions' }), [put]],
    ['words that nobody knows', own('Transferred'), []],
  ])('is not: %s', (_what, event, changes) => {
    expect(unexplainedEvents([event], changes)).toEqual([event]);
  });

  it('is looked for among many in time', () => {
    const changes = Array.from({ length: 3_000 }, (_, at): NotedChange => ({
      ...put,
      id: id(at + 100),
      name: `G ${at}`,
      atMs: NOW_MS - at,
    }));
    const events = Array.from({ length: 300 }, (_, at) =>
      own('Add Group Member', { groupId: id(at + 100), memberId: ANA }),
    );
    expect(unexplainedEvents(events, changes)).toEqual([]);
  }, 20_000);
});
