import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { signers } from '../../../sandbox/vendors/signing';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { workerRecords } from '../../../sandbox/vendors/workers';

const folder = join(__dirname, '../../../sandbox/vendors');

/** The comment above each entry of a table; an entry without one is made like the entry above it. */
function originsIn(file: string): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  let comment: readonly string[] = [];
  let last = '';
  for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
    const [, name] = /^ {2}'?([\w-]+)'?(?:: |\(|,)/.exec(line) ?? [];
    if (/^ {2}(?:\/\/|\/\*\*| \*)/.test(line)) comment = [...comment, line];
    else if (name === undefined) comment = [];
    else {
      last = comment.length === 0 ? last : comment.join('\n');
      origins.set(name, last);
      comment = [];
    }
  }
  return origins;
}

it.each([
  ['hr-bodies.ts', hrBodies],
  ['ticket-bodies.ts', ticketBodies],
  ['workers.ts', workerRecords],
  ['signing.ts', signers],
])('each vendor in %s is made as a page says that is named', (file, table) => {
  const origins = originsIn(file);
  const unnamed = Object.keys(table).filter((name) => !/https:\/\/|docs\//.test(origins.get(name) ?? ''));
  expect(unnamed).toEqual([]);
});
