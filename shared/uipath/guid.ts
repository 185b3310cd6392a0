import { AppError } from '../errors';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for a GUID and nothing around it: `aad|<guid>` is none. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/**
 * The id in lower case. Anything else in a request would make UiPath refuse all of it, so it is refused here.
 * @throws AppError `uipath-rejected`; the value is not shown, it may be an address
 */
export function requireGuid(id: string, what: string): string {
  if (isGuid(id)) return id.toLowerCase();
  throw new AppError('uipath-rejected', `Not sent to UiPath: ${what} is not a bare GUID`);
}

/** @throws AppError `uipath-rejected` when one of them is no bare GUID */
export function requireGuids(ids: readonly string[], what: string): readonly string[] {
  return [...new Set(ids.map((id) => requireGuid(id, what)))];
}
