import type { z } from 'zod';
import type { Known } from '../../domain/audit/snapshot';
import { AppError, errorCodeOf } from '../../errors';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';
import { isComeBackLater } from './is-come-back-later';

/** A part of a snapshot: its name, and the schema in which it is stored. */
type PartToRead<S extends z.ZodType> = Readonly<{ name: string; schema: S }>;

/** A part that was read. Its value is parsed lazily, on demand: a run that ends early needs none. */
export type KeptPart<T> = Known<() => T>;

/** Parses the value of a part. */
export function readKeptPart<T>(part: KeptPart<T>): Known<T> {
  return part.kind === 'known' ? { kind: 'known', value: part.value() } : part;
}

/** Checkpointed reads of a snapshot: each part is read once, however many turns and windows the audit takes. Safe to call side by side. */
export type ResumableReader = Readonly<{
  startedAtMs: number;
  /** A failed read is an unknown part. Only what ends the turn is thrown, and what fails when parts are saved. */
  part: <S extends z.ZodType>(
    part: PartToRead<S>,
    read: () => Promise<z.input<S>>,
  ) => Promise<KeptPart<z.output<S>>>;
  /** The value as it was when the night first came to it. */
  remember: <S extends z.ZodType>(
    part: PartToRead<S>,
    now: () => Promise<z.input<S>>,
  ) => Promise<() => z.output<S>>;
  isKept: (name: string) => boolean;
  /**
   * Leaves half a turn for what follows and cannot be interrupted.
   * @throws AppError `turn-over` when this turn has read something, and more than half of it is over
   */
  requireHalfTurn: () => void;
  countCall: (method: string) => void;
  calls: () => Readonly<Record<string, number>>;
  /** Stores a checkpoint. */
  save: (state: StoredSnapshot['state']) => Promise<void>;
}>;

/** Reads between two checkpoints: a crash loses no more than these. */
const SAVE_AFTER_READS = 100;

type Opening = Readonly<{
  organization: string;
  night: string;
  before: StoredSnapshot | undefined;
  now: () => number;
  /** How long this run may begin to read further parts. */
  turnMs: number;
}>;

/** Resumes the night's snapshot from its last checkpoint, or begins it. */
export async function openResumableReader(
  snapshots: Pick<SnapshotStore, 'save' | 'append'>,
  { organization, night, before, now, turnMs }: Opening,
): Promise<ResumableReader> {
  const turnBeganAtMs = now();
  const startedAtMs = before?.startedAtMs ?? turnBeganAtMs;
  const parts = new Map(before?.parts);
  const calls = new Map(Object.entries(before?.calls ?? {}));
  let unsaved = new Map<string, string>();
  let isStored = before !== undefined;
  let readInTurn = 0;
  let readSinceSave = 0;
  let saving: Promise<void> = Promise.resolve();

  const write = async (state: StoredSnapshot['state']): Promise<void> => {
    const adding = unsaved;
    unsaved = new Map();
    const head = { state, startedAtMs, savedAtMs: now(), calls: Object.fromEntries(calls) };
    try {
      const isAppended = isStored && (await snapshots.append(organization, night, head, adding));
      if (!isAppended) await snapshots.save(organization, night, { ...head, parts });
      isStored = true;
    } catch (error) {
      unsaved = new Map([...adding, ...unsaved]);
      throw error;
    }
  };

  /** One after the other: each adds to what the one before has written. */
  const save: ResumableReader['save'] = async (state) => {
    readSinceSave = 0;
    const own = saving.then(async () => write(state));
    saving = own.catch(() => undefined);
    await own;
  };

  const remember: ResumableReader['remember'] = async ({ name, schema }, read) => {
    const kept = parts.get(name) ?? JSON.stringify(await read());
    if (!parts.has(name)) unsaved.set(name, kept);
    parts.set(name, kept);
    return () => schema.parse(JSON.parse(kept));
  };

  const requireTime = (limitMs: number): void => {
    // A turn that read nothing yet reads on, however long it took to come to that: the next one would take as long.
    if (readInTurn > 0 && now() - turnBeganAtMs >= limitMs)
      throw new AppError('turn-over', 'The audit goes on in its next turn', { retryAtMs: now() });
  };

  return {
    remember,
    startedAtMs,
    save,
    isKept: (name) => parts.has(name),
    requireHalfTurn: () => requireTime(turnMs / 2),
    calls: () => Object.fromEntries(calls),
    countCall: (method) => {
      calls.set(method, (calls.get(method) ?? 0) + 1);
    },
    part: async (part, read) => {
      const isKept = parts.has(part.name);
      if (!isKept) requireTime(turnMs);
      let value;
      try {
        value = await remember(part, read);
      } catch (error) {
        if (isComeBackLater(error)) throw error;
        return { kind: 'unknown', code: errorCodeOf(error) };
      }
      readInTurn += isKept ? 0 : 1;
      readSinceSave += isKept ? 0 : 1;
      if (readSinceSave >= SAVE_AFTER_READS) await save('reading');
      return { kind: 'known', value };
    },
  };
}
