import { parseConfig } from '../../shared/config';
import { errorCodeOf } from '../../shared/errors';

/** What becomes of settings in production: `taken`, or the code of the refusal. */
export function readConfig(settings: Readonly<Record<string, string>>): string {
  try {
    parseConfig({ AzureWebJobsStorage__accountName: 'acmeaccess', ...settings });
    return 'taken';
  } catch (error) {
    return errorCodeOf(error);
  }
}
