import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock';
import type { Random } from './random';

/**
 * One process of the application. A dead one does nothing any more: what it asks for is never answered. A stalled one takes no
 * step for a while, as one that collects garbage.
 */
export type Actor = { readonly name: string; alive: boolean; stalledUntilMs?: number };

/** What happens at a step. `twice` is the storage library trying again because the first answer was lost on the way. */
export type StepFault =
  | 'crash-before'
  | 'crash-after'
  | 'fail-before'
  | 'fail-after'
  | 'twice'
  | 'lose-lease'
  | 'jump-clock'
  | 'stall';

/** A call that leaves the process: a storage transaction, a request to UiPath, a message sent. */
export type Step = Readonly<{ index: number; what: string; actor: string }>;
export type FaultPlan = (step: Step) => StepFault | undefined;
export type Ending = 'done' | 'crashed' | Readonly<{ error: unknown }>;
export type HistoryClock = Pick<Clock, 'now'> & Readonly<{ advance: (ms: number) => void }>;

/** `failure` is what a step that fails throws. `takesMs`: until its answer is there, by the clock of the history. */
type StepSettings = Readonly<{ failure: () => Error; takesMs?: number }>;

export type Turns = Readonly<{
  /** Waits for its turn, then acts. */
  step: <T>(actor: Actor, what: string, act: () => Promise<T>, settings: StepSettings) => Promise<T>;
  /** Waits for what is no step, and takes none of the history's time: tables that are made for it. */
  outside: <T>(act: () => Promise<T>) => Promise<T>;
  /** Waits by the clock of the history. */
  sleep: (actor: Actor, ms: number) => Promise<void>;
  /** Acts every so often by the clock of the history, until it is stopped. */
  repeat: (actor: Actor, act: () => Promise<void>, everyMs: number) => () => void;
  /**
   * Runs tasks side by side, one step of one of them at a time, in an order that the seed decides. Time passes where nothing is
   * left to do now, and `arrivals` are what there is to do by then.
   */
  run: (tasks: readonly Task[], arrivals?: () => readonly Task[]) => Promise<void>;
  /** What was still on its way when its task ended arrives. */
  land: () => Promise<void>;
  steps: () => readonly Step[];
}>;

export type Task = Readonly<{ actor: Actor; run: () => Promise<unknown>; ended: (ending: Ending) => void }>;

/** Without an actor: what is on its way, and arrives whatever became of its sender. */
type Waiting = Readonly<{ actor?: Actor; atMs: number; take: () => Promise<void> }>;

const STUCK_AFTER_MS = 20_000;
const STALL_MS = 75_000;
/** Longer than everything that a task waits for. */
const LONGEST_RUN_MS = 3 * 3_600_000;
/** A process may compute for a few turns of the event loop before its next step. */
const TURNS_BEFORE_TIME_PASSES = 4;

/**
 * Between its steps a process only computes, so that which steps exist and in which order they happen depends on the seed
 * alone, even with several processes.
 */
