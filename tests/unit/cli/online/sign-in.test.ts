import { describe, expect, it } from '@jest/globals';
import { access } from '../../../fakes/run-access';
import { accessTo, ONE_ORGANIZATION, problem, SIGNED_IN } from '../../../fakes/running-app';

const KEY = 'a-secret_key+of/bytes==';
const ANSWERS = { '/': ONE_ORGANIZATION, '/acme/plans': { json: { plans: [] } } };

async function codeOf(
  environment: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  stdin = '',
): Promise<unknown> {
  const { exit, stdout, stderr } = await accessTo(['holds', ...words, '--json'], ANSWERS, {
    environment,
    stdin,
  });
  expect(stdout + stderr).not.toContain(KEY);
  return [exit, (JSON.parse(stdout) as { error?: { code: string } }).error?.code];
}

describe('signing in', () => {
  it('sends a token as it is, and a key with the name, and shows neither', async () => {
    const withToken = await accessTo(['holds'], ANSWERS);
    expect(withToken.asked.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer token',
      'Bearer token',
    ]);
    expect(withToken.asked[0]).toMatchObject({ url: 'https://app.example/api/operator', redirect: 'manual' });
    const key = {
      ACCESS_URL: 'http://127.0.0.1:7071/api/console',
      ACCESS_KEY: KEY,
      ACCESS_NAME: 'Zoë: Lead',
    };
    const withKey = await accessTo(['holds', '--organization', 'acme'], ANSWERS, { environment: key });
    const [, said = ''] = /^Basic (.*)$/.exec(withKey.asked[0]?.headers['authorization'] ?? '') ?? [];
    expect(Buffer.from(said, 'base64').toString()).toBe(`Zoë: Lead:${KEY}`);
    expect(withKey.asked.map(({ url }) => url)).toEqual(['http://127.0.0.1:7071/api/operator/acme/plans']);
    expect(withKey.stdout + withKey.stderr).not.toContain(KEY);
  });

  it('takes a key or a token from the standard input before the environment', async () => {
    const environment = { ...SIGNED_IN, ACCESS_KEY: 'other' };
    const key = await accessTo(['holds', '--key-stdin', '--as', 'Maria Lead'], ANSWERS, {
      environment,
      stdin: `${KEY}\n`,
    });
    expect(key.asked[0]?.headers['authorization']).toBe(
      `Basic ${Buffer.from(`Maria Lead:${KEY}`).toString('base64')}`,
    );
    const token = await accessTo(['holds', '--token-stdin'], ANSWERS, { environment, stdin: 'newer\n' });
    expect(token.asked[0]?.headers['authorization']).toBe('Bearer newer');
  });

  it.each([
    ['no address', { ACCESS_TOKEN: 'x' }, [], 'url-missing'],
    ['what is no address', { ...SIGNED_IN, ACCESS_URL: 'app' }, [], 'url-invalid'],
    ['http to elsewhere', { ...SIGNED_IN, ACCESS_URL: 'http://app.example' }, [], 'url-invalid'],
    [
      'a host that only begins as this machine',
      { ...SIGNED_IN, ACCESS_URL: 'http://localhost.example' },
      [],
      'url-invalid',
    ],
    [
      'a password in the address',
      { ...SIGNED_IN, ACCESS_URL: `https://me:${KEY}@app.example` },
      [],
      'url-invalid',
    ],
    ['nobody', { ACCESS_URL: 'https://app.example' }, [], 'sign-in-missing'],
    ['a key without a name', { ACCESS_URL: 'https://app.example', ACCESS_KEY: KEY }, [], 'sign-in-missing'],
    [
      'a key with a line break',
      { ACCESS_URL: 'https://app.example', ACCESS_KEY: `${KEY}\r\nx: y`, ACCESS_NAME: 'Me' },
      [],
      'sign-in-missing',
    ],
    ['an empty standard input', SIGNED_IN, ['--token-stdin'], 'sign-in-missing'],
  ] as const)('refuses %s and asks nothing', async (_what, environment, words, code) => {
    expect(await codeOf(environment, words)).toEqual([2, code]);
  });

  it('has no option that takes a key or token', async () => {
    for (const words of [['status'], ['release', 'abcd'], ['dead-letters', 'close', 'abcd']]) {
      const { stdout } = await accessTo([...words, '--help'], {});
      expect(stdout).not.toMatch(/--(?:key|token|secret|password) /);
      expect(stdout).toContain('--key-stdin');
    }
  });
});

describe('an app that does not answer as it should', () => {
  it.each([
    ['a wrong key', problem(401, 'sign-in-needed', 'This is not the key'), 4, 'sign-in-needed'],
    ['too many wrong keys', problem(429, 'sign-in-too-often'), 4, 'sign-in-too-often'],
    ['no permission', problem(403, 'not-permitted'), 4, 'not-permitted'],
    ['what is not there', problem(404, 'plan-unknown'), 1, 'plan-unknown'],
    ['a failure of its own', problem(503, 'storage-unavailable'), 3, 'storage-unavailable'],
    ['a page of the platform', { status: 401, text: '<html>' }, 4, 'sign-in-needed'],
    ['a redirection to a sign-in', { status: 302, text: '' }, 4, 'sign-in-needed'],
    ['another program', { status: 200, text: '<html>' }, 3, 'answer-not-understood'],
    ['another version', { status: 200, json: { plans: 7 } }, 3, 'answer-not-understood'],
  ] as const)('tells %s by its exit code', async (_what, answer, exit, code) => {
    const ran = await accessTo(['holds', '--organization', 'acme', '--json'], { '/acme/plans': answer });
    expect(ran).toMatchObject({ exit, json: { command: 'holds list', error: { code } } });
  });

  it('is told with the cause where it cannot be reached', async () => {
    const refused = Object.assign(new TypeError('fetch failed'), {
      cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    });
    const fetch = async (): Promise<Response> => {
      throw refused;
    };
    const env = (name: string) => new Map<string, string>(Object.entries(SIGNED_IN)).get(name);
    expect(await access(['status'], {}, { online: { env, fetch } })).toMatchObject({
      exit: 3,
      stdout: '',
      stderr: expect.stringContaining('https://app.example cannot be reached: nothing listens there'),
    });
  });

  it('asks which organization is meant where there are several', async () => {
    const organizations = [{ organization: 'acme' }, { organization: 'globex\u001B[2J' }];
    const ran = await accessTo(['holds'], { '/': { json: { who: 'Maria', organizations } } });
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain(String.raw`Name one with --organization: acme, globex\u{001b}[2J`);
  });
});
