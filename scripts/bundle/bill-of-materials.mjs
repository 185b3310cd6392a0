import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldersOf, licenceOf } from './bundled-packages.mjs';

const LINKS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * What is in the bundle, as CycloneDX 1.6: the packages that the files belong to, and no others of the lock file, each with its
 * licence and the hash under which it was locked. Without a time or a random id, so that the same sources give the same file.
 * @throws Error naming every package that is not as it was locked, or locked for development only.
 */
export async function billOfMaterials(files, bundle, root = '.') {
  const read = async (path) => JSON.parse(await readFile(join(root, path), 'utf8'));
  const [own, { packages: lock }] = await Promise.all([read('package.json'), read('package-lock.json')]);
  const bundled = await Promise.all(
    foldersOf(files).map(async (folder) => ({ folder, manifest: await read(`${folder}/package.json`) })),
  );
  const unlocked = bundled.filter(({ folder, manifest }) => {
    const { version, integrity, dev } = lock[folder] ?? {};
    return version !== manifest.version || integrity === undefined || dev;
  });
  if (unlocked.length > 0)
    throw new Error(
      `Bundled without a locked version and hash, or for development only: ${unlocked.map(({ manifest }) => refOf(manifest)).join(', ')}`,
    );
  const refs = new Map(bundled.map(({ folder, manifest }) => [folder, refOf(manifest)]));
  // One package may lie in several folders.
  const components = new Map(
    bundled.map(({ folder, manifest }) => [refOf(manifest), toComponent(manifest, lock[folder])]),
  );
  const links = new Map([[refOf(own), new Set()], ...[...components.keys()].map((ref) => [ref, new Set()])]);
  for (const [folder, ref] of [['', refOf(own)], ...refs])
    for (const name of LINKS.flatMap((kind) => Object.keys(lock[folder][kind] ?? {}))) {
      const target = refs.get(folderOfDependency(lock, folder, name));
      if (target !== undefined) links.get(ref).add(target);
    }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': refOf(own),
        name: own.name,
        version: own.version,
        description: own.description,
        hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(bundle).digest('hex') }],
        licenses: licencesOf(own),
      },
    },
    components: [...components.keys()].sort().map((ref) => components.get(ref)),
    dependencies: [...links.keys()].sort().map((ref) => ({ ref, dependsOn: [...links.get(ref)].sort() })),
  };
}

function refOf({ name, version }) {
  return `${name}@${version}`;
}

function toComponent(manifest, { integrity }) {
  const [algorithm, hash] = integrity.split('-');
  return {
    type: 'library',
    'bom-ref': refOf(manifest),
    name: manifest.name,
    version: manifest.version,
    hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(hash, 'base64').toString('hex') }],
    licenses: licencesOf(manifest),
    purl: `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`,
  };
}

/** The name of one licence, or an expression of several. */
function licencesOf(manifest) {
  const licence = licenceOf(manifest);
  if (licence === undefined) return [];
  return /^[\w.+-]+$/.test(licence) ? [{ license: { id: licence } }] : [{ expression: licence }];
}

/** Where Node.js finds a dependency: in the folder itself, or in the nearest one above. */
function folderOfDependency(lock, folder, name) {
  for (let from = folder; ; from = from.slice(0, Math.max(from.lastIndexOf('/node_modules/'), 0))) {
    const path = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
    if (lock[path] !== undefined || from === '') return path;
  }
}
