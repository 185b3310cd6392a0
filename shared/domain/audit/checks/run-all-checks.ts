import { toCheckInput, type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import { checkAccessPolicy } from './check-access-policy';
import { checkAdministrators } from './check-administrators';
import { checkGroups } from './check-groups';
import { checkAccountsAndPrivilegedMembers } from './check-accounts-and-privileged-members';
import { checkMembers } from './check-members';
import { checkOperations } from './check-operations';
import { containCheck } from './contain-check';
import { runCustomChecks } from './run-custom-checks';
import { checkRules } from './check-rules';
import type { Finding } from '../finding';
import type { CheckFamily } from '../check-families';
import { unknownPartsOf, type UnknownPart } from '../snapshot';

/**
 * Runs every check: compares the snapshot with the expected access. A part that could not be read is a finding of its
 * own, and no check concludes anything from it.
 */
export function runAllChecks(parts: Omit<CheckInput, 'personOf'>): readonly Finding[] {
  const audit = toCheckInput(parts);
  const findings = [
    ...everythingUnknown(parts).map(({ part, code }) =>
      createAuditFinding(audit, 'part-unknown', { part }, { code }),
    ),
    ...Object.entries(CHECKS_BY_FAMILY).flatMap(([family, check]) =>
      containCheck(audit, `check:${family}`, () => check(audit)),
    ),
    ...runCustomChecks(audit),
  ];
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

/** Checks that fail together; a finding of theirs is then neither confirmed nor fixed. */
const CHECKS_BY_FAMILY = {
  groups: checkGroups,
  members: checkMembers,
  administrators: checkAdministrators,
  'access-policy': checkAccessPolicy,
  rules: checkRules,
  identities: checkAccountsAndPrivilegedMembers,
  operations: checkOperations,
} as const satisfies Readonly<Record<CheckFamily, (audit: CheckInput) => readonly Finding[]>>;

/** What could not be read of UiPath and of our own. */
function everythingUnknown({
  snapshot,
  operations,
  expected,
}: Pick<CheckInput, 'snapshot' | 'operations' | 'expected'>): readonly UnknownPart[] {
  const { secretEndsMs } = operations;
  const secrets = secretEndsMs.kind === 'unknown' ? [{ part: 'secrets', code: secretEndsMs.code }] : [];
  const ledgers = [...expected.unreadable].map((kind) => ({
    part: `ledger:${kind}`,
    code: 'record-unreadable',
  }));
  return [...unknownPartsOf(snapshot), ...secrets, ...ledgers, ...operations.unread];
}
