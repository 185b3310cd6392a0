import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

// Writes docs/cli.md from the commands of `access`: node scripts/write-cli-reference.mjs. With --check it only says whether that is to be done.
const { outputFiles } = await build({
  entryPoints: ['cli/reference.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { cliReference } = await import(`data:text/javascript;base64,${code}`);
const path = 'docs/cli.md';
const text = await format(cliReference(), { ...(await resolveConfig(path)), filepath: path });
if (!process.argv.includes('--check')) await writeFile(path, text);
else if ((await readFile(path, 'utf8')) !== text) {
  process.stderr.write(`${path} is not as the commands are. Run: node scripts/write-cli-reference.mjs\n`);
  process.exitCode = 1;
}
