import {
  openResumableReader,
  type ResumableReader,
} from '../../shared/access/audit/resumable-snapshot-reader';

/** Keeps parts in memory only, in a turn that does not end. */
export async function memoryReader(): Promise<ResumableReader> {
  return openResumableReader(
    { save: async () => undefined, append: async () => true },
    { organization: 'acme', night: '202611210200', before: undefined, now: () => 0, turnMs: 1 },
  );
}
