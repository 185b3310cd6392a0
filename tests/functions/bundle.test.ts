import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runModule } from './run-module';

const ROOT = resolve(__dirname, '../..');
const DIST = join(ROOT, 'dist');
const LARGEST_BYTES = 2_200_000;
const LARGEST_BYTES_OF_PACKAGES = 1_060_000;

/** What zod says of an input that is invalid, by the file of the language. */
const INVALID_INPUT = {
  de: 'Ungültige Eingabe',
  es: 'Entrada inválida',
  fr: 'Entrée invalide',
  ja: '無効な入力',
} as const;

const BROWSER_PACKAGES = [
  'bundle-name',
  'default-browser',
  'default-browser-id',
  'define-lazy-prop',
  'is-docker',
  'is-inside-container',
  'is-wsl',
  'open',
  'run-applescript',
  'wsl-utils',
];
/** How those packages find and start a browser. */
const BROWSER_TEXTS = ['xdg-open', 'osascript', 'com.apple.launchservices', 'WSLInterop'];

type Manifest = Readonly<{ name: string; version: string }>;
type Component = Manifest &
  Readonly<{ 'bom-ref': string; purl: string; hashes: readonly unknown[]; licenses: readonly unknown[] }>;
type BillOfMaterials = Readonly<{
  metadata: Readonly<{ component: Component }>;
  components: readonly Component[];
  dependencies: ReadonlyArray<Readonly<{ ref: string; dependsOn: readonly string[] }>>;
}>;
type Package = Readonly<{ name: string; folder: string }>;

/** The texts of the bundle, as they are read: esbuild writes other letters than those of ASCII by their number. */
function unescape(code: string): string {
  return code.replaceAll(/\\x([\da-f]{2})|\\u([\da-f]{4})/gi, (_, byte?: string, unit?: string) =>
    String.fromCharCode(Number.parseInt(byte ?? unit ?? '', 16)),
  );
}

async function sourcesOf(map: string): Promise<readonly string[]> {
  const { sources } = JSON.parse(await readFile(map, 'utf8')) as Readonly<{ sources: readonly string[] }>;
  return sources;
}

/** The package of a source; one that was bundled before by webpack names itself. */
function packageOf(source: string): Package | undefined {
  const before = /^webpack:\/\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(source)?.groups?.['name'];
  if (before !== undefined) return { name: before, folder: join(ROOT, 'node_modules', before) };
  const match = /^.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)(?=\/)/.exec(source);
  const name = match?.groups?.['name'];
  return match === null || name === undefined ? undefined : { name, folder: resolve(DIST, match[0]) };
}

