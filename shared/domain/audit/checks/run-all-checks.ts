import { createAuditFinding, toCheckInput, type CheckInput } from '../check-input';
import { checkAccessPolicy } from './check-access-policy';
import { checkAdministrators } from './check-administrators';
import { checkGroups } from './check-groups';
import { checkIdentities } from './check-identities';
import { checkMembers } from './check-members';
import { checkOperations } from './check-operations';
import { checkCustom } from './check-custom';
import { checkRules } from './check-rules';
import type { Finding } from '../finding';
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
    ...checkGroups(audit),
    ...checkMembers(audit),
    ...checkAdministrators(audit),
    ...checkAccessPolicy(audit),
    ...checkRules(audit),
    ...checkIdentities(audit),
    ...checkOperations(audit),
    ...checkCustom(audit),
  ];
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

/** What could not be read of UiPath and of our own. */
function everythingUnknown({
  snapshot,
  operations,
}: Pick<CheckInput, 'snapshot' | 'operations'>): readonly UnknownPart[] {
  const { secretEndsMs } = operations;
  const secrets = secretEndsMs.kind === 'unknown' ? [{ part: 'secrets', code: secretEndsMs.code }] : [];
  return [...unknownPartsOf(snapshot), ...secrets];
}
