import {
  idsOf,
  whyEntryIsNotAdded,
  whyEntryStays,
} from '../../domain/audit/remediation/plan-entry-remediation';
import { subjectByName } from '../../domain/ledger/subject';
import type { Hold } from '../../domain/plan/hold';
import type { RuleOrEntryChange } from '../../domain/plan/rule-or-entry-change';
import { latestOf, type EntityLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import { errorCodeOf } from '../../errors';
import type { UiPathAccessPolicy } from '../../uipath/access-policy';
import { resolveEntity } from './apply-access-policy-entries';
import { applyOncePerRelease } from './apply-once-per-release';
import type { OrganizationRun } from './organization-run';
import { findOwnMembers } from './find-own-members';
import { toSnapshotEntry } from '../ledger/normalize-uipath-state';

type EntryChange = Extract<RuleOrEntryChange, { kind: 'access-policy' }>;

/** Adds or removes one entry of the access policy as it was released. Returns why nothing was done. */
export async function applyReleasedPolicyEntry(
  run: OrganizationRun,
  released: Hold,
  change: EntryChange,
): Promise<string | undefined> {
  const { entity, decision } = change;
  const { accessPolicy } = run.uipathFor('normal');
  const subject = subjectByName(run.organization.alias, 'entity', entity);
  const have = (await accessPolicy.read()).map(toSnapshotEntry);
  const requested = latestOf((await run.ledger.read(subject))?.value.statements ?? [])?.want;
  const applications = typeOf(entity) === 'application' ? change.entityIds : [];
  const ownIds = await findOwnMembers(run, applications);
  const facts = { organization: run.organization, have, requested, ownIds };
  const reason = decision === 'add' ? whyEntryIsNotAdded(facts, entity) : whyEntryStays(facts, entity);
  if (reason !== undefined) return reason.why;
  const ids = decision === 'add' ? await idToAdd(run, entity) : change.entityIds;
  if (ids === undefined) return 'entity-missing';
  if (decision === 'remove' && idsOf(have, entity).some((id) => !ids.includes(id))) return 'changed';
  const isThere = new Set(have.map(({ entityId }) => entityId));
  const isNeeded = ids.some((id) => isThere.has(id) === (decision === 'remove'));
  const [added, removed] = decision === 'add' ? [ids, []] : [[], ids];
  await applyOncePerRelease(
    run,
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

/** Where somebody else changed the list at the same time, ours may have been made all the same. */
async function orSeeIt(
  accessPolicy: Pick<UiPathAccessPolicy, 'read'>,
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

async function idToAdd(run: OrganizationRun, entity: string): Promise<readonly string[] | undefined> {
  const id = await resolveEntity(run, toLedger(entity));
  return id === undefined ? undefined : [id];
}

/** For an entry that no request spoke of: its ledger holds nothing but the evidence. */
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
