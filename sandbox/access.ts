import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readRunningStack } from './running-stack';

const COMMAND = join(__dirname, '..', 'bin', 'access.js');
const NAME = 'Maria Lead';

/** `npm run access`: the command line as it is packed. Where nothing says which app is meant, it is the one that `npm start` runs. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const isSaid = process.env['ACCESS_URL'] !== undefined || words.some((word) => /^--url(=|$)/.test(word));
  const operator = isSaid ? undefined : (await readRunningStack())?.operator;
  const connection =
    operator === undefined
      ? {}
      : {
          ACCESS_URL: operator.url,
          ACCESS_KEY: operator.key,
          ACCESS_NAME: process.env['ACCESS_NAME'] ?? NAME,
        };
  const { status } = spawnSync(process.execPath, [COMMAND, ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...connection },
  });
  process.exitCode = status ?? 5;
}

void main();
