import { describe, expect, it } from '@jest/globals';
import type { ExpectedPerson } from '../../../../../shared/domain/audit/expected-access-types';
import type { OrganizationPolicy } from '../../../../../shared/domain/policy';
import {
  aPerson,
  aSnapshotRule,
  findingsOf,
  known,
  NOW_MS,
  inGroup,
} from '../../../../fixtures/builders/audits';

const HOUR_MS = 3_600_000;
const wanted = new Set(['developers']);
const ended = new Set(['developers']);

describe('the checks of rules', () => {
  const ours = {
    ruleId: 7,
    name: 'Robots',
    contentHash: 'h',
    owner: 'ben@acme.example',
    untilMs: undefined as number | undefined,
    pending: false,
  };
  const over = NOW_MS - 2 * HOUR_MS;
  it.each<
    [string, readonly ReturnType<typeof aSnapshotRule>[], ReadonlyArray<typeof ours>, readonly string[]]
  >([
    ['as it was made', [aSnapshotRule()], [ours], []],
    ['that was changed', [aSnapshotRule({ contentHash: 'x' })], [ours], ['rule-altered Robots 7']],
    ['that is gone', [], [ours], ['rule-missing Robots 7']],
    ['of somebody else', [aSnapshotRule()], [], ['rule-unknown Robots 7']],
    ['that is being changed', [aSnapshotRule({ contentHash: 'x' })], [{ ...ours, pending: true }], []],
    ['that is being made', [], [{ ...ours, pending: true }], []],
    [
      'beyond its end',
      [aSnapshotRule()],
      [{ ...ours, untilMs: over, pending: true }],
      ['rule-expired Robots 7'],
    ],
    [
      'that ended just now',
      [aSnapshotRule()],
      [{ ...ours, untilMs: NOW_MS - HOUR_MS + 1, pending: true }],
      [],
    ],
    ['that ended and is gone', [], [{ ...ours, untilMs: over, pending: true }], []],
    ['whose end is ahead', [aSnapshotRule()], [{ ...ours, untilMs: NOW_MS + 1 }], []],
    [
      'whose owner left',
      [aSnapshotRule()],
      [{ ...ours, owner: 'Gone@acme.example' }],
      ['rule-without-owner Robots 7 Gone@acme.example'],
    ],
    ['without an owner', [aSnapshotRule()], [{ ...ours, owner: ' ' }], ['rule-without-owner Robots 7  ']],
  ])('%s', (_case, rules, expected, findings) => {
    const people = [aPerson({ personKey: 'p9', memberId: 'm9', email: 'gone@acme.example', left: true })];
    expect(findingsOf({ snapshot: { rules: known(rules) }, expected: { rules: expected, people } })).toEqual(
      findings,
    );
  });

  it.each<[string, OrganizationPolicy['rules']['baseline'][number], readonly string[]]>([
    ['that the baseline names', { name: 'ROBOTS', owner: 'ben@acme.example', untilMs: undefined }, []],
    [
      'that it names without an owner',
      { name: 'robots', owner: undefined, untilMs: undefined },
      ['rule-without-owner Robots 7'],
    ],
    [
      'that it named until yesterday',
      { name: 'robots', owner: 'ben@acme.example', untilMs: NOW_MS },
      ['rule-expired Robots 7'],
    ],
    ['that it names until tomorrow', { name: 'robots', owner: 'ben@acme.example', untilMs: NOW_MS + 1 }, []],
  ])('of somebody else %s', (_case, agreed, findings) => {
    const organization = { rules: { requests: undefined, mayMatchEverybody: false, baseline: [agreed] } };
    expect(findingsOf({ organization, snapshot: { rules: known([aSnapshotRule()]) } })).toEqual(findings);
  });

  it.each<[string, Partial<ExpectedPerson>, Parameters<typeof aSnapshotRule>[0], readonly string[]]>([
    [
      'for a leaver',
      { left: true },
      {},
      ['leaver-present developers m1', 'rule-re-adds Robots 7 developers 1'],
    ],
    [
      'for an ended grant',
      { ended },
      {},
      ['member-after-grant developers m1', 'rule-re-adds Robots 7 developers 1'],
    ],
    ['while it is switched off', { left: true }, { enabled: false }, ['leaver-present developers m1']],
    ['while it gives another group', { left: true }, { groupIds: ['g9'] }, ['leaver-present developers m1']],
    ['for somebody with a reason again', { ended, groups: wanted }, {}, []],
    ['for somebody whose change is on its way', { left: true, pending: true }, {}, []],
    ['for somebody who never had a reason', {}, {}, ['member-without-reason developers m1']],
  ])('that adds people again: %s', (_case, person, rule, findings) => {
    const rules = known([aSnapshotRule({ groupIds: ['g1'], ...rule })]);
    expect(
      findingsOf({
        snapshot: { ...inGroup(['m1']), rules },
        expected: { people: [aPerson(person)], rules: [ours] },
      }),
    ).toEqual(findings);
  });
});
