import { describe, expect, it } from '@jest/globals';
import type { PolicyEntity } from '../../../../../shared/domain/policy';
import { findingsOf, known } from '../../../../fixtures/builders/audits';
import { PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

describe('the checks of the access policy', () => {
  const entities: readonly PolicyEntity[] = [
    { entityType: 'group', name: 'Staff' },
    { entityType: 'user', name: 'Ana.Pop@example.com' },
  ];
  const check = (baseline: readonly PolicyEntity[] | undefined, value: readonly PolicyEntity[]) =>
    findingsOf({
      audit: { broadGroups: new Set(['all users']) },
      organization: {
        accessPolicy: { requests: undefined, baseline },
        audit: { ...PLAIN_AUDIT, broadGroups: new Set(['all users']) },
      },
      snapshot: { accessPolicy: known(value) },
    });
  it.each<[string, readonly PolicyEntity[] | undefined, readonly PolicyEntity[], readonly string[]]>([
    ['without a baseline', undefined, entities, []],
    [
      'as agreed but for case and order',
      entities,
      entities.toReversed().map((one) => ({ ...one, name: one.name.toUpperCase() })),
      [],
    ],
    ['with an entry more', entities.slice(1), entities, ['policy-entity-unexpected group:staff']],
    ['with an entry less', entities, entities.slice(1), ['policy-entity-missing group:staff']],
    [
      'with the same name of another type',
      entities.slice(0, 1),
      [{ entityType: 'user', name: 'staff' }],
      ['policy-entity-missing group:staff', 'policy-entity-unexpected user:staff'],
    ],
    [
      'with everybody, though the baseline says so',
      [{ entityType: 'group', name: 'everyone' }],
      [{ entityType: 'group', name: 'Everyone' }],
      ['policy-entity-broad group:everyone'],
    ],
    [
      'with a group that the policy calls broad',
      undefined,
      [{ entityType: 'group', name: 'All Users' }],
      ['policy-entity-broad group:all users'],
    ],
    ['with a person who is called so', undefined, [{ entityType: 'user', name: 'Everyone' }], []],
  ])('%s', (_case, baseline, value, findings) => {
    expect(check(baseline, value)).toEqual(findings);
  });
});
