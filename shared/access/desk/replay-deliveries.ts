import type { Clock } from '../../clock';
import type { Feed, Policy, SourcePolicy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { KeptDeliveries, KeptDelivery } from '../../storage/desk/kept-deliveries';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import { noSuchDelivery, sourcesFeeding } from '../ledger/list-dead-deliveries';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { organizationsDecided, type DeliveryDecider } from './organizations-decided';

export type ListKeptDeps = Readonly<{
  policy: () => Promise<Policy>;
  formatOf: (feed: Feed, format: string) => WebhookFormat | undefined;
  keptDeliveries: KeptDeliveries;
  /** Bodies are kept for so long. */
  payloadDays: number;
}>;

export type ReplayDeps = ListKeptDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    queues: Pick<WorkQueues, 'enqueueDelivery'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/** The sources of which deliveries can be replayed, each as `hr/<name>` or `ticket/<name>`. */
export type ReplayableSources = Readonly<{
  sources: readonly string[];
  /** They are asked and answered at once: their sender has the state, and sends it again by itself. */
  notReplayed: readonly string[];
  keptDays: number;
}>;

/** A part of what a source sent, in the order in which it came. */
export type KeptOfSource = Readonly<{
  source: string;
  deliveries: ReadonlyArray<Pick<KeptDelivery, 'deliveryId' | 'receivedAtMs' | 'outcome' | 'place'>>;
  next: string | null;
}>;

/** Most deliveries that one decision replays: their ids are in one record of evidence. */
const MOST_TOGETHER = 100;

/** @throws AppError `dead-letter-unknown` for an unknown organization */
export async function listReplayableSources(
  deps: ListKeptDeps,
  organization: string,
): Promise<ReplayableSources> {
  const sources = sourcesFeeding(await deps.policy(), organization);
  return {
    sources: namesOf(sources.filter((source) => isReplayable(deps, source))),
    notReplayed: namesOf(sources.filter((source) => !isReplayable(deps, source))),
    keptDays: deps.payloadDays,
  };
}

/**
 * What is kept of a source and was processed, from a time on: what a replay would process again.
 * @throws AppError `dead-letter-unknown` for a source that does not feed the organization, or is not replayed
 */
export async function listKeptOfSource(
  deps: ListKeptDeps,
  organization: string,
  { source: named, sinceMs, place }: Readonly<{ source: string; sinceMs: number; place: string | undefined }>,
): Promise<KeptOfSource> {
  const source = await replayableSource(deps, organization, named);
  const { kept, next } = await deps.keptDeliveries.list(source.feed, source.name, {
    fromMs: sinceMs,
    ...(place === undefined ? {} : { place }),
  });
  const deliveries = kept.map(({ deliveryId, receivedAtMs, outcome, place: at }) => ({
    deliveryId,
    receivedAtMs,
    outcome,
    place: at,
  }));
  return { source: named, deliveries, next: next ?? null };
}

/**
 * Has kept deliveries processed again in a person's name, exactly those that are named by their places, under the policy of now. What
 * they say is weighed by its own time: what is older than what is known changes nothing. The evidence of every organization that the
 * source feeds is written first; a lost message is enqueued again by the sweep. Returns how many.
 * @throws AppError `dead-letter-unknown` where none of them is kept any more, `body-invalid` for more than a hundred, `not-permitted`
 */
export async function replayDeliveries(
  deps: ReplayDeps,
  organization: string,
  {
    source: named,
    places,
    ...decider
  }: DeliveryDecider & Readonly<{ source: string; places: readonly string[] }>,
): Promise<number> {
  if (places.length === 0 || places.length > MOST_TOGETHER)
    throw new AppError('body-invalid', `Name 1 to ${MOST_TOGETHER} deliveries`, {
      fields: [{ field: 'deliveries', problem: 'are none, or too many' }],
    });
  const source = await replayableSource(deps, organization, named);
  const policy = await deps.policy();
  const decided = organizationsDecided(policy, source, decider);
  const found = await mapConcurrently([...new Set(places)], STORAGE_WIDTH, async (place) =>
    deps.keptDeliveries.get(source.feed, source.name, place),
  );
  const kept = found.flatMap((one) => one ?? []);
  if (kept.length === 0) throw noSuchDelivery();
  const atMs = deps.clock.now();
  const { by } = decider;
  const deliveryIds = kept.map(({ deliveryId }) => deliveryId);
  const facts = { feed: source.feed, source: source.name, deliveryIds, by };
  for (const { alias } of decided)
    await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias } }, [
      { kind: 'deliveries-replayed', atMs, policyHash: policy.hash, facts },
    ]);
  let replayed = 0;
  for (const one of kept) {
    if (!(await deps.keptDeliveries.reopen(one, { by, atMs }))) continue;
    replayed += 1;
    await enqueue(deps, one);
  }
  if (replayed === 0) throw noSuchDelivery();
  return replayed;
}

function namesOf(sources: readonly SourcePolicy[]): readonly string[] {
  return sources.map(({ feed, name }) => `${feed}/${name}`);
}

async function replayableSource(
  deps: ListKeptDeps,
  organization: string,
  named: string,
): Promise<SourcePolicy> {
  const source = sourcesFeeding(await deps.policy(), organization).find(
    ({ feed, name }) => `${feed}/${name}` === named,
  );
  if (source !== undefined && isReplayable(deps, source)) return source;
  throw new AppError(
    'dead-letter-unknown',
    source === undefined
      ? 'No source of this name feeds the organization: it is named as its feed and its name, such as hr/workday'
      : 'Requests of SCIM are not replayed: the sender has the state, and sends it again by itself',
  );
}

/** A request of SCIM was answered with what it changed: to change that again would undo what the sender did since. */
function isReplayable({ formatOf }: ListKeptDeps, { feed, format }: SourcePolicy): boolean {
  const known = formatOf(feed, format);
  return known !== undefined && known.spokenAt !== 'scim';
}

async function enqueue(
  { queues, log }: Pick<ReplayDeps, 'queues' | 'log'>,
  { feed, source, deliveryId, lane }: KeptDelivery,
): Promise<void> {
  const message = { feed, source, deliveryId };
  try {
    await queues.enqueueDelivery(message, lane);
  } catch (error) {
    log({ event: 'delivery-left-to-sweep', ...message, code: errorCodeOf(error) });
  }
}
