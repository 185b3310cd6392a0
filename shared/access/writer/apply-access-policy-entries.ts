import { latestOf, type EntityLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import type { Subject } from '../../domain/ledger/subject';
import { fold } from '../../domain/person-key';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { Mark } from '../../storage/marks-and-attempts';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateLedger } from '../ledger/update-ledger';
import { HOUR_MS } from '../../domain/durations';

/** Adds and removes the marked entries of the organization access policy. */
export async function applyAccessPolicyEntries(run: OrganizationRun, marks: readonly Mark[]): Promise<void> {
  for (const mark of marks) {
    const subject: Subject<'entity'> = { ...mark.subject, kind: 'entity' };
    const stored = await run.ledger.read(subject);
    if (stored !== undefined) await applyOrNote(run, subject, stored.value);
    await run.changes.clearMark(mark);
  }
}

/** What UiPath refuses is noted and tried again later: it must not keep the others from their turn. */
async function applyOrNote(
  run: OrganizationRun,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  try {
    await applyEntity(run, subject, ledger);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'uipath-rejected' && code !== 'uipath-conflict' && code !== 'uipath-not-found') throw error;
    await note(run, subject, ledger, 'change-refused', { code });
    await run.due.schedule({ subject, dueAtMs: run.clock.now() + HOUR_MS });
  }
}

async function applyEntity(
  run: OrganizationRun,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  const latest = latestOf(ledger.statements);
  const want = latest?.want === true;
  const entityId = ledger.have?.entityId ?? (await resolveEntity(run, ledger));
  if (entityId === undefined) {
    const { kind, facts } = await whyUnresolved(run, ledger);
    await note(run, subject, ledger, kind, facts);
    await run.due.schedule({ subject, dueAtMs: run.clock.now() + HOUR_MS });
    return;
  }
  if (!want && (run.ownIds.has(entityId) || run.organization.protectedPrincipals.has(entityId))) {
    await note(run, subject, ledger, 'change-withheld', { entityId });
    return;
  }
  await run.stillOurs();
  const { added, removed } = await run.uipathFor('normal').accessPolicy.update({
    entityType: ledger.entityType,
    add: want ? [entityId] : [],
    remove: want ? [] : [entityId],
  });
  const have = want ? { entityId, sinceMs: run.clock.now() } : undefined;
  const outcome = { have, settled: latest?.requestId };
  if (have?.entityId !== ledger.have?.entityId || added.length + removed.length > 0)
    await note(run, subject, outcome, want ? 'policy-entity-added' : 'policy-entity-removed', { entityId });
  else if (outcome.settled !== ledger.settled)
    await updateLedger(run.ledger, subject, (current) =>
      current === undefined ? undefined : { next: { ...current, settled: outcome.settled }, evidence: [] },
    );
}

/** A group that UiPath lists and that has no one id has several. */
async function whyUnresolved(
  run: OrganizationRun,
  { entityType, name }: Pick<EntityLedger, 'entityType' | 'name'>,
): Promise<Readonly<{ kind: string; facts: Readonly<{ code?: ErrorCode }> }>> {
  const isListed = entityType === 'group' && (await run.groupsByName('normal')).has(fold(name));
  return isListed
    ? { kind: 'change-refused', facts: { code: 'uipath-group-ambiguous' } }
    : { kind: 'entity-missing', facts: {} };
}

/** The id that UiPath gives an entry of this name; undefined: none has it, or several groups have. */
export async function resolveEntity(
  run: OrganizationRun,
  ledger: Pick<EntityLedger, 'entityType' | 'name'>,
): Promise<string | undefined> {
  if (ledger.entityType === 'group') {
    const [group, another] = (await run.groupsByName('normal')).get(fold(ledger.name)) ?? [];
    return another === undefined ? group?.groupId : undefined;
  }
  const found = await run.uipathFor('normal').directory.resolveByNames([ledger.name], ledger.entityType);
  const answer = found.get(ledger.name);
  return answer?.kind === 'found' ? answer.entity.identifier : undefined;
}

async function note(
  run: OrganizationRun,
  subject: Subject<'entity'>,
  { have, settled }: Pick<EntityLedger, 'have' | 'settled'>,
  kind: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateLedger(run.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : { next: { ...current, have, settled }, evidence: [runEvidence(run, kind, facts)] },
  );
}
