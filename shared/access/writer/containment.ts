import type { Clock } from '../../clock';
import { smallestOf } from '../../domain/extremes';
import { nextBackoff, unitKeyOf, waitsUntilMs, type Backoff, type Unit } from '../../domain/plan/backoff';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { Log } from '../../log-interface';
import type { BackoffStore } from '../../storage/backoffs';

export type ContainmentDeps = Readonly<{
  backoffs: BackoffStore;
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** A read that UiPath answers unless it is away altogether. */
  askUiPath: () => Promise<unknown>;
}>;

/** Keeps the failure of one unit from the others, with a backoff per unit that outlives the run. */
export type Containment = Readonly<{
  /** True for a unit whose last try failed. */
  isFailing: (unit: Unit) => boolean;
  /** True while a unit has to wait after a failure. */
  isWaiting: (unit: Unit) => boolean;
  /**
   * Does the work of one unit. Its own failure is logged, stored and swallowed; a failure that the others would share is
   * thrown: a used-up quota, a lost lease, storage that is away, or a UiPath that fails for one unit after the other and for
   * a call that is no unit's.
   */
  run: (unit: Unit, work: () => Promise<void>) => Promise<'done' | 'failed' | 'waits'>;
  /** The same for a failure that was caught elsewhere. @throws what the others would share */
  fail: (unit: Unit, error: unknown) => Promise<void>;
  /**
   * The same for the look-up of one person among many: a few that fail say nothing about UiPath, and the others go on.
   * @throws a failure that every unit would meet
   */
  failAlone: (unit: Unit, error: unknown) => Promise<void>;
  /**
   * Shows a failure of what this run does without: nothing waits for it.
   * @throws a failure that every unit would meet
   */
  doWithout: (unit: Unit, error: unknown) => Promise<void>;
  /** True when so much failed in a row, without an answer in between, that the rest had better wait for the next run. */
  isAway: () => boolean;
  /** Ends a unit's backoff, if it has one, after UiPath did what it was called for. */
  succeed: (unit: Unit) => Promise<void>;
  /** Ends a unit's backoff, and says nothing about UiPath. */
  settle: (unit: Unit) => Promise<void>;
  /** A unit that waits for something else: this run does not tell whether it still fails. */
  leave: (unit: Unit) => void;
  /** UiPath answered a call: what failed before it was no outage. */
  noteAnswer: () => void;
  /** When the first of the units that fail may be tried again. */
  againAtMs: () => number | undefined;
  /**
   * Ends the backoff of each unit that was due and did not fail, after a run that came to everything: it works again, or
   * nothing wants it any more. What a phase or an open call keeps back was not come to.
   */
  endRecovered: () => Promise<void>;
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
  'evidence-unavailable',
  'lease-lost',
  'organization-observed',
  'policy-not-in-force',
  'organization-paused',
]);
/** Failures of one unit, or of UiPath altogether: it is asked when so many units in a row met one. */
const OUTAGE: ReadonlySet<ErrorCode> = new Set(['uipath-unavailable', 'uipath-outcome-unknown']);
const UNITS_TO_AN_OUTAGE = 3;
/** A run in which still more fail leaves the rest to the next one, whatever UiPath says. */
const QUESTIONS_OF_A_RUN = 16;
/** As many as one look-up of names has: all of them may be bad. */
const LOOK_UPS_TO_AN_OUTAGE = 20;
const STANDS_BEFORE_OTHERS: ReadonlySet<Unit['kind']> = new Set(['phase', 'attempt']);

/** True for a failure that every unit would meet now. */
export function isShared(error: unknown): boolean {
  return SHARED.has(errorCodeOf(error));
}

