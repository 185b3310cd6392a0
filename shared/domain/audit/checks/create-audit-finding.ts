import type { CheckId } from '../check-catalog';
import type { CheckInput } from '../check-input';
import { createFinding, type Finding, type FindingSubject } from '../finding';

/** A finding of this audit. */
export function createAuditFinding(
  { organization }: CheckInput,
  check: CheckId,
  subject: FindingSubject,
  words: Readonly<Record<string, string>> = {},
): Finding {
  return createFinding(organization.alias, check, subject, words);
}
