import { errorCodeOf, type ErrorCode } from '../../errors';

const LATER: ReadonlySet<ErrorCode> = new Set(['quota-exhausted', 'uipath-throttled', 'turn-over']);

/** True for what ends a turn of an audit and not the audit: it goes on later with what was read until then. */
export function isComeBackLater(error: unknown): boolean {
  return LATER.has(errorCodeOf(error));
}
