import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createOnlineIo, type OnlineIo } from './online/online-io';
import { isColored } from './output/text-style';

export type Output = Readonly<{ write: (text: string) => void; isTerminal: boolean; isColored: boolean }>;

/** All that a command may do outside of itself, beside its answer. */
export type CommandIo = Readonly<{
  readFile: (path: string) => Promise<Buffer>;
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
    readFile: async (path) => readFile(path),
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    nowMs: Date.now,
    randomBytes,
  };
}
