import { z } from 'zod';
import { fold } from '../../domain/fold';
import type { ProvisionedUser } from '../../domain/provisioned-user';
import type { SourceMapping } from '../../domain/source-settings';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import { checkBody } from '../check-body';
import { email } from '../contract/field-schemas';
import { addressOf, fieldReader } from '../read-field-by-path';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';
import { ScimUserSchema, type ScimUser } from './scim-user-schema';

/** Where fields stand in a user. The work address comes first: some clients send a private one too. */
const places: WorkerPlaces = {
  email: ['emails.type=work.value', 'emails.primary=true.value', 'emails.0.value', 'userName'],
  workerId: ['workerId'],
  department: ['extension.enterprise.department'],
  division: ['extension.enterprise.division'],
  costCenter: ['extension.enterprise.costCenter'],
  title: ['title'],
  employmentType: ['userType'],
  location: ['addresses.type=work.locality', 'addresses.0.locality'],
  timeZone: ['timezone'],
  status: ['active'],
};

const LONGEST_WORKER_ID = 64;

/** A change of a user as stored until it is processed: self-contained, so that the user may have changed again by then. */
export const ScimUserChangeSchema = z.object({
  id: z.string().max(64),
  version: z.int(),
  atMs: z.number(),
  said: z.enum(['joiner', 'mover', 'leaver']),
  /** The person's address, and those they had before. */
  addresses: z.array(email()).min(1).max(10),
  /** Fields that the change took away. */
  blanked: z.array(z.string()).default([]),
  user: ScimUserSchema,
});
type ScimUserChange = z.infer<typeof ScimUserChangeSchema>;

/** Attributes without which a user of a source is refused: the name, and whatever alone may hold the address. */
export function requiredAttributes(mapping: SourceMapping): ReadonlySet<string> {
  const holders = new Set(
    (mapping.fields.get('email') ?? places['email'] ?? []).map((place) => place.split('.')[0]),
  );
  const [only] = holders;
  return new Set(['userName', ...(holders.size === 1 && only !== undefined ? [only] : [])]);
}

/** The user's address, folded; undefined: there is none. @throws AppError `body-invalid` when it is no address */
export function addressOfUser(user: ScimUser, mapping: SourceMapping): string | undefined {
  const found = addressOf(fieldReader(user, places, mapping)('email'), mapping);
  return found === undefined || found === ''
    ? undefined
    : fold(checkBody(z.object({ email: email() }), { email: found }).email);
}

/** The change of a user: who is new has no `before`, who is deleted no `after`. */
type UserTurn = Readonly<{
  before: ProvisionedUser | undefined;
  after: ProvisionedUser | undefined;
  addresses: readonly string[];
  atMs: number;
}>;

/**
 * The change of a user, as a worker event will need it; undefined where nothing relevant changed, such as the spelling
 * of a name.
 */
export function userChangeOf(turn: UserTurn, mapping: SourceMapping): ScimUserChange | undefined {
  const { before, after, addresses, atMs } = turn;
  const now = after ?? before;
  const said = eventKindOf(before, after, mapping);
  if (now === undefined || said === undefined) return undefined;
  const version = after?.version ?? now.version + 1;
  const user = checkBody(ScimUserSchema, now.user);
  const blanked = blankedBy(before, after, mapping);
  return { id: now.id, version, atMs, said, addresses: [...addresses], blanked, user };
}

function eventKindOf(
  before: ProvisionedUser | undefined,
  after: ProvisionedUser | undefined,
  mapping: SourceMapping,
): ScimUserChange['said'] | undefined {
  const worked = before !== undefined && isActive(before);
  const works = after !== undefined && isActive(after);
  if (!works) return worked || before === undefined ? 'leaver' : undefined;
  // A new address is a new person here, who needs to have joined.
  if (!worked || before.address !== after.address) return 'joiner';
  return fieldsOf(before, mapping) === fieldsOf(after, mapping) ? undefined : 'mover';
}

function isActive({ user }: ProvisionedUser): boolean {
  return user['active'] !== false;
}

/** Everything that is read of a user, to tell whether a change is about any of it. */
function fieldsOf(user: ProvisionedUser, mapping: SourceMapping): string {
  const read = readerOf(user, mapping);
  return JSON.stringify(fieldNames(mapping).map((name) => [name, read(name) ?? null]));
}

/**
 * The fields that were read before and can be read no more. A user without them looks like one who never had them, and what
 * was taken away has to be reported as what a sender sends empty is. The address cannot be taken away.
 */
function blankedBy(
  before: ProvisionedUser | undefined,
  after: ProvisionedUser | undefined,
  mapping: SourceMapping,
): string[] {
  if (before === undefined || after === undefined) return [];
  const [had, has] = [readerOf(before, mapping), readerOf(after, mapping)];
  return fieldNames(mapping).filter(
    (name) => name !== 'email' && (had(name) ?? '') !== '' && has(name) === undefined,
  );
}

function readerOf({ user }: ProvisionedUser, mapping: SourceMapping): ReturnType<typeof fieldReader> {
  return fieldReader(recordOf(checkBody(ScimUserSchema, user)), places, mapping);
}

function fieldNames(mapping: SourceMapping): readonly string[] {
  return [...new Set([...Object.keys(places), ...mapping.fields.keys()])].toSorted();
}

function recordOf(user: ScimUser): object {
  const { externalId } = user;
  const number = user.extension?.['enterprise']?.['employeeNumber'];
  const workerId = [number, externalId].find((id) => id !== undefined && id.length <= LONGEST_WORKER_ID);
  return { ...user, workerId };
}

/** The worker events of a stored change, the same under each of the person's addresses. @throws AppError `body-invalid` */
export function workerEventsOfChange(
  { id, version, atMs, said, addresses, blanked, user }: ScimUserChange,
  receivedAtMs: number,
  mapping: SourceMapping,
): readonly WorkerEvent[] {
  // What is the person's address, and what is blank, was settled when the change was made.
  const settled = { ...Object.fromEntries(blanked.map((name) => [name, ['blank']])), email: ['address'] };
  const fields = new Map([...mapping.fields].filter(([name]) => !Object.hasOwn(settled, name)));
  return addresses.flatMap((address) =>
    deriveWorkerEvents(
      {
        id: statementIdOf(id, String(version), address),
        said: { kind: said, employmentChanged: said === 'joiner', unproved: false },
        occurredAtMs: atMs,
        receivedAtMs,
        record: { ...recordOf(user), address, blank: '' },
        places: { ...places, ...settled },
      },
      { ...mapping, fields },
    ),
  );
}
