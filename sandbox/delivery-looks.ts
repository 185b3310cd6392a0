import { BlobServiceClient } from '@azure/storage-blob';
import { explainPerson } from '../shared/access/desk/explain-person';
import { findDeadDelivery } from '../shared/access/desk/find-dead-delivery';
import { listFailingUnits } from '../shared/access/desk/list-failing-units';
import { listRequests } from '../shared/access/desk/list-requests';
import { listHolds } from '../shared/access/ledger/list-holds';
import { lastFailureOf, unusableFieldsOf } from '../shared/domain/dead-delivery';
import { fold } from '../shared/domain/fold';
import type { Policy } from '../shared/domain/policy';
import { errorCodeOf } from '../shared/errors';
import { parsePolicy } from '../shared/policy/parse-policy';
import { createBackoffStore } from '../shared/storage/backoffs';
import { createDeadDeliveries } from '../shared/storage/dead-deliveries';
import { createDeliveries } from '../shared/storage/deliveries';
import { createHoldStore } from '../shared/storage/holds';
import { createLedgerStore } from '../shared/storage/ledger';
import { createChangeStore } from '../shared/storage/marks-attempts-and-bookings';
import { createPeopleIndex } from '../shared/storage/people-index';
import { createRefusedChangeStore } from '../shared/storage/refused-changes';
import { createRequestIndex } from '../shared/storage/request-index';
import { openStorage } from '../shared/storage/storage-account';
import { ORGANIZATION } from './demo-organization';
import type { SeenDelivery, SentAbout } from './delivery-outcome';
import { sandboxSeal } from './evidence-key';

/** What the pages of the console would show of something that was sent, read with their use cases from the storage of the local stack. */
export function openDeliveryLooks(connectionString: string): (about: SentAbout) => Promise<SeenDelivery> {
  const storage = openStorage({ kind: 'connection-string', connectionString }, sandboxSeal);
  const policy = onceOnly(async () => readPolicy(connectionString));
  const deps = {
    policy,
    clock: Date,
    ledger: createLedgerStore(storage),
    accounts: createPeopleIndex(storage),
    deadDeliveries: createDeadDeliveries(storage),
    requests: createRequestIndex(storage),
    holds: createHoldStore(storage),
    changes: createChangeStore(storage),
    backoffs: createBackoffStore(storage),
    refusedChanges: createRefusedChangeStore(storage),
  };
  const deliveries = createDeliveries(storage);
  return async (about) => {
    const { source, deliveryId } = about;
    const feed = about.feed === 'hr' ? 'hr' : 'ticket';
    // Before the rest: what is done is on record.
    const isDone =
      deliveryId !== undefined && (await deliveries.read({ feed, source, deliveryId })) === 'done';
    const [refused, request, person, failing] = await Promise.all([
      refusalOf(deps, about),
      requestOf(deps, about),
      personOf(deps, about),
      listFailingUnits(deps, ORGANIZATION),
    ]);
    return { isDone, refused, request, person, failing };
  };
}

type Deps = Parameters<typeof explainPerson>[0] &
  Parameters<typeof findDeadDelivery>[0] &
  Parameters<typeof listRequests>[0] &
  Parameters<typeof listHolds>[0];

async function refusalOf(deps: Deps, { deliveryId = '' }: SentAbout): Promise<SeenDelivery['refused']> {
  try {
    const { dead } = await findDeadDelivery(deps, ORGANIZATION, deliveryId);
    return { code: lastFailureOf(dead).code, fields: unusableFieldsOf(dead) };
  } catch (error) {
    if (errorCodeOf(error) === 'dead-letter-unknown') return undefined;
    throw error;
  }
}

async function requestOf(deps: Deps, about: SentAbout): Promise<SeenDelivery['request']> {
  if (about.feed !== 'tickets') return undefined;
  const { requests } = await listRequests(deps, ORGANIZATION, {
    state: undefined,
    text: '',
    cursor: undefined,
  });
  return requests.find(
    ({ source, requestId, receivedAt }) =>
      source === about.source &&
      (about.requestId === undefined
        ? Date.parse(receivedAt) >= about.sentAtMs
        : requestId === about.requestId),
  );
}

async function personOf(deps: Deps, about: SentAbout): Promise<SeenDelivery['person']> {
  const organization = (await deps.policy()).organizations.get(ORGANIZATION);
  if (about.person === undefined || organization === undefined) return undefined;
  const explained = await explainPerson(deps, ORGANIZATION, about.person);
  if (explained === undefined) return undefined;
  const { key, ledger, access, evidence } = explained;
  const recorded = evidence.findLast(({ facts, atMs }) =>
    about.deliveryId === undefined ? atMs >= about.sentAtMs : facts['deliveryId'] === about.deliveryId,
  );
  const said = recorded?.facts['outcome'];
  const holds = await listHolds(deps, ORGANIZATION);
  const nameOf = (group: string): string => organization.groups.get(group)?.name ?? group;
  const isWritten = (group: string): boolean => organization.groups.get(group)?.mode !== 'observe';
  return {
    recorded: recorded === undefined ? undefined : typeof said === 'string' ? said : 'recorded',
    isFound: ledger.identity === undefined ? undefined : ledger.identity.kind === 'resolved',
    want: [...new Set(access.reasons.map(({ group }) => group))].filter(isWritten).map(nameOf).toSorted(),
    have: [...new Set(ledger.applied.map(({ groupName }) => nameOf(fold(groupName))))].toSorted(),
    nextChangeAtMs: access.nextChangeAtMs,
    hasLeft: access.employment === 'left',
    would: explained.would?.map(({ group, would }) => `would ${would} ${nameOf(group)}`),
    held: holds.flatMap(({ removals }) =>
      removals.filter(({ personKey }) => personKey === key).map(({ groupName }) => groupName),
    ),
  };
}

async function readPolicy(connectionString: string): Promise<Policy> {
  const blob = BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient('policy')
    .getBlockBlobClient('policy.yaml');
  return parsePolicy((await blob.downloadToBuffer()).toString(), 'policy.yaml', { development: true });
}

function onceOnly<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => (made ??= make());
}
