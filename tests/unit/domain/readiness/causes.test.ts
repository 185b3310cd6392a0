import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CAUSES, isCause } from '../../../../shared/domain/readiness/causes';

const ROOT = join(__dirname, '../../../..');

/** As GitHub makes them of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the table of causes', () => {
  it.each(Object.entries(CAUSES))(
    'leads from %s to a section of the documents that is there',
    async (_cause, { docs }) => {
      const [file = '', anchor = ''] = docs.split('#');
      expect(file).toMatch(/^docs\//);
      expect(anchorsOf(await readFile(join(ROOT, file), 'utf8'))).toContain(anchor);
    },
  );

  it('says of each what it means and what to do, and no two have the same words', () => {
    const all = Object.values(CAUSES);
    expect(all.filter(({ means, fix }) => means.length < 15 || fix.length < 15)).toEqual([]);
    expect(new Set(all.map(({ means }) => means)).size).toBe(all.length);
  });

  it('is told whole in the documents, each with what it means', async () => {
    const text = await readFile(join(ROOT, 'docs/uipath-setup.md'), 'utf8');
    const rows = new Map(
      [...text.matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|/gm)].map(([, name = '', means = '']) => [name, means]),
    );
    const words = Object.entries(CAUSES).map(([name, { means }]) => [name, means]);
    expect([...rows].filter(([name]) => isCause(name))).toEqual(words);
  });

  it('has no cause by a name that every object has', () => {
    expect(['toString', 'constructor', '__proto__', ''].filter(isCause)).toEqual([]);
  });
});
