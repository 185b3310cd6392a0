import { z } from 'zod';
import type { AuditSummary } from '../../shared/domain/audit/audit-summary';

/** What the app answers about audits and findings, as this version of the command line understands it. */
const severity = z.enum(['critical', 'high', 'medium', 'low']);
const maybeText = z.string().nullable();
const openCounts = z.object({ critical: z.number(), high: z.number(), medium: z.number(), low: z.number() });

const SummarySchema: z.ZodType<AuditSummary> = z.object({
  night: z.string(),
  takenAtMs: z.number(),
  result: z.enum(['green', 'red']),
  open: openCounts,
  waived: z.number(),
  unknown: z.number(),
});

export const NightsSchema = z.object({
  organization: z.string(),
  nights: z.array(SummarySchema),
  underWay: z.object({ night: z.string(), startedAtMs: z.number(), calls: z.number() }).nullable(),
  atMs: z.number(),
});
export type Nights = Readonly<z.infer<typeof NightsSchema>>;

const finding = {
  id: z.string(),
  check: z.string(),
  severity,
  state: z.string(),
  title: z.string(),
  about: z.string(),
  why: z.string(),
  toDo: z.string(),
  plan: maybeText,
  planHash: maybeText,
  causedBy: maybeText,
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  waiver: z
    .object({
      reason: z.string(),
      owner: z.string(),
      ticket: z.string(),
      untilMs: z.number(),
      acceptedBy: maybeText,
    })
    .nullable(),
};
const FindingSchema = z.object(finding);
export type ShownFinding = Readonly<z.infer<typeof FindingSchema>>;

export const FindingsSchema = z.object({ findings: z.array(FindingSchema) });

export const NightSchema = z.object({
  organization: z.string(),
  night: z.string(),
  takenAtMs: z.number(),
  atMs: z.number(),
  result: z.enum(['green', 'red']),
  open: openCounts,
  waived: z.number(),
  unknown: z.array(z.object({ part: z.string(), code: z.string() })),
  looked: z.looseObject({ groups: z.number(), members: z.number(), people: z.number() }),
  isLatest: z.boolean(),
  total: z.number(),
  findings: z.array(FindingSchema),
  next: z.number().nullable(),
});

const night = z.object({ night: z.string(), takenAtMs: z.number() });

export const ComparedNightsSchema = z.object({
  organization: z.string(),
  before: night,
  after: night,
  counts: z.object({
    appeared: z.number(),
    reopened: z.number(),
    waived: z.number(),
    fixed: z.number(),
    stillOpen: z.number(),
  }),
  policyChanges: z.array(z.looseObject({ to: z.string(), atMs: z.number() })),
  total: z.number(),
  changes: z.array(z.object({ ...finding, change: z.enum(['appeared', 'reopened', 'waived', 'fixed']) })),
  next: z.number().nullable(),
});
