import { describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runModule } from './run-module';

/**
 * Bundles `contents`, as if they were the file `sourcefile`, with plugins and without, and answers what `use` makes of their exports,
 * `made` and `whole`.
 */
async function bundleAndUse(
  [plugin, file]: readonly [plugin: string, file: string],
  { contents, sourcefile = 'client.js' }: Readonly<{ contents: string; sourcefile?: string }>,
  use: string,
): Promise<unknown> {
  const printed = await runModule(`
    import { createRequire } from 'node:module';
    import { build } from 'esbuild';
    import { ${plugin} } from './scripts/bundle/${file}';
    const bundle = async (plugins) => {
      const { outputFiles } = await build({
        stdin: { ...${JSON.stringify({ contents, sourcefile })}, resolveDir: '.' },
        bundle: true, write: false, format: 'cjs', platform: 'node', logLevel: 'error', plugins,
        define: { 'import.meta.url': '"file:///client.js"' },
      });
      const bundled = { exports: {} };
      new Function('module', 'exports', 'require', outputFiles[0].text)(
        bundled, bundled.exports, createRequire(process.cwd() + '/package.json'));
      return bundled.exports;
    };
    const messageOf = (call) => { try { call(); return 'no error'; } catch (error) { return error.message; } };
    const made = await bundle([${plugin}]);
    console.log(JSON.stringify(await (${use})));
  `);
  return JSON.parse(printed);
}

const ROOT = resolve(__dirname, '../..');
const UNUSED_MODULES = ['unusedModules', 'unused-modules.mjs'] as const;
const DEFINITIONS = ['unusedDefinitions', 'unused-definitions.mjs'] as const;
const OPERATIONS = ['unusedOperations', 'unused-operations.mjs'] as const;

describe('what is left out of the bundle', () => {
  it.each([
    [
      'a class that is imported',
      '@azure/msal-node',
      `export { OnBehalfOfClient } from './OnBehalfOfClient.mjs';`,
      'new made.OnBehalfOfClient({})',
      /^This app signs in as itself/,
    ],
    [
      'the flow of a user who signed in',
      '@azure/msal-node/node_modules/@azure/msal-common/dist',
      `export { RefreshTokenClient } from './client/RefreshTokenClient.mjs';`,
      'new made.RefreshTokenClient({})',
      /^This app signs in as itself/,
    ],
    [
      'a sign-in with a certificate',
      '@azure/msal-node',
      `import jwt from 'jsonwebtoken'; export const sign = () => jwt.sign({}, 'key');`,
      `made.sign()`,
      /not with a certificate|is not a function/,
    ],
    [
      'a stream with checksums',
      '@azure/storage-common',
      `export * from './StructuredMessageDecodingStream.js';`,
      'made.structuredMessageDecodingStream({}, {})',
      /leave contentChecksumAlgorithm unset/,
    ],
    [
      'the upload of a stream',
      '@azure/storage-common',
      `export * from './BufferScheduler.js';`,
      'new made.BufferScheduler()',
      /^This app uploads no streams/,
    ],
  ])('throws and says why: %s', async (_what, importer, contents, call, message) => {
    const stdin = { contents, sourcefile: `/node_modules/${importer}/client.js` };
    expect(await bundleAndUse(UNUSED_MODULES, stdin, `messageOf(() => ${call})`)).toMatch(message);
  });

  it('takes nothing from what asks whether XML is unsafe', async () => {
    const contents = `export { isUnsafe, HTML, XML, SQL } from 'is-unsafe';`;
    const asked = [
      'plain',
      '<script>alert(1)</script>',
      'javascript&#58;alert(1)',
      '<!DOCTYPE x>',
      ']]>',
      '&amp;',
    ];
    const answers = `(({ isUnsafe, HTML, XML }) => ${JSON.stringify(asked)}.map((text) => isUnsafe(text, [HTML, XML])))`;
    const [cut, whole, message] = (await bundleAndUse(
      UNUSED_MODULES,
      { contents },
      `[${answers}(made), ${answers}(await bundle([])), messageOf(() => made.SQL())]`,
    )) as readonly unknown[];
    expect(cut).toEqual(whole);
    expect(cut).toEqual(expect.arrayContaining([true, false]));
    expect(message).toMatch(/^This app does not ask what is unsafe in sql/);
  });
});

describe('definitions that are left out', () => {
  it('leave schemas that read as before, and say why none is described', async () => {
    const contents = `export * from 'zod';`;
    const use = `((z) => {
      const schema = z.object({ a: z.array(z.string().min(2)).optional(), b: z.union([z.number(), z.literal('x')]) });
      return [[schema.safeParse({ a: ['xy'], b: 'x' }).data, z.string().min(2).max(9).minLength, z.number().int().isInt],
        schema.safeParse({ a: ['x'], b: 1 }).success,
        messageOf(() => z.toJSONSchema(schema)), messageOf(() => schema.toJSONSchema())];
    })(made)`;
    const [data, isLong, ...messages] = (await bundleAndUse(
      DEFINITIONS,
      { contents },
      use,
    )) as readonly unknown[];
    expect([data, isLong]).toEqual([[{ a: ['xy'], b: 'x' }, 2, true], false]);
    expect(messages).toEqual([
      expect.stringMatching(/^This app describes no schema/),
      expect.stringMatching(/^This app describes no schema/),
    ]);
  });

  it('leave block blobs, and say why there are no others', async () => {
    const contents = `export * from '@azure/storage-blob';`;
    const use = `(() => {
      const container = new made.ContainerClient('http://127.0.0.1:1/account/container');
      return [container.getBlockBlobClient('x').name, messageOf(() => container.getAppendBlobClient('x')),
        messageOf(() => container.getPageBlobClient('x'))];
    })()`;
    expect(await bundleAndUse(DEFINITIONS, { contents }, use)).toEqual([
      'x',
      'This app has block blobs alone.',
      'This app has block blobs alone.',
    ]);
  });
});

