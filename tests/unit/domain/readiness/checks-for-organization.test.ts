import { describe, expect, it } from '@jest/globals';
import { checksForOrganization } from '../../../../shared/domain/readiness/checks-for-organization';

const failed = (name: string) => ({
  name,
  ok: false,
  code: 'x',
  problem: 'globex: words',
  places: ['globex'],
});
const source = { feed: 'hr', name: 'bob', organizations: ['acme'] } as never;
const policyOf = (...aliases: readonly string[]) => ({
  organizations: new Map(aliases.map((alias) => [alias, {} as never])),
  sources: [source],
});

describe('the checks that concern an organization', () => {
  it('are its own and those of what all share, and none of another', () => {
    const names = [
      'storage',
      'groups:acme',
      'groups:globex',
      'notify:globex/team',
      'source:hr/bob',
      'source:hr/ann',
    ];
    const told = checksForOrganization(names.map(failed), 'acme', policyOf('acme', 'globex'));
    expect(told.map(({ name }) => name)).toEqual(['storage', 'groups:acme', 'source:hr/bob']);
  });

  it('say nothing of what is shared that may name another', () => {
    const of = (...aliases: readonly string[]) =>
      checksForOrganization([failed('policy'), failed('token:acme')], 'acme', policyOf(...aliases));
    expect(JSON.stringify(of('acme', 'globex')[0])).not.toContain('globex');
    expect(of('acme', 'globex')[1]).toMatchObject({ problem: 'globex: words' });
    expect(of('acme')[0]).toMatchObject({ code: 'x', problem: 'globex: words' });
    const newer = [failed('policy'), failed('token:globex')];
    expect(JSON.stringify(checksForOrganization(newer, 'acme', policyOf('acme')))).not.toContain('globex');
  });
});
