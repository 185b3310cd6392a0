import type { Clock } from '../../clock';
import { nextBackoff, unitKeyOf, type Backoff, type Unit } from '../../domain/plan/backoff';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { Log } from '../../log-interface';
import type { BackoffStore } from '../../storage/backoffs';

export type ContainmentDeps = Readonly<{
  backoffs: BackoffStore;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

/** Keeps the failure of one unit from the others, with a backoff per unit that outlives the run. */
export type Containment = Readonly<{
  /** True while a unit has to wait after a failure. */
  isWaiting: (unit: Unit) => boolean;
  /**
   * Does the work of one unit. Its own failure is logged, stored and swallowed; a failure that the others would share is
   * thrown: a used-up quota, a lost lease, storage that is away, or a UiPath that fails for one unit after the other.
   */
  run: (unit: Unit, work: () => Promise<void>) => Promise<'done' | 'failed' | 'waits'>;
  /** The same for a failure that was caught elsewhere. @throws what the others would share */
  fail: (unit: Unit, error: unknown) => Promise<void>;
  /** Ends a unit's backoff, if it has one, after UiPath did what it was called for. */
  succeed: (unit: Unit) => Promise<void>;
  /** Ends a unit's backoff, and says nothing about UiPath. */
  settle: (unit: Unit) => Promise<void>;
  /** UiPath answered a call: what failed before it was no outage. */
  noteAnswer: () => void;
  /** When the first of the units that this run came across may be tried again. */
  againAtMs: () => number | undefined;
}>;

/** Keeps the failure of one unit from the others of this run. */
export type ContainedDeps = Readonly<{ units: Containment }>;

/** Failures of all: nothing else would fare better now. */
const SHARED: ReadonlySet<ErrorCode> = new Set([
  'quota-exhausted',
  'uipath-throttled',
  'uipath-unreachable',
  'uipath-token-refused',
  'uipath-unauthorized',
  'uipath-organization-mismatch',
  'secret-missing',
  'secret-invalid',
  'vault-unavailable',
  'policy-invalid',
  'policy-unavailable',
  'storage-unavailable',
  'lease-lost',
]);
/** Failures of one unit, or of UiPath altogether: it is away when so many units in a row met one. */
const OUTAGE: ReadonlySet<ErrorCode> = new Set(['uipath-unavailable', 'uipath-outcome-unknown']);
const UNITS_TO_AN_OUTAGE = 3;

/** True for a failure that every unit would meet now. */
export function isShared(error: unknown): boolean {
  return SHARED.has(errorCodeOf(error));
}

/** Reads the backoffs of an organization: once in a run. */
export async function openContainment(
  { backoffs, clock, log }: ContainmentDeps,
  organization: string,
): Promise<Containment> {
  const known = new Map((await backoffs.list(organization)).map((one) => [unitKeyOf(one.unit), one]));
  const waits: number[] = [];
  let outagesInARow = 0;
  const isAway = (code: ErrorCode): boolean => outagesInARow >= UNITS_TO_AN_OUTAGE && OUTAGE.has(code);

  const waitingOf = (unit: Unit): Backoff | undefined => {
    const backoff = known.get(unitKeyOf(unit));
    return backoff !== undefined && backoff.notBeforeMs > clock.now() ? backoff : undefined;
  };
  const isWaiting = (unit: Unit): boolean => {
    const backoff = waitingOf(unit);
    if (backoff !== undefined) waits.push(backoff.notBeforeMs);
    return backoff !== undefined;
  };
  const fail = async (unit: Unit, error: unknown): Promise<void> => {
    const code = errorCodeOf(error);
    if (isShared(error) || isAway(code)) throw error;
    const backoff = nextBackoff(known.get(unitKeyOf(unit)), { unit, code, nowMs: clock.now() });
    known.set(unitKeyOf(unit), backoff);
    waits.push(backoff.notBeforeMs);
    await backoffs.put(organization, backoff);
    const { kind, key } = unit;
    log({ event: 'unit-failed', organization, kind, key, code, failures: backoff.failures });
    outagesInARow = OUTAGE.has(code) ? outagesInARow + 1 : 0;
    if (isAway(code)) throw error;
  };
  const noteAnswer = (): void => {
    outagesInARow = 0;
  };
  const settle = async (unit: Unit): Promise<void> => {
    if (!known.delete(unitKeyOf(unit))) return;
    await backoffs.remove(organization, unit);
    log({ event: 'unit-recovered', organization, kind: unit.kind, key: unit.key });
  };
  const succeed = async (unit: Unit): Promise<void> => {
    noteAnswer();
    await settle(unit);
  };

  return {
    isWaiting,
    fail,
    succeed,
    settle,
    noteAnswer,
    run: async (unit, work) => {
      if (isWaiting(unit)) return 'waits';
      try {
        await work();
      } catch (error) {
        await fail(unit, error);
        return 'failed';
      }
      await succeed(unit);
      return 'done';
    },
    againAtMs: () => (waits.length === 0 ? undefined : Math.min(...waits)),
  };
}
