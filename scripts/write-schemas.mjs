import { mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

// Writes docs/schemas from the schemas that the application checks with: node scripts/write-schemas.mjs
const { outputFiles } = await build({
  entryPoints: ['shared/webhooks/contract/published-schemas.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { publishedSchemas } = await import(`data:text/javascript;base64,${code}`);

await mkdir('docs/schemas', { recursive: true });
for (const { file, schema } of publishedSchemas) {
  const path = `docs/schemas/${file}`;
  await writeFile(
    path,
    await format(JSON.stringify(schema), { ...(await resolveConfig(path)), filepath: path }),
  );
}
