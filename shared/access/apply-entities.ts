import { latestOf, type EntityLedger } from '../domain/named-ledger';
import { fold } from '../domain/person-key';
import type { Mark } from '../storage/changes';
import type { Subject } from '../storage/ledger';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateLedger } from './update-ledger';

const HOUR_MS = 3_600_000;

/** Adds and removes the marked entries of the organization access policy. */
export async function applyEntities(run: OrganizationRun, marks: readonly Mark[]): Promise<void> {
  for (const mark of marks) {
    const subject: Subject<'entity'> = { ...mark.subject, kind: 'entity' };
    const stored = await run.ledger.read(subject);
    if (stored !== undefined) await applyEntity(run, subject, stored.value);
    await run.changes.clearMark(mark);
  }
}

async function applyEntity(
  run: OrganizationRun,
  subject: Subject<'entity'>,
  ledger: EntityLedger,
): Promise<void> {
  const want = latestOf(ledger.statements)?.want === true;
  const entityId = ledger.have?.entityId ?? (await resolveEntity(run, ledger));
  if (entityId === undefined) {
    await note(run, subject, ledger.have, 'entity-missing', {});
    await run.due.schedule({ subject, dueAtMs: run.clock.now() + HOUR_MS });
    return;
  }
  await run.stillOurs();
  const { added, removed } = await run.uipathFor('normal').accessPolicy.update({
    entityType: ledger.entityType,
    add: want ? [entityId] : [],
    remove: want ? [] : [entityId],
  });
  const have = want ? { entityId, sinceMs: run.clock.now() } : undefined;
  if (have?.entityId !== ledger.have?.entityId || added.length + removed.length > 0)
    await note(run, subject, have, want ? 'policy-entity-added' : 'policy-entity-removed', { entityId });
}

async function resolveEntity(run: OrganizationRun, ledger: EntityLedger): Promise<string | undefined> {
  if (ledger.entityType === 'group') return (await run.groupsByName()).get(fold(ledger.name))?.groupId;
  const found = await run.uipathFor('normal').directory.resolveByNames([ledger.name], ledger.entityType);
  const answer = found.get(ledger.name);
  return answer?.kind === 'found' ? answer.entity.identifier : undefined;
}

async function note(
  run: OrganizationRun,
  subject: Subject<'entity'>,
  have: EntityLedger['have'],
  kind: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateLedger(run.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : { next: { ...current, have }, evidence: [runEvidence(run, kind, facts)] },
  );
}
