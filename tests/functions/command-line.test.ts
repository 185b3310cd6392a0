import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const BUNDLE = join(ROOT, 'bin/access.js');
/** What reads on and on takes all memory. */
const BOUNDED = { timeout: 10_000, killSignal: 'SIGKILL' } as const;

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    ...BOUNDED,
  });
  return { status, stdout, stderr };
}

describe('the built command line', () => {
  it('finds no fault in the sample of a policy', () => {
    expect(run('policy', 'check', 'policy.sample.yaml')).toEqual({
      status: 0,
      stdout: '✔ policy.sample.yaml: no fault\n',
      stderr: '',
    });
  });

  it('says what it cannot read, with its exit code', () => {
    expect(run('policy', 'check', 'docs')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'access: docs cannot be read: it is a folder\n',
    });
  });

  it('reads no more of a file than it may have', () => {
    expect(run('policy', 'check', '/dev/zero')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'access: /dev/zero has more than 2097152 bytes\n',
    });
  });

  it.each([
    ['nobody reads what it says of an error', 'policy check nothing.yaml 2>&1 1>/dev/null', 2],
    ['nobody reads its answer', 'secret new', 0],
    ['its answer cannot be written', 'secret new > /dev/full', 5],
  ])('keeps its exit code where %s', (_what, words, exit) => {
    const script = `(sleep 0.2; exec "$0" "$1" ${words}) | true; exit "\${PIPESTATUS[0]}"`;
    expect(spawnSync('bash', ['-c', script, process.execPath, BUNDLE], BOUNDED).status).toBe(exit);
  });

  it('makes another secret each time', () => {
    const secrets = [run('secret', 'new'), run('secret', 'new')].map(({ stdout }) => stdout);
    expect(secrets[0]).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});
