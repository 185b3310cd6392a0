import { describe, expect, it } from '@jest/globals';
import { comparePeople } from '../../../../shared/domain/desk/compared-people';
import type { ExplainedGroup } from '../../../../shared/domain/desk/explained-group';

function has(group: string, more: Partial<ExplainedGroup> = {}): ExplainedGroup {
  return { group, isMember: true, sinceMs: 1, origin: 'applied', reasons: [], ...more };
}

describe('two people side by side', () => {
  it('differ first, whatever the case of the names, and each keeps what is known of it', () => {
    const birthright = [{ kind: 'birthright', line: 'it', when: {}, untilMs: null }] as const;
    const found = comparePeople(
      [has('Users'), has('DEVELOPERS'), has('Zeta')],
      [has('developers', { reasons: birthright }), has('Finance', { isMember: false, reasons: birthright })],
    );
    expect(found.map(({ group, of }) => [group, of])).toEqual([
      ['Users', 'first'],
      ['Zeta', 'first'],
      ['Finance', 'second'],
      ['DEVELOPERS', 'both'],
    ]);
    expect(found.at(-1)).toMatchObject({ first: { reasons: [] }, second: { reasons: birthright } });
  });

  it('have nothing where they are in no group, and have no reason to be', () => {
    expect(comparePeople([has('Users', { isMember: false })], [])).toEqual([]);
  });
});
