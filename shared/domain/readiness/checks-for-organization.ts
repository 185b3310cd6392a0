import type { Policy } from '../policy';

/** What came of a check, by its name, with words that may name anything of the policy. */
type ToldCheck = Readonly<{
  name: string;
  ok: boolean;
  skipped?: readonly string[] | undefined;
  code?: string | undefined;
  problem?: string | undefined;
  places?: readonly string[] | undefined;
  answer?: unknown;
}>;

/**
 * The checks that concern an organization: its own, and those of what all share. Those of others name others, and so may the words of what
 * is shared, which are left out where there are others. A check is named `<what>`, `<what>:<alias>`, `notify:<alias>/<receiver>`, or of a
 * source `source:<feed>/<name>` and `fetch-back:<feed>/<name>`.
 */
export function checksForOrganization(
  checks: readonly ToldCheck[],
  alias: string,
  policy: Pick<Policy, 'organizations' | 'sources'>,
): readonly ToldCheck[] {
  const own = checks.filter(({ name }) => isForOrganization(name, alias, policy));
  // The file may name another before it is in force.
  const isAlone = policy.organizations.size === 1 && own.length === checks.length;
  return own.map((check) =>
    isAlone || check.name.includes(':')
      ? check
      : { ...check, problem: undefined, places: undefined, answer: undefined },
  );
}

function isForOrganization(name: string, alias: string, { sources }: Pick<Policy, 'sources'>): boolean {
  const [what = '', ...rest] = name.split(':');
  if (rest.length === 0) return true;
  const of = rest.join(':');
  if (what !== 'source' && what !== 'fetch-back') return of.split('/')[0] === alias;
  return sources.some(
    (source) => `${source.feed}/${source.name}` === of && source.organizations.includes(alias),
  );
}
