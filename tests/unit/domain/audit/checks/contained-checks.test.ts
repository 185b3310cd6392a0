import { describe, expect, it } from '@jest/globals';
import { runAllChecks } from '../../../../../shared/domain/audit/checks/run-all-checks';
import type { CheckInput } from '../../../../../shared/domain/audit/check-input';
import { isUnverifiable } from '../../../../../shared/domain/audit/is-finding-unverifiable';
import { clean, LINES, withFault } from '../../../../fixtures/builders/every-fault';
import { aRecord } from '../../../../fixtures/builders/findings';

type Case = Omit<CheckInput, 'personOf'>;

/** A value that cannot be looked into. */
const broken = new Proxy(
  {},
  {
    get: () => {
      throw new Error('Cannot be looked into');
    },
  },
) as never;

const unknownIn = (audit: Case): readonly string[] =>
  runAllChecks(audit).flatMap(({ check, subject: { part = '' } }) =>
    check === 'part-unknown' ? [part] : [],
  );

const everyFault = LINES.filter(([line]) => !line.includes(' ') && !line.startsWith('own:'));

describe('a check that cannot be carried out on something', () => {
  it.each<[string, readonly string[], (audit: Case) => Case]>([
    [
      'one group',
      ['group:finance', 'check:identities'],
      (audit) => ({
        ...audit,
        snapshot: {
          ...audit.snapshot,
          groups: new Map([
            ...audit.snapshot.groups,
            [
              'finance',
              {
                kind: 'known',
                value: {
                  groupId: 'g2',
                  members: {
                    size: 0,
                    has: () => false,
                    get keys(): never {
                      throw new Error('Cannot be looked into');
                    },
                  } as never,
                },
              },
            ],
          ]),
        },
      }),
    ],
    [
      'one hold whose end is no time',
      ['check:operations'],
      (audit) => ({
        ...audit,
        operations: { ...audit.operations, holds: [{ hash: 'h', removals: 1, expiresAtMs: Number.NaN }] },
      }),
    ],
    [
      'one rule',
      ['check:rules'],
      (audit) => ({ ...audit, expected: { ...audit.expected, rules: [broken] } }),
    ],
  ])('makes only that unknown, of %s', (_what, parts, damage) => {
    const found = unknownIn(damage(clean));
    expect(found.filter((part) => !part.startsWith('own:')).toSorted()).toEqual([...parts].toSorted());
  });

  it.each(everyFault)(
    'leaves %s as it is when it is of those checks, and is found when it is not',
    (line, _needs, fault) => {
      const faulty = withFault(fault);
      const damaged: Case = {
        ...faulty,
        operations: { ...faulty.operations, marks: [{ kind: 'person', key: 'p', sinceMs: -Infinity }] },
      };
      const found = runAllChecks(damaged);
      expect(unknownIn(damaged)).toContain('check:operations');
      const record = aRecord(line as never, {});
      const isOfThose = isUnverifiable(record, new Set(['check:operations']));
      expect(found.some(({ check }) => check === line)).toBe(!isOfThose);
    },
  );
});
