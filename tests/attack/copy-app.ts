import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProjectRoot } from '../../sandbox/project-root';

export type AppCopy = Readonly<{ directory: string; close: () => Promise<void> }>;

/** The built app as it is deployed, but that a message that failed is back after a second instead of half a minute. */
export async function copyApp(): Promise<AppCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'attacked-'));
  const built = join(findProjectRoot(), 'dist');
  await cp(built, directory, { recursive: true });
  const hostJson = await readFile(join(built, 'host.json'), 'utf8');
  const hurried = hostJson.replace(/("visibilityTimeout": )"[^"]+"/, '$1"00:00:01"');
  await writeFile(join(directory, 'host.json'), hurried);
  return { directory, close: async () => rm(directory, { recursive: true, force: true }) };
}
