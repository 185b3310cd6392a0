import type { FindingRecord, Remediation } from '../domain/audit/finding';

const STATUS = {
  proposed: 'waits for a release',
  applied: 'released',
  held: 'held by a guard',
  observed: 'would be released by the policy: the organization is in observe',
} as const satisfies Record<Remediation['status'], string>;

/** What the plan of a finding does and where it stands, or why there is none, in one line; undefined: it needs none. */
export function planText({
  remediation,
  noPlan,
  subject,
}: Pick<FindingRecord, 'remediation' | 'noPlan' | 'subject'>): string | undefined {
  if (remediation === undefined) return noPlan === undefined ? undefined : `none: ${noPlan.why}`;
  const { failed, status } = remediation;
  const before =
    failed === undefined
      ? ''
      : `; released ${new Date(failed.atMs).toISOString()} and not carried out: ${failed.because}`;
  return `${whatItDoes(remediation, subject)} (${STATUS[status]}${before})`;
}

/** By names, as far as the subject of the finding has them. */
function whatItDoes(remediation: Remediation, { name, memberId }: FindingRecord['subject']): string {
  if (remediation.kind !== 'change') {
    const { add, remove, group } = remediation;
    const called = (ids: readonly string[]): string =>
      ids.map((id) => (id === memberId && (name ?? '') !== '' ? name : id)).join(', ');
    return [
      ...(add.length === 0 ? [] : [`add ${called(add)} to ${group}`]),
      ...(remove.length === 0 ? [] : [`remove ${called(remove)} from ${group}`]),
    ].join('; ');
  }
  const { change } = remediation;
  switch (change.kind) {
    case 'access-policy':
      return change.decision === 'add'
        ? `add the entry ${change.entity} to the access policy`
        : `remove the entry ${change.entity} from the access policy`;
    case 'rule':
      return change.decision === 'write'
        ? `write the rule ${change.rule} again as it was requested`
        : `delete the rule ${change.rule}`;
  }
}
