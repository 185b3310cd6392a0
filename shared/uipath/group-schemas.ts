import { z } from 'zod';
import type { GroupMember, UiPathGroup } from './groups';
import { enumSchema, GuidSchema, TimeSchema } from './wire-schemas';

/** `members` is left out: it is empty in most answers, whoever is a member. */
export const GroupSchema = z
  .object({
    id: GuidSchema,
    name: z.string(),
    type: enumSchema(['built-in', 'custom']),
    creationTime: TimeSchema,
    lastModificationTime: TimeSchema,
  })
  .transform(({ id, name, type, creationTime, lastModificationTime }): UiPathGroup => ({
    id,
    name,
    kind: type === 'built-in' ? 'built-in' : 'custom',
    createdAtMs: creationTime,
    modifiedAtMs: lastModificationTime,
  }));

const MEMBER_KINDS = [
  'user',
  'robot',
  'directory-user',
  'directory-group',
  'robot-account',
  'application',
] as const;

export const MemberSchema = z
  .object({ id: GuidSchema, type: enumSchema(MEMBER_KINDS) })
  .transform(({ id, type }): GroupMember => ({ id, kind: type }));
