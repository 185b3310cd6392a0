import { describe, expect, it } from '@jest/globals';
import { attribute, type ReadLog } from '../../../../../shared/domain/audit/attribution/attribute-findings';
import type { CheckId } from '../../../../../shared/domain/audit/check-catalog';
import type { FindingRecord } from '../../../../../shared/domain/audit/finding';
import type { LoggedEvent } from '../../../../../shared/domain/audit/attribution/logged-event';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import { anEvent, GLASS, SOME_NAMES } from '../../../../fixtures/builders/audit-log';
import { NOW_MS } from '../../../../fixtures/builders/audits';
import { aRecord } from '../../../../fixtures/builders/findings';

const inGroup = (group: string, groupId: string, check: CheckId = 'member-without-reason'): FindingRecord =>
  aRecord(check, { group, memberId: 'm1' }, { groupId, name: 'cara@acme.example' });
const inDevelopers = inGroup('developers', 'g1');
const inFinance = inGroup('finance', 'g2');
const missing = inGroup('finance', 'g2', 'member-missing');

const read = (...events: readonly LoggedEvent[]): ReadLog => ({ kind: 'read', events, isWhole: true });
const search: Parameters<typeof attribute>[3] = {
  known: SOME_NAMES,
  nowMs: NOW_MS,
};
const attributionOf = (finding: FindingRecord, log: ReadLog, at = search) => {
  const record = { ...finding, notSeenAtMs: NOW_MS - 2 };
  return attribute([record], [record], log, at)[0]?.attribution;
};
const whyOf = (finding: FindingRecord, log: ReadLog, at = search) => {
  const attribution = attributionOf(finding, log, at);
  return attribution?.kind === 'unknown' ? attribution.why : attribution?.eventId;
};

const rule = (check: CheckId, name = 'Robots', ruleId = '7'): FindingRecord =>
  aRecord(check, { rule: name, ruleId });
const entity = (check: CheckId, name: string): FindingRecord => aRecord(check, { entity: name });

