import { z } from 'zod';
import type { ExportedSnapshot } from '../../shared/domain/desk/exported-snapshot';
import { MEMBER_KINDS } from '../../shared/domain/member-kind';

const IndexSchema = z.int().min(0);

/** A snapshot as the app exports it, and as it lies in a file. Members that this version does not know are passed over. */
export const ExportedSnapshotSchema: z.ZodType<ExportedSnapshot> = z
  .object({
    snapshot: z.literal(1),
    organization: z.string(),
    night: z.string(),
    takenAtMs: z.number(),
    atMs: z.number(),
    policyHash: z.string(),
    accounts: z.array(z.object({ id: z.string(), kind: z.enum(MEMBER_KINDS), name: z.string().nullable() })),
    groups: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        isBuiltIn: z.boolean(),
        members: z.array(IndexSchema).nullable(),
      }),
    ),
    people: z.array(
      z.object({
        addresses: z.array(z.string()),
        accountId: z.string().nullable(),
        employment: z.enum(['unknown', 'expected', 'active', 'absent', 'left']),
        memberships: z.array(z.object({ groupId: z.string(), origin: z.enum(['applied', 'standing']) })),
        grants: z.array(z.string()),
      }),
    ),
    unreadablePeople: z.number(),
  })
  .refine(({ accounts, groups }) =>
    groups.every(({ members }) => members?.every((index) => index < accounts.length) !== false),
  );
