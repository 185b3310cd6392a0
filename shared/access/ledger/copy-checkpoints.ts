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
 * Writes the checkpoint of a night into the container elsewhere, and then those that it did not take before. What is not written stays
 * noted for the next night; one that cannot be written keeps back no other. `mayGoOn` is asked before each but the first, and throws
 * when there is no time for more.
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
  const noted = await deps.uncopiedCheckpoints.sizes(alias);
  const newest = noted.filter((size) => size === published?.size);
  const sizes = [...newest, ...noted.filter((size) => size !== published?.size)];
  let missing = 0;
  let why: ErrorCode | undefined;
  const leave = (count: number, code: ErrorCode): void => {
    missing += count;
    why ??= code;
  };
  let put = 0;
  for (const [at, size] of sizes.entries()) {
    const stopped = put === MOST ? 'turn-over' : at === 0 ? undefined : codeOf(mayGoOn);
    if (stopped !== undefined) {
      leave(sizes.length - at, stopped);
      break;
    }
    const note = (await deps.uncopiedCheckpoints.read(alias, size)) ?? '';
    if (openCheckpoint(note, origin, keys)?.size !== size) {
      leave(1, 'record-unreadable');
      continue;
    }
    put += 1;
    const outcome = await deps.checkpointPlace.put(address, { origin, size, note }).catch(errorCodeOf);
    if (typeof outcome === 'string') {
      leave(sizes.length - at, outcome);
      break;
    }
    if (outcome.kind !== 'different' || isSameHead(outcome.found, note, origin, keys))
      await deps.uncopiedCheckpoints.forget(alias, size);
    else if (openCheckpoint(outcome.found, origin, keys) === undefined) leave(1, 'checkpoint-refused');
    else different.push(size);
  }
  return {
    different,
    ...(why === undefined ? {} : { uncopied: { place: address, count: missing, code: why } }),
  };
}

/** Of what a step throws. */
function codeOf(step: () => void): ErrorCode | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return errorCodeOf(error);
  }
}

/** `hidden`: why the newest one was not found, though it may be there: texts that are none of this application's, or no answer. */
type KeptCheckpoint = Readonly<
  { kind: 'kept'; checkpoint: Checkpoint } | { kind: 'none' } | { kind: 'hidden'; code: ErrorCode }
>;

/**
 * The newest checkpoint that is kept elsewhere. A note that is no checkpoint of this application, or has the name of another one, is
 * passed over: it may have been put there so that the one before it is not found. A container that may not be read tells nothing: it may
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
    if (newest.kind === 'hidden') return { kind: 'hidden', code: 'checkpoint-refused' };
    if (newest.kind !== 'kept') return { kind: 'none' };
    const checkpoint = openCheckpoint(newest.note, origin, keys);
    return checkpoint === undefined ? { kind: 'none' } : { kind: 'kept', checkpoint };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'checkpoint-unavailable') return { kind: 'hidden', code };
    if (code !== 'checkpoint-refused') throw error;
    return { kind: 'none' };
  }
}

/** Of the same size and root, whoever signed: keys are replaced. */
function isSameHead(found: string, note: string, origin: string, keys: EvidenceKeys): boolean {
  const [one, other] = [found, note].map((text) => openCheckpoint(text, origin, keys));
  return one !== undefined && other !== undefined && one.root.equals(other.root);
}
