import {
  importedWordId,
  judgeImported,
  type ImportContext,
  type ImportedWorker,
  type ImportFound,
} from '../../../domain/desk/judge-imported';
import { isWhatWasPlanned, planImport } from '../../../domain/desk/plan-import';
import {
  MOST_CHANGES,
  type AskedForPlan,
  type ComputedPlan,
  type PlannedChange,
} from '../../../domain/desk/proposed-plan';
import { fold } from '../../../domain/fold';
import { personSubject } from '../../../domain/ledger/subject';
import type { WorkerEvent } from '../../../domain/ledger/worker-event';
import { personKey } from '../../../domain/person-key';
import { AppError, errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { LedgerStore } from '../../../storage/ledger';
import type { PeopleIndex } from '../../../storage/people-index';
import { findPerson, type FindPersonDeps } from '../../ledger/find-person';
import {
  markAndSchedulePerson,
  recordWorkerEvent,
  type DeliveryContext,
  type RecordWorkerEventDeps,
} from '../../ledger/record-worker-event';
import { namesOfDecider, type OwnMatterDeps } from '../refuse-own-matter';
import { importContext, readImportSaid, readUploaded, type ImportSaidDeps } from './import-said';
import type { PlanKindOf, PlanningContext } from './plan-kind-interface';
import { byPerson } from './write-reasons';

export type ImportPeopleDeps = ImportSaidDeps &
  OwnMatterDeps &
  RecordWorkerEventDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'heads'>;
    accounts: Pick<PeopleIndex, 'whoIsNoted'>;
  }>;

/** People of a file of HR become words of one source, as if it had said them: recorded, marked and followed as any of its words. */
export function importPeople(deps: ImportPeopleDeps): PlanKindOf {
  return {
    read: async (said, context) => readImportSaid(deps, said, context),
    compute: async (asked, context) => compute(deps, asked, context),
    carryOut: async ({ hash, asked }, { organization }) => {
      const importing = await importContext(deps, asked, organization);
      const uploaded = await readUploaded(deps, organization.alias, asked);
      const workers = new Map((uploaded ?? []).map((one) => [importedWordId(one, importing), one]));
      const policy = await deps.policy();
      const { source, nowMs } = importing;
      const delivery = { policy, source, deliveryId: `access import/${hash.slice(0, 16)}`, nowMs };
      return async (part) => {
        const people = [...byPerson(part).values()];
        const notMade = await mapConcurrently(people, STORAGE_WIDTH, async (changes) =>
          recordOfPerson(deps, importing, delivery, { changes, workers }),
        );
        return notMade.reduce((sum, count) => sum + count, 0);
      };
    },
  };
}

async function compute(
  deps: ImportPeopleDeps,
  asked: AskedForPlan,
  { organization, by }: PlanningContext,
): Promise<ComputedPlan> {
  const importing = await importContext(deps, asked, organization);
  const workers = await readUploaded(deps, organization.alias, asked);
  if (workers === undefined)
    throw new AppError(
      'plan-expired',
      'What was uploaded is kept for a day, and is gone: import the file again',
    );
  if (workers.length > MOST_CHANGES)
    throw new AppError(
      'plan-too-large',
      `The file has ${workers.length} lines, and one plan ${MOST_CHANGES}`,
    );
  const reading = await readAllAtOnce(deps, organization.alias);
  const found = await mapConcurrently(workers, STORAGE_WIDTH, async (worker) =>
    findImported(reading, importing, worker),
  );
  const own = await namesOfDecider(deps, organization.alias, by);
  return planImport(found, importing, (key) => own.has(key));
}

/** Most people of a first load are nobody yet: that is known of all of them after some pages. */
async function readAllAtOnce({ ledger, accounts }: ImportPeopleDeps, alias: string): Promise<FindPersonDeps> {
  const personOf = await accounts.whoIsNoted(alias);
  const keys = new Set<string>();
  for await (const { key } of ledger.heads(alias, 'person')) keys.add(key);
  return {
    accounts: { personOf: async (_organization, key) => personOf(key) },
    ledger: {
      read: async (subject) => (keys.has(subject.key) ? ledger.read(subject) : undefined),
    },
  };
}

async function findImported(
  deps: FindPersonDeps,
  { organization, source, nowMs }: ImportContext,
  worker: ImportedWorker,
): Promise<ImportFound> {
  const { workerId } = worker;
  const email = fold(worker.email);
  const record = workerId === undefined ? undefined : { source: source.name, workerId };
  try {
    const found = await findPerson(deps, organization.alias, { email, record, nowMs });
    const { key, known, isClaimed, isTheirAddress, erasedToMs } = found;
    const ledger = known?.value.erased === undefined ? known?.value : undefined;
    return {
      worker,
      personKey: key,
      ledger,
      isAddressOfAnother: isClaimed || !isTheirAddress,
      erasedToMs,
      isUnreadable: false,
    };
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    const nobody = { ledger: undefined, isAddressOfAnother: false, erasedToMs: Number.NEGATIVE_INFINITY };
    return { worker, personKey: personKey(email), ...nobody, isUnreadable: true };
  }
}

/** A process may have died between the record and the mark. */
async function markKnown(
  deps: ImportPeopleDeps,
  { organization }: ImportContext,
  delivery: DeliveryContext,
  found: ImportFound | undefined,
): Promise<void> {
  if (found === undefined) return;
  const subject = personSubject(organization.alias, found.personKey);
  await markAndSchedulePerson(deps, delivery, subject, found.ledger, organization, false);
}

/** Judged once more, as others may have spoken of them since. What was recorded before is over. Returns how many could not be recorded. */
async function recordOfPerson(
  deps: ImportPeopleDeps,
  importing: ImportContext,
  delivery: DeliveryContext,
  {
    changes,
    workers,
  }: Readonly<{ changes: readonly PlannedChange[]; workers: ReadonlyMap<string, ImportedWorker> }>,
): Promise<number> {
  let notMade = 0;
  for (const planned of changes) {
    const worker = workers.get(planned.of ?? '');
    const found = worker === undefined ? undefined : await findImported(deps, importing, worker);
    const verdict =
      found?.personKey === planned.personKey && found !== undefined
        ? judgeImported(found, importing)
        : undefined;
    if (verdict?.kind === 'say' && isWhatWasPlanned(planned, verdict))
      notMade += (await isRecorded(deps, delivery, verdict.event)) ? 0 : 1;
    else if (verdict?.kind === 'known') await markKnown(deps, importing, delivery, found);
    else notMade += 1;
  }
  return notMade;
}

/** A ledger that has no room for another word keeps back nobody else's. */
async function isRecorded(
  deps: ImportPeopleDeps,
  delivery: DeliveryContext,
  event: WorkerEvent,
): Promise<boolean> {
  try {
    await recordWorkerEvent(deps, delivery, event);
    return true;
  } catch (error) {
    if (errorCodeOf(error) !== 'record-too-large') throw error;
    return false;
  }
}
