import { appendFile, chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import { billOfMaterials } from './scripts/bundle/bill-of-materials.mjs';
import { thirdPartyLicenses } from './scripts/bundle/third-party-licenses.mjs';
import { unusedDefinitions } from './scripts/bundle/unused-definitions.mjs';
import { unusedModules } from './scripts/bundle/unused-modules.mjs';
import { unusedOperations } from './scripts/bundle/unused-operations.mjs';
import { yamlAsModules } from './scripts/bundle/yaml-as-modules.mjs';
import { zodAsNamespace } from './scripts/bundle/zod-as-namespace.mjs';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
};

// dist/ is what is deployed: one file of code, no node_modules. `@azure/functions-core` exists only inside the Functions worker.
await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
const { metafile } = await build({
  ...common,
  entryPoints: ['functions/main.ts'],
  outfile: 'dist/main.js',
  minify: true,
  charset: 'utf8',
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  legalComments: 'linked',
  plugins: [zodAsNamespace, yamlAsModules, unusedModules, unusedDefinitions, unusedOperations],
  external: ['@azure/functions-core'],
  // A CommonJS bundle has no import.meta; what asks for it at load gets the address of the bundle.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
});
const { inputs } = metafile.outputs['dist/main.js'];
const bundled = Object.keys(inputs);
// Begun by esbuild with the comments of the sources that speak of licences.
await appendFile('dist/main.js.LEGAL.txt', await thirdPartyLicenses(bundled));
const parts = await billOfMaterials(bundled, await readFile('dist/main.js'));
await writeFile('dist/sbom.cdx.json', `${JSON.stringify(parts, null, 2)}\n`);
await cp('host.json', 'dist/host.json');
await writeFile('dist/package.json', `${JSON.stringify({ main: 'main.js' }, null, 2)}\n`);

// bin/ is the command line: a file of its own, for machines that have Node and nothing else of this.
await rm('bin', { recursive: true, force: true });
const { metafile: commandLine } = await build({
  ...common,
  entryPoints: ['cli/main.ts'],
  outfile: 'bin/access.js',
  minify: true,
  charset: 'utf8',
  metafile: true,
  legalComments: 'linked',
  banner: { js: '#!/usr/bin/env node' },
});
await appendFile(
  'bin/access.js.LEGAL.txt',
  await thirdPartyLicenses(Object.keys(commandLine.outputs['bin/access.js'].inputs)),
);
await chmod('bin/access.js', 0o755);

// .sandbox/ is never deployed: the local stack, which runs beside its node_modules.
const entries = {
  start: 'sandbox/start.ts',
  demo: 'sandbox/demo.ts',
  send: 'sandbox/send.ts',
  uipath: 'sandbox/uipath.ts',
  access: 'sandbox/access.ts',
  evidence: 'sandbox/evidence.ts',
  host: 'sandbox/functions-host/child.ts',
  bench: 'bench/main.ts',
  chaos: 'tests/chaos/main.ts',
  fuzz: 'tests/fuzz/main.ts',
  tamper: 'tests/tamper/main.ts',
  attack: 'tests/attack/main.ts',
  pictures: 'tests/browser/take-pictures.ts',
};
await rm('.sandbox', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path))),
  outdir: '.sandbox',
  packages: 'external',
  sourcemap: true,
});

// How much of the bundle is whose, for whoever wants to make it smaller.
const shares = {};
for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own';
  shares[name] = (shares[name] ?? 0) + bytesInOutput;
}
await writeFile('.sandbox/bundle-shares.json', `${JSON.stringify(shares, null, 2)}\n`);
