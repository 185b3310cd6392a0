import { errorCodeOf } from '../../errors';
import type { UiPathClient } from '../../uipath/client';
import type { DirectoryResolution } from '../../uipath/directory-entity';
import type { UiPathInLane } from './uipath-in-lane';

export type FindThisApplicationDeps = Readonly<{
  /** Client ids of this application, which is never removed from anything. */
  ownIds: ReadonlySet<string>;
  uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolve'> }, 'urgent'>;
}>;

/** Finds this application itself among ids of members: there it has an id of the directory, which is not its client id. */
export async function findThisApplicationAmongMembers(
  deps: FindThisApplicationDeps,
  memberIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { ownIds } = deps;
  const own = new Set<string>();
  for (const memberId of memberIds) {
    const answer = await resolveApplication(deps.uipath.urgent.directory, memberId);
    const clientId = answer?.kind === 'found' ? answer.entity.applicationId : undefined;
    if (ownIds.has(memberId) || (clientId !== undefined && ownIds.has(clientId))) own.add(memberId);
  }
  return own;
}

/** undefined when UiPath does not accept the id as that of an application. */
async function resolveApplication(
  directory: Pick<UiPathClient['directory'], 'resolve'>,
  memberId: string,
): Promise<DirectoryResolution | undefined> {
  try {
    return await directory.resolve(memberId, 'application');
  } catch (error) {
    if (errorCodeOf(error) === 'uipath-rejected') return undefined;
    throw error;
  }
}