/** Reads the backoffs of an organization: once in a run. */
export async function openContainment(
  { backoffs, clock, log, askUiPath }: ContainmentDeps,
  organization: string,
): Promise<Containment> {
  const known = new Map((await backoffs.list(organization)).map((one) => [unitKeyOf(one.unit), one]));
  const failedNow = new Set<string>();
  const notNeeded = new Set<string>();
  const left = new Set<string>();
  let outagesInARow = 0;
  let aloneInARow = 0;
  let leftSomething = false;
  const noteAnswer = (): void => {
    outagesInARow = 0;
    aloneInARow = 0;
  };
  const answersAnyway = askingOnce(askUiPath);
  /** Three in a row, and UiPath does not answer a call that is no unit's. */
  const isOutage = async (code: ErrorCode): Promise<boolean> => {
    if (!OUTAGE.has(code) || outagesInARow < UNITS_TO_AN_OUTAGE) return false;
    if (await answersAnyway()) noteAnswer();
    return outagesInARow >= UNITS_TO_AN_OUTAGE;
  };
  /** undefined for a unit that need not wait. */
  const waitsUntil = (unit: Unit): number | undefined => {
    const backoff = known.get(unitKeyOf(unit));
    const untilMs = backoff === undefined ? 0 : waitsUntilMs(backoff, clock.now());
    return untilMs > clock.now() ? untilMs : undefined;
  };
  const isWaiting = (unit: Unit): boolean => waitsUntil(unit) !== undefined;
  const note = async (unit: Unit, code: ErrorCode): Promise<void> => {
    const backoff = nextBackoff(known.get(unitKeyOf(unit)), { unit, code, nowMs: clock.now() });
    known.set(unitKeyOf(unit), backoff);
    failedNow.add(unitKeyOf(unit));
    await backoffs.put(organization, backoff);
    const { kind, key } = unit;
    log({ event: 'unit-failed', organization, kind, key, code, failures: backoff.failures });
  };
  const fail = async (unit: Unit, error: unknown): Promise<void> => {
    const code = errorCodeOf(error);
    if (isShared(error) || (await isOutage(code))) throw error;
    await note(unit, code);
    outagesInARow = OUTAGE.has(code) ? outagesInARow + 1 : 0;
    if (await isOutage(code)) throw error;
  };
  const failAlone = async (unit: Unit, error: unknown): Promise<void> => {
    if (isShared(error)) throw error;
    aloneInARow += 1;
    await note(unit, errorCodeOf(error));
    if (aloneInARow >= LOOK_UPS_TO_AN_OUTAGE && (await answersAnyway())) noteAnswer();
  };
  const doWithout = async (unit: Unit, error: unknown): Promise<void> => {
    if (isShared(error)) throw error;
    notNeeded.add(unitKeyOf(unit));
    if (!isWaiting(unit)) await note(unit, errorCodeOf(error));
  };
  /** Units that fail and keep something from being done. */
  const failing = (): readonly Backoff[] =>
    [...known.values()].filter(
      ({ unit }) => !notNeeded.has(unitKeyOf(unit)) && (isWaiting(unit) || failedNow.has(unitKeyOf(unit))),
    );
  const settle = async (unit: Unit): Promise<void> => {
    if (!known.delete(unitKeyOf(unit))) return;
    await backoffs.remove(organization, unit);
    log({ event: 'unit-recovered', organization, kind: unit.kind, key: unit.key });
  };
  const endRecovered = async (): Promise<void> => {
    if (leftSomething || failing().some(({ unit }) => STANDS_BEFORE_OTHERS.has(unit.kind))) return;
    for (const { unit } of known.values())
      if (!isWaiting(unit) && !failedNow.has(unitKeyOf(unit)) && !left.has(unitKeyOf(unit)))
        await settle(unit);
  };
  const succeed = async (unit: Unit): Promise<void> => {
    noteAnswer();
    await settle(unit);
  };

  return {
    isFailing: (unit) => known.has(unitKeyOf(unit)),
    isWaiting,
    fail,
    failAlone,
    doWithout,
    isAway: () => {
      const isAway = outagesInARow >= UNITS_TO_AN_OUTAGE || aloneInARow >= LOOK_UPS_TO_AN_OUTAGE;
      leftSomething ||= isAway;
      return isAway;
    },
    endRecovered,
    succeed,
    settle,
    leave: (unit) => left.add(unitKeyOf(unit)),
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
    againAtMs: () =>
      smallestOf(
        failing().map((backoff) => waitsUntilMs(backoff, clock.now())),
        undefined,
      ),
  };
}

/** Asks whether UiPath answers at all, once for all that ask meanwhile. One that was away is not asked again. */
function askingOnce(askUiPath: ContainmentDeps['askUiPath']): () => Promise<boolean> {
  let questions = 0;
  let asking: Promise<boolean> | undefined;
  const ask = async (): Promise<boolean> => {
    questions += 1;
    if (questions > QUESTIONS_OF_A_RUN) return false;
    try {
      await askUiPath();
    } catch (error) {
      if (isShared(error) || OUTAGE.has(errorCodeOf(error))) return false;
    }
    asking = undefined;
    return true;
  };
  return async () => (asking ??= ask());
}
