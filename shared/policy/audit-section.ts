import { z } from 'zod';
import type { AuditPolicy, OwnCheck } from '../domain/audit/audit-policy';
import type { BaselineRule } from '../domain/policy';
import { isCheckId, type CheckId } from '../domain/audit/check-catalog';
import { anchorOf } from '../domain/audit/check-catalog-entry';
import { mayBeAutomatic } from '../domain/audit/remediation/automatic-remediation';
import { isBeyondCeiling, type Waiver } from '../domain/audit/waiver';
import { faultsInWaiverSubject } from '../domain/audit/waiver-subjects';
import { fold } from '../domain/fold';
import { compileExpression } from './custom-check-expression';
import { DAY_MS } from '../domain/durations';

const Text = z.string().trim().min(1).max(500);
const Day = z.iso.date('is not a day like 2026-12-31').transform((day) => Date.parse(day));
const Check = z.string().refine(isCheckId, 'is not a check');
const Name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is not a name of lower-case letters and hyphens');

export const RemediateSchema = z
  .array(Check.refine(mayBeAutomatic, 'is never mended without a release'))
  .default([])
  .describe('Checks whose findings are mended without a release, through the guards.');

export const WaiversSchema = z
  .array(
    z.strictObject({
      check: Check,
      subject: z.record(Text, Text).refine((subject) => Object.keys(subject).length > 0, 'names nothing'),
      reason: Text,
      owner: z.email(),
      ticket: Text,
      from: Day,
      until: Day,
    }),
  )
  .default([])
  .describe('Findings that somebody accepts until the end of a day.');

export const BaselineRulesSchema = z
  .array(z.strictObject({ name: Text, owner: z.email().optional(), until: Day.optional() }))
  .default([])
  .describe('Rules that are agreed although no request made them.');

const OwnCheckSchema = z.strictObject({
  each: z.enum(['member', 'group', 'person', 'rule', 'entry']),
  when: z
    .string()
    .min(1)
    .max(2_000)
    .describe('True for what is to be found, in the Common Expression Language.'),
  title: Text,
  severity: z.enum(['critical', 'high', 'medium', 'low']).default('medium'),
  why: Text,
  mend: Text,
});

/** Each may take a few seconds of a night. */
const MAX_OWN_CHECKS = 50;

export const AuditSchema = z
  .strictObject({
    broadGroups: z
      .array(Text)
      .default([])
      .describe('Groups that the access policy must not allow, beside Everyone.'),
    domains: z.array(Text).default([]).describe("Domains of the company's own addresses."),
    dormantDays: z.number().positive().max(3650).default(90),
    secretDays: z.number().min(0).max(365).default(30),
    everyHours: z.number().positive().max(744).default(24),
    administrators: z
      .strictObject({
        fewest: z.int().min(1).default(2),
        most: z.int().min(1).default(5),
        people: z.array(z.email()).optional(),
        breakGlass: z.array(z.email()).default([]),
      })
      .optional(),
    reads: z
      .array(z.enum(['applications', 'robots']))
      .default([])
      .describe('Further things to read; each needs a scope of its own.'),
    remediate: RemediateSchema,
    waiverCeilingDays: z.number().positive().max(3650).default(180),
    checks: z
      .record(Name, OwnCheckSchema)
      .refine((checks) => Object.keys(checks).length <= MAX_OWN_CHECKS, `are more than ${MAX_OWN_CHECKS}`)
      .default({}),
  })
  .prefault({});

type AuditEntry = z.infer<typeof AuditSchema>;
type WaiverEntries = z.infer<typeof WaiversSchema>;
type AuditFault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

export function toAuditPolicy(audit: AuditEntry, waivers: WaiverEntries): AuditPolicy {
  const { administrators } = audit;
  return {
    broadGroups: new Set(audit.broadGroups.map(fold)),
    domains: new Set(audit.domains.map(fold)),
    dormantDays: audit.dormantDays,
    secretDays: audit.secretDays,
    everyHours: audit.everyHours,
    administrators:
      administrators === undefined
        ? undefined
        : {
            fewest: administrators.fewest,
            most: administrators.most,
            people:
              administrators.people === undefined ? undefined : new Set(administrators.people.map(fold)),
            breakGlass: new Set(administrators.breakGlass.map(fold)),
          },
    reads: new Set(audit.reads),
    remediate: new Set<CheckId>(audit.remediate),
    waiverCeilingDays: audit.waiverCeilingDays,
    waivers: waivers.map(toWaiver),
    ownChecks: Object.entries(audit.checks).flatMap(([name, check]): OwnCheck[] => {
      const compiled = compileExpression(check.each, check.when);
      if (compiled.kind === 'fault') return [];
      const { each, title, severity, why, mend } = check;
      const id = `own:${name}` as const;
      const entry = { title, severity, why, mend, link: anchorOf(id) };
      return [{ id, entry, each, finds: compiled.finds, countSteps: compiled.countSteps }];
    }),
  };
}

export function toBaselineRules(entries: z.infer<typeof BaselineRulesSchema>): readonly BaselineRule[] {
  return entries.map(({ name, owner, until }) => ({
    name,
    owner,
    untilMs: until === undefined ? undefined : until + DAY_MS,
  }));
}

/** What the schema cannot see: limits that contradict each other, waivers beyond the ceiling, expressions that do not compute. */
export function faultsInAudit(audit: AuditEntry, waivers: WaiverEntries): readonly AuditFault[] {
  const { administrators } = audit;
  const scopes = new Map(Object.entries(audit.checks).map(([name, { each }]) => [`own:${name}`, each]));
  return [
    ...(administrators !== undefined && administrators.most < administrators.fewest
      ? [{ path: ['audit', 'administrators', 'most'], problem: 'is less than fewest' }]
      : []),
    ...waivers.flatMap((entry, index) => {
      const waiver = toWaiver(entry);
      const path = ['waivers', index, 'until'];
      return [
        ...faultsInWaiverSubject(waiver.check, waiver.subject, scopes).map(({ key, problem }) => ({
          path: ['waivers', index, 'subject', ...(key === undefined ? [] : [key])],
          problem,
        })),
        ...(waiver.untilMs <= waiver.fromMs ? [{ path, problem: 'is before from' }] : []),
        ...(isBeyondCeiling(waiver, audit.waiverCeilingDays)
          ? [{ path, problem: `is more than ${audit.waiverCeilingDays} days after from` }]
          : []),
      ];
    }),
    ...Object.entries(audit.checks).flatMap(([name, { each, when }]) => {
      const compiled = compileExpression(each, when);
      if (compiled.kind === 'expression') return [];
      return [{ path: ['audit', 'checks', name, 'when'], problem: compiled.problem }];
    }),
  ];
}

/** Both days count. */
function toWaiver({ from, until, ...waiver }: WaiverEntries[number]): Waiver {
  return { ...waiver, fromMs: from, untilMs: until + DAY_MS };
}