describe('the bundle', () => {
  let texts: string;
  let sources: readonly string[];
  let packages: readonly Package[];

  beforeAll(async () => {
    texts = unescape(await readFile(join(DIST, 'main.js'), 'utf8'));
    sources = await sourcesOf(join(DIST, 'main.js.map'));
    packages = [
      ...new Map(
        sources
          .map((source) => packageOf(source))
          .filter((found) => found !== undefined)
          .map((found) => [found.folder, found]),
      ).values(),
    ];
  });

  it('is no larger than it may be, and what packages bring no larger than they may', async () => {
    const { size } = await stat(join(DIST, 'main.js'));
    expect(size).toBeLessThanOrEqual(LARGEST_BYTES);
    const shares = JSON.parse(
      await readFile(join(ROOT, '.sandbox', 'bundle-shares.json'), 'utf8'),
    ) as Readonly<Record<string, number>>;
    const { own = 0, ...others } = shares;
    const bytesOfPackages = Object.values(others).reduce((sum, bytes) => sum + bytes, 0);
    expect(bytesOfPackages).toBeLessThanOrEqual(LARGEST_BYTES_OF_PACKAGES);
    // What joins the files is nobody's.
    expect(own + bytesOfPackages).toBeGreaterThan(size * 0.95);
  });

  it('holds the messages of zod in English', () => {
    expect(texts.includes('Invalid input: expected ')).toBe(true);
  });

  it.each(Object.entries(INVALID_INPUT))('holds no messages of zod in %s', async (language, message) => {
    const locale = await readFile(join(ROOT, `node_modules/zod/v4/locales/${language}.js`), 'utf8');
    expect(locale.includes(message)).toBe(true);
    expect(texts.includes(message)).toBe(false);
  });

  it('holds no file of zod for another language than English', () => {
    const locales = sources.filter((source) => source.includes('/zod/v4/locales/'));
    expect(locales.map((source) => source.split('/').at(-1))).toEqual(['en.js']);
  });

  it('holds no package that looks for a browser', () => {
    const names = packages.map(({ name }) => name);
    expect(names).toContain('@azure/identity');
    expect(names.filter((name) => BROWSER_PACKAGES.includes(name))).toEqual([]);
    expect(BROWSER_TEXTS.filter((text) => texts.includes(text))).toEqual([]);
  });

  it('holds nothing that signs a shared access signature, queries a blob or sends calls in batches', () => {
    expect(sources.some((source) => source.endsWith('/storage-blob/src/BlobServiceClient.ts'))).toBe(true);
    const unused = /\/(\w*SASSignatureValues|internal-avro\/\w+|BlobQueryResponse|BlobBatch\w*)\.ts$/;
    expect(sources.filter((source) => unused.test(source))).toEqual([]);
    expect(texts.includes('This app signs no shared access signatures')).toBe(true);
  });

  it('holds nothing of Azure Storage for page blobs, append blobs, access policies, statistics or CRC-64', () => {
    expect(texts.includes('BlockBlobStageBlockHeaders')).toBe(true);
    const unused = [
      'PageBlobUploadPagesHeaders',
      'AppendBlobAppendBlockHeaders',
      'ContainerSetAccessPolicyHeaders',
      'QueueSetAccessPolicyHeaders',
      'TableSetAccessPolicyHeaders',
      'ServiceGetStatisticsHeaders',
      'ServiceListContainersSegmentHeaders',
    ];
    expect(unused.filter((shape) => texts.includes(shape))).toEqual([]);
    const streams = /\/storage-common\/src\/(Structured\w+|Buffer(Scheduler|sStream))\.ts$/;
    expect(sources.filter((source) => streams.test(source))).toEqual([]);
  });

  it('holds no semver, no debug for browsers, no sign-in with a certificate and none for others', () => {
    expect(sources.some((source) => source.endsWith('/is-unsafe/src/contexts/html.js'))).toBe(true);
    const unused = [
      /\/semver\//,
      /\/debug\/src\/browser\.js$/,
      /\/(jsonwebtoken|jws|jwa)\//,
      /\/node_modules\/@azure\/msal-node\/.*\/(OnBehalfOf|DeviceCode|UserFederatedIdentityCredential|Loopback|UsernamePassword)Client\./,
      /\/is-unsafe\/src\/contexts\/(?!html\.js$|xml\.js$)/,
    ];
    expect(sources.filter((source) => unused.some((file) => file.test(source)))).toEqual([]);
  });

  it('says how to sign in, should a package open a browser after all', async () => {
    const printed = await runModule(`
      import { build } from 'esbuild';
      import { unusedModules } from './scripts/bundle/unused-modules.mjs';
      const { outputFiles } = await build({
        stdin: {
          contents: "export const openBrowser = async () => (await import('open')).default('https://login.example');",
          resolveDir: '.',
          sourcefile: '/node_modules/@azure/identity/client.js',
        },
        bundle: true,
        write: false,
        format: 'esm',
        plugins: [unusedModules],
      });
      const { openBrowser } = await import('data:text/javascript,' + encodeURIComponent(outputFiles[0].text));
      await openBrowser().catch((error) => console.log(error.message));
    `);
    expect(printed).toMatch(/^This app has no sign-in with a browser\. Sign in with the Azure CLI/);
    expect(texts.includes(printed.trim())).toBe(true);
  });

  it('lies beside the licence of every package in it', async () => {
    const licenses = await readFile(join(DIST, 'main.js.LEGAL.txt'), 'utf8');
    expect(packages.length).toBeGreaterThan(40);
    const missing: string[] = [];
    for (const { name, folder } of packages) {
      const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Readonly<{
        version: string;
      }>;
      if (!licenses.includes(`\n${name} ${version}\nLicence: `)) missing.push(`${name} ${version}`);
      for (const file of (await readdir(folder)).filter((entry) =>
        /^licen[cs]e(\.(md|txt))?$/i.test(entry),
      )) {
        const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
        if (!licenses.includes(text)) missing.push(`${name} ${version} ${file}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('lies beside a bill of materials that names the packages in it and no others', async () => {
    const bill = JSON.parse(await readFile(join(DIST, 'sbom.cdx.json'), 'utf8')) as BillOfMaterials;
    const manifests = await Promise.all(
      packages.map(
        async ({ folder }) => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest,
      ),
    );
    const inBundle = new Set(manifests.map(({ name, version }) => `${name}@${version}`));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bill.components.map((component) => component['bom-ref'])).toEqual([...inBundle].toSorted());
    for (const { name, version, purl, hashes, licenses } of bill.components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[\da-f]{128}$/) }]);
      expect(licenses).toHaveLength(1);
    }
    const refs = new Set([...inBundle, bill.metadata.component['bom-ref']]);
    expect(new Set(bill.dependencies.map(({ ref }) => ref))).toEqual(refs);
    expect(bill.dependencies.flatMap(({ dependsOn }) => dependsOn.filter((ref) => !refs.has(ref)))).toEqual(
      [],
    );
    const reached = new Set([bill.metadata.component['bom-ref']]);
    for (const ref of reached)
      for (const next of bill.dependencies.find((one) => one.ref === ref)?.dependsOn ?? []) reached.add(next);
    expect(reached).toEqual(refs);
  });

  it('is the one that the bill of materials is about', async () => {
    const bill = JSON.parse(await readFile(join(DIST, 'sbom.cdx.json'), 'utf8')) as BillOfMaterials;
    const content = createHash('sha256')
      .update(await readFile(join(DIST, 'main.js')))
      .digest('hex');
    expect(bill.metadata.component.hashes).toEqual([{ alg: 'SHA-256', content }]);
  });

  it.each([
    ['of another version than was locked', { version: '1.2.4', integrity: 'sha512-AAAA' }],
    ['for development', { version: '1.2.3', integrity: 'sha512-AAAA', dev: true }],
    ['without a hash in the lock file', { version: '1.2.3' }],
    ['that the lock file does not have', undefined],
  ])('is not built with a package %s', async (_how, locked) => {
    const folder = await mkdtemp(join(tmpdir(), 'bill-'));
    try {
      await mkdir(join(folder, 'node_modules/odd'), { recursive: true });
      await writeFile(join(folder, 'node_modules/odd/package.json'), '{ "name": "odd", "version": "1.2.3" }');
      await writeFile(join(folder, 'package.json'), '{ "name": "own", "version": "1.0.0" }');
      const packagesOfLock = { '': {}, ...(locked === undefined ? {} : { 'node_modules/odd': locked }) };
      await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: packagesOfLock }));
      const printed = await runModule(`
        import { billOfMaterials } from './scripts/bundle/bill-of-materials.mjs';
        await billOfMaterials(['node_modules/odd/index.js'], '', ${JSON.stringify(folder)})
          .then(console.log, (error) => console.log(error.message));
      `);
      expect(printed).toBe('Bundled without a locked version and hash, or for development only: odd@1.2.3\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is not built with a package that says nothing of its licence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'licences-'));
    try {
      const silent = join(folder, 'node_modules/silent');
      await mkdir(silent, { recursive: true });
      await writeFile(join(silent, 'package.json'), '{ "name": "silent", "version": "1.2.3" }');
      const file = join(silent, 'index.js').replaceAll('\\', '/');
      const printed = await runModule(`
        import { thirdPartyLicenses } from './scripts/bundle/third-party-licenses.mjs';
        await thirdPartyLicenses([${JSON.stringify(file)}]).then(console.log, (error) => console.log(error.message));
      `);
      expect(printed).toBe('Bundled without a licence: silent 1.2.3\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
