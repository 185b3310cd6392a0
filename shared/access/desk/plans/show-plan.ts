import type { Clock } from '../../../clock';
import { describeDecider, nameOfDecider } from '../../../domain/decider';
import {
  isRemoval,
  type LeftOut,
  type PlannedChange,
  type ProposedPlan,
  type ProposedPlanHead,
} from '../../../domain/desk/proposed-plan';
import type { ProposedPlans } from '../../../storage/desk/proposed-plans';
import type { UploadedPeople } from '../../../storage/desk/uploaded-people';
import { readProposedPlan } from './apply-plan';
import { namesInUpload } from './import-said';
import { namesInPlan, type NamesInPlanDeps } from './names-in-plan';

export type ShowPlanDeps = NamesInPlanDeps &
  Readonly<{
    proposedPlans: Pick<ProposedPlans, 'get' | 'list'>;
    uploadedPeople: Pick<UploadedPeople, 'read'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** A plan for readers: who proposed and who decided it as text. */
export type ShownPlanHead = Omit<ProposedPlanHead, 'by' | 'decision'> &
  Readonly<{
    by: string;
    decision: Readonly<{
      by: string;
      reason: string;
      first: string | null;
      atMs: number;
      done: number;
      notMade: number;
    }> | null;
    isExpired: boolean;
    /** The same people by their names alone. */
    names: Readonly<{ by: string; decision: string | null; first: string | null }>;
  }>;

type WithName<T> = T & Readonly<{ person: string | null }>;

/** A page of a plan. `person`: an address, or what else somebody is called. */
export type ShownPlan = ShownPlanHead &
  Readonly<{
    atMs: number;
    asked: Readonly<Record<string, string>>;
    changes: readonly WithName<PlannedChange>[];
    leftOut: readonly WithName<LeftOut>[];
    guards: ReadonlyArray<Readonly<{ guard: string; scope: string; removals: number; whole: number }>>;
    notes: readonly string[];
    /** Of changes and of what is left out, together. */
    total: number;
    next: number | null;
  }>;

/** Each line may cost a read of a ledger: so many are answered within a second or two. */
const PAGE = 500;

/** Plans that somebody may apply still, or has decided, newest first. */
export async function listPlans(deps: ShowPlanDeps, alias: string): Promise<readonly ShownPlanHead[]> {
  const plans = await deps.proposedPlans.list(alias);
  const nowMs = deps.clock.now();
  return plans.toSorted((a, b) => b.atMs - a.atMs).map((plan) => toShown(plan, nowMs));
}

/** A plan with the names of people, `most` lines at a time. @throws AppError `plan-unknown`, `record-unreadable` */
export async function showPlan(
  deps: ShowPlanDeps,
  alias: string,
  hash: string,
  skip: number,
  most = PAGE,
): Promise<ShownPlan> {
  return showLines(deps, alias, await readProposedPlan(deps, alias, hash), { skip, most });
}

/** The same with nothing but the first of what it takes away, wherever that stands. */
export async function showRemovals(
  deps: ShowPlanDeps,
  alias: string,
  hash: string,
  most: number,
): Promise<ShownPlan> {
  const plan = await readProposedPlan(deps, alias, hash);
  const changes = plan.changes.filter(isRemoval);
  return showLines(deps, alias, { ...plan, changes, leftOut: [] }, { skip: 0, most });
}

async function showLines(
  deps: ShowPlanDeps,
  alias: string,
  plan: ProposedPlan,
  { skip, most }: Readonly<{ skip: number; most: number }>,
): Promise<ShownPlan> {
  const { asked, changes, leftOut, facts: _facts, guards, notes, ...head } = plan;
  const total = changes.length + leftOut.length;
  const changesOfPage = changes.slice(skip, skip + most);
  const before = Math.max(0, skip - changes.length);
  const leftOfPage = leftOut.slice(before, Math.max(0, skip + most - changes.length));
  const strangers = await namesInUpload(deps, alias, { kind: head.kind, asked });
  const nameOf = await namesInPlan(deps, alias, [...changesOfPage, ...leftOfPage], strangers);
  const named = <T extends PlannedChange | LeftOut>(line: T): WithName<T> => ({
    ...line,
    person: nameOf(line),
  });
  return {
    ...toShown(head, deps.clock.now()),
    asked,
    changes: changesOfPage.map(named),
    leftOut: leftOfPage.map(named),
    guards,
    notes,
    total,
    next: skip + most < total ? skip + most : null,
  };
}

function toShown({ by, decision, ...head }: ProposedPlanHead, nowMs: number): ShownPlanHead {
  return {
    ...head,
    by: describeDecider(by),
    decision:
      decision === undefined
        ? null
        : {
            ...decision,
            by: describeDecider(decision.by),
            first: decision.first === undefined ? null : describeDecider(decision.first),
          },
    names: {
      by: nameOfDecider(by),
      decision: decision === undefined ? null : nameOfDecider(decision.by),
      first: decision?.first === undefined ? null : nameOfDecider(decision.first),
    },
    isExpired: head.state === 'proposed' && head.untilMs <= nowMs,
  };
}
