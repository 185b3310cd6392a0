import type { FieldProblem } from '../../domain/field-problem';
import { hashOf } from '../../domain/canonical-json-hash';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import { AppError } from '../../errors';
import { checkBody } from '../check-body';
import { toWorkerEvent, WorkerEventBodySchema } from './worker-event-body';

/** What a leaving is clear without. Who leaves, from which organization and in which contract is not among it. */
const BESIDE_A_LEAVING: ReadonlySet<string> = new Set([
  'id',
  'occurredAt',
  'worker.workerId',
  'worker.personId',
  'worker.timeZone',
  'lastWorkingDay',
  'terminationDate',
  'immediate',
  'effectiveAt',
  'effectiveDate',
]);

/**
 * Reads a worker event of our own contract. A leaving that says who and when is read although something beside it
 * cannot be used: that is left out and named in `unusable`. Without a usable `occurredAt` it was said when it arrived.
 * @throws AppError `body-invalid`
 */
export function readWorkerEvent(said: unknown, receivedAtMs: number): WorkerEvent {
  try {
    return toWorkerEvent(checkBody(WorkerEventBodySchema, said), receivedAtMs);
  } catch (error) {
    const fields = error instanceof AppError ? error.fields : [];
    if (fields.length === 0 || !isLeaving(said) || !fields.every(({ field }) => BESIDE_A_LEAVING.has(field)))
      throw error;
    return { ...leavingWithout(said, fields, receivedAtMs, error), unusable: fields };
  }
}

type SaidOfLeaver = Readonly<Record<string, unknown>> & Readonly<{ worker: object }>;

function isLeaving(said: unknown): said is SaidOfLeaver {
  if (typeof said !== 'object' || said === null || !('type' in said) || !('worker' in said)) return false;
  return said.type === 'worker.left' && typeof said.worker === 'object' && said.worker !== null;
}

/** @throws `refusal` when what is left of it does not say when */
function leavingWithout(
  said: SaidOfLeaver,
  fields: readonly FieldProblem[],
  receivedAtMs: number,
  refusal: unknown,
): WorkerEvent {
  const left = new Set(fields.map(({ field }) => field));
  const keep = (of: object, path: string): object =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !left.has(`${path}${name}`)));
  const { data } = WorkerEventBodySchema.safeParse({
    id: hashOf(said),
    occurredAt: new Date(receivedAtMs).toISOString(),
    ...keep(said, ''),
    worker: keep(said.worker, 'worker.'),
  });
  const saysWhen =
    data?.type === 'worker.left' && Boolean(data.immediate || data.lastWorkingDay || data.terminationDate);
  if (!saysWhen) throw refusal;
  return toWorkerEvent(data, receivedAtMs);
}
