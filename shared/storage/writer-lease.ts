import type { Clock } from '../clock';
import { AppError } from '../errors';
import { isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** A held lease. It ends by itself when the holder dies. */
type WriterLease = Readonly<{
  /** @throws AppError `lease-lost` when it can no longer be renewed; call it before every step that must not overlap */
  renew: () => Promise<void>;
  /** Never fails: a lease that could not be released ends by itself, and what was done under it is done. */
  release: () => Promise<void>;
}>;

export type WriterLeases = Readonly<{
  /** The lease of an organization, or undefined while somebody else holds it. */
  acquire: (organization: string) => Promise<WriterLease | undefined>;
}>;

/** Azure allows 15 to 60 seconds. Short, so that the work of a dead writer goes on soon. */
const LEASE_SECONDS = 15;
const RENEW_AFTER_MS = 5_000;

/** One blob per organization; the holder of its lease is the only writer. */
export function createWriterLeases(
  storage: Pick<StorageAccount, 'container'>,
  clock: Pick<Clock, 'now'>,
): WriterLeases {
  return {
    acquire: async (organization) => {
      const blob = (await storage.container('leases')).getBlockBlobClient(organization);
      const lease = blob.getBlobLeaseClient();
      try {
        await lease.acquireLease(LEASE_SECONDS);
      } catch (error) {
        if (isConflict(error)) return undefined;
        if (!isNotFound(error)) throw error;
        await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } }).catch(ignoreConflict);
        return createWriterLeases(storage, clock).acquire(organization);
      }
      let renewedAtMs = clock.now();
      return {
        renew: async () => {
          if (clock.now() - renewedAtMs < RENEW_AFTER_MS) return;
          try {
            await lease.renewLease();
            renewedAtMs = clock.now();
          } catch (error) {
            throw new AppError('lease-lost', 'The lease of this organization is no longer ours', {
              cause: error,
            });
          }
        },
        release: async () => {
          await lease.releaseLease().catch(() => undefined);
        },
      };
    },
  };
}

function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}
