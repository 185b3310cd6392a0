import { HOUR_MS } from '../../domain/durations';
import { latestOf, type EntityLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import { fold } from '../../domain/person-key';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { DueDates } from '../../storage/due-dates';
import type { ChangeStore, Mark } from '../../storage/marks-and-attempts';
import type { UiPathClient } from '../../uipath/client';
import { updateLedger } from '../ledger/update-ledger';
import {
  resolveAccessPolicyEntity,
  type ResolveAccessPolicyEntityDeps,
} from './resolve-access-policy-entity';
import { runEvidence, type RunEvidenceDeps } from './run-evidence';
import type { UiPathInLane } from './uipath-in-lane';
import type { WriterFence } from './writer-fence';

type ApplyEntityDeps = ResolveAccessPolicyEntityDeps &
  RunEvidenceDeps &
  Pick<WriterFence, 'stillOurs'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'protectedPrincipals'>;
    /** Client ids of this application. */
    ownIds: ReadonlySet<string>;
    due: Pick<DueDates, 'schedule'>;
    uipath: UiPathInLane<{ accessPolicy: Pick<UiPathClient['accessPolicy'], 'update'> }, 'normal'>;
  }>;

export type ApplyAccessPolicyEntriesDeps = ApplyEntityDeps &
  Readonly<{ changes: Pick<ChangeStore, 'clearMark'> }>;

/** Reconciles the marked entries of the organization access policy: adds and removes them. */
export async function applyAccessPolicyEntries(
  deps: ApplyAccessPolicyEntriesDeps,
  marks: readonly Mark[],
): Promise<void> {
  for (const mark of marks) {
    const subject: Subject<'entity'> = { ...mark.subject, kind: 'entity' };
    const stored = await deps.ledger.read(subject);
    if (stored !== undefined) await applyOrNote(deps, subject, stored.value);
    await deps.changes.clearMark(mark);
  }
}

/** Contains a refusal to its own entry: it is noted and tried again in an hour, and the others have their turn. */
async function applyOrNote(
  deps: ApplyEntityDeps,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  try {
    await applyEntity(deps, subject, ledger);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'uipath-rejected' && code !== 'uipath-conflict' && code !== 'uipath-not-found') throw error;
    await note(deps, subject, ledger, 'change-refused', { code });
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + HOUR_MS });
  }
}

async function applyEntity(
  deps: ApplyEntityDeps,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  const latest = latestOf(ledger.statements);
  const want = latest?.want === true;
  const entityId = ledger.have?.entityId ?? (await resolveAccessPolicyEntity(deps, ledger));
  if (entityId === undefined) {
    const { kind, facts } = await whyUnresolved(deps, ledger);
    await note(deps, subject, ledger, kind, facts);
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + HOUR_MS });
    return;
  }
  if (!want && (deps.ownIds.has(entityId) || deps.organization.protectedPrincipals.has(entityId))) {
    await note(deps, subject, ledger, 'change-withheld', { entityId });
    return;
  }
  await deps.stillOurs();
  const { added, removed } = await deps.uipath.normal.accessPolicy.update({
    entityType: ledger.entityType,
    add: want ? [entityId] : [],
    remove: want ? [] : [entityId],
  });
  const have = want ? { entityId, sinceMs: deps.clock.now() } : undefined;
  const outcome = { have, settled: latest?.requestId };
  if (have?.entityId !== ledger.have?.entityId || added.length + removed.length > 0)
    await note(deps, subject, outcome, want ? 'policy-entity-added' : 'policy-entity-removed', { entityId });
  else if (outcome.settled !== ledger.settled)
    await updateLedger(deps.ledger, subject, (current) =>
      current === undefined ? undefined : { next: { ...current, settled: outcome.settled }, evidence: [] },
    );
}

/** Why an entry has no id: UiPath has several groups of the name, or nothing of it. */
async function whyUnresolved(
  deps: Pick<ApplyEntityDeps, 'groupsByName'>,
  { entityType, name }: Pick<EntityLedger, 'entityType' | 'name'>,
): Promise<Readonly<{ kind: string; facts: Readonly<{ code?: ErrorCode }> }>> {
  const isListed = entityType === 'group' && (await deps.groupsByName('normal')).has(fold(name));
  return isListed
    ? { kind: 'change-refused', facts: { code: 'uipath-group-ambiguous' } }
    : { kind: 'entity-missing', facts: {} };
}

async function note(
  deps: RunEvidenceDeps,
  subject: Subject<'entity'>,
  { have, settled }: Pick<EntityLedger, 'have' | 'settled'>,
  kind: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : { next: { ...current, have, settled }, evidence: [runEvidence(deps, kind, facts)] },
  );
}
