import { z } from 'zod';
import type { SnapshotContext } from './snapshot-context';
import { AppError } from '../../errors';

/** Applications as they are kept: `null` is an id that the directory does not give. */
export const ApplicationsSchema = z.array(
  z.object({
    clientId: z.string(),
    memberId: z
      .string()
      .nullable()
      .transform((id) => id ?? undefined),
    name: z.string(),
    scopes: z.array(z.string()),
    secretEndsMs: z.array(z.number()),
  }),
);

/** Names of robot accounts by id. */
export const RobotsSchema = z
  .array(z.tuple([z.string(), z.string()]))
  .transform((robots): ReadonlyMap<string, string> => new Map(robots));

/**
 * The external applications, with the ids that they have as members: one GET, and a POST for each twenty.
 * @throws AppError `uipath-answer-empty` when this application is not among them: then others may be missing too
 */
export async function readApplications({
  uipath,
  ownClientId,
}: SnapshotContext): Promise<z.input<typeof ApplicationsSchema>> {
  const applications = await uipath.externalClients.list();
  if (!applications.some(({ clientId }) => clientId === ownClientId))
    throw new AppError('uipath-answer-empty', 'UiPath lists the applications without this one');
  const names = applications.map(({ name }) => name);
  const ids = await uipath.directory.resolveByNames(names, 'application', { searchMissing: false });
  return applications.map(({ scopes, secretEndsMs, ...one }) => {
    const answer = ids.get(one.name);
    const memberId = answer?.kind === 'found' ? answer.entity.identifier : null;
    return { ...one, memberId, scopes: [...scopes], secretEndsMs: [...secretEndsMs] };
  });
}

/** The robot accounts; one without a name is known by its id. */
export async function readRobots({ uipath }: SnapshotContext): Promise<z.input<typeof RobotsSchema>> {
  return (await uipath.robotAccounts.list()).map(({ id, name }) => [id, name ?? id]);
}
