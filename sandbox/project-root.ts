import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with `package.json`, from wherever below it this code runs. */
export function findProjectRoot(from: string = __dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('There is no package.json above this program');
  return findProjectRoot(above);
}
