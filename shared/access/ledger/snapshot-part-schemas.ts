import { z } from 'zod';
import { MEMBER_KINDS, type MemberKind } from '../../domain/member-kind';

/** How the audit stores what it reads of groups, members, users, rules and entries, by which it is read again when somebody asks. */
export const GroupsSchema = z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() }));
export type ListedGroup = z.output<typeof GroupsSchema>[number];

export type MemberOfKind = readonly [id: string, kind: MemberKind];

/** Ids in runs of one kind, in order: half of what pairs of both take. */
export const MembersSchema = z
  .array(z.tuple([z.enum(MEMBER_KINDS), z.array(z.string())]))
  .transform((runs) => runs.flatMap(([kind, ids]) => ids.map((id): MemberOfKind => [id, kind])));
export const MembersPageSchema = z.object({ totalCount: z.number(), entries: MembersSchema });

export const maybeTime = z
  .number()
  .nullable()
  .transform((ms) => ms ?? undefined);

const UsersSchema = z.array(
  z.object({
    id: z.string(),
    email: z
      .string()
      .nullable()
      .transform((email) => email ?? undefined),
    userName: z.string().exactOptional(),
    isActive: z.boolean(),
    lastUsedMs: maybeTime,
  }),
);
export const UsersPageSchema = z.object({ totalCount: z.number(), entries: UsersSchema });

export const EntitiesSchema = z.array(
  z.object({
    entityType: z.enum(['user', 'group', 'application']),
    name: z.string(),
    entityId: z.string().exactOptional(),
  }),
);
export const RulesSchema = z.array(
  z.object({
    ruleId: z.number(),
    name: z.string(),
    enabled: z.boolean(),
    groupIds: z.array(z.string()),
    contentHash: z.string(),
    isBroad: z.boolean().default(false),
  }),
);
