import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random';

/** One process of the application. A dead one does nothing any more: what it asks for is never answered. */
export type Actor = { readonly name: string; alive: boolean };

/** What happens at a step. `twice` is the storage library trying again because the first answer was lost on the way. */
export type StepFault =
  'crash-before' | 'crash-after' | 'fail-before' | 'fail-after' | 'twice' | 'lose-lease' | 'jump-clock';

/** A call that leaves the process: a storage transaction, a request to UiPath, a message sent. */
export type Step = Readonly<{ index: number; what: string; actor: string }>;
export type FaultPlan = (step: Step) => StepFault | undefined;
export type Ending = 'done' | 'crashed' | Readonly<{ error: unknown }>;

export type Turns = Readonly<{
  /** Waits for its turn, then acts. `failure` is what a step that fails throws. */
  step: <T>(actor: Actor, what: string, act: () => Promise<T>, failure: () => Error) => Promise<T>;
  /** Runs tasks side by side, one step of one of them at a time, in an order that the seed decides. */
  run: (tasks: readonly Task[]) => Promise<readonly Ending[]>;
  steps: () => readonly Step[];
}>;

export type Task = Readonly<{ actor: Actor; run: () => Promise<unknown> }>;

type Waiting = Readonly<{ actor: Actor; take: () => Promise<void> }>;

const DEAD = Symbol('dead');
const STUCK_AFTER_MS = 20_000;

/**
 * Between its steps a process only computes, so that which steps exist and in which order they happen depends on the seed
 * alone, even with several processes.
 */
export function createTurns(
  random: Random,
  faultAt: FaultPlan,
  effects: Readonly<Record<'lose-lease' | 'jump-clock', () => Promise<void>>>,
): Turns {
  const steps: Step[] = [];
  let waiting: Waiting[] = [];

  const take = async <T>(
    actor: Actor,
    what: string,
    act: () => Promise<T>,
    failure: () => Error,
  ): Promise<T | typeof DEAD> => {
    const step = { index: steps.length, what, actor: actor.name };
    steps.push(step);
    const fault = faultAt(step);
    if (fault === 'lose-lease' || fault === 'jump-clock') await effects[fault]();
    if (fault === 'crash-before') {
      actor.alive = false;
      return DEAD;
    }
    if (fault === 'fail-before') throw failure();
    if (fault === 'twice' && !what.startsWith('http')) await act().catch(() => undefined);
    if (fault === 'crash-after') {
      await act().catch(() => undefined);
      actor.alive = false;
      return DEAD;
    }
    const result = await act();
    if (fault === 'fail-after') throw failure();
    return result;
  };

  return {
    steps: () => steps,
    step: async (actor, what, act, failure) =>
      actor.alive
        ? new Promise((resolve, reject) => {
            waiting.push({
              actor,
              take: async () => {
                try {
                  const result = await take(actor, what, act, failure);
                  if (result !== DEAD) resolve(result);
                } catch (error) {
                  reject(error);
                }
              },
            });
          })
        : never(),
    run: async (tasks) => {
      const endings = new Map<Task, Ending>();
      const speeds = new Map(tasks.map(({ actor }) => [actor, random.next() ** 3 + 0.02]));
      for (const task of tasks)
        task.run().then(
          () => endings.set(task, 'done'),
          (error: unknown) => endings.set(task, { error }),
        );
      let movedAtMs = Date.now();
      while (endings.size < tasks.length) {
        await nextTurn();
        waiting = waiting.filter(({ actor }) => actor.alive);
        for (const task of tasks) if (!task.actor.alive && !endings.has(task)) endings.set(task, 'crashed');
        const next = pickBySpeed(waiting, speeds, random);
        if (next === undefined) {
          if (endings.size < tasks.length) await sleep(1);
          if (Date.now() - movedAtMs > STUCK_AFTER_MS) throw new Error('Nothing goes on any more');
          continue;
        }
        waiting = waiting.filter((one) => one !== next);
        await next.take();
        movedAtMs = Date.now();
      }
      return tasks.map((task) => endings.get(task) ?? 'crashed');
    },
  };
}

/** One process may be much faster than another, so that all of its work falls between two steps of the other. */
function pickBySpeed(
  waiting: readonly Waiting[],
  speeds: ReadonlyMap<Actor, number>,
  random: Random,
): Waiting | undefined {
  const speedOf = ({ actor }: Waiting): number => speeds.get(actor) ?? 1;
  let left = random.next() * waiting.reduce((sum, one) => sum + speedOf(one), 0);
  return waiting.find((one) => (left -= speedOf(one)) < 0) ?? waiting.at(-1);
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
