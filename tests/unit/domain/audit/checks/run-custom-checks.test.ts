import { describe, expect, it } from '@jest/globals';
import { OWN_CHECK_STEPS } from '../../../../../shared/domain/audit/audit-policy';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import type { OrganizationPolicy } from '../../../../../shared/domain/policy';
import {
  aPerson,
  aSnapshotGroup,
  aSnapshotRule,
  aUser,
  findingsOf,
  known,
  UNKNOWN,
  inGroup,
  told,
} from '../../../../fixtures/builders/audits';
import { PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

const wanted = new Set(['developers']);

describe('own checks', () => {
  const entry = { title: 't', severity: 'low', why: 'w', mend: 'm', link: 'l' } as const;
  const run = (
    each: OrganizationPolicy['audit']['ownChecks'][number]['each'],
    finds: (facts: Readonly<Record<string, unknown>>) => boolean,
    parts: Parameters<typeof findingsOf>[0] = {},
    countSteps: (facts: Readonly<Record<string, unknown>>) => number = () => 1,
  ) =>
    findingsOf({
      ...parts,
      organization: {
        ...parts.organization,
        audit: {
          ...PLAIN_AUDIT,
          ownChecks: [
            { id: 'own:mine', entry, each, finds, countSteps },
            { id: 'own:other', entry, each: 'entry', finds: () => false, countSteps: () => 1 },
          ],
        },
      },
    });
  const expected = { people: [aPerson({ groups: wanted })] };
  const all = {
    expected,
    snapshot: {
      ...inGroup(['m1', 'm2']),
      accessPolicy: known([{ entityType: 'user', name: 'Ana@x' }] as const),
      rules: known([aSnapshotRule({ groupIds: ['g1', 'g9'] })]),
      users: known(new Map([['m1', aUser('m1')]])),
    },
    organization: {
      rules: {
        requests: undefined,
        mayMatchEverybody: false,
        baseline: [{ name: 'robots', owner: 'x@y', untilMs: undefined }],
      },
    },
  };

  it.each([
    [
      'member',
      {
        group: 'developers',
        memberId: 'm1',
        kind: 'user',
        privileged: false,
        email: 'ana@acme.example',
        known: true,
        left: false,
        expected: true,
        active: true,
        unusedDays: 1,
      },
      'own:mine developers m1',
    ],
    [
      'group',
      { group: 'developers', privileged: false, mode: 'additive', members: 2 },
      'own:mine developers',
    ],
    [
      'person',
      { email: 'ana@acme.example', left: false, pending: false, groups: ['developers'] },
      'own:mine p1',
    ],
    ['rule', { name: 'Robots', enabled: true, groups: ['developers', 'g9'] }, 'own:mine Robots 7'],
    ['entry', { entityType: 'user', name: 'ana@x' }, 'own:mine user:ana@x'],
  ] as const)('see each %s as it is', (each, facts, finding) => {
    const seen: unknown[] = [];
    const found = run(
      each,
      (one) => {
        seen.push(one);
        return seen.length === 1;
      },
      all,
    );
    expect(seen[0]).toEqual(facts);
    expect(found).toContain(finding);
  });

  it('see a member of whom nothing is known, and no group that is gone', () => {
    const seen: unknown[] = [];
    run(
      'member',
      (one) => {
        seen.push(one);
        return false;
      },
      all,
    );
    expect(seen[1]).toMatchObject({
      memberId: 'm2',
      email: '',
      known: false,
      left: false,
      expected: false,
      active: true,
      unusedDays: -1,
    });
    expect(
      run('group', () => true, {
        snapshot: {
          groups: new Map<string, ReturnType<Snapshot['groups']['get']> & object>([
            ['developers', known(undefined)],
            ['x', known(aSnapshotGroup('g2'))],
          ]),
        },
      }),
    ).toEqual(['group-missing developers', 'own:mine x']);
  });

  it.each([
    ['is known', ['m1'], ['own:mine developers m2']],
    ['is not known, who may be anybody', undefined, []],
  ])('see no member whose ledger cannot be read, where their account %s', (_is, accounts, found) => {
    const unreadable = new Set(['person'] as const);
    const unreadableAccounts = accounts === undefined ? {} : { unreadableAccounts: new Set(accounts) };
    const findings = run('member', () => true, {
      ...all,
      expected: { people: [], unreadable, ...unreadableAccounts },
    });
    expect(findings.filter((finding) => finding.startsWith('own:'))).toEqual(found);
  });

  it('see nobody in a group that could not be read', () => {
    const snapshot = { groups: new Map([['developers', UNKNOWN]]) };
    expect(run('member', () => true, { snapshot })).toEqual([
      'part-unknown group:developers uipath-unavailable',
    ]);
  });

  it('see an address that only the directory tells', () => {
    const seen: unknown[] = [];
    run('member', (one) => seen.push(one) === 0, {
      snapshot: { ...inGroup(['m9']), ...told({}, { m9: 'x@y' }) },
    });
    expect(seen).toMatchObject([{ memberId: 'm9', email: 'x@y' }]);
  });

  it('are unknown, not clean, when their expression fails', () => {
    const fails = () => {
      throw new Error('no');
    };
    expect(run('member', fails, { snapshot: inGroup(['m1']), expected })).toEqual([
      'part-unknown own:mine expression-failed',
    ]);
  });

  it.each([
    [
      'take as many steps as a night has',
      OWN_CHECK_STEPS / 2,
      ['own:mine developers m1', 'own:mine developers m2'],
    ],
    [
      'are unknown alone, and not begun, when they could take more',
      OWN_CHECK_STEPS / 2 + 1,
      ['part-unknown own:mine expression-too-costly'],
    ],
  ])('%s', (_what, steps, findings) => {
    let ran = 0;
    const found = run(
      'member',
      () => {
        ran += 1;
        return true;
      },
      { ...all, snapshot: { ...all.snapshot, ...inGroup(['m1', 'm2']) } },
      () => steps,
    );
    expect(found.filter((finding) => finding.includes('own:'))).toEqual(findings);
    expect(ran).toBe(findings.length === 2 ? 2 : 0);
  });
});
