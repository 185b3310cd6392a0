import { readFile } from 'node:fs/promises';

const NO_JSON_SCHEMA =
  'This app describes no schema as JSON while it runs: the published ones are written before.';
const NO_SUCH_BLOB = 'This app has block blobs alone.';

const THROWS = (message) => `function unused() { throw new Error(${JSON.stringify(message)}); }`;

/**
 * Puts what throws in the place of definitions within modules that are needed otherwise: zod's ways to JSON Schema, which every schema names,
 * and the blobs of other kinds, which every container names.
 * @throws Error when a module has another form than is read here
 */
export const unusedDefinitions = {
  name: 'unused-definitions',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/]json-schema-processors\.js$/ },
      async ({ path }) => ({
        contents: withoutProcessors(await readFile(path, 'utf8')),
      }),
    );
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]to-json-schema\.js$/ }, () => ({
      // The two are called where a schema is made, and what they make where it is described.
      contents: [
        THROWS(NO_JSON_SCHEMA),
        'const later = () => unused;',
        'export { later as createToJSONSchemaMethod, later as createStandardJSONSchemaMethod };',
        'export { unused as initializeContext, unused as handleUnrepresentable, unused as processSchema, unused as process };',
        'export { unused as extractDefs, unused as finalize };',
      ].join('\n'),
    }));
    build.onLoad({ filter: /[\\/]storage-blob[\\/]dist[\\/]esm[\\/]Clients\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const contents = code.replaceAll(
        /^export class (AppendBlobClient|PageBlobClient) extends BlobClient \{$[^]*?^\}$/gm,
        (_whole, name) =>
          `export class ${name} { constructor() { throw new Error(${JSON.stringify(NO_SUCH_BLOB)}); } }`,
      );
      if (contents.split(NO_SUCH_BLOB).length !== 3)
        throw new Error(`${path} has another form than unused-definitions.mjs reads`);
      return { contents };
    });
  },
};

/** Kept is what schemas count `minLength` and the like with, which stands before the processors. */
function withoutProcessors(code) {
  const begins = code.indexOf('export const stringProcessor');
  const names = [...code.slice(begins).matchAll(/^export (?:const|function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  if (
    begins < 0 ||
    !names.includes('toJSONSchema') ||
    !code.slice(0, begins).includes('function aggregateChecks(')
  )
    throw new Error('zod has another form than unused-definitions.mjs reads');
  const unused = `export { ${names.map((name) => `unused as ${name}`).join(', ')} };`;
  return [code.slice(0, begins), THROWS(NO_JSON_SCHEMA), unused].join('\n');
}