describe('the author of a finding', () => {
  it.each<[string, FindingRecord, LoggedEvent]>([
    ['member and group by id', inDevelopers, anEvent('Added', { groupId: 'G1', memberId: 'M1' })],
    ['ids within its words', inDevelopers, anEvent('m1 was added to g1')],
    ['ids within a value', inDevelopers, anEvent('Added', { message: 'aad|m1 joined g1' })],
    [
      'a member that was created with it',
      inDevelopers,
      anEvent('Create User', { id: 'm1', groupIds: ['g9', 'g1'] }),
    ],
    [
      'the list of additions',
      inDevelopers,
      anEvent('Update Group', {
        groupId: 'g1',
        directoryUserIDsToAdd: ['m2', 'm1'],
        directoryUserIDsToRemove: ['m3'],
      }),
    ],
    ['a removal', missing, anEvent('m1 was removed from Finance', { groupId: 'g2', memberId: 'm1' })],
    [
      'one of two groups that are kept apart',
      aRecord('duties-conflict', { group: 'developers', other: 'finance', memberId: 'm1' }),
      anEvent('m1 was added to Finance', { groupId: 'g2', memberId: 'm1' }),
    ],
    [
      'an administrator by id',
      aRecord('administrator-unknown', { memberId: 'm1' }),
      anEvent('Added', { memberId: 'm1', groupId: ADMINISTRATORS_GROUP_ID }),
    ],
    ['a group that was created', aRecord('group-unlisted', { groupId: 'g9' }), anEvent('Created g9')],
    ['a rule by its number', rule('rule-altered'), anEvent('Update Rule', { id: '7', name: 'Other' })],
    ['a rule that was deleted', rule('rule-missing'), anEvent('Deleted', { ruleId: '7' })],
    [
      'a rule that gives groups',
      aRecord('rule-re-adds', { rule: 'Robots', ruleId: '7', group: 'developers' }),
      anEvent('Changed', { ruleId: '7' }),
    ],
    [
      'an entry by id',
      entity('policy-entity-missing', 'group:finance'),
      anEvent('Removed from the policy', { entityId: 'g2' }),
    ],
    [
      'the subject of a check of the policy',
      aRecord('own:x', { group: 'developers', memberId: 'm1' }),
      anEvent('m1 added to g1'),
    ],
  ])('is told by an event that names %s by id', (_what, finding, one) => {
    expect(attributionOf(finding, read(one))).toEqual({
      kind: 'known',
      actor: 'max@acme.example',
      atMs: NOW_MS - 1,
      eventId: 'e1',
    });
  });

  it.each<[string, FindingRecord, LoggedEvent]>([
    ['the group by name', inDevelopers, anEvent('m1 was added to "Developers"', { note: '' })],
    ['the group by a value of its own', inDevelopers, anEvent('Added', { what: 'm1', where: 'developers' })],
    ['the member by address', inDevelopers, anEvent('Cara@acme.example was added to Developers.')],
    [
      'an administrator',
      aRecord('administrator-unknown', { memberId: 'm1' }),
      anEvent('m1 joined Administrators'),
    ],
    [
      'an account for emergencies by its id',
      aRecord('break-glass-missing', { account: GLASS }),
      anEvent('Removed', { memberId: 'glass-id', groupName: 'Administrators' }),
    ],
    [
      'an account for emergencies by its address',
      aRecord('break-glass-missing', { account: 'gone@acme.example' }),
      anEvent('gone@acme.example was removed from Administrators'),
    ],
    ['a group that was deleted', aRecord('group-missing', { group: 'old' }), anEvent('Delete Group: Old')],
    [
      'a group that was renamed',
      aRecord('group-missing', { group: 'old' }),
      anEvent('Update Group\nOld was renamed to New'),
    ],
    ['a rule by name', rule('rule-unknown'), anEvent('Create Rule: Robots')],
    [
      'an entry',
      entity('policy-entity-unexpected', 'user:eve@x.example'),
      anEvent('Eve@x.example was added to the access policy'),
    ],
    [
      'an entry of a check of the policy',
      aRecord('own:x', { entity: 'group:dev' }),
      anEvent('Dev was allowed'),
    ],
    [
      'a rule of a check of the policy',
      aRecord('own:x', { rule: 'Robots', ruleId: '7' }),
      anEvent('Rule "Robots" was enabled'),
    ],
  ])('is likely told by an event that names %s', (_what, finding, one) => {
    expect(attributionOf(finding, read(one))).toEqual({
      kind: 'known',
      actor: 'max@acme.example',
      atMs: NOW_MS - 1,
      eventId: 'e1',
      certainty: 'likely',
    });
  });

  it.each<[string, FindingRecord, LoggedEvent]>([
    ['no act', inDevelopers, anEvent('m1 and g1')],
    ['a change of the member', inDevelopers, anEvent('User updated', { userId: 'm1', groupIds: ['g1'] })],
    ['a new address', inDevelopers, anEvent('Email address changed', { userId: 'm1', groupId: 'g1' })],
    ['the end of an assignment', inDevelopers, anEvent('Group assignment removed: m1, g1')],
    ['an addition and a removal', inDevelopers, anEvent('m1 was added to or removed from g1')],
    ['a removal and an addition', missing, anEvent('m1 was removed from g2, m2 added')],
    [
      'a removal from a list of what is allowed',
      entity('policy-entity-unexpected', 'group:dev'),
      anEvent('Removed from the allow list: Dev'),
    ],
    [
      'the list of removed groups',
      inDevelopers,
      anEvent('Groups added and removed', {
        memberId: 'm1',
        groupIdsToAdd: ['g7'],
        groupIdsToRemove: ['g1'],
      }),
    ],
    ['another member', inDevelopers, anEvent('m2 was added to Developers')],
    ['another group', inDevelopers, anEvent('m1 was added to Finance')],
    ['a group with a longer name', inFinance, anEvent('m1 was added to Finance Automation')],
    [
      'a group with a longer name in its details',
      inFinance,
      anEvent('m1 was added to Finance Operations', { group: 'Finance Operations' }),
    ],
    [
      'a name in its details that is longer',
      inFinance,
      anEvent('m1 was added to finance operations', { group: 'finance operations' }),
    ],
    ['a word that only ends so', inDevelopers, anEvent('m1 was added to WebDevelopers')],
    ['a group with a longer name that is gone', inFinance, anEvent('m1 was added to Finance Operations')],
    ['a group with a number', inFinance, anEvent('m1 was added to Finance 2')],
    [
      'a word that only begins so',
      entity('policy-entity-unexpected', 'group:dev'),
      anEvent('m1 was allowed for Developers'),
    ],
    ['an address that only ends so', inDevelopers, anEvent('xcara@acme.example was added to Developers')],
    [
      'an address that only begins so',
      inDevelopers,
      anEvent('cara@acme.example.org was added to Developers'),
    ],
    [
      'the id of another group under the same name',
      inFinance,
      anEvent('m1 was added to Finance', { groupId: 'g7' }),
    ],
    ['an id that only begins so', inDevelopers, anEvent('m1-2 was added to g1')],
    ['a removal, of an addition', inDevelopers, anEvent('m1 was removed from g1')],
    ['an addition, of a removal', missing, anEvent('m1 was added to g2')],
    [
      'the list of removals',
      inDevelopers,
      anEvent('Update Group', {
        groupId: 'g1',
        directoryUserIDsToAdd: ['m2'],
        directoryUserIDsToRemove: ['m1'],
      }),
    ],
    [
      'a removal from a group whose name says add',
      missing,
      anEvent('m1 was added to Finance, not to "Removed Users"', {}),
    ],
    ['a member of the group', aRecord('group-unlisted', { groupId: 'g9' }), anEvent('m1 was added to g9')],
    [
      'a member of a group that is gone',
      aRecord('group-missing', { group: 'old' }),
      anEvent('m1 was removed from Old'),
    ],
    ['the making of a rule', rule('rule-altered'), anEvent('Create Rule', { ruleId: '7' })],
    [
      'a rule of another number',
      rule('rule-altered'),
      anEvent('Update Rule: Robots', { id: '17', name: 'Robots' }),
    ],
    ['a rule of a longer name', rule('rule-altered'), anEvent('Update Rule: Robots of Finance')],
    ['a number that is no id', rule('rule-altered', 'None'), anEvent('7 rules were changed')],
    ['a robot of that number', rule('rule-altered'), anEvent('Update Robot', { id: '7' })],
    [
      'a group of the name of an entry',
      entity('policy-entity-unexpected', 'group:dev'),
      anEvent('m1 was added to Dev'),
    ],
    [
      'an entry without a word in its name',
      entity('policy-entity-unexpected', 'user:?'),
      anEvent('? was added to the policy'),
    ],
    [
      'an entry of no name',
      entity('policy-entity-unexpected', 'user:'),
      anEvent('It was added to the policy'),
    ],
  ])('is not told by an event that names %s', (_what, finding, one) => {
    expect(whyOf(finding, read(one))).toBe('no-event-found');
  });

  const CARA: Partial<LoggedEvent> = {
    actor: 'cara@acme.example',
    actorNames: ['cara@acme.example', 'Cara Dev', 'm1'],
  };
  it.each<[string, LoggedEvent]>([
    [
      'acted on another member',
      anEvent('Update Group', { actorId: 'm1', groupId: 'g1', directoryUserIDsToAdd: ['m2'] }, CARA),
    ],
    [
      'acted on another member, when the log names the actor by that alone',
      anEvent('Update Group', { actorId: 'm1', groupId: 'g1', directoryUserIDsToAdd: ['m2'] }),
    ],
    [
      'is said to have added somebody',
      anEvent('cara@acme.example added ben@acme.example to Developers', {}, CARA),
    ],
    ['is told by id to have added somebody', anEvent('m1 added m2 to g1', {}, CARA)],
    ['is told so in a detail', anEvent('Added', { message: 'm1 added m2 to g1' }, CARA)],
    ['is called the user', anEvent('Added', { userId: 'm1', member: 'Ben', groupId: 'g1' }, CARA)],
    ['is called the one who added', anEvent('Added', { addedBy: 'm1', member: 'Ben', groupId: 'g1' })],
    ['is called so by name', anEvent('Added', { addedByUserName: 'cara@acme.example', groupId: 'g1' })],
  ])('is not sought by who %s', (_what, one) => {
    expect(whyOf(inDevelopers, read(one))).toBe('no-event-found');
  });

  it.each<[string, LoggedEvent]>([
    ['the member', anEvent('Member added', { memberId: 'm1', groupId: 'g1' }, CARA)],
    ['whom to add', anEvent('Update Group', { groupId: 'g1', userIdsToAdd: ['m1'] }, CARA)],
    ['the member by name', anEvent('Added', { memberName: 'cara@acme.example', groupId: 'g1' }, CARA)],
  ])('is who added themselves, where a detail calls them %s', (_what, one) => {
    expect(attributionOf(inDevelopers, read(one))).toMatchObject({ actor: 'cara@acme.example' });
  });

  it('stands beside another id of the kind, which says that it is about that one', () => {
    const other = anEvent('Added', { memberId: 'm2', note: 'asked for by m1', groupId: 'g1' });
    expect(whyOf(inDevelopers, read(other))).toBe('no-event-found');
    const within = anEvent('Added', { memberId: 'aad|m1', groupId: 'g1' });
    expect(whyOf(inDevelopers, read(within))).toBe('e1');
  });

  it.each<[string, FindingRecord, LoggedEvent]>([
    ['an assignment that was removed', missing, anEvent('Group assignment removed: m1, g2')],
    [
      'a list of what is allowed that it was removed from',
      entity('policy-entity-missing', 'group:dev'),
      anEvent('Dev was removed from the allow list'),
    ],
    ['one that was unassigned', missing, anEvent('m1 was un-assigned from g2')],
    [
      'the list of groups to add',
      inDevelopers,
      anEvent('User updated', { memberId: 'm1', groupIdsToAdd: ['g1'], groupIdsToRemove: ['g7'] }),
    ],
    [
      'a list of additions whose member was updated',
      inDevelopers,
      anEvent('m1 was added', { updatedMemberId: 'm1', group_ids_to_add: 'g1', groupId: 'g1' }),
    ],
    ['a constant in capitals', inDevelopers, anEvent('MEMBER_ADDED', { memberId: 'm1', groupId: 'g1' })],
    [
      'a detail of the same word',
      inDevelopers,
      anEvent('Add', { action: 'Add', memberId: 'm1', groupId: 'g1' }),
    ],
    [
      'an actor whose name says otherwise',
      inDevelopers,
      anEvent('Removal Bot added m1 to g1', {}, { actorNames: ['Removal Bot'] }),
    ],
  ])('is told by words such as %s', (_what, finding, one) => {
    expect(whyOf(finding, read(one))).toBe('e1');
  });

  it('is found beside the id of who acted', () => {
    const one = anEvent('m1 was added', { userId: 'm-max', groupId: 'g1' });
    expect(whyOf(inDevelopers, read(one))).toBe('e1');
  });

  it('is no group of the name of who acted', () => {
    const one = anEvent('m1 was added to Developers', {}, { actorNames: ['Developers'] });
    expect(whyOf(inDevelopers, read(one))).toBe('e1');
  });
});
