import { describe, expect, it } from '@jest/globals';
import { groupNamesOf, guardText, removalText } from '../../../../shared/domain/desk/hold-in-words';
import { causeOfEdit } from '../../../../shared/domain/plan/guards';

const nameOf = groupNamesOf([{ groupId: 'g-1', groupName: 'Automation Developers' }]);

describe('a hold in words', () => {
  it.each([
    ['group', 'g-1', 'Automation Developers would lose 12 of 14 members at once'],
    ['day', 'g-1', 'Automation Developers would lose 12 of 14 members within 24 hours'],
    ['group', 'g-2', 'g-2 would lose 12 of 14 members at once'],
    ['run', '', '12 removals at once, with 14 people in the ledger'],
    ['batch', 'workday', 'the source workday: 12 removals within an hour, with 14 people in the ledger'],
    ['batch', 'time', 'dates that passed: 12 removals within an hour, with 14 people in the ledger'],
    [
      'batch',
      'agreed end',
      'ends that were agreed with an approval: 12 removals within an hour, with 14 people in the ledger',
    ],
    ['later', 'x', 'guard later of x: 12 removals of 14'],
  ])('tells what the guard %s of %s saw', (guard, scope, text) => {
    expect(guardText({ guard, scope, removals: 12, whole: 14 }, nameOf)).toBe(text);
  });

  it('tells an edit of the policy apart, and one that empties something', () => {
    const textOf = (empties: boolean) =>
      guardText(
        { guard: 'batch', scope: causeOfEdit('abcdef0123456789', empties), removals: 2, whole: 9 },
        nameOf,
      );
    expect(textOf(false)).toBe(
      'the edit of the policy abcdef01: 2 removals within an hour, with 9 people in the ledger',
    );
    expect(textOf(true)).toContain(
      'the edit of the policy abcdef01, which leaves a group or a birthright line without people: 2 removals',
    );
  });

  it.each([
    [['left'], 'has left'],
    [['no-reason'], 'nothing gives it any more'],
    [['finding:f-1'], 'by the finding f-1'],
    [['birthright:devs', 'grant:CHG-1:2'], 'by the birthright line devs, by the request CHG-1:2'],
    [['something-newer'], 'something-newer'],
    [[], ''],
  ])('tells why %j', (why, text) => {
    expect(removalText({ why })).toBe(text);
  });
});
