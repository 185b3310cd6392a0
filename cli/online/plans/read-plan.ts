import { CommandFailure } from '../../command-failure';
import type { CommandIo } from '../../command-io';
import { EXIT } from '../../exit-codes';
import type { RunningApp } from '../ask-app';
import { oneNamed } from '../one-named';
import { readPages, type LimitOptions } from '../paging';
import { PlanAnswerSchema, PlanSchema, PlansSchema, type ShownPlan } from './plan-answers';

/** Where plans are asked for. */
export const PLANS = 'proposed-plans';
/** To compute a plan of twenty thousand people takes the app a minute or two; the platform waits for less than four. */
export const PLANNING_TIMEOUT_MS = 200_000;

/** A plan by its whole hash, as many lines of it as are wanted. */
export async function readPlan(
  io: Pick<CommandIo, 'stderr' | 'nowMs'>,
  app: RunningApp,
  { organization, hash, limit }: Readonly<{ organization: string; hash: string }> & LimitOptions,
): Promise<ShownPlan> {
  const pages: ShownPlan[] = [];
  const read = async (skip: number): Promise<ShownPlan> => {
    const page = await app.get([organization, PLANS, hash], { skip: String(skip) }, PlanSchema);
    pages.push(page);
    return page;
  };
  const { last, items } = await readPages(io, { limit }, 'lines', read, linesOf);
  const changes = pages.flatMap((page) => page.changes).slice(0, items.length);
  const leftOut = pages.flatMap((page) => page.leftOut).slice(0, items.length - changes.length);
  return { ...last, changes, leftOut };
}

function linesOf({ changes, leftOut }: ShownPlan) {
  return [...changes, ...leftOut];
}

/** The hash that a hash, or the beginning of one, means. @throws CommandFailure `plan-unknown`, `id-ambiguous` */
export async function findPlan(app: RunningApp, organization: string, said: string): Promise<string> {
  if (/^[0-9a-f]{64}$/i.test(said)) return said.toLowerCase();
  const { plans } = await app.get([organization, PLANS], {}, PlansSchema);
  return oneNamed(plans, said, 'plan', 'plan-unknown', ({ hash }) => hash).hash;
}

/** Has a plan made of a kind, by what is said, and reads it. */
export async function planAndRead(
  io: Pick<CommandIo, 'stderr' | 'nowMs'>,
  app: RunningApp,
  asked: Readonly<{
    organization: string;
    kind: string;
    said: Readonly<Record<string, string | undefined>>;
  }> &
    LimitOptions,
): Promise<ShownPlan> {
  const { organization, kind, said, limit } = asked;
  const { done, hash } = await app.post(
    [organization, PLANS, kind],
    said,
    PlanAnswerSchema,
    PLANNING_TIMEOUT_MS,
  );
  if (done !== 'planned')
    throw new CommandFailure('answer-not-understood', 'The app did something else than to plan', {
      exit: EXIT.unreachable,
    });
  return readPlan(io, app, { organization, hash, limit });
}
