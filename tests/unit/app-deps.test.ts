import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createAppDeps } from '../../shared/app-deps';
import { parseConfig } from '../../shared/config';

describe('the application', () => {
  it.each([
    ['off', []],
    ['key', ['console-key']],
    ['easy-auth', ['console-key']],
  ])('whose console is signed in to by %s needs the secrets %j of its own', (CONSOLE_SIGN_IN, names) => {
    const config = parseConfig({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', CONSOLE_SIGN_IN });
    expect(createAppDeps(config, () => undefined).ownSecrets).toEqual(names);
  });

  it('begins nothing that it cannot end before the platform ends the function', async () => {
    const [, minutes] = /"functionTimeout": "00:(\d\d):00"/.exec(await readFile('host.json', 'utf8')) ?? [];
    const longestLookUpMs = 150_000;
    const { turnMs } = createAppDeps(
      parseConfig({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' }),
      () => undefined,
    );
    expect(turnMs + longestLookUpMs).toBeLessThanOrEqual((Number(minutes) - 0.5) * 60_000);
  });
});
