import type { EntityLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import { fold } from '../../domain/fold';
import type { UiPathClient } from '../../uipath/client';
import type { ReadGroupsByName } from './memoize-groups-by-name';
import type { UiPathInLane } from './uipath-in-lane';

export type ResolveAccessPolicyEntityDeps = Readonly<{
  groupsByName: ReadGroupsByName;
  uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames'> }, 'normal'>;
}>;

/** Resolves an entry of the access policy to the id that UiPath gives it; undefined when none or several have the name. */
export async function resolveAccessPolicyEntity(
  deps: ResolveAccessPolicyEntityDeps,
  ledger: Pick<EntityLedger, 'entityType' | 'name'>,
): Promise<string | undefined> {
  if (ledger.entityType === 'group') {
    const [group, another] = (await deps.groupsByName('normal')).get(fold(ledger.name)) ?? [];
    return another === undefined ? group?.groupId : undefined;
  }
  const found = await deps.uipath.normal.directory.resolveByNames([ledger.name], ledger.entityType);
  const answer = found.get(ledger.name);
  return answer?.kind === 'found' ? answer.entity.identifier : undefined;
}
