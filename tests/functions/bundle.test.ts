import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../..');
const DIST = join(ROOT, 'dist');
const LARGEST_BYTES = 2_000_000;

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

/** Runs an ES module in the root of the repository and answers what it prints. */
async function run(code: string): Promise<string> {
  const child = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
  });
  return child.stdout;
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

  it('is no larger than two million bytes', async () => {
    expect((await stat(join(DIST, 'main.js'))).size).toBeLessThanOrEqual(LARGEST_BYTES);
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

  it('says how to sign in, should a package open a browser after all', async () => {
    const printed = await run(`
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
    expect(packages.length).toBeGreaterThan(50);
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

  it('is not built with a package that says nothing of its licence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'licences-'));
    try {
      const silent = join(folder, 'node_modules/silent');
      await mkdir(silent, { recursive: true });
      await writeFile(join(silent, 'package.json'), '{ "name": "silent", "version": "1.2.3" }');
      const file = join(silent, 'index.js').replaceAll('\\', '/');
      const printed = await run(`
        import { thirdPartyLicenses } from './scripts/bundle/third-party-licenses.mjs';
        await thirdPartyLicenses([${JSON.stringify(file)}]).then(console.log, (error) => console.log(error.message));
      `);
      expect(printed).toBe('Bundled without a licence: silent 1.2.3\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