export function createTurns(
  random: Random,
  clock: HistoryClock,
  faultAt: FaultPlan,
  effects: Readonly<Record<'lose-lease' | 'jump-clock', () => Promise<void>>>,
): Turns {
  const steps: Step[] = [];
  let waiting: Waiting[] = [];
  let outside = 0;

  /** A request has its effect when it is sent or when its answer is there. */
  const travel = async <T>(takesMs: number, act: () => Promise<T>): Promise<Answer<T>> => {
    const early = takesMs === 0 || random.chance(0.5) ? await outcomeOf(act) : undefined;
    const answer = new Promise<T>((resolve, reject) => {
      const arrive = async (): Promise<void> => {
        const outcome = early ?? (await outcomeOf(act));
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      if (takesMs === 0) void arrive();
      else waiting.push({ atMs: clock.now() + takesMs, take: arrive });
    });
    answer.catch(() => undefined);
    return { answer };
  };

  /** The answer may take a while, and is not waited for. `undefined` for one that nobody gets. */
  const take = async <T>(
    actor: Actor,
    what: string,
    act: () => Promise<T>,
    { failure, takesMs = 0 }: StepSettings,
  ): Promise<Answer<T> | undefined> => {
    const step = { index: steps.length, what, actor: actor.name };
    steps.push(step);
    const fault = faultAt(step);
    if (fault === 'lose-lease' || fault === 'jump-clock') await effects[fault]();
    if (fault === 'stall') actor.stalledUntilMs = clock.now() + STALL_MS;
    if (fault === 'crash-before') {
      actor.alive = false;
      return undefined;
    }
    if (fault === 'fail-before') throw failure();
    if (fault === 'twice' && !what.startsWith('http')) await act().catch(() => undefined);
    const { answer } = await travel(takesMs, act);
    if (fault === 'crash-after') {
      actor.alive = false;
      return undefined;
    }
    if (fault !== 'fail-after') return { answer };
    return {
      answer: answer.then(() => {
        throw failure();
      }),
    };
  };

  const isDue = ({ actor, atMs }: Waiting): boolean =>
    Math.max(atMs, actor?.stalledUntilMs ?? 0) <= clock.now();
  const withoutDead = (): void => {
    waiting = waiting.filter(({ actor }) => actor?.alive !== false);
  };
  const takeUp = async (next: Waiting): Promise<void> => {
    waiting = waiting.filter((one) => one !== next);
    await next.take();
  };
  const passTime = (): boolean => {
    const nextMs = Math.min(...waiting.map(({ actor, atMs }) => Math.max(atMs, actor?.stalledUntilMs ?? 0)));
    if (nextMs === Number.POSITIVE_INFINITY) return false;
    clock.advance(Math.max(0, nextMs - clock.now()));
    return true;
  };

  return {
    steps: () => steps,
    step: async (actor, what, act, settings) =>
      actor.alive
        ? new Promise((resolve, reject) => {
            const onTurn = async (): Promise<void> => {
              try {
                const taken = await take(actor, what, act, settings);
                taken?.answer.then(resolve, reject);
              } catch (error) {
                reject(error);
              }
            };
            waiting.push({ actor, atMs: clock.now(), take: onTurn });
          })
        : never(),
    outside: async (act) => {
      outside += 1;
      try {
        return await act();
      } finally {
        outside -= 1;
      }
    },
    sleep: async (actor, ms) =>
      new Promise((resolve) => {
        const wake = async (): Promise<void> => resolve();
        waiting.push({ actor, atMs: clock.now() + ms, take: wake });
      }),
    repeat: (actor, act, everyMs) => {
      let timer: Waiting;
      const wait = (): void => {
        const onTime = async (): Promise<void> => {
          wait();
          void act();
        };
        timer = { actor, atMs: clock.now() + everyMs, take: onTime };
        waiting.push(timer);
      };
      wait();
      return () => {
        waiting = waiting.filter((one) => one !== timer);
      };
    },
    run: async (tasks, arrivals = () => []) => {
      const open = new Set<Task>();
      const speeds = new Map<Actor, number>();
      const begin = (task: Task): void => {
        open.add(task);
        if (!speeds.has(task.actor)) speeds.set(task.actor, random.next() ** 3 + 0.02);
        const end = (ending: Ending): void => {
          if (open.delete(task)) task.ended(ending);
        };
        task.run().then(
          () => end('done'),
          (error: unknown) => end({ error }),
        );
      };
      for (const task of tasks) begin(task);
      const startedAtMs = clock.now();
      let movedAtMs = Date.now();
      let idleTurns = 0;
      while (open.size > 0) {
        await nextTurn();
        withoutDead();
        for (const task of open)
          if (!task.actor.alive) {
            open.delete(task);
            task.ended('crashed');
          }
        for (const task of arrivals()) begin(task);
        const next = pickBySpeed(waiting.filter(isDue), speeds, random);
        if (next !== undefined) {
          await takeUp(next);
          movedAtMs = Date.now();
          idleTurns = 0;
        } else if (open.size > 0) {
          idleTurns = outside > 0 ? 0 : idleTurns + 1;
          const isTimeUp = idleTurns > TURNS_BEFORE_TIME_PASSES;
          if (outside > 0 || (isTimeUp && !passTime())) await sleep(1);
          if (Date.now() - movedAtMs > STUCK_AFTER_MS || clock.now() - startedAtMs > LONGEST_RUN_MS)
            throw new Error('Nothing goes on any more');
        }
      }
    },
    land: async () => {
      withoutDead();
      for (const next of waiting.filter(({ actor }) => actor === undefined)) await takeUp(next);
    },
  };
}

type Answer<T> = Readonly<{ answer: Promise<T> }>;
type Outcome<T> = Readonly<{ value: T } | { error: unknown }>;

async function outcomeOf<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    return { error };
  }
}

/** One process may be much faster than another, so that all of its work falls between two steps of the other. */
function pickBySpeed(
  waiting: readonly Waiting[],
  speeds: ReadonlyMap<Actor, number>,
  random: Random,
): Waiting | undefined {
  const speedOf = ({ actor }: Waiting): number => (actor === undefined ? 1 : (speeds.get(actor) ?? 1));
  let left = random.next() * waiting.reduce((sum, one) => sum + speedOf(one), 0);
  return waiting.find((one) => (left -= speedOf(one)) < 0) ?? waiting.at(-1);
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
