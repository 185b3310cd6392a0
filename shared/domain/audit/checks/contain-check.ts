import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';

/** Code of a check that could not be carried out on what it was given. */
const CHECK_FAILED = 'check-failed';

/** What a check finds. One that throws finds that `part` is unknown: it must not keep others from being carried out. */
export function containCheck(
  audit: CheckInput,
  part: string,
  check: () => readonly Finding[],
): readonly Finding[] {
  try {
    return check();
  } catch {
    return [createAuditFinding(audit, 'part-unknown', { part }, { code: CHECK_FAILED })];
  }
}
