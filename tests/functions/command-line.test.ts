import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const BUNDLE = join(ROOT, 'bin/access.js');

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
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

  it('makes another secret each time', () => {
    const secrets = [run('secret', 'new'), run('secret', 'new')].map(({ stdout }) => stdout);
    expect(secrets[0]).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});
