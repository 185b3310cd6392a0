import { build } from 'esbuild';
import { basename, join } from 'node:path';
import { findProjectRoot } from '../sandbox/project-root';

/** Bundles a script of a process of its own, which then needs nothing else, into `folder`. Returns where it is. */
export async function bundleScript(path: string, folder: string): Promise<string> {
  const outfile = join(folder, `${basename(path, '.ts')}.js`);
  await build({
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    entryPoints: [join(findProjectRoot(), path)],
    outfile,
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}
