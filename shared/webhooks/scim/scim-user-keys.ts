import { fold } from '../../domain/fold';
import type { ProvisionedUser, UserKey } from '../../domain/provisioned-user';
import { isRecord } from './normalize-scim-values';
import type { ScimUser } from './scim-user-schema';
import { parsePath } from './scim-path';
import { meetsCondition, type Condition } from './scim-filter';

/** How a user is found. Names are alike in any case, ids are not (RFC 7643 section 7). */
function userNameKey(userName: string): UserKey {
  return { kind: 'userName', value: fold(userName) };
}

function externalIdKey(externalId: string): UserKey {
  return { kind: 'externalId', value: externalId };
}

export function addressKey(address: string): UserKey {
  return { kind: 'address', value: fold(address) };
}

/** The lookup keys of a user, without those of former addresses. */
export function keysOf({ user, address }: Readonly<{ user: ScimUser; address: string }>): readonly UserKey[] {
  return [
    userNameKey(user.userName),
    addressKey(address),
    ...(user.externalId === undefined ? [] : [externalIdKey(user.externalId)]),
  ];
}

/** The unique key that a filter names, an id or a lookup key; undefined where it names neither. */
export function keyInConditions(
  conditions: readonly Condition[],
): UserKey | Readonly<{ kind: 'id'; value: string }> | undefined {
  for (const { name, value } of conditions) {
    if (name.toLowerCase() === 'id') return { kind: 'id', value };
    const path = parsePath(name);
    if (path.kind !== 'attribute') continue;
    if (path.name === 'userName') return userNameKey(value);
    if (path.name === 'externalId') return externalIdKey(value);
    if (path.name === 'emails' && (path.part ?? 'value') === 'value') return addressKey(value);
  }
  return undefined;
}

/** Whether a user meets every condition of a filter. */
export function matchesConditions(found: ProvisionedUser, conditions: readonly Condition[]): boolean {
  return conditions.every(({ name, value }) => {
    if (name.toLowerCase() === 'id') return found.id === value;
    const texts = textsAt(found.user, name);
    return name.toLowerCase() === 'externalid'
      ? texts.includes(value)
      : texts.some((text) => fold(text) === fold(value));
  });
}

function textsAt(user: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const path = parsePath(name);
  if (path.kind === 'extension') {
    const attributes = isRecord(user['extension']) ? user['extension'][path.extension] : undefined;
    return isRecord(attributes) ? textOf(attributes[path.attribute ?? '']) : [];
  }
  if (path.kind !== 'attribute') return [];
  const value = user[path.name];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries
    .filter((entry) => isRecord(entry) === (path.part !== undefined || Array.isArray(value)))
    .filter((entry) => !isRecord(entry) || path.where.every((condition) => meetsCondition(entry, condition)))
    .flatMap((entry) => textOf(isRecord(entry) ? entry[path.part ?? 'value'] : entry));
}

function textOf(value: unknown): readonly string[] {
  return typeof value === 'string' || typeof value === 'boolean' ? [String(value)] : [];
}
