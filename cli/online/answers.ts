import { z } from 'zod';
import type { ExplainedReason } from '../../shared/domain/desk/explained-group';
import type { ExplainedMember } from '../../shared/domain/desk/members-of-group';
import type { HistoryEntry } from '../../shared/domain/desk/history';
import { MEMBER_KINDS } from '../../shared/domain/member-kind';
import { maybeMs, maybeText } from './status-answer';

/** What the app answers, as this version of the command line understands it. Members that it does not know are passed over. */
const said = z.string().optional();

export const ReadinessSchema = z.object({
  organization: z.string(),
  /** When it was tried, epoch milliseconds. */
  atMs: z.number(),
  ready: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      tried: said,
      /** Not tried, as these fail. */
      skipped: z.array(z.string()).optional(),
      code: said,
      cause: said,
      problem: said,
      fix: said,
      docs: said,
      answer: z.object({ status: z.number().optional(), said }).optional(),
    }),
  ),
});

const ReasonSchema: z.ZodType<ExplainedReason> = z.union([
  z.object({
    kind: z.literal('birthright'),
    line: z.string(),
    when: z.record(z.string(), z.array(z.string())),
    untilMs: maybeMs,
  }),
  z.object({
    kind: z.literal('grant'),
    ticket: z.string(),
    ticketUrl: maybeText,
    source: z.string(),
    requester: z.string(),
    approvers: z.array(z.string()),
    fromMs: z.number(),
    untilMs: maybeMs,
  }),
  z.object({
    kind: z.literal('waiver'),
    finding: z.string(),
    reason: z.string(),
    owner: z.string(),
    ticket: z.string(),
    untilMs: z.number(),
  }),
  z.object({ kind: z.literal('protected') }),
  z.object({ kind: z.literal('group-not-in-policy'), by: z.enum(['birthright', 'grant']).nullable() }),
]);

const GroupSchema = z.object({
  group: z.string(),
  isMember: z.boolean(),
  sinceMs: maybeMs,
  origin: z.enum(['applied', 'standing']).nullable(),
  reasons: z.array(ReasonSchema),
});

/** Further members say what it is about, by its kind. */
const WhyNotSchema = z.looseObject({ kind: z.string() });

export const ExplainedSchema = z.object({
  person: z.string(),
  formerAddresses: z.array(z.string()),
  employment: z.string(),
  directoryId: maybeText,
  lockedUntilMs: maybeMs,
  nextChangeAtMs: maybeMs,
  atMs: z.number(),
  groups: z.array(GroupSchema),
  whyNot: z.array(WhyNotSchema),
  evidenceFault: maybeText,
});
export type Explained = Readonly<z.infer<typeof ExplainedSchema>>;

const MemberSchema: z.ZodType<ExplainedMember> = z.object({
  memberId: z.string(),
  kind: z.enum(MEMBER_KINDS),
  name: z.string(),
  person: maybeText,
  employment: maybeText,
  reasons: z.array(ReasonSchema),
  sinceMs: maybeMs,
  origin: z.enum(['applied', 'standing']).nullable(),
  isUnreadable: z.boolean(),
});

export const MembersSchema = z.object({
  group: z.string(),
  groupId: z.string(),
  mode: maybeText,
  night: z.string(),
  takenAtMs: z.number(),
  atMs: z.number(),
  total: z.number(),
  members: z.array(MemberSchema),
  next: z.number().nullable(),
});

export const HistoryEntrySchema: z.ZodType<HistoryEntry> = z.object({
  atMs: z.number(),
  about: z.string(),
  kind: z.string(),
  words: z.string(),
  group: maybeText,
  ticket: maybeText,
  why: z.array(z.string()),
  by: maybeText,
  outcome: maybeText,
  policyHash: z.string(),
});

export const HistorySchema = z.object({
  entries: z.array(HistoryEntrySchema),
  total: z.number(),
  next: z.number().nullable(),
  isWhole: z.boolean(),
  atMs: z.number(),
});

const RemovalSchema = z.object({
  groupId: z.string(),
  groupName: z.string(),
  personKey: z.string(),
  /** The address of the person; null: it is not known. Lists have none. */
  person: maybeText.optional(),
  memberId: z.string(),
  why: z.array(z.string()),
});

/** As it is stored: earlier versions wrote a text, and a policy has no name. */
const DecidedByShown = z.union([z.string(), z.looseObject({ name: z.string().optional() })]);

export const HoldSchema = z.object({
  hash: z.string(),
  kind: z.string().optional(),
  state: z.string(),
  guards: z.array(
    z.object({ guard: z.string(), scope: z.string(), removals: z.number(), whole: z.number() }),
  ),
  removals: z.array(RemovalSchema),
  causes: z.array(z.string()).optional(),
  heldAtMs: maybeMs,
  expiresAtMs: maybeMs,
  declined: z.object({ by: DecidedByShown, reason: z.string(), atMs: z.number() }).optional(),
});
export type ShownHold = Readonly<z.infer<typeof HoldSchema>>;

export const HoldsSchema = z.object({ plans: z.array(HoldSchema) });

const ChangeSchema = z.object({
  id: z.string(),
  personKey: z.string(),
  person: maybeText.optional(),
  groupName: z.string(),
  memberId: z.string(),
  decision: z.string(),
  history: z.array(z.object({ atMs: z.number(), event: z.string(), code: z.string() })),
});

const DeliverySchema = z.object({
  feed: z.string(),
  source: z.string(),
  deliveryId: z.string(),
  receivedAtMs: z.number(),
  history: z.array(z.looseObject({ kind: z.string(), atMs: z.number(), code: z.string().optional() })),
});

export const DeadLettersSchema = z.object({
  changes: z.array(ChangeSchema),
  deliveries: z.array(DeliverySchema),
  unreadable: z.array(z.object({ feed: z.string(), source: z.string(), code: z.string() })),
  failing: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      code: z.string(),
      failures: z.number(),
      sinceMs: z.number(),
      nextTryMs: z.number(),
    }),
  ),
});
export type DeadLetters = Readonly<z.infer<typeof DeadLettersSchema>>;
