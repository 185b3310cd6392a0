import type { ContainerClient } from '@azure/storage-blob';
import { REFUSED } from './memory-table';

type Metadata = Readonly<Record<string, string>>;
type Block = Readonly<{ name: string; bytes: Buffer }>;
type Blob = {
  /** One where the blob was written as a whole. */
  blocks: readonly Block[];
  metadata: Metadata;
  etag: string;
  lease: string | undefined;
};
type Options = Readonly<{ metadata?: Metadata; conditions?: Readonly<{ ifMatch?: string }> }>;

/** The blob operations that the application uses, without a server. A lease ends when it is released or broken, never by time. */
export function createMemoryContainer(): ContainerClient {
  const blobs = new Map<string, Blob>();
  const staged = new Map<string, Block>();
  let leases = 0;
  let writes = 0;

  const existing = (name: string): Blob => {
    const blob = blobs.get(name);
    if (blob === undefined) throw REFUSED.missing;
    return blob;
  };
  const leaseClientOf = (name: string) => {
    let held: string | undefined;
    return {
      acquireLease: async () => {
        const blob = existing(name);
        if (blob.lease !== undefined) throw REFUSED.exists;
        leases += 1;
        held = `lease-${leases}`;
        blob.lease = held;
      },
      renewLease: async () => {
        if (existing(name).lease !== held) throw REFUSED.exists;
      },
      releaseLease: async () => {
        const blob = existing(name);
        if (blob.lease !== held) throw REFUSED.exists;
        blob.lease = undefined;
      },
      breakLease: async () => {
        existing(name).lease = undefined;
      },
    };
  };
  const write = (name: string, blocks: readonly Block[], { metadata = {} }: Options = {}): void => {
    writes += 1;
    blobs.set(name, { blocks, metadata, etag: `"${writes}"`, lease: blobs.get(name)?.lease });
  };
  const whole = (bytes: Buffer): readonly Block[] => [{ name: '', bytes }];
  const client = {
    createIfNotExists: async () => undefined,
    deleteIfExists: async () => {
      blobs.clear();
    },
    listBlobsFlat: async function* ({ prefix }: Readonly<{ prefix: string }>) {
      for (const [name, { metadata }] of blobs) if (name.startsWith(prefix)) yield { name, metadata };
    },
    getBlockBlobClient: (name: string) => ({
      getBlobLeaseClient: () => leaseClientOf(name),
      upload: async (body: string, _length: number, options?: Readonly<{ conditions?: object }>) => {
        if (options?.conditions !== undefined && blobs.has(name)) throw REFUSED.exists;
        write(name, whole(Buffer.from(body)));
      },
      uploadData: async (bytes: Buffer, options?: Options) => {
        write(name, whole(bytes), options);
      },
      downloadToBuffer: async () => Buffer.concat(existing(name).blocks.map(({ bytes }) => bytes)),
      stageBlock: async (block: string, bytes: Buffer) => {
        staged.set(`${name}/${block}`, { name: block, bytes });
      },
      getBlockList: async () => {
        const { blocks, etag } = existing(name);
        return { committedBlocks: blocks.map(({ name: block }) => ({ name: block })), etag };
      },
      commitBlockList: async (names: readonly string[], options: Options = {}) => {
        const { ifMatch } = options.conditions ?? {};
        const before = blobs.get(name);
        if (ifMatch !== undefined && before?.etag !== ifMatch) throw REFUSED.changed;
        const known = (block: string): Block | undefined =>
          staged.get(`${name}/${block}`) ?? before?.blocks.find((one) => one.name === block);
        const blocks = names.map(known).filter((block) => block !== undefined);
        if (blocks.length < names.length) throw REFUSED.missing;
        write(name, blocks, options);
        for (const block of names) staged.delete(`${name}/${block}`);
      },
      deleteIfExists: async () => {
        blobs.delete(name);
      },
    }),
  };
  return client as unknown as ContainerClient;
}
