import type { CheckId } from './check-catalog';
import type { CheckEntry } from './check-catalog-entry';
import type { Waiver } from './waiver';

/** Who administers the organization. */
export type AdministratorRules = Readonly<{
  fewest: number;
  most: number;
  /** Folded addresses; undefined: anybody may be one. */
  people: ReadonlySet<string> | undefined;
  /** Folded addresses of accounts for emergencies: always administrators, never used. */
  breakGlass: ReadonlySet<string>;
}>;

/** What an own check looks at, one after the other. */
export type OwnCheckScope = 'member' | 'group' | 'person' | 'rule' | 'entry';

/** What an own check sees of one of them. */
export type OwnCheckFacts = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** A check that the policy brings. `finds` is its expression. */
export type OwnCheck = Readonly<{
  id: Extract<CheckId, `own:${string}`>;
  entry: CheckEntry;
  each: OwnCheckScope;
  /** @throws Error when the expression cannot be computed from these facts */
  finds: (facts: OwnCheckFacts) => boolean;
  /** The most steps that `finds` can take for these facts, known without running it. */
  countSteps: (facts: OwnCheckFacts) => number;
}>;

/** The steps that one own check may take in a night: a few seconds, without a look at a clock. */
export const OWN_CHECK_STEPS = 200_000_000;

/** What the policy says of an organization's audit. */
export type AuditPolicy = Readonly<{
  /** Folded names of groups that hold so many that the access policy must not allow them; Everyone always is one. */
  broadGroups: ReadonlySet<string>;
  /** Folded domains of the company's own addresses; empty: no address counts as external. */
  domains: ReadonlySet<string>;
  dormantDays: number;
  /** How long before its end a secret is reported. */
  secretDays: number;
  /** How far apart two audits may be. */
  everyHours: number;
  administrators: AdministratorRules | undefined;
  /** Further things to read, which need a scope each. */
  reads: ReadonlySet<'applications' | 'robots'>;
  /** Checks whose remediations need no release, in every group. */
  remediate: ReadonlySet<CheckId>;
  waiverCeilingDays: number;
  waivers: readonly Waiver[];
  ownChecks: readonly OwnCheck[];
}>;
