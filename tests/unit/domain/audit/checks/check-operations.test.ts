import { describe, expect, it } from '@jest/globals';
import type { OperationalState } from '../../../../../shared/domain/audit/operational-state';
import { DAY_MS, findingsOf, known, NOW_MS } from '../../../../fixtures/builders/audits';
import { aGroup, groupsOf } from '../../../../fixtures/builders/organizations';

const HOUR_MS = 3_600_000;

describe('the checks of the application itself', () => {
  const soon = NOW_MS + 30 * DAY_MS;
  const at = (ms: number) => new Date(ms).toISOString();
  const source = { name: 'hr/main', heartbeatHours: 24, lastMs: undefined, namedMs: undefined };
  const refusal = { id: 'd1', group: 'developers', memberId: 'm1', code: 'uipath-rejected' };
  it.each<[string, Partial<OperationalState>, readonly string[]]>([
    [
      'a secret near its end',
      { secretEndsMs: known(new Map([['s', soon]])) },
      [`secret-expiring s ${at(soon)}`],
    ],
    ['a secret that lasts', { secretEndsMs: known(new Map([['s', soon + 1]])) }, []],
    ['a source that spoke in time', { sources: [{ ...source, lastMs: NOW_MS - DAY_MS }] }, []],
    [
      'a source that is silent',
      { sources: [{ ...source, lastMs: NOW_MS - DAY_MS - 1 }] },
      [`source-silent hr/main ${at(NOW_MS - DAY_MS - 1)}`],
    ],
    [
      'a source that never spoke since it was named',
      { sources: [{ ...source, namedMs: NOW_MS - DAY_MS - 1 }] },
      ['source-silent hr/main never'],
    ],
    [
      'deliveries that could not be processed',
      {
        deadDeliveries: [
          { source: 'hr/main', deliveries: 2, codes: ['body-invalid', 'policy-invalid'], sinceMs: NOW_MS },
        ],
      },
      [`deliveries-dead hr/main 2 body-invalid, policy-invalid ${at(NOW_MS)}`],
    ],
    [
      'deliveries that were refused',
      {
        deadDeliveries: [
          {
            source: 'hr/main',
            deliveries: 1,
            codes: ['body-invalid'],
            sinceMs: NOW_MS,
            refused: 700,
            fields: ['worker.email'],
          },
        ],
      },
      [`deliveries-dead hr/main 1 body-invalid 700 worker.email ${at(NOW_MS)}`],
    ],
    ['a source that was named a day ago', { sources: [{ ...source, namedMs: NOW_MS - DAY_MS }] }, []],
    ['a source that was named just now', { sources: [{ ...source, namedMs: NOW_MS }] }, []],
    ['a night in time', { lastAudit: { night: 'n', atMs: NOW_MS - 26 * HOUR_MS } }, []],
    ['a missing night', { lastAudit: { night: 'n', atMs: NOW_MS - 26 * HOUR_MS - 1 } }, ['night-missing n']],
    ['an audit that did not end', { unfinished: ['n'] }, ['audit-unfinished n']],
    [
      'a removal that was refused',
      { refusals: [{ ...refusal, decision: 'remove' }] },
      ['revoke-failed d1 developers m1 uipath-rejected'],
    ],
    [
      'an addition that was refused',
      { refusals: [{ ...refusal, decision: 'add' }] },
      ['change-refused d1 developers m1 uipath-rejected'],
    ],
    [
      'a held plan',
      { holds: [{ hash: 'h', removals: 3, expiresAtMs: soon }] },
      [`plan-held h 3 ${at(soon)}`],
    ],
    [
      'a change that waits',
      { marks: [{ kind: 'person', key: 'k', sinceMs: NOW_MS - DAY_MS - 1 }] },
      [`change-overdue person k ${at(NOW_MS - DAY_MS - 1)}`],
    ],
    [
      'work that fails for more than an hour',
      { failing: [{ kind: 'group', key: 'g1', name: 'Users', code: 'c', sinceMs: NOW_MS - HOUR_MS - 1 }] },
      [`work-failing group g1 c ${at(NOW_MS - HOUR_MS - 1)}`],
    ],
    [
      'work that fails for an hour',
      { failing: [{ kind: 'group', key: 'g1', code: 'c', sinceMs: NOW_MS - HOUR_MS }] },
      [],
    ],
    [
      'a change that waits not so long',
      { marks: [{ kind: 'person', key: 'k', sinceMs: NOW_MS - DAY_MS }] },
      [],
    ],
  ])('%s', (_case, operations, findings) => {
    expect(findingsOf({ operations })).toEqual(findings);
  });

  it('looks at its own entry among the applications', () => {
    const application = {
      name: 'x',
      memberId: undefined,
      scopes: ['PM.Group'],
      secretEndsMs: [] as number[],
    };
    const applications = known([
      {
        ...application,
        clientId: 'own',
        name: 'ours',
        scopes: ['PM.Group', 'PM.Setting'],
        secretEndsMs: [NOW_MS, soon],
      },
      { ...application, clientId: 'other', scopes: ['PM.Setting'], secretEndsMs: [NOW_MS] },
    ]);
    expect(findingsOf({ snapshot: { applications } })).toEqual([
      'scope-unneeded PM.Setting',
      `secret-expiring application ours ${at(soon)}`,
    ]);
    expect(findingsOf({ snapshot: { applications: known([{ ...application, clientId: 'own' }]) } })).toEqual(
      [],
    );
  });

  it.each([
    ['would let everybody go', { count: 1_000, percent: 100, floor: 1 }, 1],
    ['holds one of a thousand', { count: 999, percent: 100, floor: 1 }, 0],
    ['has a floor above everybody', { count: 1, percent: 1, floor: 1_000 }, 1],
  ])('a guard that %s', (_case, limit, count) => {
    const strict = { count: 1, percent: 1, floor: 1 };
    const guards = { group: strict, day: strict, run: limit, batch: strict };
    expect(findingsOf({ organization: { guards } })).toEqual(count === 1 ? ['guards-off run'] : []);
    const groups = groupsOf(aGroup('Developers', { guards: { group: limit } }));
    expect(findingsOf({ organization: { groups } })).toEqual(
      count === 1 ? ['guards-off group developers'] : [],
    );
  });

  it('a limit on agreed ends may be off, and is found nowhere', () => {
    const strict = { count: 1, percent: 1, floor: 1 };
    const off = { count: 1_000, percent: 100, floor: 1 };
    const guards = { group: strict, day: strict, run: strict, batch: strict, agreed: off };
    expect(findingsOf({ organization: { guards } })).toEqual([]);
  });

  it('a condition that nobody meets, without what looks like an address, and not where a ledger cannot be read', () => {
    const conditionsOfNobody = [
      { line: 'robots', attribute: 'departement', meant: 'department' },
      { line: 'sales', attribute: 'team', values: ['salse', 'ana.pop@acme.example'] },
    ];
    expect(findingsOf({ expected: { conditionsOfNobody } })).toEqual([
      'condition-for-nobody robots departement department',
      'condition-for-nobody sales team salse',
    ]);
    const unreadable = new Set<'person' | 'rule'>(['person']);
    expect(findingsOf({ expected: { conditionsOfNobody, unreadable } })).not.toContainEqual(
      expect.stringContaining('condition-for-nobody'),
    );
  });
});
