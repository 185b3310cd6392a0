import { z } from 'zod';
import { TRIES_KEPT_MS, type KeyTries } from '../../domain/wrong-keys';
import { createRecordTable } from '../record-table';
import type { StorageAccount } from '../storage-account';
import { untold } from '../unreadable-rows';

/** What instances have to tell each other of sign-ins with the console's key. */
export type SignIns = Readonly<{
  /** Ends a session that would end by itself at `untilMs`. */
  end: (sessionId: string, untilMs: number) => Promise<void>;
  isEnded: (sessionId: string) => Promise<boolean>;
  triesOf: (client: string) => Promise<KeyTries | undefined>;
  /** Replaces what is there if it is still `known`. Returns whether it did. */
  replaceTries: (client: string, known: KeyTries | undefined, next: KeyTries) => Promise<boolean>;
  forgetTries: (client: string) => Promise<void>;
  /** Forgets what says nothing any more, `most` at a time, and returns how many. */
  forget: (nowMs: number, most: number) => Promise<number>;
}>;

type SignInRow = Readonly<{ id: string; untilMs: number; tries?: KeyTries | undefined }>;

const SignInRowSchema: z.ZodType<SignInRow> = z.object({
  id: z.string(),
  untilMs: z.number(),
  tries: z.object({ count: z.number(), lastMs: z.number(), notBeforeMs: z.number() }).optional(),
});

const ENDED = 'ended';
const TRIES = 'tries';

/** Two partitions: sessions that were ended, and tried keys by address. */
export function createSignIns(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): SignIns {
  const records = createRecordTable(storage, {
    name: 'signins',
    noun: 'sign-in',
    schema: SignInRowSchema,
    onUnreadable,
  });
  return {
    end: async (id, untilMs) => records.put(ENDED, id, { id, untilMs }),
    isEnded: async (id) => (await records.get(ENDED, id)) !== undefined,
    triesOf: async (client) => (await records.get(TRIES, client))?.tries,
    replaceTries: async (client, known, next) =>
      records.putUnless(
        TRIES,
        client,
        { id: client, untilMs: next.lastMs + TRIES_KEPT_MS, tries: next },
        ({ tries }) => tries?.count !== known?.count || tries?.lastMs !== known?.lastMs,
      ),
    forgetTries: async (client) => records.remove(TRIES, [client]),
    forget: async (nowMs, most) => {
      let forgotten = 0;
      for (const kind of [ENDED, TRIES]) {
        const over = (await records.list(kind)).filter(({ untilMs }) => untilMs < nowMs);
        const ids = over.slice(0, most - forgotten).map(({ id }) => id);
        await records.remove(kind, ids);
        forgotten += ids.length;
      }
      return forgotten;
    },
  };
}
