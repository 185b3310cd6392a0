import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProjectRoot } from '../../sandbox/project-root';
import { copyApp, type AppCopy } from './copy-app';

/** A text of a file below `shared/`, and what stands there instead. */
export type SourceChange = Readonly<{ file: string; replace: string; by: string }>;

/** A copy of the built app whose bundle is made anew, of sources with one text replaced. */
export async function buildBroken({ file, replace, by }: SourceChange): Promise<AppCopy> {
  const root = findProjectRoot();
  const path = join(root, 'shared', file);
  const source = await readFile(path, 'utf8');
  if (source.split(replace).length !== 2)
    throw new Error(`What is to be broken does not stand once in shared/${file}: ${replace}`);
  const copy = await copyApp();
  await build({
    absWorkingDir: root,
    entryPoints: ['functions/main.ts'],
    outfile: join(copy.directory, 'main.js'),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    external: ['@azure/functions-core'],
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [
      {
        name: 'broken-defence',
        setup: (own) => {
          own.onLoad({ filter: /\.ts$/ }, (loading) =>
            loading.path === path ? { contents: source.replace(replace, () => by), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  return copy;
}
