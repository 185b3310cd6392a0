import { hashOf } from '../canonical-json-hash';

/** A change of one entry of the access policy, or of one rule, which only a person's release explains. */
export type RuleOrEntryChange =
  | Readonly<{
      kind: 'access-policy';
      /** Type and folded name, such as `group:all staff`. */
      entity: string;
      decision: 'add' | 'remove';
      /** What is to be removed; an entry to be added is looked up by its name. */
      entityIds: readonly string[];
    }>
  | Readonly<{
      kind: 'rule';
      rule: string;
      ruleId: number;
      decision: 'write' | 'delete';
      /** Of the rule as the ledger has it, which is to be written again, or as it was found, which is to be deleted. */
      contentHash: string;
    }>;

/** The hash of a change: a release is for this hash and for no other. */
export function changeHash(change: RuleOrEntryChange): string {
  return hashOf(change);
}
