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
