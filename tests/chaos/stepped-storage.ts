import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../../shared/clock';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { pagedRows } from '../fixtures/memory-storage/table';
import type { Actor, Turns } from './turns';

/** When the leases of an account end by the history's clock. The service counts in real seconds, which do not pass here. */
export class LeaseTimes {
  readonly #endsAtMs = new Map<string, number>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  take(blob: string, seconds: number): void {
    this.#endsAtMs.set(blob, this.#clock.now() + seconds * 1_000);
  }

  end(blob: string): void {
    this.#endsAtMs.delete(blob);
  }

  isOver(blob: string): boolean {
    const endsAtMs = this.#endsAtMs.get(blob);
    return endsAtMs !== undefined && endsAtMs <= this.#clock.now();
  }

  /** Every lease that somebody holds. */
  held(): readonly string[] {
    return [...this.#endsAtMs.keys()];
  }
}

const LEASE_SECONDS = 60;

/** One process's way to the storage: each transaction is a step. */
export function steppedStorage(
  storage: StorageAccount,
  {
    turns,
    actor,
    leases,
    renewalsFail,
  }: Readonly<{ turns: Turns; actor: Actor; leases: LeaseTimes; renewalsFail: () => boolean }>,
): StorageAccount {
  const step = async <T>(what: string, act: () => Promise<T>): Promise<T> =>
    turns.step(actor, what, act, { failure: storageFailure });
  const tables = new Map<string, TableClient>();
  return {
    ...storage,
    table: async (name) => {
      const known =
        tables.get(name) ?? steppedTable(await turns.outside(async () => storage.table(name)), name, step);
      tables.set(name, known);
      return known;
    },
    container: async (name) =>
      steppedContainer(await turns.outside(async () => storage.container(name)), name, {
        step,
        leases,
        renewalsFail,
      }),
  };
}

type StepOf = <T>(what: string, act: () => Promise<T>) => Promise<T>;
type Call = (...args: readonly unknown[]) => Promise<unknown>;

const TABLE_CALLS = ['getEntity', 'createEntity', 'updateEntity', 'upsertEntity', 'deleteEntity'] as const;

function steppedTable(table: TableClient, name: string, step: StepOf): TableClient {
  const call = (key: string): Call => {
    const method = Reflect.get(table, key) as Call;
    return async (...args) => step(`${name} ${key}`, async () => Reflect.apply(method, table, args));
  };
  const client = {
    ...Object.fromEntries([...TABLE_CALLS, 'submitTransaction'].map((key) => [key, call(key)])),
    listEntities: (options: object) =>
      pagedRows(async function* (settings) {
        const pages = table.listEntities(options).byPage(settings);
        for (let more = true; more;) {
          const page = once(async () => pages.next());
          const next = await step(`${name} listEntities`, page);
          more = next.done !== true;
          if (next.done !== true) yield next.value;
        }
      }),
  };
  return client as unknown as TableClient;
}

/** A step that is taken twice asks for the same page again. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let acted: Promise<T> | undefined;
  return async () => (acted ??= act());
}

/** A look at a lease that is over by the history's clock ends it for the service too. */
function steppedContainer(
  container: ContainerClient,
  name: string,
  { step, leases, renewalsFail }: Readonly<{ step: StepOf; leases: LeaseTimes; renewalsFail: () => boolean }>,
): ContainerClient {
  const client = {
    listBlobsFlat: (options: object) => container.listBlobsFlat(options),
    getBlockBlobClient: (blobName: string) => {
      const blob = container.getBlockBlobClient(blobName);
      const own = (key: string): Call => {
        const method = Reflect.get(blob, key) as Call;
        return async (...args) => step(`${name} ${key}`, async () => Reflect.apply(method, blob, args));
      };
      return {
        ...Object.fromEntries(
          ['upload', 'uploadData', 'downloadToBuffer', 'deleteIfExists'].map((key) => [key, own(key)]),
        ),
        getBlobLeaseClient: () => {
          const lease = blob.getBlobLeaseClient();
          return {
            acquireLease: async (seconds: number) =>
              step('lease acquire', async () => {
                if (leases.isOver(blobName)) await blob.getBlobLeaseClient().breakLease(0);
                await lease.acquireLease(seconds);
                leases.take(blobName, seconds);
              }),
            renewLease: async () =>
              step('lease renew', async () => {
                if (renewalsFail()) throw storageFailure();
                await lease.renewLease();
                leases.take(blobName, LEASE_SECONDS);
              }),
            releaseLease: async () =>
              step('lease release', async () => {
                await lease.releaseLease();
                leases.end(blobName);
              }),
          };
        },
      };
    },
  };
  return client as unknown as ContainerClient;
}

function storageFailure(): Error {
  return Object.assign(new Error('The storage account is busy'), { statusCode: 503 });
}
