import { randomUUID } from 'node:crypto';
import type { ProvisionedUser } from '../domain/provisioned-user';
import { PLAIN_MAPPING, type SourceMapping } from '../domain/source-settings';
import { AppError } from '../errors';
import type { ProvisionedUsers, StoredUser, UserChange } from '../storage/provisioned-users';
import { bodyInvalid, checkBody } from '../webhooks/body-check';
import { patchUser } from '../webhooks/scim/scim-patch';
import { addressOfUser, statementOf } from '../webhooks/scim/scim-statement';
import { readUser, ScimUserSchema, type ScimUser } from '../webhooks/scim/scim-user';
import type { WebhookSource } from '../webhooks/source';
import { dedupeKey, enqueueDelivery, type EnqueueDeliveryDeps } from './accept-delivery';
import { formerAddressesOf, keysToChange } from './claim-user-keys';
import { laneOf } from './delivery-lane';

export type ProvisionDeps = EnqueueDeliveryDeps &
  Readonly<{ users: Pick<ProvisionedUsers, 'get' | 'holderOf' | 'write'> }>;

/** What a client wants of a user. */
export type ProvisionAct =
  | Readonly<{ kind: 'create'; body: unknown }>
  | Readonly<{ kind: 'replace' | 'patch'; id: string; body: unknown }>
  | Readonly<{ kind: 'delete'; id: string }>;

/** The client that asks, verified. */
type Client = Readonly<{ source: string; format: WebhookSource; mapping?: SourceMapping | undefined }>;

const MOST_TRIES = 6;
/** A user travels in the row of a delivery, which holds 60 KiB. */
const LARGEST_USER_BYTES = 40_000;

/**
 * Creates, changes or deletes a user of a provisioning client. The user and the delivery that says what it means for a worker
 * are written together, so nothing that was answered is lost, and what a client repeats changes nothing. Returns the
 * user as they are now; undefined when they are deleted.
 *
 * @throws AppError `user-unknown`, `user-exists`, `body-invalid`, `path-invalid`, `attribute-read-only`, `filter-unsupported`;
 * `storage-conflict` when others kept changing the same user
 */
export async function provisionUser(
  deps: ProvisionDeps,
  client: Client,
  act: ProvisionAct,
  receivedAtMs: number,
): Promise<ProvisionedUser | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = act.kind === 'create' ? undefined : await deps.users.get(client.source, act.id);
    if (act.kind !== 'create' && before === undefined) throw userUnknown();
    const after = await nextOf(deps, client, before, act, receivedAtMs);
    if (after === before?.value) return after;
    const change = await changeOf(deps, client, before, after, receivedAtMs);
    if ((await deps.users.write(change)) === 'changed-meanwhile') continue;
    const { delivery } = change;
    if (delivery !== undefined) {
      const { feed, source, deliveryId } = delivery;
      await enqueueDelivery(deps, { feed, source, deliveryId }, change.lane);
    }
    return after;
  }
  throw new AppError('storage-conflict', 'Others keep changing this user');
}

/** What a user becomes; the same object when nothing changes. */
async function nextOf(
  deps: ProvisionDeps,
  { source, mapping = PLAIN_MAPPING }: Client,
  before: StoredUser | undefined,
  act: ProvisionAct,
  receivedAtMs: number,
): Promise<ProvisionedUser | undefined> {
  if (act.kind === 'delete') return undefined;
  const was = before?.value;
  const user = userAfter(was, act);
  if (Buffer.byteLength(JSON.stringify(user)) > LARGEST_USER_BYTES)
    throw bodyInvalid([{ field: '(body)', problem: 'Has more attributes than one user may have' }]);
  if (was !== undefined && JSON.stringify(user) === JSON.stringify(checkBody(ScimUserSchema, was.user)))
    return was;
  const address = addressOfUser(user, mapping);
  if (address === undefined)
    throw bodyInvalid([{ field: 'emails', problem: 'Must have an address: it is who the worker is' }]);
  const changedAtMs = laterThan(was, receivedAtMs);
  return {
    id: was?.id ?? randomUUID(),
    version: (was?.version ?? 0) + 1,
    createdAtMs: was?.createdAtMs ?? changedAtMs,
    changedAtMs,
    ...(user.active ? {} : { inactiveSinceMs: was?.inactiveSinceMs ?? changedAtMs }),
    address,
    formerAddresses: await formerAddressesOf(deps.users, source, was, address),
    user,
  };
}

function userAfter(
  was: ProvisionedUser | undefined,
  act: Exclude<ProvisionAct, { kind: 'delete' }>,
): ScimUser {
  if (act.kind === 'create' || was === undefined) return readUser(act.body);
  const before = checkBody(ScimUserSchema, was.user);
  if (act.kind === 'patch') return patchUser(before, act.body);
  return readUser(act.body, before);
}

async function changeOf(
  deps: ProvisionDeps,
  { source, format, mapping = PLAIN_MAPPING }: Client,
  before: StoredUser | undefined,
  after: ProvisionedUser | undefined,
  receivedAtMs: number,
): Promise<UserChange & Readonly<{ lane: 'urgent' | 'normal' }>> {
  const was = before?.value;
  const now = after ?? was;
  const former =
    after?.formerAddresses ?? (await formerAddressesOf(deps.users, source, was, was?.address ?? ''));
  const statement = statementOf(
    {
      before: was,
      after,
      addresses: [now?.address ?? '', ...former],
      atMs: after?.changedAtMs ?? laterThan(was, receivedAtMs),
    },
    mapping,
  );
  const change = { source, before, after, ...(await keysToChange(deps.users, source, was, after)) };
  if (statement === undefined) return { ...change, delivery: undefined, lane: 'normal' };
  const rawBody = Buffer.from(JSON.stringify(statement));
  const posted = { rawBody, type: 'application/json', receivedAtMs } as const;
  const meanings = format.parse(posted, mapping);
  const dedupeId = format.dedupeId({ ...posted, headers: new Headers(), signedId: undefined });
  const delivery = {
    feed: 'hr',
    source,
    deliveryId: dedupeKey('hr', source, dedupeId),
    receivedAtMs,
    contentType: 'application/json',
    body: rawBody,
  } as const;
  return { ...change, delivery, lane: laneOf(meanings) };
}

/** Changes of one user have an order, also those of one millisecond. */
function laterThan(was: ProvisionedUser | undefined, receivedAtMs: number): number {
  return Math.max(receivedAtMs, (was?.changedAtMs ?? 0) + 1);
}

function userUnknown(): AppError {
  return new AppError('user-unknown', 'There is no such user');
}
