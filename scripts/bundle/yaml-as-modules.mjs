import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Takes the ES modules that `yaml` ships beside its CommonJS, of which only what is used gets into the bundle. They differ in
 * one place: a warning goes to the console and not through `process.emitWarning`.
 */
export const yamlAsModules = {
  name: 'yaml-as-modules',
  setup(build) {
    const folder = dirname(createRequire(import.meta.url).resolve('yaml/package.json'));
    build.onResolve({ filter: /^yaml$/ }, () => ({ path: join(folder, 'browser', 'dist', 'index.js') }));
  },
};
