import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';

/** What fails alone within a loop of a timer, and is tried again with the next tick. */
export type TimedUnit = Readonly<{
  kind: 'organization' | 'source' | 'delivery' | 'due-date' | 'retention';
  key: string;
}>;

/** Does the work of one unit. Its failure is logged and returned in an object: the caller goes on with the next. */
export async function containTimedUnit(
  { log }: Readonly<{ log: Log }>,
  { kind, key }: TimedUnit,
  work: () => Promise<void>,
): Promise<Readonly<{ error: unknown }> | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    log({ event: 'unit-failed', kind, key, code: errorCodeOf(error) });
    return { error };
  }
}
