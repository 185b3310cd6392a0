import { z } from 'zod';
import type { Known } from '../../shared/domain/audit/snapshot';
import type { OrganizationStatus } from '../../shared/domain/desk/organization-status';
import type { PauseShown } from '../../shared/domain/pause';

const known = <T>(value: z.ZodType<T>): z.ZodType<Known<T>> =>
  z.union([
    z.object({ kind: z.literal('known'), value }),
    z.object({ kind: z.literal('unknown'), code: z.string() }),
  ]);

export const maybeText = z.string().nullable();
export const maybeMs = z.number().nullable();

export const PauseShownSchema: z.ZodType<PauseShown> = z.object({
  id: z.string(),
  sinceMs: z.number(),
  by: z.string(),
  reason: z.string(),
  untilMs: maybeMs,
  isLost: z.boolean(),
  urgent: z.number(),
  oldestUrgentMs: maybeMs,
});

const GroupsInModeSchema = z.object({ count: z.number(), first: maybeText });

export const StatusSchema: z.ZodType<OrganizationStatus> = z.object({
  organization: z.string(),
  atMs: z.number(),
  readiness: known(
    z.object({
      atMs: z.number(),
      checks: z.number(),
      faults: z.array(z.object({ name: z.string(), code: z.string(), problem: z.string().optional() })),
    }),
  ),
  policy: z.object({
    hash: z.string(),
    sinceMs: known(maybeMs),
    standing: known(
      z.object({
        onRecord: z
          .object({
            hash: z.string(),
            number: z.number().optional(),
            sinceMs: z.number().optional(),
            file: z.string().optional(),
          })
          .optional(),
        elsewhere: z.array(
          z.object({ hash: z.string(), origin: z.object({ name: z.string() }), sinceMs: z.number() }),
        ),
      }),
    ),
  }),
  pause: known(PauseShownSchema.nullable()),
  rollOut: z.object({
    mode: z.enum(['observe', 'enforce']),
    observedSinceMs: known(maybeMs),
    groups: z.object({
      observe: GroupsInModeSchema,
      additive: GroupsInModeSchema,
      authoritative: GroupsInModeSchema,
    }),
    nights: known(z.object({ whole: z.number(), green: z.number() })),
    sources: known(z.object({ silent: z.array(z.string()) })),
  }),
  audit: known(
    z
      .object({
        night: z.string(),
        takenAtMs: z.number(),
        result: z.enum(['green', 'red']),
        open: z.object({ critical: z.number(), high: z.number(), medium: z.number(), low: z.number() }),
        waived: z.number(),
        unknown: z.number(),
      })
      .nullable(),
  ),
  holds: known(z.object({ count: z.number(), removals: z.number() })),
  deadDeliveries: known(z.number()),
  refusedChanges: known(z.number()),
  requestsPending: known(z.object({ count: z.number(), isMore: z.boolean() })),
  callsLeft: known(z.object({ GET: z.number(), PUT: z.number() })),
});
