import type { Clock } from '../clock';
import { CAUSES, type CauseName } from '../domain/readiness/causes';
import type { SecretFault } from '../domain/secret-form-and-faults';
import { AppError, SecretError, UpstreamError, type ErrorCode } from '../errors';
import { tellCause, type ToldCause } from '../tell-cause';

/** What passes, and somebody should see to all the same. */
export type ReadinessWarning = Readonly<{
  cause: CauseName;
  problem?: string;
  /** The version of a secret before the one in force is not to be relied on. */
  previousSecret?: SecretFault;
}>;

/** One thing that has to work. */
export type ReadinessCheck = Readonly<{
  name: string;
  /** What is done to find out, in words. */
  tried: string;
  /** Whom it asks, where that is somebody else: who may not answer. */
  asks?: 'uipath' | 'vault' | 'storage';
  /** Not tried while one of these checks fails: it would fail for the same cause. */
  needs?: readonly string[];
  /** Comes after these checks, whatever they find. */
  follows?: readonly string[];
  /** @throws what is wrong */
  check: (signal: AbortSignal) => Promise<ReadinessWarning | undefined | void>;
}>;

export type CheckResult = Readonly<{
  name: string;
  ok: boolean;
  tried?: string;
  /** Not tried, as these checks fail. */
  skipped?: readonly string[];
  previousSecret?: SecretFault;
  /** Places of the policy that are at fault together. */
  places?: readonly string[];
  /** What came back: the status, and the service's own words without names and secrets. */
  answer?: Readonly<{ status?: number; said?: string }>;
}> &
  Partial<ToldCause>;

export type Readiness = Readonly<{ ready: boolean; checks: readonly CheckResult[] }>;

const LIMIT_MS = 5_000;

const LATE: Readonly<
  Record<NonNullable<ReadinessCheck['asks']>, Readonly<{ who: string; code: ErrorCode }>>
> = {
  uipath: { who: 'UiPath', code: 'uipath-unreachable' },
  vault: { who: 'The vault', code: 'vault-unavailable' },
  storage: { who: 'Storage', code: 'storage-unavailable' },
};

/**
 * Runs every readiness check and reports each, with its cause and what to do; one that fails, or never answers, does not hide the
 * others. A check that needs one which fails is not tried. `limitMs`: how long one check may take.
 */
export async function runReadinessChecks(
  checks: readonly ReadinessCheck[],
  { limitMs = LIMIT_MS }: Readonly<{ limitMs?: number }> = {},
): Promise<Readiness> {
  const running = new Map<string, Promise<CheckResult>>();
  const start = async (check: ReadinessCheck): Promise<CheckResult> => {
    const started = running.get(check.name) ?? runInTurn(check, resultOf, limitMs);
    running.set(check.name, started);
    return started;
  };
  const resultOf = async (name: string): Promise<CheckResult | undefined> => {
    const check = checks.find((one) => one.name === name);
    return check === undefined ? undefined : start(check);
  };
  const results = await Promise.all(checks.map(start));
  return { ready: results.every(({ ok }) => ok), checks: results };
}

async function runInTurn(
  check: ReadinessCheck,
  resultOf: (name: string) => Promise<CheckResult | undefined>,
  limitMs: number,
): Promise<CheckResult> {
  const { name, needs = [], follows = [] } = check;
  await Promise.all(follows.map(resultOf));
  const needed = await Promise.all(needs.map(resultOf));
  const failed = needed.flatMap((result) => (result?.ok === false ? [result.name] : []));
  return failed.length > 0 ? { name, ok: false, skipped: failed } : run(check, limitMs);
}

/** Each run costs calls to UiPath: whoever asks again and again would take them from the changes. */
const KEPT_MS = 30_000;

/** Readiness as it was found within the last half minute, and when; who asks meanwhile waits for the run that is on its way. */
export function askedAtTimes(
  checks: () => Promise<readonly ReadinessCheck[]>,
  clock: Pick<Clock, 'now'>,
): () => Promise<Readonly<{ readiness: Readiness; atMs: number }>> {
  let latest: Readonly<{ atMs: number; found: Promise<Readiness> }> | undefined;
  return async () => {
    const nowMs = clock.now();
    const ageMs = nowMs - (latest?.atMs ?? Number.NEGATIVE_INFINITY);
    if (latest === undefined || ageMs < 0 || ageMs >= KEPT_MS)
      latest = { atMs: nowMs, found: checks().then(async (all) => runReadinessChecks(all)) };
    const { atMs, found } = latest;
    try {
      return { readiness: await found, atMs };
    } catch (error) {
      latest = undefined;
      throw error;
    }
  };
}

async function run({ name, tried, asks, check }: ReadinessCheck, limitMs: number): Promise<CheckResult> {
  try {
    const warning = await inTime(check, { asks, limitMs });
    if (warning === undefined) return { name, ok: true, tried };
    const { cause, problem, previousSecret } = warning;
    const { means, fix, docs } = CAUSES[cause];
    const previous = previousSecret === undefined ? {} : { previousSecret };
    return { name, ok: true, tried, ...previous, cause, problem: problem ?? means, fix, docs };
  } catch (error) {
    const places = error instanceof SecretError && error.places.length > 0 ? { places: error.places } : {};
    return { name, ok: false, tried, ...places, ...answerIn(error), ...tellCause(error) };
  }
}

async function inTime(
  check: ReadinessCheck['check'],
  { asks, limitMs }: Readonly<{ asks: ReadinessCheck['asks']; limitMs: number }>,
): Promise<ReadinessWarning | undefined> {
  const signal = AbortSignal.timeout(limitMs);
  const { who, code } = asks === undefined ? { who: 'It', code: 'internal' as const } : LATE[asks];
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      const problem = `${who} did not answer within ${limitMs / 1000} seconds`;
      reject(new AppError(code, problem, { reason: 'no-answer-in-time' }));
    });
  });
  return (await Promise.race([late, check(signal)])) ?? undefined;
}

function answerIn(error: unknown): Pick<CheckResult, 'answer'> {
  if (!(error instanceof UpstreamError)) return {};
  const { status, said } = error;
  if (status === 0 && said === undefined) return {};
  return { answer: { ...(status === 0 ? {} : { status }), ...(said === undefined ? {} : { said }) } };
}
