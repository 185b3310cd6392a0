import { AppError } from '../../shared/errors';
import { parseJsonBody } from '../../shared/webhooks/json-body';
import { senderId } from '../../shared/webhooks/id-schemas';
import { leavingBodyOf, playLeaving, saying, withAt } from '../fixtures/webhooks/leavings';
import type { VendorSender } from '../fixtures/webhooks/vendor-senders';

/** Days and times that can be used say something else, and more people than one delivery may have are too many. */
const alsoSaying: Partial<Record<string, readonly string[]>> = {
  'bamboohr-fields': [
    'employees.0.fields.Hire Date',
    'employees.0.fields.Termination Date',
    'employees.0.timestamp',
  ],
  merge: ['data.start_date', 'data.termination_date', 'data.modified_at'],
  successfactors: ['startDate', 'endDate', 'publishedAt', 'status'],
  hibob: ['triggeredAt'],
};

/** Where the record is named that ends. A usable id is of another record; any other names none, and ends what there is. */
const idOf: Partial<Record<string, string>> = {
  standard: 'worker.workerId',
  'cloudevents-signed': 'data.worker.workerId',
  'bamboohr-fields': 'employees.0.id',
  merge: 'data.remote_id',
  'entra-lifecycle-workflows': 'data.subject.id',
};

/**
 * Nothing beside a clear leaving keeps access, whatever is done to the rest of a body.
 * @throws Error when it does
 */
export async function requireLeft(sender: VendorSender, mutate: (body: object) => unknown): Promise<void> {
  const { feed, format, bodyType } = sender;
  const places = [...(saying[format] ?? []), ...(alsoSaying[format] ?? [])];
  if (feed !== 'hr' || bodyType !== 'json' || places.length === 0) return;
  const own = leavingBodyOf(format);
  let mutated = mutate(own);
  if (typeof mutated !== 'object' || mutated === null || Array.isArray(mutated)) return;
  for (const place of places) mutated = withAt(mutated as object, place, valueAt(own, place));
  const idPlace = idOf[format];
  if (idPlace !== undefined && senderId(128).safeParse(valueAt(mutated as object, idPlace)).success)
    mutated = withAt(mutated as object, idPlace, valueAt(own, idPlace));
  const text = JSON.stringify(mutated);
  if (!isReadable(text)) return;
  const { answer, isDone } = await playLeaving(sender, text);
  if (!isDone) throw new Error(`A clear leaving is ${answer}: ${text.slice(0, 2_000)}`);
}

export function valueAt(body: object, place: string): unknown {
  return place
    .split('.')
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], body);
}

/** Nothing is clear in what nobody can read. */
function isReadable(text: string): boolean {
  try {
    parseJsonBody(Buffer.from(text));
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
