import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const TOP = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

async function documents(): Promise<readonly string[]> {
  const found = await readdir(join(ROOT, 'docs'), { recursive: true });
  return [...TOP, ...found.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
}

describe('documents', () => {
  it('link to files that exist', async () => {
    const broken: string[] = [];
    let links = 0;
    for (const document of await documents()) {
      const text = await readFile(join(ROOT, document), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        links += 1;
        if (!existsSync(join(ROOT, dirname(document), target))) broken.push(`${document}: ${target}`);
      }
    }
    expect(links).toBeGreaterThan(100);
    expect(broken).toEqual([]);
  });

  it('link to headings that exist', async () => {
    const broken: string[] = [];
    let links = 0;
    for (const document of await documents()) {
      const text = await readFile(join(ROOT, document), 'utf8');
      for (const [, target = '', heading = ''] of text.matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)) {
        const file = join(ROOT, target === '' ? document : join(dirname(document), target));
        if (/^[a-z]+:/.test(target) || !file.endsWith('.md') || !existsSync(file)) continue;
        links += 1;
        if (!headingsIn(await readFile(file, 'utf8')).has(heading))
          broken.push(`${document}: ${target}#${heading}`);
      }
    }
    expect(links).toBeGreaterThan(50);
    expect(broken).toEqual([]);
  });

  it('have every function of the app in the table', async () => {
    const sources = await Promise.all(
      (await readdir(join(ROOT, 'functions'))).map(async (file) =>
        readFile(join(ROOT, 'functions', file), 'utf8'),
      ),
    );
    const registered = sources.flatMap((text) =>
      [...text.matchAll(/app\.(?:http|timer|storageQueue)\(\s*'([\w-]+)'/g)].map(([, name = '']) => name),
    );
    const table = (await readFile(join(ROOT, 'docs/settings.md'), 'utf8')).split('## Settings')[0] ?? '';
    const listed = [...table.matchAll(/^\| (`.+?) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name),
    );
    expect(registered.length).toBeGreaterThan(20);
    expect(listed.toSorted()).toEqual(registered.toSorted());
  });

  it('name source files that exist', async () => {
    const folders = ['functions', 'shared', 'cli', 'sandbox', 'tests', 'bench', 'scripts'];
    const files = await Promise.all(
      folders.map(async (one) => readdir(join(ROOT, one), { recursive: true })),
    );
    const known = new Set(files.flat().map((file) => basename(file)));
    const named = await Promise.all(
      (await documents())
        .filter((document) => document !== 'CHANGELOG.md')
        .map(async (document) => {
          const text = await readFile(join(ROOT, document), 'utf8');
          return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = '']) => `${document}: ${file}`);
        }),
    );
    expect(named.flat().length).toBeGreaterThan(100);
    expect(named.flat().filter((name) => !known.has(name.split(/[ /]/).at(-1) ?? ''))).toEqual([]);
  });
});

/** Headings as GitHub makes addresses of them. */
function headingsIn(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
