import type { ExportedSnapshot } from '../../shared/domain/desk/exported-snapshot';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { readInput } from '../read-input';
import { ExportedSnapshotSchema } from './exported-snapshot-schema';

/** Larger than the snapshot of a hundred thousand people. */
const LONGEST_SNAPSHOT_BYTES = 64 * 1024 * 1024;

/** The bytes of a file that may be a snapshot. @throws CommandFailure `file-unreadable`, `file-too-large` */
export async function readSnapshotBytes(io: Pick<CommandIo, 'readFile'>, path: string): Promise<Buffer> {
  return readInput(io, path, LONGEST_SNAPSHOT_BYTES);
}

/** The snapshot that `access snapshot` wrote. @throws CommandFailure `snapshot-invalid` */
export function parseSnapshot(bytes: Buffer, fileName: string): ExportedSnapshot {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw invalid(fileName, 'is no JSON');
  }
  const read = ExportedSnapshotSchema.safeParse(json);
  if (read.success) return read.data;
  throw invalid(fileName, 'is not what "access snapshot" writes');
}

function invalid(fileName: string, problem: string): CommandFailure {
  return new CommandFailure('snapshot-invalid', `${fileName} ${problem}`, {
    hint: 'Make it anew: access snapshot > snapshot.json',
  });
}
