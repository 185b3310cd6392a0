import { z } from 'zod';
import {
  CHANGE_KINDS,
  PLAN_KINDS,
  type LeftOut,
  type PlannedChange,
} from '../../../shared/domain/desk/proposed-plan';

type Named<T> = T & Readonly<{ person: string | null }>;

const place = {
  at: z.string(),
  groupId: z.string().exactOptional(),
  personKey: z.string().exactOptional(),
  memberId: z.string().exactOptional(),
  person: z.string().nullable(),
};

const ChangeSchema: z.ZodType<Named<PlannedChange>> = z.object({
  ...place,
  change: z.enum(CHANGE_KINDS),
  why: z.array(z.string()),
  untilMs: z.number().exactOptional(),
  of: z.string().exactOptional(),
});
export type ShownChange = z.infer<typeof ChangeSchema>;

const LeftOutSchema: z.ZodType<Named<LeftOut>> = z.object({ ...place, why: z.string() });
export type ShownLeftOut = z.infer<typeof LeftOutSchema>;

const CountsSchema = z.object({
  changes: z.number(),
  removals: z.number(),
  people: z.number(),
  groups: z.number(),
  leftOut: z.number(),
});

const head = {
  hash: z.string(),
  kind: z.enum(PLAN_KINDS),
  policyHash: z.string(),
  by: z.string(),
  atMs: z.number(),
  untilMs: z.number(),
  state: z.enum(['proposed', 'begun', 'done']),
  isExpired: z.boolean(),
  counts: CountsSchema,
  decision: z
    .object({
      by: z.string(),
      reason: z.string(),
      first: z.string().nullable(),
      atMs: z.number(),
      done: z.number(),
      notMade: z.number(),
    })
    .nullable(),
};

const PlanHeadSchema = z.object(head);
export type ShownPlanHead = Readonly<z.infer<typeof PlanHeadSchema>>;

export const PlansSchema = z.object({ plans: z.array(PlanHeadSchema) });

/** A page of a plan. */
export const PlanSchema = z.object({
  ...head,
  asked: z.record(z.string(), z.string()),
  changes: z.array(ChangeSchema),
  leftOut: z.array(LeftOutSchema),
  guards: z.array(
    z.object({ guard: z.string(), scope: z.string(), removals: z.number(), whole: z.number() }),
  ),
  notes: z.array(z.string()),
  total: z.number(),
  next: z.number().nullable(),
});
export type ShownPlan = Readonly<z.infer<typeof PlanSchema>>;

/** What came of proposing or applying a plan. */
export const PlanAnswerSchema = z.object({
  done: z.enum(['planned', 'applied', 'begun', 'applied-before']),
  words: z.string(),
  by: z.string(),
  hash: z.string(),
  counts: CountsSchema,
  left: z.number(),
  notMade: z.number(),
});
