import type { ContainerClient } from '@azure/storage-blob';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import { LOG_CONTAINER } from './read-log';

/** Checkpoints that are to be written elsewhere, by the size of their log, until they are. A note is signed: it needs no seal. */
export type UncopiedCheckpoints = Readonly<{
  note: (organization: string, size: number, note: string) => Promise<void>;
  /** The smallest first. */
  sizes: (organization: string) => Promise<readonly number[]>;
  read: (organization: string, size: number) => Promise<string | undefined>;
  forget: (organization: string, size: number) => Promise<void>;
}>;

export function createUncopiedCheckpoints(storage: Pick<StorageAccount, 'container'>): UncopiedCheckpoints {
  const container = async (): Promise<ContainerClient> => storage.container(LOG_CONTAINER);
  const blob = async (organization: string, size: number) =>
    (await container()).getBlockBlobClient(`${prefixOf(organization)}${size}`);
  return {
    note: async (organization, size, note) => {
      await (await blob(organization, size)).uploadData(Buffer.from(note));
    },
    sizes: async (organization) => {
      const sizes: number[] = [];
      const prefix = prefixOf(organization);
      for await (const { name } of (await container()).listBlobsFlat({ prefix })) {
        const size = Number(name.slice(prefix.length));
        if (Number.isSafeInteger(size)) sizes.push(size);
      }
      return sizes.toSorted((a, b) => a - b);
    },
    read: async (organization, size) => {
      const bytes = await undefinedIfMissing(async () => (await blob(organization, size)).downloadToBuffer());
      return bytes?.toString('utf8');
    },
    forget: async (organization, size) => {
      await (await blob(organization, size)).deleteIfExists();
    },
  };
}

function prefixOf(organization: string): string {
  return `${organization}/uncopied/`;
}
