import { fold } from '../../domain/fold';
import {
  asSeenIn,
  namedProgress,
  personProgress,
  withRejections,
  type Rejections,
  type RequestProgress,
} from '../../domain/ledger/request-progress';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import { waitsUntilMs, type Backoff } from '../../domain/plan/backoff';
import { refusalsInARow, waitsForPerson, type RefusedChange } from '../../domain/plan/refused-change';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import type { BackoffStore } from '../../storage/backoffs';
import type { LedgerStore } from '../../storage/ledger';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import { readWhoeverJoined } from '../ledger/find-person';
import type { RequestEntry } from '../../storage/request-index';

/** Who asked, who approved and in which ticket, as far as the ledger knows. */
export type RequestPeople = Readonly<{
  requester: string | undefined;
  approvers: readonly string[];
  ticket: string | undefined;
  ticketUrl: string | undefined;
}>;

/** What a request is about, as the ledger knows it, and how far it has come. */
export type RequestInLedger = Readonly<{
  /** Address of the person; undefined for rules and access-policy entries. */
  person: string | undefined;
  /** Name of the rule or of the access-policy entry. */
  name: string | undefined;
  progress: RequestProgress;
  /** Since when UiPath has the membership, as far as is known. */
  sinceMs: number | undefined;
  /** When what it waits for is tried again; undefined: with the next run. */
  nextTryMs: number | undefined;
  /** What is on record cannot be read. */
  isUnreadable?: true;
}> &
  RequestPeople;

/** What keeps changes from being made now. */
export type Obstacles = Readonly<{ refused: readonly RefusedChange[]; backoffs: readonly Backoff[] }>;

export type ObstaclesDeps = Readonly<{
  refusedChanges: Pick<RefusedChangeStore, 'list'>;
  backoffs: Pick<BackoffStore, 'list'>;
}>;

export async function readObstacles(
  { refusedChanges, backoffs }: ObstaclesDeps,
  alias: string,
): Promise<Obstacles> {
  const [refused, waiting] = await Promise.all([refusedChanges.list(alias), backoffs.list(alias)]);
  return { refused, backoffs: waiting };
}

const NOBODY: RequestPeople = {
  requester: undefined,
  approvers: [],
  ticket: undefined,
  ticketUrl: undefined,
};

/** Reads the ledger of a request's subject. One that cannot be read keeps no other request from being told. */
export async function findRequestInLedger(
  ...asked: Parameters<typeof readRequestInLedger>
): Promise<RequestInLedger> {
  try {
    return await readRequestInLedger(...asked);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    const [, , { group, refusal }] = asked;
    const progress = { state: refusal === undefined ? ('blocked' as const) : ('refused' as const), group };
    return {
      person: undefined,
      name: undefined,
      progress,
      isUnreadable: true,
      sinceMs: undefined,
      nextTryMs: undefined,
      ...NOBODY,
    };
  }
}

async function readRequestInLedger(
  ledger: Pick<LedgerStore, 'read'>,
  organization: OrganizationPolicy,
  entry: RequestEntry,
  { nowMs, obstacles }: Readonly<{ nowMs: number; obstacles: Obstacles }>,
): Promise<RequestInLedger> {
  const { requestId, refusal, group } = entry;
  const { kind, key } = entry.subject;
  if (kind === 'person') {
    const found = await readLedgerOfRequest(ledger, organization.alias, { key, requestId });
    return requestOfPerson(found, organization, entry, { nowMs, obstacles });
  }
  const value = (await ledger.read({ organization: organization.alias, key, kind }))?.value;
  const progress = namedProgress(value, organization, requestId, nowMs);
  const said = value?.statements.find((one) => one.requestId === requestId);
  return {
    person: undefined,
    name: value?.name,
    progress:
      refusal === undefined ? asSeenIn(organization, { group, ...progress }) : { state: 'refused', group },
    sinceMs: undefined,
    nextTryMs: backoffUntilMs(obstacles.backoffs, [`${kind}:${key}`], nowMs),
    ...NOBODY,
    requester: said?.requester,
    ticket: said?.ticketId,
  };
}

/** A request of somebody, as their ledger has it. */
export function requestOfPerson(
  { key, value }: Readonly<{ key: string; value: PersonLedger | undefined }>,
  organization: OrganizationPolicy,
  entry: RequestEntry,
  { nowMs, obstacles }: Readonly<{ nowMs: number; obstacles: Obstacles }>,
): RequestInLedger {
  const { requestId, refusal, group, action } = entry;
  const own = personProgress(value, organization, entry, nowMs);
  const about = fold(own.group ?? group ?? '');
  const progress = withRejections(
    own,
    rejectionsOf(obstacles.refused, {
      key,
      group: about,
      isAdd: action !== 'revoke' && own.state !== 'ending',
    }),
  );
  const grant = value?.grants.find(
    (one) => one.requestId === requestId && (group === undefined || fold(one.group) === about),
  );
  const membership = value?.applied.find(({ groupName }) => fold(groupName) === about);
  const units = [`person:${key}`, ...(membership === undefined ? [] : [`group:${membership.groupId}`])];
  return {
    person: value?.erased === undefined ? value?.email : undefined,
    name: undefined,
    progress:
      refusal === undefined ? asSeenIn(organization, { group, ...progress }) : { state: 'refused', group },
    sinceMs: membership?.sinceMs,
    nextTryMs: backoffUntilMs(obstacles.backoffs, units, nowMs),
    requester: grant?.requester,
    approvers: grant?.approvals.map(({ approver }) => approver) ?? [],
    ticket: grant?.ticketId,
    ticketUrl: grant?.ticketUrl,
  };
}

/** undefined: UiPath refused nothing of it, or not since somebody had it tried again. */
function rejectionsOf(
  refused: readonly RefusedChange[],
  { key, group, isAdd }: Readonly<{ key: string; group: string; isAdd: boolean }>,
): Rejections | undefined {
  const own = refused.find(
    ({ personKey, groupName, decision }) =>
      personKey === key && fold(groupName) === group && (decision === 'add') === isAdd,
  );
  const count = own === undefined ? 0 : refusalsInARow(own);
  if (own === undefined || count === 0) return undefined;
  return { count, code: own.history.at(-1)?.code ?? '', isFinal: waitsForPerson(own) };
}

function backoffUntilMs(
  backoffs: readonly Backoff[],
  units: readonly string[],
  nowMs: number,
): number | undefined {
  const waits = backoffs
    .filter(({ unit }) => units.includes(`${unit.kind}:${unit.key}`))
    .map((backoff) => waitsUntilMs(backoff, nowMs))
    .filter((untilMs) => untilMs > nowMs);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A request goes with its person when two are told apart: where the ledger does not have it, that of whoever was told apart does. */
async function readLedgerOfRequest(
  ledger: Pick<LedgerStore, 'read'>,
  organization: string,
  { key, requestId }: Readonly<{ key: string; requestId: string }>,
): Promise<Readonly<{ key: string; value: PersonLedger | undefined }>> {
  const found = await readWhoeverJoined(ledger, organization, key);
  const named = { key: found.key, value: found.stored?.value };
  if (named.value === undefined || hasRequest(named.value, requestId)) return named;
  for (const other of named.value.toldApart ?? []) {
    const { key: theirs, stored } = await readWhoeverJoined(ledger, organization, other);
    if (stored !== undefined && hasRequest(stored.value, requestId))
      return { key: theirs, value: stored.value };
  }
  return named;
}

function hasRequest({ grants, revocations }: PersonLedger, id: string): boolean {
  return [...grants, ...revocations].some(({ requestId }) => requestId === id);
}
