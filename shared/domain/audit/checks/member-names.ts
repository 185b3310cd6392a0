import { addressOf } from './member-addresses';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';
import { valueOr } from '../snapshot';

/** What those who read a finding know a member by: the address of a person, the name of a robot account, an application or a directory group. */
export function memberNameOf(audit: CheckInput, memberId: string): Readonly<Record<string, string>> {
  const address = addressOf(audit, memberId);
  if (address !== undefined) return { name: address };
  const { robots, applications, directory } = audit.snapshot;
  const robot = valueOr(robots, undefined)?.get(memberId);
  if (robot !== undefined) return { name: robot, kind: 'robot-account' };
  const application = valueOr(applications, []).find((one) => one.memberId === memberId);
  if (application !== undefined) return { name: application.name, kind: 'application' };
  const name = valueOr(directory, undefined)?.names.get(memberId);
  return name === undefined ? {} : { name };
}

/** The unknown part for a member whose address would decide the check and is not known: that is neither faulty nor clean. */
export function addressUnknown(audit: CheckInput, memberId: string): Finding {
  return createAuditFinding(
    audit,
    'part-unknown',
    { part: `address:${memberId}` },
    { code: 'address-unknown' },
  );
}
