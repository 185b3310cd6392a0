import { build, type BuildOptions } from 'esbuild';
import { fork, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadOrder, LoadResult } from './load';

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
};

/** The two parts that only this benchmark needs, built into `folder`: an app that does nothing, and a client. */
export async function buildParts(
  root: string,
  folder: string,
): Promise<Readonly<{ noopApp: string; client: string }>> {
  const noopApp = join(folder, 'noop');
  const client = join(folder, 'client.js');
  await mkdir(noopApp, { recursive: true });
  await build({
    ...COMMON,
    entryPoints: [join(root, 'bench/intake/noop-app.ts')],
    outfile: join(noopApp, 'main.js'),
    minify: true,
    external: ['@azure/functions-core'],
  });
  await build({ ...COMMON, entryPoints: [join(root, 'bench/intake/client.ts')], outfile: client });
  await copyFile(join(root, 'dist/host.json'), join(noopApp, 'host.json'));
  await writeFile(join(noopApp, 'package.json'), JSON.stringify({ main: 'main.js' }));
  return { noopApp, client };
}

export type LoadClient = Readonly<{
  send: (order: LoadOrder) => Promise<LoadResult>;
  close: () => Promise<void>;
}>;

/** Starts the client. It ends with this process. */
export function startClient(script: string): LoadClient {
  const child = fork(script, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    send: async (order) => answerOf(child, order),
    close: async () => {
      child.disconnect();
      await exited;
    },
  };
}

function answerOf(child: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('The client ended before it answered'));
    child.once('exit', onExit);
    child.once('message', (result: LoadResult) => {
      child.off('exit', onExit);
      resolve(result);
    });
    child.send(order);
  });
}
