import type { Fence } from '../../storage/fenced-attempts';

/** Lease and fencing token of the run: they stop a writer that was replaced, before it calls UiPath. */
export type WriterFence = Readonly<{
  /** Renews the lease: call it before each step that must not overlap with another writer. @throws AppError `lease-lost` */
  stillOurs: () => Promise<void>;
  /** Checked with each intent that is stored. */
  fence: Fence;
}>;
