import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createOnlineIo, type OnlineIo } from './online/online-io';
import { createNewFile, type NewFile } from './output/new-file';
import { isColored } from './output/text-style';

export type Output = Readonly<{ write: (text: string) => void; isTerminal: boolean; isColored: boolean }>;

/** All that a command may do outside of itself, beside its answer. */
export type CommandIo = Readonly<{
  /** The bytes of a file up to one more than `mostBytes`: what is longer, or has no end as a device, is not read whole. */
  readFile: (path: string, mostBytes: number) => Promise<Buffer>;
  /** A file that is not there yet. */
  createFile: (path: string) => Promise<NewFile>;
  stdout: Output;
  stderr: Output;
  nowMs: () => number;
  randomBytes: (size: number) => Buffer;
}> &
  OnlineIo;

/** The files, streams, clock and randomness of this process. */
export function createProcessIo(process: NodeJS.Process): CommandIo {
  const { stdout, stderr, env } = process;
  const outputOf = (stream: NodeJS.WriteStream): Output => ({
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    isColored: isColored(stream.isTTY, env),
  });
  return {
    ...createOnlineIo(process),
    readFile: async (path, mostBytes) => buffer(createReadStream(path, { end: mostBytes })),
    createFile: createNewFile,
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    nowMs: Date.now,
    randomBytes,
  };
}
