import type { Policy } from '../policy';

/**
 * Whether a check is of an organization, or of what all share: those of others name others. A check is named `<what>`, `<what>:<alias>`,
 * `notify:<alias>/<receiver>`, or of a source `source:<feed>/<name>` and `fetch-back:<feed>/<name>`.
 */
export function isForOrganization(
  name: string,
  alias: string,
  { sources }: Pick<Policy, 'sources'>,
): boolean {
  const [what = '', ...rest] = name.split(':');
  if (rest.length === 0) return true;
  const of = rest.join(':');
  if (what !== 'source' && what !== 'fetch-back') return of.split('/')[0] === alias;
  return sources.some(
    (source) => `${source.feed}/${source.name}` === of && source.organizations.includes(alias),
  );
}
