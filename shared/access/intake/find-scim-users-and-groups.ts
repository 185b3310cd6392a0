import { hashOf } from '../../domain/canonical-json-hash';
import { fold } from '../../domain/fold';
import { sourceOf, type Policy } from '../../domain/policy';
import type { ProvisionedUser } from '../../domain/provisioned-user';
import { AppError } from '../../errors';
import type { ProvisionedUsers } from '../../storage/provisioned-users';
import { MOST_RESULTS } from '../../webhooks/scim/scim-discovery';
import { parseConditions } from '../../webhooks/scim/scim-filter';
import { matchesConditions, keyInConditions } from '../../webhooks/scim/scim-user-keys';
import type { ScimGroup } from '../../webhooks/scim/scim-responses';

export type FindProvisionedDeps = Readonly<{
  users: Pick<ProvisionedUsers, 'get' | 'holderOf' | 'list'>;
  policy: () => Promise<Policy>;
}>;

/** What a client asks for: a page counted from 1, and perhaps a filter. */
export type ProvisionedQuery = Readonly<{ filter: string | null; startIndex: number; count: number }>;

type Found<T> = Readonly<{ total: number; startIndex: number; items: readonly T[] }>;

/** @throws AppError `user-unknown` */
export async function getUser(
  deps: Pick<FindProvisionedDeps, 'users'>,
  source: string,
  id: string,
): Promise<ProvisionedUser> {
  const stored = await deps.users.get(source, id);
  if (stored === undefined) throw new AppError('user-unknown', 'There is no such user');
  return stored.value;
}

/**
 * A page of the users of a client, or the one whom a filter is about.
 *
 * @throws AppError `filter-unsupported`, also for a filter that would have to look at every user
 */
export async function findUsers(
  deps: Pick<FindProvisionedDeps, 'users'>,
  source: string,
  { filter, startIndex, count }: ProvisionedQuery,
): Promise<Found<ProvisionedUser>> {
  if (filter === null) {
    const skip = skipOf(startIndex);
    const { total, users } = await deps.users.list(source, { skip, count: mostOf(count) });
    return { total, startIndex: skip + 1, items: users };
  }
  const conditions = parseConditions(filter);
  const key = keyInConditions(conditions);
  if (key === undefined)
    throw new AppError(
      'filter-unsupported',
      'A filter of users must name id, userName, externalId or the value of emails',
    );
  const id = key.kind === 'id' ? key.value : (await deps.users.holderOf(source, key))?.id;
  const stored = id === undefined ? undefined : await deps.users.get(source, id);
  const items = stored !== undefined && matchesConditions(stored.value, conditions) ? [stored.value] : [];
  return pageOf(items, startIndex, count);
}

/** The groups that the source's organizations manage, by name. @throws AppError `filter-unsupported` */
export async function findGroups(
  deps: Pick<FindProvisionedDeps, 'policy'>,
  source: string,
  { filter, startIndex, count }: ProvisionedQuery,
): Promise<Found<ScimGroup>> {
  const conditions = filter === null ? [] : parseConditions(filter);
  if (conditions.some(({ name }) => !['displayname', 'id'].includes(name.toLowerCase())))
    throw new AppError('filter-unsupported', 'A filter of groups must name displayName or id');
  const all = (await groupsOf(deps, source)).filter(({ id, displayName }) =>
    conditions.every(({ name, value }) =>
      name.toLowerCase() === 'id' ? id === value : fold(displayName) === fold(value),
    ),
  );
  return pageOf(all, startIndex, count);
}

/** Names are unique to a client, as Entra needs them: with several organizations the alias is a part of each. */
async function groupsOf(
  deps: Pick<FindProvisionedDeps, 'policy'>,
  source: string,
): Promise<readonly ScimGroup[]> {
  const policy = await deps.policy();
  const aliases = sourceOf(policy, 'hr', source)?.organizations ?? [];
  return aliases.flatMap((alias) =>
    [...(policy.organizations.get(alias)?.groups.values() ?? [])].map(({ name }) => ({
      id: hashOf([alias, fold(name)]).slice(0, 32),
      displayName: aliases.length === 1 ? name : `${alias}/${name}`,
    })),
  );
}

/** The part of all that were found which was asked for. */
function pageOf<T>(all: readonly T[], startIndex: number, count: number): Found<T> {
  const skip = skipOf(startIndex);
  return { total: all.length, startIndex: skip + 1, items: all.slice(skip, skip + mostOf(count)) };
}

/** Less than 1 counts as 1 (RFC 7644 section 3.4.2.4). */
function skipOf(startIndex: number): number {
  return Math.max(0, startIndex - 1);
}

function mostOf(count: number): number {
  return Math.max(0, Math.min(count, MOST_RESULTS));
}
