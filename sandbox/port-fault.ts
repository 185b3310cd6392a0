import { createServer } from 'node:net';
import type { RunningStack } from './running-stack';

/** Listens for a moment; rejects with the error of the system. */
type TryPort = (port: number) => Promise<void>;

/**
 * Why the Functions host cannot listen on a port, and how to choose another; undefined where it can. Asked before anything is started.
 * `running`: the stack of this folder that left a note.
 */
export async function faultOfPort(
  port: number,
  running: Pick<RunningStack, 'hr'> | undefined,
  tryPort: TryPort = listenForAMoment,
): Promise<string | undefined> {
  try {
    await tryPort(port);
    return undefined;
  } catch (error) {
    const code = typeof error === 'object' && error !== null ? String(Reflect.get(error, 'code')) : '';
    return `${reasonOf(code, port, running)} Choose another one: npm start -- --port ${otherThan(port)}, or --port 0 for any that is free.`;
  }
}

function reasonOf(code: string, port: number, running: Pick<RunningStack, 'hr'> | undefined): string {
  if (code === 'EACCES') return `This user may not listen on port ${port}: those below 1024 are reserved.`;
  if (code !== 'EADDRINUSE') return `Nobody can listen on port ${port} of 127.0.0.1 (${code}).`;
  return running !== undefined && new URL(running.hr.url).port === String(port)
    ? `Port ${port} is taken, it seems by another npm start of this folder: end it with Ctrl+C, or use it.`
    : `Port ${port} is taken by another program.`;
}

function otherThan(port: number): number {
  return port < 1024 || port === 65_535 ? 7071 : port + 1;
}

async function listenForAMoment(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      server.close(() => resolve());
    });
  });
}
