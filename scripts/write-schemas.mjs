import { mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

// Writes docs/schemas from the schemas that the application checks with: node scripts/write-schemas.mjs
const { outputFiles } = await build({
  stdin: {
    contents: `
      export { publishedSchemas } from './shared/webhooks/contract/published-schemas';
      export { publishedPolicySchema } from './shared/policy/published-policy-schema';
      export { publishedReportSchema } from './shared/published-report-schema';`,
    resolveDir: '.',
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { publishedSchemas, publishedPolicySchema, publishedReportSchema } = await import(
  `data:text/javascript;base64,${code}`
);

await mkdir('docs/schemas', { recursive: true });
for (const { file, schema } of [...publishedSchemas, publishedPolicySchema, publishedReportSchema]) {
  const path = `docs/schemas/${file}`;
  await writeFile(
    path,
    await format(JSON.stringify(schema), { ...(await resolveConfig(path)), filepath: path }),
  );
}
