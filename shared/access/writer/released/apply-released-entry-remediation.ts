import {
  idsOf,
  whyEntryIsNotAdded,
  whyEntryStays,
} from '../../../domain/audit/remediation/plan-entry-remediation';
import { latestOf, type EntityLedger } from '../../../domain/ledger/rule-and-entity-ledgers';
import { subjectByName } from '../../../domain/ledger/subject';
import type { Hold } from '../../../domain/plan/hold';
import type { RuleOrEntryChange } from '../../../domain/plan/remediation-change-of-rule-or-entry';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import type { UiPathClient } from '../../../uipath/client';
import { toSnapshotEntry } from '../../ledger/to-snapshot-rules-and-entries';
import { applyReleasedChangeOnce, type ApplyOncePerReleaseDeps } from './apply-released-change-once';
import {
  findThisApplicationAmongMembers,
  type FindThisApplicationDeps,
} from '../find-this-application-among-members';
import {
  resolveAccessPolicyEntity,
  type ResolveAccessPolicyEntityDeps,
} from '../resolve-access-policy-entity';
import type { UiPathInLane } from '../uipath-in-lane';

export type ApplyReleasedAccessPolicyEntryDeps = ApplyOncePerReleaseDeps &
  FindThisApplicationDeps &
  ResolveAccessPolicyEntityDeps &
  Readonly<{
    organization: OrganizationPolicy;
    uipath: UiPathInLane<{ accessPolicy: Pick<UiPathClient['accessPolicy'], 'read' | 'update'> }, 'normal'>;
  }>;

type EntryChange = Extract<RuleOrEntryChange, { kind: 'access-policy' }>;

/** Adds or removes one entry of the access policy as it was released. Returns why nothing was done. */
export async function applyReleasedEntryRemediation(
  deps: ApplyReleasedAccessPolicyEntryDeps,
  released: Hold,
  change: EntryChange,
): Promise<string | undefined> {
  const { entity, decision } = change;
  const { accessPolicy } = deps.uipath.normal;
  const subject = subjectByName(deps.organization.alias, 'entity', entity);
  const have = (await accessPolicy.read()).map(toSnapshotEntry);
  const requested = latestOf((await deps.ledger.read(subject))?.value.statements ?? [])?.want;
  const applications = typeOf(entity) === 'application' ? change.entityIds : [];
  const ownIds = await findThisApplicationAmongMembers(deps, applications);
  const facts = { organization: deps.organization, have, requested, ownIds };
  const reason = decision === 'add' ? whyEntryIsNotAdded(facts, entity) : whyEntryStays(facts, entity);
  if (reason !== undefined) return reason.why;
  const ids = decision === 'add' ? await idToAdd(deps, entity) : change.entityIds;
  if (ids === undefined) return 'entity-missing';
  if (decision === 'remove' && idsOf(have, entity).some((id) => !ids.includes(id))) return 'changed';
  const isThere = new Set(have.map(({ entityId }) => entityId));
  const isNeeded = ids.some((id) => isThere.has(id) === (decision === 'remove'));
  const [added, removed] = decision === 'add' ? [ids, []] : [[], ids];
  await applyReleasedChangeOnce(
    deps,
    released,
    { subject, empty: toLedger(entity), isNeeded },
    {
      begin: { kind: 'policy-entity-change-begun', facts: { entity, decision, entityIds: ids } },
      made: {
        kind: decision === 'add' ? 'policy-entity-added' : 'policy-entity-removed',
        facts: { entityIds: ids },
      },
      call: async () =>
        orSeeIt(accessPolicy, ids, decision, async () =>
          accessPolicy.update({ entityType: typeOf(entity), add: added, remove: removed }),
        ),
    },
  );
  return undefined;
}

/**
 * Reads back after a conflict: where somebody else changed the list at the same time, our change may have been made all
 * the same.
 */
async function orSeeIt(
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>,
  ids: readonly string[],
  decision: EntryChange['decision'],
  update: () => Promise<unknown>,
): Promise<void> {
  try {
    await update();
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-conflict') throw error;
    const isThere = new Set((await accessPolicy.read()).map(({ identifier }) => identifier));
    if (ids.some((id) => isThere.has(id.toLowerCase()) === (decision === 'remove'))) throw error;
  }
}

async function idToAdd(
  deps: ResolveAccessPolicyEntityDeps,
  entity: string,
): Promise<readonly string[] | undefined> {
  const id = await resolveAccessPolicyEntity(deps, toLedger(entity));
  return id === undefined ? undefined : [id];
}

/** The ledger of an entry that no request spoke of: it holds nothing but the evidence. */
function toLedger(entity: string): EntityLedger {
  return {
    entityType: typeOf(entity),
    name: entity.slice(entity.indexOf(':') + 1),
    statements: [],
    have: undefined,
  };
}

function typeOf(entity: string): EntityLedger['entityType'] {
  return (['user', 'group', 'application'] as const).find((type) => entity.startsWith(`${type}:`)) ?? 'user';
}
