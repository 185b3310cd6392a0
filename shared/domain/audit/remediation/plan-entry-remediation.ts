import { changeHash, type RuleOrEntryChange } from '../../plan/remediation-change-of-rule-or-entry';
import type { OrganizationPolicy } from '../../policy';
import { entityName, isBroad } from '../checks/check-access-policy';
import type { NoPlan } from '../finding';
import { ownIdsIn } from '../own-ids';
import { NOT_NAMED, createNoPlan, type RemediationPlanner } from './remediation-planner-interface';
import { valueOr, type SnapshotEntry } from '../snapshot';
import { isGuid } from '../../guid';

/** What is known when an entry of the access policy is to be changed: at night, and again when it is done. */
export type EntryFacts = Readonly<{
  organization: OrganizationPolicy;
  /** What is on the list. */
  have: readonly SnapshotEntry[];
  /** Whether the latest approved request wants the entry; undefined: there is no request for it. */
  requested: boolean | undefined;
  ownIds: ReadonlySet<string>;
}>;

/** Takes an entry off the list. */
export const planEntryRemoval: RemediationPlanner = ({ audit, requestedEntries }, { entity }) => {
  if (entity === undefined) return NOT_NAMED;
  const have = valueOr(audit.snapshot.accessPolicy, []);
  const facts = {
    organization: audit.organization,
    have,
    requested: requestedEntries.get(entity),
    ownIds: ownIdsIn(audit),
  };
  const noPlan = whyEntryStays(facts, entity);
  if (noPlan !== undefined) return { noPlan };
  const entityIds = idsOf(have, entity).toSorted();
  return toEntryRemediation({ kind: 'access-policy', entity, decision: 'remove', entityIds });
};

/** Puts an agreed entry on the list. */
export const planEntryAddition: RemediationPlanner = ({ audit, requestedEntries }, { entity }) => {
  if (entity === undefined) return NOT_NAMED;
  const noPlan = whyEntryIsNotAdded(
    { organization: audit.organization, requested: requestedEntries.get(entity) },
    entity,
  );
  if (noPlan !== undefined) return { noPlan };
  return toEntryRemediation({ kind: 'access-policy', entity, decision: 'add', entityIds: [] });
};

/** Why an entry must not be removed, or undefined. Removing it must not shut out agreed people. */
export function whyEntryStays(facts: EntryFacts, entity: string): NoPlan | undefined {
  const { organization, have, requested, ownIds } = facts;
  const { baseline } = organization.accessPolicy;
  if (baseline === undefined)
    return decision(
      'The policy has no baseline of the access policy: somebody decides who is to be allowed instead.',
    );
  const agreed = new Set(baseline.map(entityName));
  if (agreed.has(entity))
    return decision('The baseline names this entry: somebody takes it out of there first.');
  if (requested === true)
    return decision(
      'An approved request put this entry on the list: have its removal requested, or add it to the baseline.',
    );
  const names = new Set(have.map(entityName));
  const isWide = have.some((entry) => entityName(entry) === entity && isBroad({ organization }, entry));
  const stays = [...agreed].filter((name) => names.has(name)).length;
  if (stays === 0) return notNow('No entry of the baseline is on the list: everybody would be shut out.');
  if (isWide && stays < agreed.size)
    return notNow(
      'An entry of the baseline is missing: it is added first, so that nobody is shut out who was agreed.',
    );
  const ids = idsOf(have, entity);
  if (ids.some((id) => ownIds.has(id) || organization.protectedPrincipals.has(id)))
    return notNow('The entry is this application itself, or a principal that the policy protects.');
  return ids.every((id) => isGuid(id))
    ? undefined
    : {
        kind: 'by-hand',
        why: 'UiPath takes this entry off its list in its own pages only: it has no id of its own.',
      };
}

/** Why an entry must not be added, or undefined. */
export function whyEntryIsNotAdded(
  { organization, requested }: Pick<EntryFacts, 'organization' | 'requested'>,
  entity: string,
): NoPlan | undefined {
  if (requested === false)
    return decision(
      'An approved request took this entry off the list: take it out of the baseline, or have it requested again.',
    );
  const { baseline = [] } = organization.accessPolicy;
  return baseline.some((entry) => entityName(entry) === entity)
    ? undefined
    : decision('The baseline does not name this entry any more.');
}

/** Ids of the entries with this name. */
export function idsOf(have: readonly SnapshotEntry[], entity: string): readonly string[] {
  return have.filter((entry) => entityName(entry) === entity).map(({ entityId = '' }) => entityId);
}

function toEntryRemediation(change: RuleOrEntryChange) {
  return {
    remediation: { kind: 'change', change, planHash: changeHash(change), status: 'proposed' },
  } as const;
}

function decision(why: string): NoPlan {
  return createNoPlan('decision', why).noPlan;
}

function notNow(why: string): NoPlan {
  return createNoPlan('not-now', why).noPlan;
}
