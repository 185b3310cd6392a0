import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { evidenceFaultInWords } from '../../../../shared/domain/desk/evidence-fault-in-words';

const names = new Map([['1', 'ana@acme.example']]);

/** Subjects and kinds as the table of faults in docs/evidence-format.md has them, but for what the night alone tells. */
const DOCUMENTED = readFileSync('docs/evidence-format.md', 'utf8')
  .split('## Faults')[1]
  ?.split('\n')
  .flatMap((line) => {
    const [, subject = '', kinds = ''] = line.split('|').map((cell) => cell.trim());
    return [...kinds.matchAll(/`([a-z-]+)`/g)].map(([, kind = '']) => [subject, kind] as const);
  })
  .filter(([, kind]) => kind !== 'head-rebuilt');

describe('a fault of the evidence', () => {
  it.each(DOCUMENTED ?? [])('of %s of kind %s says what it means and what to do', (of, kind) => {
    const subject = of.startsWith('`log') ? 'log' : of.startsWith('`policy') ? 'policy:ab' : 'person:1';
    const { means, toDo } = evidenceFaultInWords({ subject, kind, at: 3 }, names);
    expect(means).not.toBe(kind.replaceAll('-', ' '));
    expect(toDo).not.toBe('see docs/evidence-format.md');
  });

  it('knows the table', () => {
    expect(DOCUMENTED?.length).toBeGreaterThan(10);
  });

  it.each([
    ['log', 'the log'],
    ['person:1', 'ana@acme.example'],
    ['person:2', 'person 2'],
    ['organization:organization', 'the organization'],
    ['policy:abcdefabcdefabcdef', 'policy abcdefabcdef'],
    ['unknown:7', 'somebody whom only the log knows (7)'],
    ['rule:a:b', 'rule a:b'],
  ])('of %s is about %s', (subject, about) => {
    expect(evidenceFaultInWords({ subject, kind: 'new-kind', at: 1 }, names).about).toBe(about);
  });

  it('of a kind that this version does not know goes by its own word', () => {
    expect(evidenceFaultInWords({ subject: 'person:1', kind: 'new-kind', at: 1 }, names).means).toBe(
      'new kind',
    );
  });
});
