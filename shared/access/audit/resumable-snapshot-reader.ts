import type { z } from 'zod';
import type { Known } from '../../domain/audit/snapshot';
import { errorCodeOf } from '../../errors';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';

/** A part of a snapshot: its name, and the schema in which it is stored. */
type PartToRead<S extends z.ZodType> = Readonly<{ name: string; schema: S }>;

/** A part that was read. Its value is parsed lazily, on demand: a run that ends early needs none. */
export type KeptPart<T> = Known<() => T>;

/** Parses the value of a part. */
export function readKeptPart<T>(part: KeptPart<T>): Known<T> {
  return part.kind === 'known' ? { kind: 'known', value: part.value() } : part;
}

/** Checkpointed reads of a snapshot: each part is read once, however often the audit is interrupted to wait for quota. */
export type ResumableReader = Readonly<{
  startedAtMs: number;
  /** A failed read is an unknown part. Only "come back later" is thrown: save what was read until then. */
  part: <S extends z.ZodType>(
    part: PartToRead<S>,
    read: () => Promise<z.input<S>>,
  ) => Promise<KeptPart<z.output<S>>>;
  /** The value as it was when the night first came to it. */
  remember: <S extends z.ZodType>(
    part: PartToRead<S>,
    now: () => Promise<z.input<S>>,
  ) => Promise<() => z.output<S>>;
  countCall: (method: string) => void;
  calls: () => Readonly<Record<string, number>>;
  /** Stores a checkpoint. */
  save: (state: StoredSnapshot['state']) => Promise<void>;
}>;

/** Reads between two checkpoints: a crash loses no more than these. */
const SAVE_AFTER_READS = 100;

/** Resumes the night's snapshot from its last checkpoint, or begins it. */
export async function openResumableReader(
  snapshots: Pick<SnapshotStore, 'save'>,
  night: Readonly<{ organization: string; night: string; before: StoredSnapshot | undefined; nowMs: number }>,
): Promise<ResumableReader> {
  const { before } = night;
  const startedAtMs = before?.startedAtMs ?? night.nowMs;
  const parts = new Map(before?.parts);
  const calls = new Map(Object.entries(before?.calls ?? {}));
  let unsaved = 0;

  const save: ResumableReader['save'] = async (state) => {
    unsaved = 0;
    await snapshots.save(night.organization, night.night, {
      state,
      startedAtMs,
      calls: Object.fromEntries(calls),
      parts,
    });
  };

  const remember: ResumableReader['remember'] = async ({ name, schema }, now) => {
    const kept = parts.get(name) ?? JSON.stringify(await now());
    parts.set(name, kept);
    return () => schema.parse(JSON.parse(kept));
  };

  return {
    remember,
    startedAtMs,
    save,
    calls: () => Object.fromEntries(calls),
    countCall: (method) => {
      calls.set(method, (calls.get(method) ?? 0) + 1);
    },
    part: async (part, read) => {
      const isKept = parts.has(part.name);
      try {
        const value = await remember(part, read);
        unsaved += isKept ? 0 : 1;
        if (unsaved >= SAVE_AFTER_READS) await save('reading');
        return { kind: 'known', value };
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
        return { kind: 'unknown', code };
      }
    },
  };
}
