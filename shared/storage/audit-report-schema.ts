import { z } from 'zod';
import { isCheckId } from '../domain/audit/check-catalog';
import type { AuditReport } from '../domain/audit/report';
import { RecordedPolicyChangeSchema } from './evidence/policy-change-schema';
import { FindingRecordSchema } from './findings';

const Count = z.int().min(0);

const CheckEntrySchema = z.object({
  title: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  why: z.string(),
  mend: z.string(),
  link: z.string(),
});

/** A report as it is stored and handed out as JSON. */
export const AuditReportSchema: z.ZodType<AuditReport> = z.object({
  schemaVersion: z.literal(1),
  organization: z.string(),
  night: z.string(),
  startedAtMs: z.number(),
  takenAtMs: z.number(),
  policyHash: z.string(),
  observed: z.object({ sinceMs: z.number().exactOptional() }).exactOptional(),
  paused: z
    .object({
      id: z.string(),
      sinceMs: z.number(),
      by: z.string(),
      reason: z.string(),
      untilMs: z.number().nullable(),
      isLost: z.boolean(),
      urgent: z.number(),
      oldestUrgentMs: z.number().nullable(),
    })
    .exactOptional(),
  result: z.enum(['green', 'red']),
  unknown: z.array(z.object({ part: z.string(), code: z.string() })),
  looked: z.object({
    groups: Count,
    members: Count,
    people: Count,
    rules: Count,
    policyEntities: Count,
    applications: Count.exactOptional(),
    robots: Count.exactOptional(),
  }),
  calls: z.record(z.string(), Count),
  ownChecks: z.record(z.string(), CheckEntrySchema),
  checks: z.record(z.string(), CheckEntrySchema).exactOptional(),
  findings: z.array(FindingRecordSchema),
  previousNight: z.string().exactOptional(),
  checkpoint: z.string().exactOptional(),
  policyChanges: z.array(RecordedPolicyChangeSchema).exactOptional(),
  waivers: z
    .array(
      z.object({
        check: z.string().refine(isCheckId),
        subject: z.record(z.string(), z.string()),
        owner: z.string(),
        ticket: z.string(),
        untilMs: z.number(),
        state: z.enum(['in-force', 'ended', 'not-begun']),
        covers: Count,
      }),
    )
    .exactOptional(),
});
