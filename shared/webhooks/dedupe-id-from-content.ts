import { createHash } from 'node:crypto';
import { parsePosted, type PostedBody } from './parse-posted-body';

/**
 * A dedupe id for a delivery whose sender gives none: a hash of its parts, with the members of objects in any order.
 * Where a part is missing or unreadable, the raw bytes are hashed.
 */
export function dedupeIdOf(posted: Pick<PostedBody, 'rawBody'>, ...parts: readonly unknown[]): string {
  return parts.includes(undefined) ? bytesIdOf(posted) : sha256(JSON.stringify(inOrder(parts)));
}

export function bytesIdOf({ rawBody }: Pick<PostedBody, 'rawBody'>): string {
  return sha256(rawBody);
}

/** Equal for two bodies that say the same, with the members of objects in any order. @throws AppError `body-invalid` */
export function contentHashOf(
  posted: Pick<PostedBody, 'rawBody' | 'type'>,
  content: unknown = parsePosted(posted),
): string {
  return dedupeIdOf(posted, content);
}

function sha256(said: string | Uint8Array): string {
  return createHash('sha256').update(said).digest('hex');
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, inOrder(inner)]),
  );
}
