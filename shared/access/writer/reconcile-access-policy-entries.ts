import { HOUR_MS } from '../../domain/durations';
import { latestOf, type EntityLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import { fold } from '../../domain/fold';
import { SHOWS_WITHIN_MS } from '../../domain/plan/open-call';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { DueDates } from '../../storage/due-dates';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../uipath/client';
import { updateLedger } from '../ledger/update-ledger';
import {
  resolveAccessPolicyEntity,
  type ResolveAccessPolicyEntityDeps,
} from './resolve-access-policy-entity';
import {
  findThisApplicationAmongMembers,
  type FindThisApplicationDeps,
} from './find-this-application-among-members';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import type { UiPathInLane } from './uipath-in-lane';
import type { TimeBudget } from './time-budget-interface';
import type { ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';

/** Before a removal that the list does not show yet, or an addition whose id was gone, is tried again. */
const LOOK_AGAIN_MS = 60_000;

type ApplyEntityDeps = ResolveAccessPolicyEntityDeps &
  FindThisApplicationDeps &
  EvidenceOfRunDeps &
  Pick<WriterFence, 'stillOurs'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'mode' | 'protectedPrincipals'>;
    due: Pick<DueDates, 'schedule'>;
    uipath: UiPathInLane<{ accessPolicy: Pick<UiPathClient['accessPolicy'], 'read' | 'update'> }, 'normal'>;
  }>;

export type ReconcileAccessPolicyEntriesDeps = ApplyEntityDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ changes: Pick<ChangeStore, 'clearMark'> }>;

/** Reconciles the marked entries of the organization access policy: adds and removes them. */
export async function reconcileAccessPolicyEntries(
  deps: ReconcileAccessPolicyEntriesDeps,
  marks: readonly Mark[],
): Promise<void> {
  for (const mark of marks) {
    if (deps.isTimeUp()) return;
    const subject: Subject<'entity'> = { ...mark.subject, kind: 'entity' };
    await deps.units.run({ kind: 'entity', key: subject.key }, async () => {
      const stored = await deps.ledger.read(subject);
      if (stored !== undefined) await applyOrNote(deps, subject, stored.value);
      await deps.changes.clearMark(mark);
    });
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
    // An id that is gone is not asked for again: whoever has the name now is looked up.
    const isIdGone = code === 'uipath-not-found' && ledger.have !== undefined;
    const known = isIdGone ? { ...ledger, have: undefined, isGone: true } : ledger;
    await note(deps, subject, known, 'change-refused', { code });
    const waitMs = isIdGone ? LOOK_AGAIN_MS : HOUR_MS;
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + waitMs });
  }
}

async function applyEntity(
  deps: ApplyEntityDeps,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  const latest = latestOf(ledger.statements);
  const want = latest?.want === true;
  const sentId = want ? sentLately(ledger, deps.clock.now()) : ledger.sent?.entityId;
  const entityId = ledger.have?.entityId ?? sentId ?? (await resolveAccessPolicyEntity(deps, ledger));
  if (entityId === undefined) {
    const { kind, facts } = await whyUnresolved(deps, ledger);
    await note(deps, subject, ledger, kind, facts);
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + HOUR_MS });
    return;
  }
  if (!want && (await isNeverRemoved(deps, ledger, entityId))) {
    await note(deps, subject, ledger, 'change-withheld', { entityId });
    return;
  }
  if (deps.organization.mode === 'observe' && (await isInList(deps, entityId)) !== want) {
    const would = want ? 'add' : 'remove';
    await note(deps, subject, ledger, 'change-withheld', { entityId, decision: 'observed', would });
    return;
  }
  await deps.stillOurs();
  if (want && ledger.have === undefined) await noteSent(deps, subject, entityId);
  const { added, removed } = await deps.uipath.normal.accessPolicy.update({
    entityType: ledger.entityType,
    add: want ? [entityId] : [],
    remove: want ? [] : [entityId],
  });
  await deps.stillOurs();
  if (!want && removed.length === 0 && mayShowYet(ledger, entityId, deps.clock.now())) {
    await deps.due.schedule({ subject, dueAtMs: deps.clock.now() + LOOK_AGAIN_MS });
    return;
  }
  const have = want ? { entityId, sinceMs: deps.clock.now() } : undefined;
  const outcome = { have, settled: latest?.requestId, isGone: !want };
  if (have?.entityId !== ledger.have?.entityId || added.length + removed.length > 0)
    await note(deps, subject, outcome, want ? 'policy-entity-added' : 'policy-entity-removed', { entityId });
  else if (outcome.settled !== ledger.settled)
    await updateLedger(deps.ledger, subject, (current) =>
      current === undefined ? undefined : { next: { ...current, settled: outcome.settled }, evidence: [] },
    );
}

async function isInList({ uipath }: Pick<ApplyEntityDeps, 'uipath'>, entityId: string): Promise<boolean> {
  const entries = await uipath.normal.accessPolicy.read();
  return entries.some(({ identifier }) => identifier === entityId.toLowerCase());
}

/** Nobody's request takes a protected principal off the list, nor this application itself. */
async function isNeverRemoved(
  deps: FindThisApplicationDeps & Pick<ApplyEntityDeps, 'organization'>,
  { entityType }: EntityLedger,
  entityId: string,
): Promise<boolean> {
  if (deps.organization.protectedPrincipals.has(entityId)) return true;
  return (
    entityType === 'application' && (await findThisApplicationAmongMembers(deps, [entityId])).has(entityId)
  );
}

/** Stores the intent of an addition before the call: reads may show the entry only after its removal was asked for. */
async function noteSent(
  deps: EvidenceOfRunDeps,
  subject: Subject<'entity'>,
  entityId: string,
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : { next: { ...current, sent: { entityId, atMs: deps.clock.now() } }, evidence: [] },
  );
}

/** The id of an addition that may have been made, though no answer said so. One of longer ago may be of an account that is gone. */
function sentLately({ sent }: EntityLedger, nowMs: number): string | undefined {
  return sent !== undefined && nowMs - sent.atMs <= SHOWS_WITHIN_MS ? sent.entityId : undefined;
}

/** True while the list may not show yet what was added: "not there" is then no outcome of a removal. */
function mayShowYet({ have, sent }: EntityLedger, entityId: string, nowMs: number): boolean {
  const atMs = Math.max(
    have?.entityId === entityId ? have.sinceMs : 0,
    sent?.entityId === entityId ? sent.atMs : 0,
  );
  return nowMs - atMs <= SHOWS_WITHIN_MS;
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
  deps: EvidenceOfRunDeps,
  subject: Subject<'entity'>,
  { have, settled, isGone = false }: Pick<EntityLedger, 'have' | 'settled'> & Readonly<{ isGone?: boolean }>,
  kind: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : {
          next: { ...current, have, settled, sent: isGone ? undefined : current.sent },
          evidence: [evidenceOfRun(deps, kind, facts)],
        },
  );
}
