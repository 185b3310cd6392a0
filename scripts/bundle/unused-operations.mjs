import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The calls to Azure Storage that this app makes, by package and by file of its generated `operations`. */
const USED = {
  '@azure/storage-blob': {
    blob: ['download', 'getProperties', 'delete', 'acquireLease', 'renewLease', 'releaseLease'],
    blockBlob: ['upload', 'stageBlock', 'commitBlockList', 'getBlockList'],
    container: ['create', 'listBlobFlatSegment'],
  },
  '@azure/storage-queue': { queue: ['create', 'getProperties'], messages: ['enqueue'] },
  '@azure/data-tables': {
    table: [
      'create',
      'queryEntities',
      'queryEntitiesWithPartitionAndRowKey',
      'insertEntity',
      'updateEntity',
      'mergeEntity',
      'deleteEntity',
    ],
  },
};

const PACKAGE = /.*\/node_modules\/(@azure\/[^/]+)\//;
const CALL = /return this\.client\.sendOperationRequest\([^;]*?, (\w+)OperationSpec\);/g;
const DESCRIPTION = /^const (\w+)OperationSpec = \{$[^]*?^\};$/gm;
const ALL_SHAPES = '.createSerializer(Mappers,';

/**
 * Puts a call of a function that throws in the place of each call to Azure Storage that this app never makes, so that esbuild
 * leaves out its description. The serializers get no other shapes than those that the rest may look up by name.
 * @throws Error when the code that AutoRest generated has another form than is read here, or lacks a call that is used.
 */
export const unusedOperations = {
  name: 'unused-operations',
  setup(build) {
    build.onLoad({ filter: /[\\/]generated[\\/](src[\\/])?operations[\\/]\w+\.js$/ }, async ({ path }) => {
      const [, group] = /(\w+)\.js$/.exec(path);
      const [, packageName] = PACKAGE.exec(path.replaceAll('\\', '/')) ?? [];
      if (group === 'index' || USED[packageName] === undefined) return undefined;
      const models = join(dirname(path), '..', 'models');
      const [code, mappers, parameters] = await Promise.all([
        readFile(path, 'utf8'),
        import(pathToFileURL(join(models, 'mappers.js'))),
        import(pathToFileURL(join(models, 'parameters.js'))),
      ]);
      const names = USED[packageName][group] ?? [];
      return { contents: withoutUnused(code, names, `${packageName} ${group}`, { mappers, parameters }) };
    });
  },
};

function withoutUnused(code, used, place, models) {
  const calls = [...code.matchAll(CALL)].map(([, name]) => name);
  const descriptions = new Map([...code.matchAll(DESCRIPTION)].map(([text, name]) => [name, text]));
  const isKnown =
    code.split('.sendOperationRequest(').length === calls.length + 1 &&
    used.every((name) => calls.includes(name)) &&
    calls.every((name) => descriptions.has(name)) &&
    code.includes(ALL_SHAPES);
  if (!isKnown) throw new Error(`${place} has another form than unused-operations.mjs reads`);
  const kept = shapesOf(used.map((name) => descriptions.get(name)).join('\n'), models);
  const message = `This app does not make this call to Azure Storage, and scripts/bundle/unused-operations.mjs leaves it out: ${place} `;
  return [
    code
      .replaceAll(CALL, (call, name) => (used.includes(name) ? call : `return unused('${name}');`))
      .replaceAll(
        ALL_SHAPES,
        `.createSerializer({ ${kept.map((name) => `${name}: Mappers.${name}`).join(', ')} },`,
      ),
    `function unused(name) { throw new Error(${JSON.stringify(message)} + name); }`,
  ].join('\n');
}

/** The names of all shapes in descriptions, in the parameters that these name, and in those shapes themselves. */
function shapesOf(descriptions, { mappers, parameters }) {
  const names = new Set();
  const add = (value) => {
    if (typeof value === 'string' && Object.hasOwn(mappers, value) && !names.has(value)) {
      names.add(value);
      add(mappers[value]);
    } else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) add(part);
    }
  };
  for (const [, name] of descriptions.matchAll(/(?:\bMappers\.|className: ")(\w+)/g)) add(name);
  for (const [, name] of descriptions.matchAll(/\bParameters\.(\w+)/g)) add(parameters[name]);
  return [...names].sort();
}
