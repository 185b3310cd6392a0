import { randomUUID } from 'node:crypto';
import type { Lane } from '../../domain/lane';
import type { Clock } from '../../clock';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { groupsByName } from '../../domain/groups-by-name';
import type { OrganizationPolicy } from '../../domain/policy';
import type { Log } from '../../log';
import type { PeopleByAccount } from '../../storage/people-by-account';
import type { ChangeStore, Fence } from '../../storage/marks-and-attempts';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import type { DueDates } from '../../storage/due-dates';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { RemovalLog } from '../../storage/removal-log';
import type { UiPathClient } from '../../uipath/client';

/** The calls to UiPath that the writer makes. */
export type WriterUiPath = Readonly<{
  groups: Pick<
    UiPathClient['groups'],
    'list' | 'loadByIds' | 'listMembers' | 'checkMembers' | 'updateMembers'
  >;
  directory: Pick<UiPathClient['directory'], 'resolve' | 'resolveByNames' | 'groupMembership'>;
  rules: Pick<UiPathClient['rules'], 'list' | 'read' | 'create' | 'update' | 'remove'>;
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read' | 'update'>;
}>;

export type RunStores = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write' | 'evidence'>;
  changes: Pick<ChangeStore, 'begin' | 'end' | 'listAttempts' | 'clearMark' | 'mark'>;
  due: Pick<DueDates, 'schedule'>;
  holds: HoldStore;
  removals: RemovalLog;
  refusedChanges: RefusedChangeStore;
  accounts: PeopleByAccount;
}>;

export type GroupInUiPath = Readonly<{ groupId: string; name: string }>;
/** A name with several groups names none of them. */
type GroupsByName = ReadonlyMap<string, readonly GroupInUiPath[]>;

/** One turn of the one writer of an organization. */
export type OrganizationRun = RunStores &
  Readonly<{
    organization: OrganizationPolicy;
    policyHash: string;
    uipathFor: (lane: Lane) => WriterUiPath;
    /** PUT calls that the quota leaves this lane now. */
    remainingPuts: (lane: Lane) => Promise<number>;
    /** Client ids of this application, which is never removed from anything. The directory may know it under another id. */
    ownIds: ReadonlySet<string>;
    /** Ids that go into one PUT: what the policy says, or less where UiPath has refused that. */
    maxIdsPerPut: () => number;
    learnMaxIdsPerPut: (most: number) => Promise<void>;
    /** True when somebody's access has to go before what is being done. */
    isUrgentWaiting: () => Promise<boolean>;
    /** People in the organization's ledger: read only when a mass removal is in question. */
    countPeople: () => Promise<number>;
    fence: Fence;
    clock: Clock;
    log: Log;
    /** Call it before each step that must not overlap with another writer. @throws AppError `lease-lost` */
    stillOurs: () => Promise<void>;
    /** The organization's groups by folded name, read at most once in a run. */
    groupsByName: (lane: Lane) => Promise<GroupsByName>;
  }>;

/** Reads the group list when it is first needed, in the lane of whoever needs it first: 1 GET. */
export function onceGroupsByName(
  list: (lane: Lane) => Promise<ReadonlyArray<Readonly<{ id: string; name: string }>>>,
): OrganizationRun['groupsByName'] {
  let reading: Promise<GroupsByName> | undefined;
  const read = async (lane: Lane): Promise<GroupsByName> =>
    groupsByName((await list(lane)).map(({ id: groupId, name }) => ({ groupId, name })));
  return async (lane) => (reading ??= read(lane));
}

/** An evidence entry of this run. */
export function runEvidence(
  run: Pick<OrganizationRun, 'clock' | 'policyHash'>,
  kind: string,
  facts: EvidenceEntry['facts'],
): EvidenceEntry {
  return { kind, atMs: run.clock.now(), policyHash: run.policyHash, facts };
}

/** Attempts sort by the time they began. */
export function newAttemptId(nowMs: number): string {
  return `${String(nowMs).padStart(15, '0')}-${randomUUID()}`;
}
