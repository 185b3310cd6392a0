import { z } from 'zod';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { DirectoryEntityType } from './directory-entity';
import { requireGuids } from './require-guid';
import { uipathError } from './uipath-error';
import type { Transport } from './transport';
import { TextSchema } from './wire-schemas';

/** An entry of the organization's access policy. */
type AccessPolicyEntity = Readonly<{
  /** Lower case; a bare GUID for everything this application put there. */
  identifier: string;
  name: string | null;
  email: string | null;
  displayName: string | null;
  source: string | null;
  objectType: string | null;
}>;

/** One kind of entity per change: UiPath takes users, groups and applications in separate calls. */
type AccessPolicyUpdate = Readonly<{
  entityType: DirectoryEntityType;
  add: readonly string[];
  remove: readonly string[];
}>;

/** The effective change, and the list afterwards. */
type AccessPolicyOutcome = Readonly<{
  added: readonly string[];
  removed: readonly string[];
  entities: readonly AccessPolicyEntity[];
}>;

/**
 * Client of the access policy, the list of who may sign in. Whether the list is enforced is a switch that this API
 * does not show.
 */
export type UiPathAccessPolicy = Readonly<{
  /** One GET. */
  read: () => Promise<readonly AccessPolicyEntity[]>;
  /**
   * Reads, changes what differs, reads again and compares: two GETs and at most one PUT.
   * @throws UpstreamError `uipath-conflict` when the list afterwards is not the expected one, `uipath-outcome-unknown`
   * when the answer was lost and nothing is to be seen of the change
   */
  update: (update: AccessPolicyUpdate) => Promise<AccessPolicyOutcome>;
}>;

/** Some answers name an entry by `id` and say nothing else about it. */
const EntitySchema = z
  .object({
    identifier: TextSchema,
    id: TextSchema,
    name: TextSchema,
    email: TextSchema,
    displayName: TextSchema,
    source: TextSchema,
    objectType: TextSchema,
  })
  .transform(({ id, identifier, ...entity }, context): AccessPolicyEntity => {
    const named = identifier ?? id;
    if (named !== null) return { ...entity, identifier: named.toLowerCase() };
    context.addIssue({ code: 'custom', message: 'without an identifier' });
    return z.NEVER;
  });

/** Read-after-write lag: how often the list is read after a change before it counts as not made, and how long between. */
const READS_AFTER = 3;
const READ_PAUSE_MS = 1_000;

export function createAccessPolicy(transport: Transport, clock: Pick<Clock, 'sleep'>): UiPathAccessPolicy {
  const { identityBaseUrl, partitionGlobalId, alias } = transport.address;
  const url = `${identityBaseUrl}/api/PartitionAccessPolicy/${partitionGlobalId}`;
  const area = 'access-policy';
  const what = 'change the access policy';

  const read = async (): Promise<readonly AccessPolicyEntity[]> =>
    transport.send(
      {
        what: 'read the access policy',
        area,
        namesOnly: 'organization',
        method: 'GET',
        effect: 'read',
        url,
      },
      z.array(EntitySchema),
    );

  /** The answer of the PUT is not relied upon, so a lost one is no loss: undefined, or the error that hid the outcome. */
  const put = async (change: Change, entityType: DirectoryEntityType): Promise<AppError | undefined> => {
    const body = { entitiesToAdd: change.add, entitiesToRemove: change.remove, entityType };
    try {
      const sent = {
        thing: 'access-policy',
        act: 'changed',
        added: change.add,
        removed: change.remove,
      } as const;
      await transport.send(
        { what, area, method: 'PUT', effect: 'write', change: sent, url, body },
        z.unknown(),
      );
      return undefined;
    } catch (error) {
      if (error instanceof AppError && error.code === 'uipath-outcome-unknown') return error;
      throw error;
    }
  };

  return {
    read,
    update: async (update) => {
      const before = await read();
      const change = toChange(update, idsOf(before));
      if (change.add.length + change.remove.length === 0) return { added: [], removed: [], entities: before };
      const lost = await put(change, update.entityType);
      const expected = expectedAfter(idsOf(before), change);
      for (let reads = 1; ; reads += 1) {
        const entities = await read();
        if (isSame(idsOf(entities), expected)) return { added: change.add, removed: change.remove, entities };
        if (reads === READS_AFTER) {
          if (lost !== undefined && isSame(idsOf(entities), idsOf(before))) throw lost;
          throw uipathError(
            'uipath-conflict',
            { alias, what, area },
            'the list afterwards is not the expected one',
            {
              status: 200,
              cause: lost,
            },
          );
        }
        await clock.sleep(READ_PAUSE_MS);
      }
    },
  };
}

type Change = Readonly<{ add: readonly string[]; remove: readonly string[] }>;

/** The effective part of a change. @throws AppError `uipath-rejected` for an id that is no bare GUID or is in both lists */
function toChange({ add, remove }: AccessPolicyUpdate, have: ReadonlySet<string>): Change {
  const adds = requireGuids(add, 'an id to add');
  const removals = requireGuids(remove, 'an id to remove');
  if (adds.some((id) => removals.includes(id)))
    throw new AppError('uipath-rejected', 'Not sent to UiPath: an id is both to add and to remove');
  return { add: adds.filter((id) => !have.has(id)), remove: removals.filter((id) => have.has(id)) };
}

function expectedAfter(have: ReadonlySet<string>, { add, remove }: Change): ReadonlySet<string> {
  return new Set([...have, ...add].filter((id) => !remove.includes(id)));
}

function idsOf(entities: readonly AccessPolicyEntity[]): ReadonlySet<string> {
  return new Set(entities.map(({ identifier }) => identifier));
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((id) => right.has(id));
}
