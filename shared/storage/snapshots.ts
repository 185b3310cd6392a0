import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../errors';
import { ifPresent } from './records';
import type { StorageAccount } from './storage-account';

/** `reading`: some parts are there, the rest waits for quota. `given-up`: a later night began first. */
type SnapshotState = 'reading' | 'done' | 'given-up';

/** What an audit has read so far, by part: it goes on where it stopped, and shows later what it saw. */
export type StoredSnapshot = Readonly<{
  version: 1;
  state: SnapshotState;
  startedAtMs: number;
  /** Calls to UiPath by method, over all the windows it took. */
  calls: Readonly<Record<string, number>>;
  parts: Readonly<Record<string, unknown>>;
  /** The later night that made this one give up. */
  givenUpFor?: string;
}>;

export type SnapshotStore = Readonly<{
  /** undefined: the night has none yet. @throws AppError `record-unreadable` */
  read: (organization: string, night: string) => Promise<StoredSnapshot | undefined>;
  save: (organization: string, night: string, snapshot: StoredSnapshot) => Promise<void>;
  /** Nights before this one whose audit is still reading. */
  unfinished: (organization: string, beforeNight: string) => Promise<readonly string[]>;
  /** Nights that gave up for this one. */
  givenUpFor: (organization: string, night: string) => Promise<readonly string[]>;
}>;

const SnapshotSchema: z.ZodType<StoredSnapshot> = z.object({
  version: z.literal(1),
  state: z.enum(['reading', 'done', 'given-up']),
  startedAtMs: z.number(),
  calls: z.record(z.string(), z.number()),
  parts: z.record(z.string(), z.unknown()),
  givenUpFor: z.string().exactOptional(),
});

/** One compressed blob per night, `<organization>/<night>.json.gz`; its state is metadata, so that looking for it reads none. */
export function createSnapshotStore(storage: Pick<StorageAccount, 'container'>): SnapshotStore {
  const container = async () => storage.container('snapshots');
  const nightsOf = async (
    organization: string,
    isAsked: (night: string, metadata: Readonly<Record<string, string>>) => boolean,
  ): Promise<readonly string[]> => {
    const nights: string[] = [];
    const blobs = (await container()).listBlobsFlat({ prefix: `${organization}/`, includeMetadata: true });
    for await (const { name, metadata = {} } of blobs) {
      const night = name.slice(organization.length + 1).replace(/\.json\.gz$/, '');
      if (isAsked(night, toLowerKeys(metadata))) nights.push(night);
    }
    return nights;
  };
  return {
    read: async (organization, night) => {
      const blob = (await container()).getBlockBlobClient(nameOf(organization, night));
      const bytes = await ifPresent(async () => blob.downloadToBuffer());
      if (bytes === undefined) return undefined;
      const result = SnapshotSchema.safeParse(JSON.parse(gunzipSync(bytes).toString('utf8')));
      if (result.success) return result.data;
      throw new AppError('record-unreadable', `The snapshot of ${night} has another shape than expected`);
    },
    save: async (organization, night, snapshot) => {
      const blob = (await container()).getBlockBlobClient(nameOf(organization, night));
      await blob.uploadData(gzipSync(JSON.stringify(snapshot)), {
        metadata: { state: snapshot.state, givenUpFor: snapshot.givenUpFor ?? '' },
        blobHTTPHeaders: { blobContentType: 'application/gzip' },
      });
    },
    unfinished: async (organization, beforeNight) =>
      nightsOf(organization, (night, { state }) => state === 'reading' && night < beforeNight),
    givenUpFor: async (organization, laterNight) =>
      nightsOf(organization, (_night, { givenupfor = '' }) => givenupfor === laterNight),
  };
}

function nameOf(organization: string, night: string): string {
  return `${organization}/${night}.json.gz`;
}

/** Storage does not keep the case of the names. */
function toLowerKeys(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
