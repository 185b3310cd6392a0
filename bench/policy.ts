import { stringify } from 'yaml';
import { guidOf } from '../sandbox/uipath/ids';
import type { Workforce } from './workforce';

/** Secrets by the name that the policy uses, and the setting that holds them. */
export const SECRETS = {
  organization: { name: 'bench-uipath', variable: 'SECRET_BENCH_UIPATH' },
  signing: { name: 'bench-hr', variable: 'SECRET_BENCH_HR' },
} as const;

/** Everything that is not said here is the product's default. */
export type PolicyDraft = Readonly<{
  organizations: readonly string[];
  workforce: Pick<Workforce, 'groups' | 'birthright'>;
  maxIdsPerPut?: number;
  /** No guard holds a removal. */
  unguarded?: true;
}>;

const NEVER = { count: 1_000_000, percent: 100, floor: 1_000_000 } as const;
const UNGUARDED = { group: NEVER, day: NEVER, run: NEVER, batch: NEVER } as const;

/** The policy file for organizations that are all alike. */
export function writePolicy(draft: PolicyDraft, identityBaseUrl: (alias: string) => string): string {
  const { groups, birthright } = draft.workforce;
  const organizationOf = (alias: string): object => ({
    partitionGlobalId: guidOf(alias),
    identityBaseUrl: identityBaseUrl(alias),
    credentialSecret: SECRETS.organization.name,
    ...(draft.maxIdsPerPut === undefined ? {} : { maxIdsPerPut: draft.maxIdsPerPut }),
    ...(draft.unguarded === undefined ? {} : { guards: UNGUARDED }),
    groups: Object.fromEntries(groups.map((name) => [name, { mode: 'additive' }])),
    birthright: birthright.map((line) => ({
      name: line.team,
      when: { team: line.team },
      groups: line.groups,
    })),
  });
  const file = {
    version: 1,
    organizations: Object.fromEntries(draft.organizations.map((alias) => [alias, organizationOf(alias)])),
    sources: { hr: { standard: { secret: SECRETS.signing.name } } },
  };
  return stringify(file, { aliasDuplicateObjects: false });
}
