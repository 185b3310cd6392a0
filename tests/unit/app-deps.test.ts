import { describe, expect, it } from '@jest/globals';
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
});
