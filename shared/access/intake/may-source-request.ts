import type { AccessRequest } from '../../domain/ledger/access-request';
import { fold } from '../../domain/fold';
import type { SourcePolicy } from '../../domain/policy';

/** Verified is not authorized: the policy says what a source may cause, and for which groups. */
export function maySourceRequest({ may, groups }: SourcePolicy, action: AccessRequest['action']): boolean {
  if (!may.has(action.kind)) return false;
  if (groups === undefined) return true;
  switch (action.kind) {
    case 'grant':
    case 'extend':
    case 'revoke':
      return groups.has(fold(action.group));
    case 'create-rule':
    case 'update-rule':
      return action.definition.groups.every((name) => groups.has(fold(name)));
    case 'delete-rule':
    case 'add-policy-entity':
    case 'remove-policy-entity':
      return true;
  }
}
