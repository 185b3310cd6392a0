import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** Runs an ES module in the root of the repository and answers what it prints. */
export async function runModule(code: string): Promise<string> {
  const child = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: resolve(__dirname, '../..'),
  });
  return child.stdout;
}