describe('the calls to Azure Storage in the bundle', () => {
  const place = {
    '@azure/storage-blob': 'dist/esm/generated/src/operations/index.js',
    '@azure/storage-queue': 'dist/esm/generated/src/operations/index.js',
    '@azure/data-tables': 'dist/esm/generated/operations/index.js',
  };
  const contents = Object.entries(place)
    .map(([name, file], at) => `export * as p${at} from './node_modules/${name}/${file}';`)
    .join('\n');

  /**
   * Each call is made of a client that answers with its description. Shapes are compared as a serializer finds them: by what a
   * description says, by the name of the class in it, and so on.
   */
  const compare = `(async () => {
    const whole = await bundle([]);
    const descriptionOf = (Group, name) => new Group({ sendOperationRequest: (_, description) => description })[name]();
    const found = (description) => {
      const { serializer, ...rest } = description;
      const seen = {};
      const look = (value, key) => {
        if (key === 'className' && !(value in seen)) {
          seen[value] = serializer.modelMappers[value] ?? 'none';
          look(seen[value]);
        } else if (typeof value === 'object' && value !== null)
          for (const [inner, part] of Object.entries(value)) look(part, inner);
      };
      look(rest);
      return JSON.stringify([rest, seen, serializer.isXML]);
    };
    const kept = [], different = [], messages = [];
    for (const at of Object.keys(made))
      for (const [group, Group] of Object.entries(made[at]))
        for (const name of Object.getOwnPropertyNames(Group.prototype).filter((own) => own !== 'constructor')) {
          const call = at + ' ' + group + ' ' + name;
          const message = messageOf(() => descriptionOf(Group, name));
          if (message !== 'no error') { messages.push(message); continue; }
          kept.push(call);
          const both = [Group, whole[at][group]].map((one) => found(descriptionOf(one, name)));
          if (both[0] !== both[1]) different.push(call);
        }
    return { kept, different, messages };
  })()`;

  it('are those that the app makes, with all that they had; the others throw and say so', async () => {
    const { kept, different, messages } = (await bundleAndUse(OPERATIONS, { contents }, compare)) as Readonly<
      Record<'kept' | 'different' | 'messages', readonly string[]>
    >;
    expect(different).toEqual([]);
    expect(kept.toSorted()).toEqual([
      'p0 BlobImpl acquireLease',
      'p0 BlobImpl delete',
      'p0 BlobImpl download',
      'p0 BlobImpl getProperties',
      'p0 BlobImpl releaseLease',
      'p0 BlobImpl renewLease',
      'p0 BlockBlobImpl commitBlockList',
      'p0 BlockBlobImpl getBlockList',
      'p0 BlockBlobImpl stageBlock',
      'p0 BlockBlobImpl upload',
      'p0 ContainerImpl create',
      'p0 ContainerImpl listBlobFlatSegment',
      'p1 MessagesImpl enqueue',
      'p1 QueueImpl create',
      'p1 QueueImpl getProperties',
      'p2 TableImpl create',
      'p2 TableImpl deleteEntity',
      'p2 TableImpl insertEntity',
      'p2 TableImpl mergeEntity',
      'p2 TableImpl queryEntities',
      'p2 TableImpl queryEntitiesWithPartitionAndRowKey',
      'p2 TableImpl updateEntity',
    ]);
    expect(messages.length).toBeGreaterThan(60);
    expect(messages.filter((message) => !message.startsWith('This app does not make this call'))).toEqual([]);
    expect(messages).toContainEqual(expect.stringMatching(/: @azure\/storage-blob pageBlob uploadPages$/));
  });

  it.each([
    [
      'a call is made in another way',
      (code: string) => code.replace('return this.client', 'return await this.client'),
    ],
    [
      'a description is named otherwise',
      (code: string) => code.replace('const clearOperationSpec', 'const clear'),
    ],
    [
      'the serializer is made otherwise',
      (code: string) => code.replace('createSerializer(Mappers,', 'serializer(Mappers,'),
    ],
    ['a call that is used is gone', (code: string) => code.replaceAll('enqueue', 'send')],
  ])('are not bundled where %s', async (_what, change) => {
    const generated = 'node_modules/@azure/storage-queue/dist/esm/generated/src';
    const folder = await mkdtemp(join(tmpdir(), 'operations-'));
    try {
      await cp(join(ROOT, generated), join(folder, generated), { recursive: true });
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      const file = join(folder, generated, 'operations/messages.js');
      const code = await readFile(file, 'utf8');
      expect(change(code)).not.toBe(code);
      await writeFile(file, change(code));
      const said = await runModule(`
        import { build } from 'esbuild';
        import { unusedOperations } from './scripts/bundle/unused-operations.mjs';
        await build({ entryPoints: [${JSON.stringify(file)}], bundle: true, write: false, packages: 'external',
          logLevel: 'silent', plugins: [unusedOperations] }).then(() => console.log('built'), (error) => console.log(error.message));
      `);
      expect(said).toContain(
        '@azure/storage-queue messages has another form than unused-operations.mjs reads',
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
