import { toHistoryEntry, type HistoryEntry } from '../../domain/desk/history';
import { isOpen, type FindingRecord } from '../../domain/audit/finding';
import { fold } from '../../domain/fold';
import type { EvidenceRecord } from '../../domain/ledger/evidence';
import type { Hold } from '../../domain/plan/hold';
import type { OrganizationPolicy } from '../../domain/policy';
import { worstFirst } from '../../reports/shown-finding';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { RequestEntry } from '../../storage/request-index';
import { errorCodeOf } from '../../errors';
import { listHolds, type ListHoldsDeps } from '../ledger/list-holds';
import type { ReadNewestNight } from '../ledger/newest-night';
import { verifyFound, type PersonVerified, type VerifyPersonDeps } from './evidence/verify-person';
import { namesOfPerson } from './explain-access';
import { explainPerson, type ExplainDeps, type PersonExplained } from './explain-person';
import { readObstacles, requestOfPerson, type ObstaclesDeps } from './find-request-in-ledger';
import { accountsOf, membershipsOf, type AccountShown, type MembershipShown } from './memberships-of-person';
import { peopleInRecords, toListed, type ListedRequest } from './list-requests';
import { decidedByText, recordsOfJoined } from './read-history';

export type ShowPersonDeps = ExplainDeps &
  ListHoldsDeps &
  ObstaclesDeps &
  VerifyPersonDeps &
  Readonly<{
    newestNight: ReadNewestNight;
    recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
    evidenceLog: Pick<EvidenceLog, 'read'>;
  }>;

export type PersonShown = Readonly<{
  /** undefined: only UiPath knows them. */
  known: PersonExplained | undefined;
  accounts: readonly AccountShown[];
  takenAtMs: number | undefined;
  memberships: readonly MembershipShown[];
  findings: readonly FindingRecord[];
  /** The latest of their requests, newest first, and how many there are. */
  requests: readonly ListedRequest[];
  requestCount: number;
  holds: ReadonlyArray<Readonly<{ hold: Hold; groups: readonly string[] }>>;
  /** Newest first. */
  history: ReadonlyArray<Readonly<{ entry: HistoryEntry; record: EvidenceRecord }>>;
  historyCount: number;
  /** `signedEntries`: of the log, up to which it is signed and published. undefined: none is, or that cannot be read. */
  verified:
    | (PersonVerified & Readonly<{ signedEntries: number | undefined; signedAtMs: number | undefined }>)
    | undefined;
}>;

type AskedOfPerson = Readonly<{
  asked: string | Readonly<{ key: string }>;
  skip: number;
  most: number;
  tell: (atMs: number) => string;
}>;

/** How far each has come is asked of the whole ledger. */
const MOST_REQUESTS = 10;

/** What is known of a person, by an address or the key of their ledger, or of an account by its name. undefined: nothing is. */
export async function showPerson(
  deps: ShowPersonDeps,
  organization: OrganizationPolicy,
  { asked, skip, most, tell }: AskedOfPerson,
): Promise<PersonShown | undefined> {
  const { alias } = organization;
  const [known, night, findings] = await Promise.all([
    explainPerson(deps, alias, asked),
    deps.newestNight(alias),
    deps.recentFindings(alias),
  ]);
  const accounts = accountsOf(known, night, asked);
  if (known === undefined && accounts.length === 0) return undefined;
  const names = new Set([
    ...(known === undefined ? [] : namesOfPerson(known.ledger)),
    ...accounts.flatMap(({ memberId, name }) => [fold(memberId), fold(name)]),
  ]);
  const history = known === undefined ? [] : await historyOf(deps, alias, known);
  const requests = requestsIn(history, known);
  const oldestFirst = history.toReversed();
  const reading = { nowMs: deps.clock.now(), told: tell, obstacles: await readObstacles(deps, alias) };
  return {
    known,
    accounts,
    takenAtMs: night?.takenAtMs,
    memberships: membershipsOf(organization, { known, night, findings, accounts, names }),
    findings: worstFirst(openFindingsOf(findings, names)),
    requests: requests.slice(0, MOST_REQUESTS).map((entry) => {
      const seen = requestOfPerson(
        { key: known?.key ?? '', value: known?.ledger },
        organization,
        entry,
        reading,
      );
      const listed = toListed(organization, entry, seen, reading);
      return listed.requester === undefined
        ? { ...listed, ...peopleInRecords(oldestFirst, entry.requestId) }
        : listed;
    }),
    requestCount: requests.length,
    holds: known === undefined ? [] : await holdsOf(deps, alias, known.key),
    history: history.slice(skip, skip + most).map((record) => ({
      record,
      entry: toHistoryEntry(known?.ledger.email ?? '', record, decidedByText(record)),
    })),
    historyCount: history.length,
    verified: known === undefined ? undefined : await verifiedOf(deps, organization, known),
  };
}

/** What is open of whoever has one of these names. An account may have an empty one, and a finding none. */
export function openFindingsOf(
  findings: readonly FindingRecord[],
  names: ReadonlySet<string>,
): readonly FindingRecord[] {
  return findings.filter(
    (one) =>
      isOpen(one) &&
      [one.subject['memberId'], one.subject['name']].some(
        (name = '') => name !== '' && names.has(fold(name)),
      ),
  );
}

/** With what is on record of whoever joined them, the latest first. */
async function historyOf(
  deps: ShowPersonDeps,
  alias: string,
  { key, evidence }: PersonExplained,
): Promise<readonly EvidenceRecord[]> {
  const { about } = await recordsOfJoined(deps, alias, { key, records: evidence });
  const all = [...evidence, ...about.flatMap(({ records }) => records)].toReversed();
  return about.length === 0 ? all : all.toSorted((a, b) => b.atMs - a.atMs);
}

/** Every request that is on record of somebody, the latest first, each once: as it was judged last. */
function requestsIn(
  history: readonly EvidenceRecord[],
  known: PersonExplained | undefined,
): readonly RequestEntry[] {
  const found = new Map<string, RequestEntry>();
  for (const { kind, facts, atMs } of history) {
    const { requestId, action, group, outcome, source } = facts;
    if (kind !== 'access-request' || typeof requestId !== 'string' || typeof source !== 'string') continue;
    const key = JSON.stringify([requestId, group]);
    const isRepeated = outcome === 'duplicate' || outcome === 'stale';
    if (found.has(key) || isRepeated) continue;
    found.set(key, {
      requestId,
      source,
      action: typeof action === 'string' ? action : '',
      receivedAtMs: atMs,
      subject: { kind: 'person', key: known?.key ?? '' },
      group: typeof group === 'string' ? group : undefined,
      refusal: outcome === 'recorded' || typeof outcome !== 'string' ? undefined : outcome,
    });
  }
  return [...found.values()];
}

async function holdsOf(deps: ListHoldsDeps, alias: string, key: string): Promise<PersonShown['holds']> {
  const holds = await listHolds(deps, alias);
  return holds.flatMap((hold) => {
    const groups = hold.removals
      .filter(({ personKey }) => personKey === key)
      .map(({ groupName }) => groupName);
    return groups.length === 0 ? [] : [{ hold, groups }];
  });
}

async function verifiedOf(
  deps: ShowPersonDeps,
  organization: OrganizationPolicy,
  known: PersonExplained,
): Promise<PersonShown['verified']> {
  if (known.ledger.erased !== undefined) return undefined;
  try {
    const [verified, { published }] = await Promise.all([
      verifyFound(deps, organization, known),
      deps.evidenceLog.read(organization.alias),
    ]);
    return { ...verified, signedEntries: published?.size, signedAtMs: published?.atMs };
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
