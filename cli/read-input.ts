import { CommandFailure } from './command-failure';
import type { CommandIo } from './command-io';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'this user may not read it'],
  ['ENOTDIR', 'a part of its path is no folder'],
]);

/** The bytes of a file that somebody named. @throws CommandFailure `file-unreadable`, `file-too-large` */
export async function readInput(
  io: Pick<CommandIo, 'readFile'>,
  path: string,
  longestBytes: number,
): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await io.readFile(path, longestBytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new CommandFailure('file-unreadable', `${path} cannot be read: ${REASONS.get(code) ?? code}`, {
      cause: error,
    });
  }
  if (bytes.length > longestBytes)
    throw new CommandFailure('file-too-large', `${path} has more than ${longestBytes} bytes`);
  return bytes;
}
