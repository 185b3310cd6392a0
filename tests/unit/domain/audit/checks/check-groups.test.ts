import { describe, expect, it } from '@jest/globals';
import { EVERYONE_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import { findingsOf, known } from '../../../../fixtures/builders/audits';

describe('the checks of groups', () => {
  const names = (...entries: ReadonlyArray<readonly [string, string, boolean]>): Partial<Snapshot> => ({
    groupNames: known(new Map(entries.map(([id, name, builtIn]) => [id, { name, builtIn }]))),
  });
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    [
      'a group of the policy that is gone',
      { groups: new Map([['developers', known(undefined)]]) },
      ['group-missing developers'],
    ],
    [
      'a group that the policy does not name',
      names(['g1', 'Developers', false], ['g9', 'Treasury', false]),
      ['group-unlisted Treasury'],
    ],
    ['a group in another case', names(['g1', 'DEVELOPERS', false]), []],
    ['a built-in group', names(['g1', 'Citizen Developers', true]), []],
    ['everyone', names([EVERYONE_GROUP_ID, 'Everyone', false]), []],
  ])('%s', (_case, snapshot, findings) => {
    expect(findingsOf({ snapshot })).toEqual(findings);
  });
});
