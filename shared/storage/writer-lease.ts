import type { Clock } from '../clock';
import { AppError } from '../errors';
import { isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** A held lease. It is renewed in the background, and ends by itself when its holder dies. */
export type WriterLease = Readonly<{
  /** Aborted as soon as the lease is known to be lost: calls that are on their way end. */
  signal: AbortSignal;
  /**
   * Renews the lease where that is due. Call it before every step that must not overlap with another writer's, and before
   * what such a step came to is recorded.
   * @throws AppError `lease-lost`
   */
  renew: () => Promise<void>;
  /** Never fails: a lease that could not be released ends by itself, and what was done under it is done. */
  release: () => Promise<void>;
}>;

export type WriterLeases = Readonly<{
  /** The lease of an organization, or undefined while another process holds it. */
  acquire: (organization: string) => Promise<WriterLease | undefined>;
}>;

/** Calls `act` every so many milliseconds until it is stopped. */
export type Repeat = (act: () => Promise<void>, everyMs: number) => () => void;

/** The longest that Azure allows, and longer than the longest call: a request to UiPath ends after 20 s. */
const LEASE_SECONDS = 60;
/** A step that comes later than this after the last renewal renews first. */
const RENEW_AFTER_MS = 5_000;
/** A renewal may fail four times in a row before the lease counts as lost. */
const BACKGROUND_MS = 10_000;
/** So long before its end it counts as lost where it cannot be renewed: time for the write that follows the check. */
const MARGIN_MS = 10_000;

/** One blob per organization; the process that leases it is the one writer. */
export function createWriterLeases(
  storage: Pick<StorageAccount, 'container'>,
  clock: Pick<Clock, 'now'>,
  repeat: Repeat = repeatUnawaited,
): WriterLeases {
  return {
    acquire: async (organization) => {
      const blob = (await storage.container('leases')).getBlockBlobClient(organization);
      const lease = blob.getBlobLeaseClient();
      const askedAtMs = clock.now();
      try {
        await lease.acquireLease(LEASE_SECONDS);
      } catch (error) {
        if (isConflict(error)) return undefined;
        if (!isNotFound(error)) throw error;
        await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } }).catch(ignoreConflict);
        return createWriterLeases(storage, clock, repeat).acquire(organization);
      }
      return hold(lease, clock, repeat, askedAtMs);
    },
  };
}

type LeaseCalls = Readonly<{ renewLease: () => Promise<unknown>; releaseLease: () => Promise<unknown> }>;

/** Time counts from when a renewal was asked for: the service may have answered late. */
function hold(
  lease: LeaseCalls,
  clock: Pick<Clock, 'now'>,
  repeat: Repeat,
  acquiredAtMs: number,
): WriterLease {
  const lost = new AbortController();
  let renewedAtMs = acquiredAtMs;
  const lose = (cause: unknown): AppError => {
    lost.abort();
    return new AppError('lease-lost', 'The lease of this organization is no longer ours', { cause });
  };
  const isOver = (): boolean => clock.now() - renewedAtMs >= LEASE_SECONDS * 1_000 - MARGIN_MS;
  const renewNow = async (): Promise<void> => {
    const askedAtMs = clock.now();
    try {
      await lease.renewLease();
      renewedAtMs = Math.max(renewedAtMs, askedAtMs);
    } catch (error) {
      if (isOver() || isConflict(error) || isNotFound(error)) throw lose(error);
    }
  };
  const stop = repeat(async () => {
    if (lost.signal.aborted) return;
    // A renewal that was asked for earlier may never be answered.
    if (isOver()) lose(undefined);
    else await renewNow().catch(() => undefined);
  }, BACKGROUND_MS);
  return {
    signal: lost.signal,
    renew: async () => {
      if (lost.signal.aborted) throw lose(undefined);
      if (clock.now() - renewedAtMs >= RENEW_AFTER_MS) await renewNow();
    },
    release: async () => {
      stop();
      await lease.releaseLease().catch(() => undefined);
    },
  };
}

/** Keeps no process alive: what is left of a lease ends by itself. */
function repeatUnawaited(act: () => Promise<void>, everyMs: number): () => void {
  const timer = setInterval(() => void act(), everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}
