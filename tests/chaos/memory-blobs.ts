import type { ContainerClient } from '@azure/storage-blob';
import { REFUSED } from './memory-table';

type Blob = { bytes: Buffer; lease: string | undefined };

/** The blob operations that the application uses, without a server. A lease ends when it is released or broken, never by time. */
export function createMemoryContainer(): ContainerClient {
  const blobs = new Map<string, Blob>();
  let leases = 0;

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
  const write = (name: string, bytes: Buffer): void => {
    blobs.set(name, { bytes, lease: blobs.get(name)?.lease });
  };
  const client = {
    createIfNotExists: async () => undefined,
    deleteIfExists: async () => {
      blobs.clear();
    },
    listBlobsFlat: async function* ({ prefix }: Readonly<{ prefix: string }>) {
      for (const name of blobs.keys()) if (name.startsWith(prefix)) yield { name, metadata: {} };
    },
    getBlockBlobClient: (name: string) => ({
      getBlobLeaseClient: () => leaseClientOf(name),
      upload: async (body: string, _length: number, options?: Readonly<{ conditions?: object }>) => {
        if (options?.conditions !== undefined && blobs.has(name)) throw REFUSED.exists;
        write(name, Buffer.from(body));
      },
      uploadData: async (bytes: Buffer) => {
        write(name, bytes);
      },
      downloadToBuffer: async () => existing(name).bytes,
      deleteIfExists: async () => {
        blobs.delete(name);
      },
    }),
  };
  return client as unknown as ContainerClient;
}
