import { openCheckpoint, type Checkpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { CheckpointPlace } from '../../storage/evidence/checkpoint-place';
import type { UncopiedCheckpoints } from '../../storage/evidence/uncopied-checkpoints';

export type CopyCheckpointsDeps = Readonly<{
  checkpointPlace: CheckpointPlace;
  uncopiedCheckpoints: UncopiedCheckpoints;
  evidenceKeys: () => Promise<EvidenceKeys>;
}>;

/** `checkpoints`: the address of a container elsewhere that keeps them; undefined: there is none. */
export type CopiedLog = Readonly<{ alias: string; origin: string; checkpoints?: string | undefined }>;

/** Checkpoints that are not in the container elsewhere, and why the first of them is not. */
export type Uncopied = Readonly<{ place: string; count: number; code: ErrorCode }>;

export type CopiedCheckpoints = Readonly<{
  uncopied?: Uncopied;
  /** Sizes at which the container has another checkpoint of this application than the log. */
  different: readonly number[];
}>;

/** So many in one night: of a few months without the container. */
const MOST = 100;

/**
 * Writes the checkpoint of a night into the container elsewhere, after those that it did not take before. What is not written stays noted
 * for the next night. `mayGoOn` is asked before each but the first, and throws when there is no time for more.
 */
export async function copyCheckpoints(
  deps: CopyCheckpointsDeps,
  { alias, origin, checkpoints: address }: CopiedLog,
  published: Readonly<{ size: number; note: string }> | undefined,
  mayGoOn: () => void = () => undefined,
): Promise<CopiedCheckpoints> {
  const different: number[] = [];
  if (address === undefined) return { different };
  if (published !== undefined) await deps.uncopiedCheckpoints.note(alias, published.size, published.note);
  const keys = await deps.evidenceKeys();
  const sizes = await deps.uncopiedCheckpoints.sizes(alias);
  const left = (count: number, code: ErrorCode): CopiedCheckpoints => ({
    different,
    ...(count === 0 ? {} : { uncopied: { place: address, count, code } }),
  });
  let edited = 0;
  for (const [at, size] of sizes.slice(0, MOST).entries()) {
    const note = (await deps.uncopiedCheckpoints.read(alias, size)) ?? '';
    if (openCheckpoint(note, origin, keys)?.size !== size) {
      edited += 1;
      continue;
    }
    try {
      if (at > 0) mayGoOn();
      const outcome = await deps.checkpointPlace.put(address, { origin, size, note });
      if (outcome.kind === 'different' && !isSameHead(outcome.found, note, origin, keys)) {
        if (openCheckpoint(outcome.found, origin, keys) === undefined)
          return left(sizes.length - at + edited, 'checkpoint-refused');
        different.push(size);
      }
    } catch (error) {
      return left(sizes.length - at + edited, errorCodeOf(error));
    }
    if (!different.includes(size)) await deps.uncopiedCheckpoints.forget(alias, size);
  }
  return left(Math.max(0, sizes.length - MOST) + edited, edited > 0 ? 'record-unreadable' : 'turn-over');
}

/** `hidden`: texts that are none of this application's keep the newest one from being found. */
type KeptCheckpoint = Readonly<{ kind: 'kept'; checkpoint: Checkpoint } | { kind: 'none' | 'hidden' }>;

/**
 * The newest checkpoint that is kept elsewhere. A note that is no checkpoint of this application, or has the name of another one, is
 * passed over: it may have been put there so that the one before it is not found. A container that cannot be read tells nothing: it may
 * take what it does not show.
 */
export async function readKeptCheckpoint(
  deps: Pick<CopyCheckpointsDeps, 'checkpointPlace' | 'evidenceKeys'>,
  { origin, checkpoints: address }: CopiedLog,
): Promise<KeptCheckpoint> {
  if (address === undefined) return { kind: 'none' };
  const keys = await deps.evidenceKeys();
  try {
    const newest = await deps.checkpointPlace.newest(
      address,
      origin,
      (note, size) => openCheckpoint(note, origin, keys)?.size === size,
    );
    if (newest.kind !== 'kept') return newest;
    const checkpoint = openCheckpoint(newest.note, origin, keys);
    return checkpoint === undefined ? { kind: 'none' } : { kind: 'kept', checkpoint };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'checkpoint-refused' && code !== 'checkpoint-unavailable') throw error;
    return { kind: 'none' };
  }
}

/** Of the same size and root, whoever signed: keys are replaced. */
function isSameHead(found: string, note: string, origin: string, keys: EvidenceKeys): boolean {
  const [one, other] = [found, note].map((text) => openCheckpoint(text, origin, keys));
  return one !== undefined && other !== undefined && one.root.equals(other.root);
}
