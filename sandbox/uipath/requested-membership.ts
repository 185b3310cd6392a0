import { z } from 'zod';
import type { LoggedRequest } from './request-log';

const IdsSchema = z.array(z.string()).catch([]);
const BodySchema = z.object({ directoryUserIDsToAdd: IdsSchema, directoryUserIDsToRemove: IdsSchema });

/** What a group PUT asks for, for the log; empty lists when the body is no such thing. */
export function requestedMembership({
  path,
  body,
}: Readonly<{ path: string; body: string }>): NonNullable<LoggedRequest['membership']> {
  const groupId = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  try {
    const fields = BodySchema.parse(JSON.parse(body));
    return { groupId, add: fields.directoryUserIDsToAdd, remove: fields.directoryUserIDsToRemove };
  } catch {
    return { groupId, add: [], remove: [] };
  }
}
