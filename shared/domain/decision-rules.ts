import type { KeyDecider } from './decider';

export const DECISION_ROLES = ['reader', 'operator', 'approver', 'auditor'] as const;
export type DecisionRole = (typeof DECISION_ROLES)[number];

/** Who has a role: by app role or object id of Entra ID, or by the key that they have. */
export type RoleHolders = Readonly<{
  appRoles: ReadonlySet<string>;
  /** Object ids. */
  people: ReadonlySet<string>;
  keys: ReadonlySet<KeyDecider['establishedBy']>;
}>;

/** Who may decide what in an organization, and what takes two people. */
export type DecisionRules = Readonly<{
  /** undefined: `console` names readers and operators, and whoever has a key may do everything. */
  roles: Readonly<Record<DecisionRole, RoleHolders>> | undefined;
  twoPeople: Readonly<{
    criticalWaivers: boolean;
    /** Releases of more removals than this; undefined: none. */
    releasesOver: number | undefined;
    /** Corrected directory ids, and who is who. */
    correctedIds: boolean;
  }>;
}>;
