import { AppError } from '../errors';
import { isGuid } from '../domain/guid';

/**
 * The id in lower case. Anything else in a request would make UiPath refuse all of it, so it is refused here.
 * @throws AppError `uipath-rejected`; the value is not shown, it may be an address
 */
export function requireGuid(id: string, what: string): string {
  if (isGuid(id)) return id.toLowerCase();
  throw new AppError('uipath-rejected', `Not sent to UiPath: ${what} is not a bare GUID`);
}

const checked = new WeakMap<readonly string[], readonly string[]>();

/**
 * Each id once. A frozen list is checked once: hundreds of leavers are asked for the same groups.
 * @throws AppError `uipath-rejected` when one of them is no bare GUID
 */
export function requireGuids(ids: readonly string[], what: string): readonly string[] {
  const known = checked.get(ids);
  if (known !== undefined) return known;
  const guids = Object.freeze([...new Set(ids.map((id) => requireGuid(id, what)))]);
  if (Object.isFrozen(ids)) checked.set(ids, guids);
  return guids;
}
