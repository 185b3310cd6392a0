import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { findConditionsOfNobody } from '../../../../shared/domain/plan/conditions-of-nobody';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const said = (attributes: Statement['attributes']): Statement => ({
  id: 'a',
  kind: 'joiner',
  occurredAtMs: 1,
  effectiveAtMs: 1,
  attributes,
});

function found(when: Readonly<Record<string, string | readonly string[]>>, words = PEOPLE) {
  const organization = anOrganization({ birthright: [aBirthrightLine('robots', when, 'Robots')] });
  const looking = findConditionsOfNobody(organization, BEFORE);
  for (const word of words) looking.note(aPersonLedger({ timeline: [word] }));
  return looking.found();
}

const PEOPLE = [
  said({ department: 'Automation', site: 'Cluj', $absent: 'true' }),
  said({ department: 'Finance', title: '' }),
];

const BEFORE = anOrganization({
  birthright: [aBirthrightLine('robots', { department: 'Robots' }, 'Robots')],
});

describe('a condition that nobody can meet', () => {
  it.each([
    ['of a value that somebody had', { department: 'automation' }, []],
    ['of several, one of which somebody had', { department: ['Automation', 'Robotics'] }, []],
    [
      'of several, one of which is nearly what somebody had',
      { department: ['Automation', 'Finanse', 'Robotics'] },
      [{ line: 'robots', attribute: 'department', values: ['finanse'] }],
    ],
    ['of several that are like each other', { department: ['Finance', 'Finances'] }, []],
    [
      'of a value that nobody had',
      { department: 'Automaton' },
      [{ line: 'robots', attribute: 'department', values: ['automaton'] }],
    ],
    [
      'of an attribute that nobody had',
      { departement: 'Automation' },
      [{ line: 'robots', attribute: 'departement', meant: 'department' }],
    ],
    ['of an attribute that was only said blank', { title: 'Boss' }, [{ line: 'robots', attribute: 'title' }]],
    ['of what is like nothing', { colour: 'red' }, [{ line: 'robots', attribute: 'colour' }]],
    [
      'beside one that somebody meets',
      { department: 'Finance', site: 'Cluhj' },
      [{ line: 'robots', attribute: 'site', values: ['cluhj'] }],
    ],
  ])('is told: %s', (_what, when, expected) => {
    expect(found(when)).toEqual(expected);
  });

  it('is told once, and not while nothing is known of anybody, or of the version before', () => {
    expect(found({ department: 'Robots' })).toEqual([]);
    expect(found({ departement: 'Robots' }, [])).toEqual([]);
    const looking = findConditionsOfNobody(anOrganization({ birthright: BEFORE.birthright }), undefined);
    for (const word of PEOPLE) looking.note(aPersonLedger({ timeline: [word] }));
    expect(looking.found()).toEqual([]);
  });
});
