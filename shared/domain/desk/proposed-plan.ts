import { hashOf } from '../canonical-json-hash';
import type { HumanDecider, SignedInPerson } from '../decider';
import { DAY_MS } from '../durations';
import type { TrippedGuard } from '../plan/guards';

/** What an operator may have planned. Each kind reads what is so and decides by a pure function. */
export const PLAN_KINDS = ['adopt', 'differences', 'import', 'undo'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

/**
 * In the ledger: `add-reason` and `forget-reason` of what is there, which stays; `end-reason` and `give-back`, which the writer follows; words of
 * HR, that somebody works or is described otherwise, `move-worker-out` where that ends reasons. The others: in UiPath.
 */
export const CHANGE_KINDS = [
  'add-reason',
  'forget-reason',
  'end-reason',
  'give-back',
  'add-worker',
  'move-worker',
  'move-worker-out',
  'add-member',
  'remove-member',
  'write-rule',
  'delete-rule',
  'add-entry',
  'remove-entry',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What a line of a plan is about. People are named by key and directory id: who that is comes from what is stored when it is shown. */
type PlaceInPlan = Readonly<{
  /** The name of the group, or of the rule or entry. */
  at: string;
  groupId?: string;
  personKey?: string;
  /** Directory id. */
  memberId?: string;
}>;

/** One thing that a plan would do. */
export type PlannedChange = PlaceInPlan &
  Readonly<{
    change: ChangeKind;
    /** In words: what explains it. */
    why: readonly string[];
    /** When what it gives ends, epoch milliseconds. */
    untilMs?: number;
    /** What it is carried out by: the finding, request or hold, by id. */
    of?: string;
  }>;

/** What was asked for and is not done, and why, in words. */
export type LeftOut = PlaceInPlan & Readonly<{ why: string }>;

/** What was so of a person or group when the plan was made: `person:<key>`, `member:<directory id>` or `group:<id>`, each fact a short text. */
export type PlanFacts = Readonly<{ about: string; facts: Readonly<Record<string, string>> }>;

/** What a kind of plan computes from what is so. */
export type ComputedPlan = Readonly<{
  changes: readonly PlannedChange[];
  leftOut: readonly LeftOut[];
  facts: readonly PlanFacts[];
  /** Guards that would hold some of its removals, if nobody had released them. */
  guards: readonly TrippedGuard[];
  /** What whoever applies it has to know, a sentence each. */
  notes: readonly string[];
}>;

/** Who decided that a plan is carried out, and how far it is. */
export type PlanDecision = Readonly<{
  by: HumanDecider;
  reason: string;
  /** Who decided first, where it takes two people. */
  first?: SignedInPerson;
  atMs: number;
  /** Changes, in the order of the plan, that are over. */
  done: number;
  /** Of them those that were not made, as they could not be any more. */
  notMade: number;
}>;

/** `begun`: decided, and some of its changes may be made; whoever applies it again goes on. */
type ProposedPlanState = 'proposed' | 'begun' | 'done';

/** A plan without what grows with the number of people. */
export type ProposedPlanHead = Readonly<{
  hash: string;
  kind: PlanKind;
  policyHash: string;
  by: HumanDecider;
  atMs: number;
  /** Nobody begins it from then on. */
  untilMs: number;
  state: ProposedPlanState;
  decision?: PlanDecision;
  counts: PlanCounts;
}>;

/** What was asked for, in the words of its kind. */
export type AskedForPlan = Readonly<Record<string, string>>;

export type ProposedPlan = ProposedPlanHead & ComputedPlan & Readonly<{ asked: AskedForPlan }>;

export type PlanCounts = Readonly<{
  changes: number;
  removals: number;
  people: number;
  groups: number;
  leftOut: number;
}>;

/** Whoever planned it looks at it the same day, or plans anew. */
const LASTS_MS = DAY_MS;

/** More than somebody looks through, and than one plan is stored with. */
export const MOST_CHANGES = 20_000;

type MadeOf = Readonly<{ organization: string; kind: PlanKind; asked: AskedForPlan; policyHash: string }>;

/** The plan as it is stored: its hash is of exactly what it would do, for which organization, under which policy, and of the facts that led there. */
export function proposedPlan(
  made: MadeOf,
  computed: ComputedPlan,
  { by, atMs }: Readonly<{ by: HumanDecider; atMs: number }>,
): ProposedPlan {
  const { kind, asked, policyHash } = made;
  const changes = computed.changes.toSorted(byKey(keyOfChange));
  const leftOut = computed.leftOut.toSorted(byKey(keyOfPlace));
  const facts = computed.facts.toSorted(byKey(({ about }) => about));
  const hash = hashOf([1, made, changes, facts]);
  const counts = countsOf({ changes, leftOut });
  const untilMs = atMs + LASTS_MS;
  return {
    ...computed,
    hash,
    kind,
    asked,
    policyHash,
    by,
    atMs,
    untilMs,
    state: 'proposed',
    counts,
    changes,
    leftOut,
    facts,
  };
}

function countsOf({ changes, leftOut }: Pick<ComputedPlan, 'changes' | 'leftOut'>): PlanCounts {
  const people = changes.flatMap(({ personKey, memberId }) => personKey ?? memberId ?? []);
  return {
    changes: changes.length,
    removals: changes.filter(isRemoval).length,
    people: new Set(people).size,
    groups: new Set(changes.flatMap(({ groupId }) => groupId ?? [])).size,
    leftOut: leftOut.length,
  };
}

/** What takes access away: two people decide about many of them, where the policy says so. */
export function isRemoval({ change }: Pick<PlannedChange, 'change'>): boolean {
  return change === 'remove-member' || change === 'end-reason' || change === 'move-worker-out';
}

const WORDS_OF_HR: ReadonlySet<ChangeKind> = new Set(['add-worker', 'move-worker', 'move-worker-out']);

/** True for what is recorded of somebody at work: what follows from it waits for the writer, in observe too, as any word of HR does. */
export function isWordOfHr({ change }: Pick<PlannedChange, 'change'>): boolean {
  return WORDS_OF_HR.has(change);
}

/** True for what is written to UiPath as soon as it is carried out, or takes a reason away, so that the writer does. */
export function writesToUiPath({ change }: Pick<PlannedChange, 'change'>): boolean {
  return change !== 'add-reason' && change !== 'forget-reason' && !WORDS_OF_HR.has(change);
}

export function isPlanHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Why a plan cannot be begun any more; undefined: it can. */
export function planRefusalOf(
  { state, untilMs }: Pick<ProposedPlanHead, 'state' | 'untilMs'>,
  nowMs: number,
): 'plan-expired' | undefined {
  return state === 'proposed' && nowMs >= untilMs ? 'plan-expired' : undefined;
}

/** What a change is about, and nothing of what it does. */
export function placeIn({ at, groupId, personKey, memberId }: PlannedChange): PlaceInPlan {
  return {
    at,
    ...(groupId === undefined ? {} : { groupId }),
    ...(personKey === undefined ? {} : { personKey }),
    ...(memberId === undefined ? {} : { memberId }),
  };
}

function keyOfPlace({ at, groupId = '', personKey = '', memberId = '' }: PlaceInPlan): string {
  return JSON.stringify([at.toLowerCase(), groupId, personKey, memberId]);
}

export function keyOfChange(change: PlannedChange): string {
  return JSON.stringify([keyOfPlace(change), change.change, change.of ?? '', change.untilMs ?? null]);
}

function byKey<T>(keyOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1);
}
