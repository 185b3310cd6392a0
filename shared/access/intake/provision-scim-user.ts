import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../domain/delivery';
import type { Clock } from '../../clock';
import type { ProvisionedUser } from '../../domain/provisioned-user';
import { PLAIN_MAPPING, type SourceMapping } from '../../domain/source-settings';
import { AppError, errorCodeOf } from '../../errors';
import type { ProvisionedUsers, UserChange } from '../../storage/provisioned-users';
import { bodyInvalid, checkBody } from '../../webhooks/check-body';
import { REFUSALS, userWhoLeaves } from '../../webhooks/scim/leave-scim-user';
import { patchUser } from '../../webhooks/scim/scim-patch';
import { addressOfUser, userChangeOf } from '../../webhooks/scim/scim-user-change';
import { readUser } from '../../webhooks/scim/read-scim-user';
import { ScimUserSchema, type ScimUser } from '../../webhooks/scim/scim-user-schema';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import {
  dedupeKey,
  enqueueDelivery,
  noteIgnored,
  type NoteIgnoredDeps,
  type EnqueueDeliveryDeps,
} from './accept-delivery';
import { formerAddressesOf, keysToChange } from './scim-user-key-changes';
import { chooseLane } from './delivery-lane';
import { findInactiveHolders } from './find-inactive-scim-holders';
import type { Lane } from '../../domain/lane';

export type ProvisionDeps = EnqueueDeliveryDeps &
  NoteIgnoredDeps &
  Readonly<{
    users: Pick<ProvisionedUsers, 'get' | 'holderOf' | 'write'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** The SCIM operation on a user. */
export type ProvisionAct =
  | Readonly<{ kind: 'create'; body: unknown }>
  | Readonly<{ kind: 'replace' | 'patch'; id: string; body: unknown }>
  | Readonly<{ kind: 'delete'; id: string }>;

/** An authenticated SCIM client. */
export type ScimClient = Readonly<{
  source: string;
  format: WebhookFormat;
  mapping?: SourceMapping | undefined;
}>;

const MOST_TRIES = 6;
/** A user travels in the row of a delivery, which holds 60 KiB. */
const LARGEST_USER_BYTES = 40_000;

/**
 * Creates, changes or deletes a user of a SCIM client. The user and the delivery with its worker event are written in
 * one transaction, so an answered request is never lost and a retry changes nothing. A user who is posted and whom the client has
 * called inactive is that user again, who is back. A change that clearly ends
 * somebody's work is made as far as it can be used; why the rest cannot goes to `keepRefusal`. Returns the user as they are now;
 * undefined when they are deleted.
 * @throws AppError `user-unknown`, `user-exists`, `body-invalid`, `path-invalid`, `attribute-read-only`,
 * `filter-unsupported`; `storage-conflict` when others kept changing the same user
 */
export async function provisionUser(
  deps: ProvisionDeps,
  client: ScimClient,
  act: ProvisionAct,
  keepRefusal: (refusal: unknown) => Promise<void>,
): Promise<ProvisionedUser | undefined> {
  const { users } = deps;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const inactive = act.kind === 'create' ? await inactiveFor(deps, client, act.body) : NOBODY;
    const before = act.kind === 'create' ? inactive.back : await users.get(client.source, act.id);
    if (act.kind !== 'create' && before === undefined) throw userUnknown();
    const { next, keys, refusal } = await usableChange(users, client, before?.value, act).catch(
      async (error: unknown) => {
        if (inactive.any && errorCodeOf(error) === 'user-exists') await keepRefusal(error);
        throw error;
      },
    );
    if (next === 'unchanged') {
      await noteIgnored(deps, { feed: 'hr', source: client.source }, deps.clock.now());
      if (refusal !== undefined) await keepRefusal(refusal);
      return before?.value;
    }
    // Checked last: the person who gets an address joins after the person who gave it up has left.
    const nowMs = deps.clock.now();
    const change = { before, after: next && changedUser(before?.value, next, nowMs), ...keys };
    const statement = deliveryOf(client, change, nowMs);
    const written = await users.write({ source: client.source, ...change, delivery: statement?.delivery });
    if (written === 'changed-meanwhile') continue;
    if (refusal !== undefined) await keepRefusal(refusal);
    if (statement === undefined) {
      await noteIgnored(deps, { feed: 'hr', source: client.source }, nowMs);
      return change.after;
    }
    const { feed, source, deliveryId } = statement.delivery;
    await enqueueDelivery(deps, { feed, source, deliveryId }, statement.lane);
    return change.after;
  }
  throw new AppError('storage-conflict', 'Others keep changing this user');
}

const NOBODY = { back: undefined, any: false } as const;

async function inactiveFor(
  { users, clock }: ProvisionDeps,
  { source, mapping = PLAIN_MAPPING }: ScimClient,
  body: unknown,
): ReturnType<typeof findInactiveHolders> {
  return findInactiveHolders(users, { source, mapping, atMs: clock.now() }, body);
}

