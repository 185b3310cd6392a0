import { AppError } from '../errors';
import type { SecretStore } from './secret-store-interface';

/**
 * Secrets of a development machine, from settings: the secret `hr-webhook-key` is `SECRET_HR_WEBHOOK_KEY`, the value it
 * replaced `SECRET_HR_WEBHOOK_KEY_PREVIOUS`.
 */
export function createEnvironmentSecretStore(
  environment: Readonly<Record<string, string | undefined>>,
): SecretStore {
  return {
    read: async (name) => {
      const variable = `SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
      const current = settingOf(environment, variable);
      if (current === undefined)
        throw new AppError('secret-missing', `The secret ${name} is not set: ${variable} is empty`);
      return { current, previous: settingOf(environment, `${variable}_PREVIOUS`) };
    },
  };
}

function settingOf(
  environment: Readonly<Record<string, string | undefined>>,
  variable: string,
): string | undefined {
  const value = environment[variable]?.trim();
  return value === '' ? undefined : value;
}
