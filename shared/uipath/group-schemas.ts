import { z } from 'zod';
import { UIPATH_MEMBER_KINDS, type MemberKind } from '../domain/member-kind';
import { enumSchema, GuidSchema, TimeSchema } from './wire-schemas';

export type UiPathGroup = Readonly<{
  /** GUID in lower case. */
  id: string;
  name: string;
  kind: 'built-in' | 'custom';
  createdAtMs: number | null;
  modifiedAtMs: number | null;
}>;

export type GroupMember = Readonly<{ id: string; kind: MemberKind }>;

/** `members` is left out: UiPath leaves it empty in most answers, also for groups with members. */
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

export const MemberSchema = z
  .object({ id: GuidSchema, type: enumSchema(UIPATH_MEMBER_KINDS) })
  .transform(({ id, type }): GroupMember => ({ id, kind: type }));
