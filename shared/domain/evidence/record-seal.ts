import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EvidenceKey, EvidenceKeys } from './evidence-keys';

/** Where a row stands: a seal fits there and nowhere else. */
export type RecordPlace = Readonly<{ table: string; partitionKey: string; rowKey: string }>;

/**
 * Binds what a row says to its place with a key that storage does not have. What is sealed can be removed, and put back as it was
 * before; it cannot be edited, moved or made anew.
 */
export type RecordSeal = Readonly<{
  /** `<key id>:<HMAC-SHA-256 in base64url>` */
  of: (place: RecordPlace, text: string) => string;
  /** `found` is what a row has for a seal. */
  fits: (place: RecordPlace, text: string, found: unknown) => boolean;
}>;

/** `acceptsUnsealed`: rows of a version that sealed none are taken as they are. */
export function createRecordSeal(
  [current, ...former]: EvidenceKeys,
  acceptsUnsealed: () => boolean = () => false,
): RecordSeal {
  const keys = new Map([current, ...former].map((key) => [key.id, key]));
  return {
    of: (place, text) => `${current.id}:${macOf(current, place, text).toString('base64url')}`,
    fits: (place, text, found) => {
      if (found === undefined) return acceptsUnsealed();
      const [id = '', mac = ''] = typeof found === 'string' ? found.split(':') : [];
      const key = keys.get(id);
      if (key === undefined) return false;
      const given = Buffer.from(mac, 'base64url');
      const right = macOf(key, place, text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

/** The seal by the keys as they are read, made once for each reading of them. */
export function createSealReader(
  readKeys: () => Promise<EvidenceKeys>,
  acceptsUnsealed?: () => boolean,
): () => Promise<RecordSeal> {
  let made: Readonly<{ keys: EvidenceKeys; seal: RecordSeal }> | undefined;
  return async () => {
    const keys = await readKeys();
    if (made?.keys !== keys) made = { keys, seal: createRecordSeal(keys, acceptsUnsealed) };
    return made.seal;
  };
}

/** JSON on one line before the text: no place and text are those of another. */
function macOf(key: EvidenceKey, { table, partitionKey, rowKey }: RecordPlace, text: string): Buffer {
  return createHmac('sha256', key.seal)
    .update(`${JSON.stringify([table, partitionKey, rowKey])}\n`)
    .update(text)
    .digest();
}
