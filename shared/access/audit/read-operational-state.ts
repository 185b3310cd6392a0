import type { OperationalState } from '../../domain/audit/operational-state';
import { listRefusedChanges, type ListRefusedChangesDeps } from '../ledger/list-refused-changes';
import { listHolds } from '../ledger/list-holds';
import { valueOr, type Known, type UnknownPart } from '../../domain/audit/snapshot';
import { deadSinceMs, lastFailureOf, timesRefused, unusableFieldsOf } from '../../domain/dead-delivery';
import { fold } from '../../domain/fold';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { errorCodeOf, type ErrorCode } from '../../errors';
import type { Mark } from '../../storage/marks-attempts-and-bookings';
import type { BackoffStore } from '../../storage/backoffs';
import type { Deliveries } from '../../storage/deliveries';
import type { Heartbeats } from '../../storage/ignored-deliveries-and-named-since';
import type { HoldStore } from '../../storage/holds';
import { listDeadDeliveries, type ListDeadDeliveriesDeps } from '../ledger/list-dead-deliveries';

export type OperationalStateDeps = Omit<ListRefusedChangesDeps, 'clock'> &
  ListDeadDeliveriesDeps &
  Readonly<{
    holds: Pick<HoldStore, 'list'>;
    deliveries: Pick<Deliveries, 'lastReceivedMs'>;
    /** Names of secrets that the application needs whatever the policy says. */
    ownSecrets: readonly string[];
    heartbeats: Pick<Heartbeats, 'noteNamed'>;
    /** Units of work that fail, each with its own backoff. */
    backoffs: Pick<BackoffStore, 'list'>;
    /** When a secret ends; undefined where nothing says so. */
    secretEnds: (name: string) => Promise<number | undefined>;
  }>;

/** Reads the operational state of the application in one organization: holds, dead letters, secrets, heartbeats. */
export async function readOperationalState(
  deps: OperationalStateDeps,
  policy: Policy,
  organization: OrganizationPolicy,
  known: Readonly<{ marks: readonly Mark[]; nowMs: number; evidence: Known<OperationalState['evidence']> }> &
    Pick<
      OperationalState,
      'administrators' | 'policiesElsewhere' | 'uses' | 'logUnread' | 'lastAudit' | 'unfinished' | 'own'
    >,
): Promise<OperationalState> {
  const { alias } = organization;
  const atNow = { ...deps, clock: { now: () => known.nowMs } };
  const unread: UnknownPart[] = [];
  /** Records of one kind; none where they cannot be read, and their part is unknown. */
  const read = async <T>(part: string, records: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await records();
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'storage-unavailable') throw error;
      unread.push({ part, code });
      return [];
    }
  };
  const letters = await read('refused-changes', async () => listRefusedChanges(atNow, alias));
  const changes = { listMarks: async () => known.marks };
  const held = await read('holds', async () => listHolds({ ...atNow, changes }, alias));
  const failing = await read('backoffs', async () => deps.backoffs.list(alias));
  if (known.evidence.kind === 'unknown') unread.push({ part: 'evidence', code: known.evidence.code });
  const noteUnread = (part: string, code: ErrorCode): void => {
    if (!unread.some((one) => one.part === part)) unread.push({ part, code });
  };
  return {
    administrators: known.administrators,
    ...(known.policiesElsewhere === undefined ? {} : { policiesElsewhere: known.policiesElsewhere }),
    uses: known.uses,
    logUnread: known.logUnread,
    lastAudit: known.lastAudit,
    unfinished: known.unfinished,
    own: known.own,
    evidence: valueOr(known.evidence, { faults: [] }),
    refusals: letters.map(({ id, groupName, memberId, decision, history }) => ({
      id,
      group: fold(groupName),
      memberId,
      decision,
      code: history.findLast(({ event }) => event === 'refused')?.code ?? '',
    })),
    deadDeliveries: await readDeadDeliveries(deps, alias, (code) => noteUnread('dead-deliveries', code)),
    holds: held.map(({ hash, removals, expiresAtMs }) => ({
      hash,
      removals: removals.length,
      expiresAtMs,
    })),
    marks: known.marks.map(({ subject: { kind, key }, sinceMs }) => ({ kind, key, sinceMs })),
    failing: failing.map(({ unit: { kind, key, name }, code, sinceMs }) => ({
      kind,
      key,
      name,
      code,
      sinceMs,
    })),
    secretEndsMs: await readSecretEnds(deps, policy, organization),
    sources: await readHeartbeats(deps, policy, organization, known.nowMs, (code) =>
      noteUnread('heartbeats', code),
    ),
    unread,
  };
}

