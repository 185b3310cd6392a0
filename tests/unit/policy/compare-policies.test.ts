import { describe, expect, it } from '@jest/globals';
import { comparePolicies } from '../../../shared/policy/compare-policies';
import { policyText } from '../../fixtures/policy-process';

const BASE = { acme: { groups: { Ops: {}, Finance: {} } } };
const withSources = (sources: object): string =>
  JSON.stringify({ ...(JSON.parse(policyText({ acme: {}, globex: {} })) as object), sources });

function changes(before: string, after: string, alias = 'acme') {
  return comparePolicies(before, after)?.changesOf(alias);
}
const ofAcme = (before: object, after: object) =>
  changes(policyText({ acme: before }), policyText({ acme: after }))?.changed;

describe('two versions of a policy', () => {
  it.each<[string, object, object, readonly object[]]>([
    ['nothing, where only defaults are written out', {}, { planExpiryDays: 7 }, []],
    [
      'a group that comes, one that goes, and what is another of one',
      { groups: { Ops: {}, Old: {}, Same: {} } },
      { groups: { Ops: { mode: 'observe', requests: { approvals: 2 } }, New: {}, Same: {} } },
      [
        { section: 'groups', name: 'Ops', change: 'changed', keys: ['mode', 'requests'] },
        { section: 'groups', name: 'Old', change: 'removed' },
        { section: 'groups', name: 'New', change: 'added' },
      ],
    ],
    [
      'approvers, and not who they are',
      { groups: { Ops: { requests: { approvers: ['ana@acme.example'] } } } },
      { groups: { Ops: { requests: { approvers: ['ben@acme.example'] } } } },
      [{ section: 'groups', name: 'Ops', change: 'changed', keys: ['requests.approvers'] }],
    ],
    [
      'guards',
      {},
      { guards: { run: { count: 999 }, day: { floor: 1 } } },
      [{ section: 'guards', change: 'changed', keys: ['day.floor', 'run.count'] }],
    ],
    [
      'who may decide',
      { console: { operators: [] } },
      { console: { operators: ['ana@acme.example'] } },
      [{ section: 'console', change: 'changed', keys: ['operators'] }],
    ],
    [
      'receivers, by name, and no address',
      {},
      { notify: [{ name: 'ops', url: 'https://hooks.example/secret-path', secret: 'notify-ops' }] },
      [{ section: 'notify', name: 'ops', change: 'added' }],
    ],
    [
      'lines of birthright',
      { birthright: [{ name: 'all', groups: ['Ops'] }] },
      { birthright: [{ name: 'all', groups: ['Ops'], when: { department: 'IT' } }] },
      [{ section: 'birthright', name: 'all', change: 'changed', keys: ['when.department'] }],
    ],
    [
      'an order alone',
      { birthright: [{ name: 'a', groups: ['Ops'] }, { name: 'b', groups: ['Ops'] }] }, // prettier-ignore
      { birthright: [{ name: 'b', groups: ['Ops'] }, { name: 'a', groups: ['Ops'] }] }, // prettier-ignore
      [{ section: 'birthright', change: 'changed' }],
    ],
    [
      'checks of its own',
      { audit: { checks: { x: check('true') } } },
      { audit: { checks: { x: check('false') } } },
      [{ section: 'audit', change: 'changed', keys: ['checks.x'] }],
    ],
    [
      'that somebody is protected, and no id',
      {},
      { protectedPrincipals: ['3f0c9a52-6d7e-4c1b-9e55-0b8f4a7d2c61'] },
      [{ section: 'protectedPrincipals', change: 'changed' }],
    ],
  ])('differ by %s', (_what, before, after, expected) => {
    expect(ofAcme(before, after)).toEqual(expected);
  });

  it('differ by the sources that may speak about the organization', () => {
    const of = (organizations: readonly string[] | undefined, secret: string) =>
      withSources({ hr: { workday: { secret, organizations } } });
    expect(changes(of(['acme'], 'a'), of(['acme'], 'b'))?.changed).toEqual([
      { section: 'sources', name: 'hr/workday', change: 'changed', keys: ['secret'] },
    ]);
    expect(changes(of(['acme'], 'a'), of(['acme'], 'b'), 'globex')?.changed).toEqual([]);
    expect(changes(of(['acme'], 'a'), of(undefined, 'a'), 'globex')?.changed).toEqual([
      { section: 'sources', name: 'hr/workday', change: 'added' },
    ]);
  });

  it('differ by an organization as a whole', () => {
    const [one, both] = [policyText(BASE), policyText({ ...BASE, globex: {} })];
    expect(comparePolicies(one, both)?.organizations).toEqual(['acme', 'globex']);
    expect(changes(one, both, 'globex')?.changed).toEqual([{ section: 'organization', change: 'added' }]);
    expect(changes(both, one, 'globex')?.changed).toEqual([{ section: 'organization', change: 'removed' }]);
    expect(changes(one, one, 'globex')?.changed).toEqual([]);
  });

  it('tell fifty changes, eight keys of each, and how many more there are', () => {
    const groups = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`Group ${at}`, {}]));
    const { changed, more } =
      changes(policyText({ acme: {} }), policyText({ acme: { groups: groups(53) } })) ?? {};
    expect([changed?.length, more]).toEqual([50, 3]);
    expect(
      changes(policyText({ acme: {} }), policyText({ acme: { groups: groups(50) } })),
    ).not.toHaveProperty('more');
    const when = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}${'k'.repeat(150)}`, 'x']));
    const lineWith = (count: number) => ({
      groups: { Ops: {} },
      birthright: [{ name: 'a', when: when(count), groups: ['Ops'] }],
    });
    const [line] = ofAcme(lineWith(0), lineWith(9)) ?? [];
    expect(line?.keys?.map(({ length }) => length)).toEqual(Array.from({ length: 8 }, () => 100));
  });

  it.each(['', 'version: 2', '{', '*x'])('are not compared where one is %j', (text) => {
    expect(comparePolicies(text, policyText(BASE))).toBeUndefined();
    expect(comparePolicies(policyText(BASE), text)).toBeUndefined();
  });
});

function check(when: string): object {
  return { each: 'member', when, title: 't', why: 'w', mend: 'm' };
}
