import type { DirectoryResolution } from '../../uipath/directory-entity';
import { errorCodeOf } from '../../errors';
import type { OrganizationRun } from './organization-run';

/** Which of these ids are this application itself: as a member it has an id of the directory, which is not its client id. */
export async function findOwnMembers(
  run: Pick<OrganizationRun, 'ownIds' | 'uipathFor'>,
  memberIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (const memberId of memberIds) {
    const answer = await resolveApplication(run, memberId);
    const clientId = answer?.kind === 'found' ? answer.entity.applicationId : undefined;
    if (run.ownIds.has(memberId) || (clientId !== undefined && run.ownIds.has(clientId))) own.add(memberId);
  }
  return own;
}

/** undefined: UiPath takes no such id for that of an application. */
async function resolveApplication(
  { uipathFor }: Pick<OrganizationRun, 'uipathFor'>,
  memberId: string,
): Promise<DirectoryResolution | undefined> {
  try {
    return await uipathFor('urgent').directory.resolve(memberId, 'application');
  } catch (error) {
    if (errorCodeOf(error) === 'uipath-rejected') return undefined;
    throw error;
  }
}