/**
 * What a client's change comes to: all of it or, of one that clearly ends somebody's work, as much as can be used, with
 * why the rest cannot.
 * @throws AppError for one that ends nothing
 */
async function usableChange(
  users: ProvisionDeps['users'],
  client: ScimClient,
  was: ProvisionedUser | undefined,
  act: ProvisionAct,
): Promise<
  Readonly<{
    next: Next | 'unchanged' | undefined;
    keys: Pick<UserChange, 'take' | 'drop'>;
    refusal?: unknown;
  }>
> {
  const keyed = async (next: Next | 'unchanged' | undefined) => ({
    next,
    keys: next === 'unchanged' ? { take: [], drop: [] } : await keysToChange(users, client.source, was, next),
  });
  if (act.kind === 'delete') return keyed(undefined);
  let refusal: unknown;
  for (const userOf of [
    () => userAfter(was, act),
    () => userLeaving(was, act, 'with what can be used'),
    () => userLeaving(was, act, 'alone'),
  ])
    try {
      const user = userOf();
      if (user !== undefined) return { ...(await keyed(nextOf(client, was, user))), refusal };
    } catch (error) {
      if (!REFUSALS.has(errorCodeOf(error)) && errorCodeOf(error) !== 'user-exists') throw error;
      refusal ??= error;
    }
  throw refusal;
}

/** undefined: nobody clearly leaves. */
function userLeaving(
  was: ProvisionedUser | undefined,
  { body }: Exclude<ProvisionAct, { kind: 'delete' }>,
  how: 'with what can be used' | 'alone',
): ScimUser | undefined {
  if (was === undefined) return undefined;
  const before = checkBody(ScimUserSchema, was.user);
  const left = userWhoLeaves(before, body);
  return left === undefined || how === 'with what can be used' ? left : { ...before, active: false };
}

/** What a client settles of a user. */
type Next = Pick<ProvisionedUser, 'address' | 'formerAddresses'> & Readonly<{ user: ScimUser }>;

function nextOf(
  { mapping = PLAIN_MAPPING }: ScimClient,
  was: ProvisionedUser | undefined,
  user: ScimUser,
): Next | 'unchanged' {
  if (Buffer.byteLength(JSON.stringify(user)) > LARGEST_USER_BYTES)
    throw bodyInvalid([{ field: '(body)', problem: 'Has more attributes than one user may have' }]);
  if (was !== undefined && JSON.stringify(user) === JSON.stringify(checkBody(ScimUserSchema, was.user)))
    return 'unchanged';
  const address = addressOfUser(user, mapping);
  if (address === undefined)
    throw bodyInvalid([{ field: 'emails', problem: 'Must have an address: it is who the worker is' }]);
  return { user, address, formerAddresses: formerAddressesOf(was, address) };
}

function changedUser(was: ProvisionedUser | undefined, next: Next, nowMs: number): ProvisionedUser {
  const changedAtMs = laterThan(was, nowMs);
  return {
    id: was?.id ?? randomUUID(),
    version: (was?.version ?? 0) + 1,
    createdAtMs: was?.createdAtMs ?? changedAtMs,
    changedAtMs,
    ...(next.user.active ? {} : { inactiveSinceMs: was?.inactiveSinceMs ?? changedAtMs }),
    ...next,
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

/** The delivery that says what a change means for a worker; undefined: nothing. */
function deliveryOf(
  { source, format, mapping = PLAIN_MAPPING }: ScimClient,
  { before, after }: Pick<UserChange, 'before' | 'after'>,
  nowMs: number,
): Readonly<{ delivery: Delivery; lane: Lane }> | undefined {
  const was = before?.value;
  const now = after ?? was;
  if (now === undefined) return undefined;
  const statement = userChangeOf(
    {
      before: was,
      after,
      addresses: [now.address, ...now.formerAddresses],
      atMs: after?.changedAtMs ?? laterThan(was, nowMs),
    },
    mapping,
  );
  if (statement === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(statement));
  const type = 'application/json';
  const posted = { rawBody: body, type, receivedAtMs: nowMs } as const;
  const dedupeId = format.dedupeId({ ...posted, headers: new Headers(), signedId: undefined });
  const deliveryId = dedupeKey('hr', source, dedupeId);
  const lane = chooseLane(format.parse(posted, mapping));
  const delivery = {
    feed: 'hr',
    source,
    deliveryId,
    receivedAtMs: nowMs,
    contentType: type,
    body,
    lane,
  } as const;
  return { delivery, lane };
}

/** A logical clock: changes of one user are ordered even within one millisecond. */
function laterThan(was: ProvisionedUser | undefined, nowMs: number): number {
  return Math.max(nowMs, (was?.changedAtMs ?? 0) + 1);
}

function userUnknown(): AppError {
  return new AppError('user-unknown', 'There is no such user');
}
