import { createHash } from 'node:crypto';
import { LONGEST_POLICY_BYTES } from '../../domain/policy';
import type { StorageAccount } from '../storage-account';
import { isConflict, undefinedIfMissing } from '../storage-errors';

/** `edited`: what is stored has another hash than its name. */
type ArchivedPolicy = Readonly<{ kind: 'sound'; text: string }> | Readonly<{ kind: 'missing' | 'edited' }>;

export type PolicyArchive = Readonly<{
  /** Keeps a version under its hash. One that is there already stays as it is. */
  keep: (version: Readonly<{ hash: string; text: string }>) => Promise<void>;
  read: (hash: string) => Promise<ArchivedPolicy>;
}>;

export const ARCHIVE_CONTAINER = 'policy-archive';

/**
 * Versions of the policy file as blobs `<hash>.yaml`. A blob needs no seal: its name is the hash of what it holds, and the hash stands in
 * sealed records. So it can be put back by whoever has the text.
 */
export function createPolicyArchive(storage: Pick<StorageAccount, 'container'>): PolicyArchive {
  const blob = async (hash: string) =>
    (await storage.container(ARCHIVE_CONTAINER)).getBlockBlobClient(`${hash}.yaml`);
  return {
    keep: async ({ hash, text }) => {
      try {
        await (
          await blob(hash)
        ).upload(text, Buffer.byteLength(text), {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: 'application/yaml' },
        });
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    },
    read: async (hash) => {
      const bytes = await undefinedIfMissing(async () => {
        const client = await blob(hash);
        const { contentLength = 0 } = await client.getProperties();
        if (contentLength > LONGEST_POLICY_BYTES || contentLength === 0) return Buffer.alloc(0);
        return client.downloadToBuffer(0, contentLength);
      });
      if (bytes === undefined) return { kind: 'missing' };
      const found = createHash('sha256').update(bytes).digest('hex');
      return found === hash ? { kind: 'sound', text: bytes.toString('utf8') } : { kind: 'edited' };
    },
  };
}
