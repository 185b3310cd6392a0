import type { CheckInput } from './check-input';
import { valueOr, type Snapshot } from './snapshot';

/** This application as a member, where the applications were read, or where it is in Administrators. */
export function ownMemberIn(
  { applications, directory }: Pick<Snapshot, 'applications' | 'directory'>,
  ownClientId: string,
): Readonly<{ memberId: string | undefined; name: string }> | undefined {
  return (
    valueOr(applications, []).find(({ clientId }) => clientId === ownClientId) ??
    valueOr(directory, undefined)?.own
  );
}

/** This application, under its client id and its id as a member, as far as that is known. */
export function ownIdsIn({
  operations,
  snapshot,
}: Pick<CheckInput, 'operations' | 'snapshot'>): ReadonlySet<string> {
  const { clientId } = operations.own;
  const memberId = ownMemberIn(snapshot, clientId)?.memberId;
  return new Set(memberId === undefined ? [clientId] : [clientId, memberId]);
}
