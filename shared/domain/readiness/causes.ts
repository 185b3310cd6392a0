import type { CauseWords } from './cause-words';
import { CAUSES_IN_UIPATH } from './causes-in-uipath';
import { OWN_CAUSES } from './own-causes';

const causes = { ...OWN_CAUSES, ...CAUSES_IN_UIPATH };

/** A cause by its name, which is public and never renamed. */
export type CauseName = keyof typeof causes;

/**
 * Why something cannot work, finer than the code of an error: one code, such as `uipath-token-refused`, has several causes with a fix
 * each. Readiness and the log tell a cause with the same words.
 */
export const CAUSES: Readonly<Record<CauseName, CauseWords>> = causes;

export function isCause(name: string): name is CauseName {
  return Object.hasOwn(causes, name);
}
