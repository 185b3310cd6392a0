import { z } from 'zod';
import type { EntityLedger, RuleLedger } from '../domain/ledger/rule-and-entity-ledgers';
import type { OrganizationLedger } from '../domain/ledger/organization-ledger';
import type { PersonLedger } from '../domain/ledger/person-ledger';
import { DecidedBySchema } from './desk/decider-schema';
import { PauseSchema } from './desk/pauses';

/** A member that JSON leaves out reads as undefined. */
const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

const StatementSchema = z.object({
  id: z.string(),
  kind: z.enum(['joiner', 'mover', 'leaver']),
  occurredAtMs: z.number(),
  effectiveAtMs: z.number(),
  attributes: z.record(z.string(), z.string()),
  source: z.string().optional(),
  workerId: z.string().optional(),
  personId: z.string().optional(),
  of: z.enum(['person', 'account']).optional(),
  under: z.string().optional(),
  namedSinceMs: z.number().optional(),
});

const GrantSchema = z.object({
  requestId: z.string(),
  source: z.string(),
  group: z.string(),
  validFromMs: z.number(),
  validUntilMs: maybe(z.number()),
  occurredAtMs: z.number(),
  requester: z.string(),
  approvals: z.array(z.object({ approver: z.string(), approvedAtMs: z.number() })),
  ticketId: z.string(),
  ticketUrl: maybe(z.string()),
  under: z.string().optional(),
  groupId: z.string().optional(),
  groupBefore: z.array(z.string()).optional(),
  groupSinceMs: z.number().optional(),
});

const RevocationSchema = z.object({
  requestId: z.string(),
  group: z.string(),
  grantRequestId: maybe(z.string()),
  occurredAtMs: z.number(),
  under: z.string().optional(),
  joinOf: z.string().optional(),
  beside: z.object({ under: z.string().optional(), occurredAtMs: z.number() }).optional(),
});

const AppliedSchema = z.object({
  groupId: z.string(),
  groupName: z.string(),
  origin: z.enum(['applied', 'standing']),
  by: z.enum(['birthright', 'grant']).optional(),
  isOrdinary: z.literal(true).optional(),
  sinceMs: z.number(),
});

const IdentitySchema = z.union([
  z.object({ kind: z.literal('resolved'), id: z.string(), checkedAtMs: z.number() }),
  z.object({
    kind: z.enum(['missing', 'ambiguous']),
    sinceMs: z.number(),
    attempts: z.number(),
    checkedAtMs: z.number(),
    lastKnownId: z.string().exactOptional(),
  }),
]);

const ownMembers = {
  email: z.string(),
  formerEmails: z.array(z.string()).optional(),
  workerId: maybe(z.string()),
  timeline: z.array(StatementSchema),
  grants: z.array(GrantSchema),
  revocations: z.array(RevocationSchema),
  applied: z.array(AppliedSchema),
  identity: maybe(IdentitySchema),
  unconfirmed: z
    .object({
      words: z.array(StatementSchema),
      addresses: z.array(z.string()),
      sinceMs: z.number(),
      accountId: z.string().optional(),
      handedTo: z.object({ key: z.string(), by: DecidedBySchema, reason: z.string() }).optional(),
    })
    .optional(),
  claimed: z.array(z.string()).optional(),
  handedOn: z.array(z.string()).optional(),
  replaced: z.object({ accountId: z.string(), atMs: z.number() }).optional(),
  confirmedAccountId: z.string().optional(),
  otherAccounts: z.array(z.string()).optional(),
  formerAccountOf: z.string().optional(),
  toldApart: z.array(z.string()).optional(),
  separating: z
    .object({ from: z.string(), by: DecidedBySchema, reason: z.string(), sinceMs: z.number().optional() })
    .optional(),
  erased: z.object({ atMs: z.number(), saidToMs: z.number() }).optional(),
  erasedToMs: z.number().optional(),
  strangersToMs: z.number().optional(),
};

/** The stored form of a person's ledger. */
const PersonLedgerSchema: z.ZodType<PersonLedger> = z.object({
  ...ownMembers,
  joined: z.object({ into: z.string(), before: z.object(ownMembers) }).optional(),
});

const named = {
  requestId: z.string(),
  occurredAtMs: z.number(),
  requester: z.string(),
  ticketId: z.string(),
};

const WantedRuleSchema = z.object({
  description: z.string(),
  enabled: z.boolean(),
  definition: z.object({
    groups: z.array(z.string()),
    conditions: z.array(z.object({ claimName: z.string(), conditionType: z.string(), value: z.string() })),
  }),
  owner: z.string(),
  validUntilMs: maybe(z.number()),
});

/** The stored form of a rule's ledger. */
const RuleLedgerSchema: z.ZodType<RuleLedger> = z.object({
  name: z.string(),
  statements: z.array(z.object({ ...named, want: maybe(WantedRuleSchema) })),
  have: maybe(z.object({ ruleId: z.number(), contentHash: z.string(), sinceMs: z.number() })),
  settled: z.string().optional(),
});

/** The stored form of an access-policy entry's ledger. */
const EntityLedgerSchema: z.ZodType<EntityLedger> = z.object({
  entityType: z.enum(['user', 'group', 'application']),
  name: z.string(),
  statements: z.array(z.object({ ...named, want: z.boolean() })),
  have: maybe(z.object({ entityId: z.string(), sinceMs: z.number() })),
  sent: z.object({ entityId: z.string(), atMs: z.number() }).optional(),
  settled: z.string().optional(),
});

/** The stored form of an organization's own ledger. */
const OrganizationLedgerSchema: z.ZodType<OrganizationLedger> = z.object({
  lastAudit: maybe(
    z.object({
      night: z.string(),
      reportHash: z.string(),
      atMs: z.number(),
      startedAtMs: z.number().exactOptional(),
    }),
  ),
  maxIdsPerPut: maybe(z.number()),
  maxIdsLearntMs: z.number().exactOptional(),
  decisions: z.array(z.string()).optional(),
  policyHash: z.string().exactOptional(),
  policyNumber: z.number().exactOptional(),
  policiesElsewhere: z
    .array(
      z.object({
        hash: z.string(),
        origin: z.object({ kind: z.enum(['blob', 'file']), name: z.string() }),
        sinceMs: z.number(),
        seenMs: z.number(),
      }),
    )
    .exactOptional(),
  policyFollowed: z.string().exactOptional(),
  isPolicyBetween: z.literal(true).exactOptional(),
  observedSinceMs: z.number().exactOptional(),
  wasObserved: z.literal(true).exactOptional(),
  paused: PauseSchema.exactOptional(),
});

export const LEDGER_SCHEMAS = {
  person: PersonLedgerSchema,
  rule: RuleLedgerSchema,
  entity: EntityLedgerSchema,
  organization: OrganizationLedgerSchema,
} as const;
