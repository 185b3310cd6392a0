import { z } from 'zod';
import type { Known } from '../domain/audit/snapshot';
import { errorCodeOf } from '../errors';
import type { SnapshotStore, StoredSnapshot } from '../storage/snapshots';

/** Reads the parts of a snapshot, each once however often the audit has to wait for quota in between. */
export type AuditReader = Readonly<{
  startedAtMs: number;
  /** A failed read is an unknown part. Only "come back later" is thrown: save what was read until then. */
  part: <S extends z.ZodType>(
    name: string,
    schema: S,
    read: () => Promise<z.input<S>>,
  ) => Promise<Known<z.output<S>>>;
  /** What was so when the night began. */
  remember: (
    name: string,
    now: () => Readonly<Record<string, string>>,
  ) => Promise<Readonly<Record<string, string>>>;
  countCall: (method: string) => void;
  calls: () => Readonly<Record<string, number>>;
  /** Keeps what was read, for the next run of this night or as what it was decided from. */
  save: (state: StoredSnapshot['state']) => Promise<void>;
}>;

/** A crash loses no more reads than this. */
const SAVE_AFTER_READS = 100;

/** Goes on with the night's snapshot where an earlier run stopped, or begins it. */
export async function openAuditReader(
  snapshots: SnapshotStore,
  night: Readonly<{ organization: string; night: string; before: StoredSnapshot | undefined; nowMs: number }>,
): Promise<AuditReader> {
  const { before } = night;
  const startedAtMs = before?.startedAtMs ?? night.nowMs;
  const parts = new Map(Object.entries(before?.parts ?? {}));
  const calls = new Map(Object.entries(before?.calls ?? {}));
  let unsaved = 0;

  const save: AuditReader['save'] = async (state) => {
    unsaved = 0;
    await snapshots.save(night.organization, night.night, {
      version: 1,
      state,
      startedAtMs,
      calls: Object.fromEntries(calls),
      parts: Object.fromEntries(parts),
    });
  };

  const remember: AuditReader['remember'] = async (name, now) => {
    const kept = z.record(z.string(), z.string()).safeParse(parts.get(name));
    if (kept.success) return kept.data;
    const value = now();
    parts.set(name, value);
    return value;
  };

  return {
    remember,
    startedAtMs,
    save,
    calls: () => Object.fromEntries(calls),
    countCall: (method) => {
      calls.set(method, (calls.get(method) ?? 0) + 1);
    },
    part: async (name, schema, read) => {
      const kept = parts.get(name);
      if (kept !== undefined) return { kind: 'known', value: schema.parse(kept) };
      try {
        const value = await read();
        parts.set(name, value);
        unsaved += 1;
        if (unsaved >= SAVE_AFTER_READS) await save('reading');
        return { kind: 'known', value: schema.parse(value) };
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
        return { kind: 'unknown', code };
      }
    },
  };
}
