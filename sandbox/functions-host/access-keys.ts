import type { IncomingMessage } from 'node:http';
import type { HttpTrigger } from './registered-function';

/** `functionKey` opens what asks for a function key, `masterKey` everything. */
export type AccessKeys = Readonly<{ functionKey: string; masterKey: string }>;

/** Whether the key in `x-functions-key` or `?code=` is good enough for the level. */
export function isAllowed(
  request: IncomingMessage,
  query: string,
  level: HttpTrigger['authLevel'],
  keys: AccessKeys,
): boolean {
  if (level === 'anonymous') return true;
  const key = request.headers['x-functions-key'] ?? new URLSearchParams(query).get('code');
  return key === keys.masterKey || (level === 'function' && key === keys.functionKey);
}
