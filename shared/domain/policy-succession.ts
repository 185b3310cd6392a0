import { SKEW_MS } from './durations';
import type { PolicyOrigin, PolicyVersion } from './policy-version';

/** The version that an organization has on record as in force. */
export type PolicyOnRecord = Readonly<{
  hash: string;
  /** When it came into force by the clock of the process that recorded it, epoch milliseconds, and where its file was; undefined: its record does not tell. */
  atMs?: number;
  origin?: PolicyOrigin;
}>;

/** A version that a process has, beside the one on record. */
type CandidateVersion = Pick<PolicyVersion, 'hash' | 'origin'> &
  Readonly<{
    /** The organization's evidence has that it was in force, and that another replaced it. */
    wasReplaced: boolean;
    /** This process saw its file written while the version on record was on record already. */
    isSeenWritten: boolean;
  }>;

/**
 * `on-record`: it is the one. `newer`: it comes into force. `older`: it was written before the one on record. `untold`: nothing tells which is
 * the newer one. Of the last two the version on record stays.
 */
export type Succession = 'on-record' | 'newer' | 'older' | 'untold';

/**
 * Whether a version follows the one on record. What counts is the act of writing its file, and each act counts once: no version comes back
 * by being read again. Blobs are compared by the clock of the storage account, which is one; the time of a file means nothing, as a
 * package may give it any, so that a file which was in force and was replaced does not follow unless it was seen to be written.
 */
export function judgeSuccession(
  candidate: CandidateVersion,
  onRecord: PolicyOnRecord | undefined,
): Succession {
  if (onRecord === undefined) return 'newer';
  if (candidate.hash === onRecord.hash) return 'on-record';
  if (candidate.isSeenWritten) return 'newer';
  const { origin } = candidate;
  if (origin.kind === 'file') return candidate.wasReplaced ? 'untold' : 'newer';
  if (onRecord.origin?.kind === 'blob') return judgeBlobs(origin, onRecord.origin);
  const { modifiedMs } = origin;
  if (modifiedMs === undefined || onRecord.atMs === undefined) return 'untold';
  if (modifiedMs > onRecord.atMs + SKEW_MS) return 'newer';
  return modifiedMs < onRecord.atMs - SKEW_MS ? 'older' : 'untold';
}

/** Times of blobs have whole seconds. Of one blob that was written twice in a second, what it holds now is the later. */
function judgeBlobs(candidate: PolicyOrigin, onRecord: PolicyOrigin): Succession {
  const [atMs, recordedMs] = [candidate.modifiedMs, onRecord.modifiedMs];
  if (atMs === undefined || recordedMs === undefined) return 'untold';
  if (atMs !== recordedMs) return atMs > recordedMs ? 'newer' : 'older';
  const isOtherWriting =
    candidate.name === onRecord.name && candidate.etag !== undefined && candidate.etag !== onRecord.etag;
  return isOtherWriting ? 'newer' : 'untold';
}

/** The writing of a file, as one process tells it from the writing before: of a file only what it says counts. */
export function writingOf({ hash, origin }: Pick<PolicyVersion, 'hash' | 'origin'>): string {
  return origin.kind === 'blob' ? `${hash} ${origin.etag ?? ''}` : hash;
}
