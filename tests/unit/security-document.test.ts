import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOUNDARIES } from '../attack/attack';
import { ATTACKS } from '../attack/attacks';
import { BROKEN_DEFENCES } from '../attack/broken-defences';

const ROOT = join(__dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const ids = ATTACKS.map(({ id }) => id);

const CLAIMS = /\b(?:cannot|can not|never|nobody can)\b/i;

/** What stands between backticks, as ids of attacks; a star stands for all that begin so. */
function attacksNamed(part: string): readonly string[] {
  return [...part.matchAll(/`([a-z0-9-]+)(\*?)`/g)].flatMap(([, id = '', star]) =>
    ids.filter((one) => (star === '*' ? one.startsWith(id) : one === id)),
  );
}

/** Sentences of the text; a row of a table is one. */
function sentencesOf(document: string): readonly string[] {
  return document
    .replaceAll(/```[\s\S]*?```/g, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) ?)/)
    .flatMap((block) =>
      block.trimStart().startsWith('|')
        ? [block]
        : block.replaceAll(/\s+/g, ' ').split(/(?<=[.:?!]) (?=[A-Z*`])/),
    );
}

function namesWhatProves(sentence: string): boolean {
  const files = [...sentence.matchAll(/`(tests\/[\w./-]+\.test\.ts)`/g)].map(([, file = '']) => file);
  return files.some((file) => existsSync(join(ROOT, file))) || attacksNamed(sentence).length > 0;
}

describe('the document of security', () => {
  it('names a test or an attack that exists beside each sentence of what cannot be', () => {
    const claims = sentencesOf(text).filter((sentence) => CLAIMS.test(sentence));
    expect(claims.length).toBeGreaterThan(8);
    expect(claims.filter((claim) => !namesWhatProves(claim))).toEqual([]);
  });

  it('names every attack, and no other, in the table of its boundary', () => {
    const tables = text.slice(text.indexOf('## Threats by boundary'), text.indexOf('## Least privilege'));
    const named = new Set(attacksNamed(tables));
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
    const rows = tables.split('\n').filter((line) => /^\| [STRIDE] /.test(line));
    expect(rows.length).toBeGreaterThan(30);
    const unknown = rows
      .flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`[^`]+`/g)].map(([name]) => name))
      .filter((name) => attacksNamed(name).length === 0);
    expect(unknown).toEqual([]);
  });
});

describe('the attacks', () => {
  it('are at least 120, on every boundary, each under an id of its own', () => {
    expect(ids.length).toBeGreaterThanOrEqual(120);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ATTACKS.map(({ boundary }) => boundary))).toEqual(new Set(BOUNDARIES));
  });

  it('have controls whose ids mean one control each', () => {
    const controls = new Map(ATTACKS.map(({ control }) => [control.id, control.says]));
    expect(ATTACKS.filter(({ control }) => controls.get(control.id) !== control.says)).toEqual([]);
  });

  it.each(BROKEN_DEFENCES)(
    'have one that has to succeed without the defence $name, which stands where it is said to',
    (one) => {
      expect(ids).toContain(one.attack);
      const source = readFileSync(join(ROOT, 'shared', one.file), 'utf8');
      expect(source.split(one.replace)).toHaveLength(2);
    },
  );
});
