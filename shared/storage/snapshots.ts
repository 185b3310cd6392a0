import type { BlockBlobClient, BlockBlobCommitBlockListOptions } from '@azure/storage-blob';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../errors';
import { isConflict, undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** `reading`: some parts are there, the rest waits for quota. `given-up`: a later night began first. */
type SnapshotState = 'reading' | 'done' | 'given-up';

/** What an audit has read so far, by part: it goes on where it stopped, and shows later what it saw. */
export type StoredSnapshot = Readonly<{
  state: SnapshotState;
  startedAtMs: number;
  /** When it came on last; undefined: that was not noted. */
  savedAtMs?: number;
  /** Calls to UiPath by method, over all the windows it took. */
  calls: Readonly<Record<string, number>>;
  /** As JSON: a window that only adds to them makes nothing of those that are there. */
  parts: ReadonlyMap<string, string>;
  /** The later night that made this one give up. */
  givenUpFor?: string;
}>;

/** All but the parts. */
type SnapshotHead = Omit<StoredSnapshot, 'parts'>;

export type SnapshotStore = Readonly<{
  /** undefined: the night has none yet. @throws AppError `record-unreadable` */
  read: (organization: string, night: string) => Promise<StoredSnapshot | undefined>;
  /** Replaces what is stored. */
  save: (organization: string, night: string, snapshot: StoredSnapshot) => Promise<void>;
  /**
   * Adds parts to what is stored, and replaces its head, in time that depends on these parts only. false: nothing is stored
   * that could be added to, or somebody else wrote meanwhile; save the whole.
   */
  append: (
    organization: string,
    night: string,
    head: SnapshotHead,
    parts: StoredSnapshot['parts'],
  ) => Promise<boolean>;
  /** Nights before this one whose audit is still reading. */
  unfinished: (organization: string, beforeNight: string) => Promise<readonly string[]>;
  /** Forgets snapshots of nights before the day of `beforeMs`, at most so many. Returns how many. */
  forget: (organization: string, beforeMs: number, most: number) => Promise<number>;
  /** Nights that gave up for this one. */
  givenUpFor: (organization: string, night: string) => Promise<readonly string[]>;
}>;

const HeadSchema = z
  .object({
    version: z.literal(1),
    state: z.enum(['reading', 'done', 'given-up']),
    startedAtMs: z.number(),
    savedAtMs: z.number().exactOptional(),
    calls: z.record(z.string(), z.number()),
    givenUpFor: z.string().exactOptional(),
  })
  .transform(({ version: _read, ...head }): SnapshotHead => head);

const NameSchema = z.string();
const SUFFIX = '.jsonl.gz';
const unzip = promisify(gunzip);

/**
 * One compressed blob per night, `<organization>/<night>.jsonl.gz`; its state is metadata, so that looking for it reads none. The
 * first block is its head and each further one what was read between two saves: compressed texts one after the other are one.
 */
export function createSnapshotStore(storage: Pick<StorageAccount, 'container'>): SnapshotStore {
  const container = async () => storage.container('snapshots');
  const nightsOf = async (
    organization: string,
    isAsked: (night: string, metadata: Readonly<Record<string, string>>) => boolean,
  ): Promise<readonly string[]> => {
    const nights: string[] = [];
    const blobs = (await container()).listBlobsFlat({ prefix: `${organization}/`, includeMetadata: true });
    for await (const { name, metadata = {} } of blobs) {
      const night = name.slice(organization.length + 1, -SUFFIX.length);
      if (name.endsWith(SUFFIX) && isAsked(night, toLowerKeys(metadata))) nights.push(night);
    }
    return nights;
  };
  return {
    read: async (organization, night) => {
      const blob = (await container()).getBlockBlobClient(nameOf(organization, night));
      const bytes = await undefinedIfMissing(async () => blob.downloadToBuffer());
      return bytes === undefined ? undefined : decode(bytes, night);
    },
    save: async (organization, night, { parts, ...head }) => {
      const blob = (await container()).getBlockBlobClient(nameOf(organization, night));
      const blocks = [await stage(blob, headLine(head))];
      if (parts.size > 0) blocks.push(await stage(blob, linesOf(parts)));
      await blob.commitBlockList(blocks, optionsOf(head));
    },
    append: async (organization, night, head, parts) => {
      const blob = (await container()).getBlockBlobClient(nameOf(organization, night));
      const stored = await undefinedIfMissing(async () => blob.getBlockList('committed'));
      const [replaced, ...kept] = stored?.committedBlocks ?? [];
      if (stored?.etag === undefined || replaced === undefined) return false;
      const blocks = [await stage(blob, headLine(head)), ...kept.map(({ name }) => name)];
      if (parts.size > 0) blocks.push(await stage(blob, linesOf(parts)));
      try {
        await blob.commitBlockList(blocks, { ...optionsOf(head), conditions: { ifMatch: stored.etag } });
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },
    unfinished: async (organization, beforeNight) =>
      nightsOf(organization, (night, { state }) => state === 'reading' && night < beforeNight),
    forget: async (organization, beforeMs, most) => {
      const beforeDay = dayOf(new Date(beforeMs).toISOString());
      const old = (await nightsOf(organization, (night) => dayOf(night) < beforeDay)).slice(0, most);
      for (const night of old)
        await (await container()).getBlockBlobClient(nameOf(organization, night)).deleteIfExists();
      return old.length;
    },
    givenUpFor: async (organization, laterNight) =>
      nightsOf(organization, (_night, { givenupfor = '' }) => givenupfor === laterNight),
  };
}

/** `20261120` of a night that is named by its minute or second, or of an instant in ISO 8601. */
function dayOf(text: string): string {
  return text.replaceAll(/\D/g, '').slice(0, 8);
}

function nameOf(organization: string, night: string): string {
  return `${organization}/${night}${SUFFIX}`;
}

function optionsOf({ state, givenUpFor = '' }: SnapshotHead): BlockBlobCommitBlockListOptions {
  return { metadata: { state, givenUpFor }, blobHTTPHeaders: { blobContentType: 'application/gzip' } };
}

/** The name under which the block is committed; one that two runs write at the same time is two. */
async function stage(blob: BlockBlobClient, lines: Iterable<string>): Promise<string> {
  const name = Buffer.from(randomUUID()).toString('base64');
  const bytes = await compress(lines);
  await blob.stageBlock(name, bytes, bytes.length);
  return name;
}

function headLine(head: SnapshotHead): readonly string[] {
  return [`${JSON.stringify({ version: 1, ...head })}\n`];
}

/** Two lines for each part: its name and its value. */
function* linesOf(parts: StoredSnapshot['parts']): Generator<string> {
  for (const [name, json] of parts) yield `${JSON.stringify(name)}\n${json}\n`;
}

/** @throws AppError `record-unreadable` */
async function decode(bytes: Buffer, night: string): Promise<StoredSnapshot> {
  try {
    const [first = '', ...lines] = (await unzip(bytes)).toString('utf8').split('\n');
    const head = HeadSchema.parse(JSON.parse(first));
    if (lines.length % 2 === 0) throw new Error('It ends within a part');
    const parts = new Map<string, string>();
    for (let at = 0; at + 1 < lines.length; at += 2)
      parts.set(NameSchema.parse(JSON.parse(lines[at] ?? '')), lines[at + 1] ?? '');
    return { ...head, parts };
  } catch (cause) {
    const fault = `The snapshot of ${night} has another shape than expected`;
    throw new AppError('record-unreadable', fault, { cause });
  }
}

/** Line by line: the whole text is never there at once. */
async function compress(lines: Iterable<string>): Promise<Buffer> {
  return pipeline(lines, createGzip(), buffer);
}

/** Storage does not keep the case of the names. */
function toLowerKeys(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