async function readSecretEnds(
  deps: Pick<OperationalStateDeps, 'secretEnds' | 'ownSecrets'>,
  policy: Policy,
  organization: OrganizationPolicy,
): Promise<Known<ReadonlyMap<string, number>>> {
  const names = new Set([...secretsOf(policy, organization), ...deps.ownSecrets]);
  const ends = new Map<string, number>();
  try {
    for (const name of names) {
      const endsMs = await deps.secretEnds(name);
      if (endsMs !== undefined) ends.set(name, endsMs);
    }
    return { kind: 'known', value: ends };
  } catch (error) {
    return { kind: 'unknown', code: errorCodeOf(error) };
  }
}

/** Hears why a source could not be read, whose part is unknown then; the others are told. */
type OnUnread = (code: ErrorCode) => void;

async function readDeadDeliveries(
  deps: ListDeadDeliveriesDeps,
  alias: string,
  onUnread: OnUnread,
): Promise<OperationalState['deadDeliveries']> {
  const found = await listDeadDeliveries(deps, alias);
  for (const { unreadable } of found) if (unreadable !== undefined) onUnread(unreadable);
  return found
    .filter(({ unreadable }) => unreadable === undefined)
    .map(({ source: { feed, name }, deliveries }) => ({
      source: `${feed}/${name}`,
      deliveries: deliveries.length,
      codes: [...new Set(deliveries.map((dead) => lastFailureOf(dead).code))].toSorted(),
      sinceMs: Math.min(...deliveries.map(deadSinceMs)),
      refused: deliveries.reduce((sum, dead) => sum + timesRefused(dead), 0),
      fields: [
        ...new Set(deliveries.flatMap((dead) => unusableFieldsOf(dead).map(({ field }) => field))),
      ].toSorted(),
    }));
}

/** Every secret that the organization depends on. */
function secretsOf(
  { sources }: Pick<Policy, 'sources'>,
  { alias, credentialSecret, notify }: OrganizationPolicy,
): readonly string[] {
  const own = sources.filter(({ organizations }) => organizations.includes(alias));
  return [
    credentialSecret,
    ...own.flatMap(({ secret, fetchBack }) =>
      [secret, fetchBack?.secret].filter((name) => name !== undefined),
    ),
    ...notify.map(({ secret }) => secret),
  ];
}

/** A source without any delivery is recorded when an audit first sees it in the policy: its silence is measured from there. */
async function readHeartbeats(
  deps: Pick<OperationalStateDeps, 'deliveries' | 'heartbeats'>,
  policy: Policy,
  { alias }: OrganizationPolicy,
  nowMs: number,
  onUnread: OnUnread,
): Promise<OperationalState['sources']> {
  const sources: Array<OperationalState['sources'][number]> = [];
  for (const { feed, name, organizations, heartbeatHours } of policy.sources) {
    if (!organizations.includes(alias)) continue;
    try {
      const lastMs = await deps.deliveries.lastReceivedMs(feed, name);
      const namedMs = lastMs === undefined ? await deps.heartbeats.noteNamed(feed, name, nowMs) : undefined;
      if (heartbeatHours !== undefined)
        sources.push({ name: `${feed}/${name}`, heartbeatHours, lastMs, namedMs });
    } catch (error) {
      onUnread(errorCodeOf(error));
    }
  }
  return sources;
}
