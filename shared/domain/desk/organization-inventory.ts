import type { Known } from '../audit/snapshot';
import type { MemberKind } from '../member-kind';
import type { PolicyEntity } from '../policy';

/** What an organization has that a policy can speak of: what a first policy file is made from. */
export type OrganizationInventory = Readonly<{
  organization: string;
  /** `audit`: the newest snapshot of the audit; `uipath`: asked there. */
  from: 'audit' | 'uipath';
  takenAtMs: number;
  groups: Known<ReadonlyArray<Readonly<{ id: string; name: string; isBuiltIn: boolean }>>>;
  /** `name`: an address for people; null: nothing tells it. */
  administrators: Known<ReadonlyArray<Readonly<{ id: string; kind: MemberKind; name: string | null }>>>;
  rules: Known<ReadonlyArray<Readonly<{ name: string }>>>;
  accessPolicy: Known<readonly PolicyEntity[]>;
}>;
