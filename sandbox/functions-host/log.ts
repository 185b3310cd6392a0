import type { LogLevel } from './core-api';

/** `category` is Azure's, such as `Function.NAME.User`; `source` is what the reader sees. */
export type Log = (
  entry: Readonly<{ level: LogLevel; category: string; source: string; message: string }>,
) => void;

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** One line per entry, those below the level that host.json sets for the category left out. */
export function createLog(
  write: (line: string) => void,
  levels: Readonly<Record<string, LogLevel>> = {},
): Log {
  return ({ level, category, source, message }) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(levelOf(category, levels))) return;
    write(`${level} ${source}: ${message.replaceAll('\r', '').replaceAll('\n', '\\n')}`);
  };
}

/** The setting for the longest part of the category that has one: `Function.a.User`, `Function.a`, `Function`. */
function levelOf(category: string, levels: Readonly<Record<string, LogLevel>>): LogLevel {
  for (let part = category; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    const level = levels[part];
    if (level !== undefined) return level;
  }
  return levels['default'] ?? 'information';
}

/** What the host itself says; never filtered. */
export function hostLog(
  write: (line: string) => void,
): (level: LogLevel, source: string, text: string) => void {
  const log = createLog(write, { default: 'trace' });
  return (level, source, message) => log({ level, category: 'Host', source, message });
}

export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
