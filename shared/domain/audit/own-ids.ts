import type { CheckInput } from './check-input';
import { valueOr, type Snapshot } from './snapshot';

type OwnMember = Readonly<{ memberId: string | undefined; name: string }> | undefined;

/** This application as a member: where the applications were read, or as the directory tells it of a member of Administrators. */
export function ownMemberIn(
  applications: Snapshot['applications'],
  told: OwnMember,
  ownClientId: string,
): OwnMember {
  return valueOr(applications, []).find(({ clientId }) => clientId === ownClientId) ?? told;
}

/** This application, under its client id and its id as a member, as far as that is known. */
export function ownIdsIn({
  operations,
  snapshot: { applications, directory },
}: Pick<CheckInput, 'operations' | 'snapshot'>): ReadonlySet<string> {
  const { clientId } = operations.own;
  const memberId = ownMemberIn(applications, valueOr(directory, undefined)?.own, clientId)?.memberId;
  return new Set(memberId === undefined ? [clientId] : [clientId, memberId]);
}
