import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProjectRoot } from '../../sandbox/project-root';
import { attacksOn } from './attack';
import type { Control } from './control';

const run = promisify(execFile);
const root = findProjectRoot();
const dist = join(root, 'dist');

type Bill = Readonly<{
  metadata: Readonly<{ component: Readonly<{ hashes: ReadonlyArray<Readonly<{ content: string }>> }> }>;
  components: ReadonlyArray<Readonly<{ name: string; hashes?: ReadonlyArray<object> }>>;
}>;

/** Whether a bundle is the one that the bill of materials beside it names. */
async function isNamed(bundle: Buffer): Promise<boolean> {
  const bill = JSON.parse(await readFile(join(dist, 'sbom.cdx.json'), 'utf8')) as Bill;
  const hash = createHash('sha256').update(bundle).digest('hex');
  return bill.metadata.component.hashes.some(({ content }) => content === hash);
}

/** Whether a bill of materials is made of a package, with the lock file as `change` leaves it. */
async function isBilled(
  change: (lock: Record<string, Record<string, unknown>>) => void,
  file = 'node_modules/zod/index.js',
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-build-'));
  try {
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Record<string, unknown>>;
    };
    change(lock.packages);
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    const name = file.split('/').slice(0, 2).join('/');
    await cp(join(root, name), join(folder, name), { recursive: true, dereference: true });
    const script = `
      import { billOfMaterials } from ${JSON.stringify(join(root, 'scripts/bundle/bill-of-materials.mjs'))};
      await billOfMaterials([${JSON.stringify(file)}], Buffer.from(''), ${JSON.stringify(folder)});`;
    await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: root });
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const bundleControl: Control = {
  id: 'the bundle as it was built',
  says: 'The bill of materials names the bundle by its hash',
  works: async () => isNamed(await readFile(join(dist, 'main.js'))),
};

const lockControl: Control = {
  id: 'a package as it was locked',
  says: 'A bill of materials is made of a package that is as locked',
  works: async () => isBilled(() => undefined),
};

/** Whoever comes between the sources and what is deployed. */
export const buildAttacks = [
  ...attacksOn('build', bundleControl, [
    {
      id: 'bundle-edited',
      tries: 'Changes a byte of the bundle after the build',
      must: 'Its hash is not the one that the bill of materials names',
      run: async () => {
        const bundle = await readFile(join(dist, 'main.js'));
        const at = Math.floor(bundle.length / 2);
        bundle[at] = (bundle[at] ?? 0) ^ 1;
        return isNamed(bundle);
      },
    },
    {
      id: 'bundle-with-the-sandbox',
      tries: 'Looks in what is deployed for faults, control addresses and keys of the local stack',
      must: 'Nothing of the sandbox is in it',
      run: async () => {
        const bundle = await readFile(join(dist, 'main.js'), 'utf8');
        return ['devstoreaccount1:', 'startUiPathSandbox', 'startKeyVault', 'sandbox-evidence'].some((one) =>
          bundle.includes(one),
        );
      },
    },
    {
      id: 'bundle-with-its-sources',
      tries: 'Looks for sources and packages beside the bundle',
      must: 'There are none',
      run: async () => {
        const files = await readdir(dist);
        const map = JSON.parse(await readFile(join(dist, 'main.js.map'), 'utf8')) as {
          sourcesContent?: unknown;
        };
        return (
          files.includes('node_modules') ||
          files.some((name) => name.endsWith('.ts')) ||
          map.sourcesContent !== undefined
        );
      },
    },
  ]),
  ...attacksOn('build', lockControl, [
    {
      id: 'package-without-a-hash',
      tries: 'Bundles a package that was locked without a hash',
      must: 'The build fails',
      run: async () =>
        isBilled((lock) => {
          delete lock['node_modules/zod']?.['integrity'];
        }),
    },
    {
      id: 'package-of-another-version',
      tries: 'Bundles a package of another version than was locked',
      must: 'The build fails',
      run: async () =>
        isBilled((lock) => {
          lock['node_modules/zod'] = { ...lock['node_modules/zod'], version: '0.0.1' };
        }),
    },
    {
      id: 'package-for-development-only',
      tries: 'Bundles a package that was locked for development only',
      must: 'The build fails',
      run: async () => isBilled(() => undefined, 'node_modules/prettier/index.mjs'),
    },
    {
      id: 'package-that-was-never-locked',
      tries: 'Bundles a package that the lock file does not have',
      must: 'The build fails',
      run: async () =>
        isBilled((lock) => {
          delete lock['node_modules/zod'];
        }),
    },
  ]),
];
