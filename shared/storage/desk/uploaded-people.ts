import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ImportedWorker } from '../../domain/desk/judge-imported';
import { AppError } from '../../errors';
import { parseJson } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';

/** Lines of HR's files that wait for their plan: personal data, for about a day. */
export type UploadedPeople = Readonly<{
  /** Keeps a portion; the same again is the same, as of then. Returns its name, which is the SHA-256 of what it has. */
  keep: (organization: string, workers: readonly ImportedWorker[], atMs: number) => Promise<string>;
  /**
   * undefined: it was never there, was forgotten, or is older than `afterMs`.
   * @throws AppError `record-unreadable` where it is not as it was uploaded
   */
  read: (
    organization: string,
    portion: string,
    afterMs: number,
  ) => Promise<readonly ImportedWorker[] | undefined>;
  count: (organization: string) => Promise<number>;
  /** Removes what was uploaded before, at most so many portions. Returns how many. */
  forget: (organization: string, beforeMs: number, most: number) => Promise<number>;
  /** The same of organizations that are not among these. */
  forgetOfOthers: (organizations: ReadonlySet<string>, beforeMs: number, most: number) => Promise<number>;
  /** Removes every portion with a line of somebody, and those that cannot be read: they may have one. */
  forgetWhoever: (organization: string, isTheirs: (worker: ImportedWorker) => boolean) => Promise<void>;
}>;

const WorkersSchema: z.ZodType<readonly ImportedWorker[]> = z.array(
  z.object({
    line: z.number(),
    email: z.string(),
    workerId: z.string().exactOptional(),
    attributes: z.record(z.string(), z.string()),
  }),
);

/** Metadata, as its names have to be: when it was uploaded, epoch milliseconds. */
const AT = 'uploadedatms';

/** A blob per portion, `<organization>/<SHA-256>.json`: who names it, as a sealed plan does, names what is in it. */
export function createUploadedPeople(storage: Pick<StorageAccount, 'container'>): UploadedPeople {
  const container = async () => storage.container('uploaded-people');
  const blob = async (organization: string, portion: string) =>
    (await container()).getBlockBlobClient(`${organization}/${portion}.json`);
  const listAll = async (prefix: string) => {
    const found: Readonly<{ organization: string; portion: string; atMs: number }>[] = [];
    for await (const { name, metadata } of (await container()).listBlobsFlat({
      prefix,
      includeMetadata: true,
    })) {
      const [organization = '', file = ''] = name.split('/');
      found.push({ organization, portion: file.slice(0, -'.json'.length), atMs: uploadedAtMs(metadata) });
    }
    return found;
  };
  const list = async (organization: string) => listAll(`${organization}/`);
  const read: UploadedPeople['read'] = async (organization, portion, afterMs) => {
    const one = await blob(organization, portion);
    const properties = await undefinedIfMissing(async () => one.getProperties());
    if (properties === undefined || uploadedAtMs(properties.metadata) < afterMs) return undefined;
    const bytes = await undefinedIfMissing(async () => one.downloadToBuffer());
    if (bytes === undefined) return undefined;
    const workers =
      digestOf(bytes) === portion
        ? WorkersSchema.safeParse(parseJson(bytes.toString('utf8'))).data
        : undefined;
    if (workers === undefined)
      throw new AppError('record-unreadable', 'What was uploaded is not as it was: import the file again');
    return workers;
  };
  const forgetAll = async (organization: string, portions: readonly string[]): Promise<void> => {
    for (const portion of portions) await (await blob(organization, portion)).deleteIfExists();
  };
  return {
    read,
    keep: async (organization, workers, atMs) => {
      const bytes = Buffer.from(JSON.stringify(workers));
      const portion = digestOf(bytes);
      await (await blob(organization, portion)).uploadData(bytes, { metadata: { [AT]: String(atMs) } });
      return portion;
    },
    count: async (organization) => (await list(organization)).length,
    forget: async (organization, beforeMs, most) => {
      const over = (await list(organization)).filter(({ atMs }) => atMs < beforeMs).slice(0, most);
      await forgetAll(
        organization,
        over.map(({ portion }) => portion),
      );
      return over.length;
    },
    forgetOfOthers: async (organizations, beforeMs, most) => {
      const over = (await listAll(''))
        .filter(({ organization, atMs }) => !organizations.has(organization) && atMs < beforeMs)
        .slice(0, most);
      for (const { organization, portion } of over) await forgetAll(organization, [portion]);
      return over.length;
    },
    forgetWhoever: async (organization, isTheirs) => {
      const theirs: string[] = [];
      for (const { portion } of await list(organization)) {
        const workers = await read(organization, portion, 0).catch(() => undefined);
        if (workers === undefined || workers.some(isTheirs)) theirs.push(portion);
      }
      await forgetAll(organization, theirs);
    },
  };
}

/** Without one, or with none that is a time: long ago. */
function uploadedAtMs(metadata: Readonly<Record<string, string>> | undefined): number {
  const atMs = Number(metadata?.[AT]);
  return Number.isFinite(atMs) ? atMs : 0;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
