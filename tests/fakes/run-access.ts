import { NO_APP, type OnlineIo } from '../../cli/online/online-io';
import { runAccess } from '../../cli/run-access';

type Files = Readonly<Record<string, string | Buffer>>;

type Ran = Readonly<{
  exit: number;
  stdout: string;
  stderr: string;
  /** What was written to files that were kept. */
  kept: Files;
}>;

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');

/** Runs a command line over files that are given, at a fixed time; whatever is not given is not there. */
export async function access(
  words: readonly string[],
  files: Files = {},
  {
    isTerminal = false,
    nowMs = () => NOW_MS,
    online = {},
  }: Readonly<{ isTerminal?: boolean; nowMs?: () => number; online?: Partial<OnlineIo> }> = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const kept: Record<string, string> = {};
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal,
    isColored: isTerminal,
  });
  const exit = await runAccess(words, {
    ...NO_APP,
    ...online,
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return Buffer.from(content);
    },
    createFile: async (path) => {
      let text = '';
      return {
        write: async (more) => {
          text += more;
        },
        keep: async () => {
          kept[path] = text;
        },
        discard: async () => undefined,
      };
    },
    stdout: output('stdout'),
    stderr: output('stderr'),
    nowMs,
    randomBytes: (size) => Buffer.from(Array.from({ length: size }, (_, index) => (index * 37 + 11) % 256)),
  });
  return { exit, ...written, kept };
}
