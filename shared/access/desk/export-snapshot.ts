import type { Clock } from '../../clock';
import type {
  ExportedAccount,
  ExportedGroup,
  ExportedPerson,
  ExportedSnapshot,
} from '../../domain/desk/exported-snapshot';
import { personAccess } from '../../domain/ledger/person-access';
import { addressesOf, knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { groupPolicyOf, type OrganizationPolicy, type Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { ReportStore } from '../../storage/reports';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';
import {
  addressesInStoredSnapshot,
  membersInStoredSnapshot,
  namesInStoredSnapshot,
} from '../ledger/group-in-stored-snapshot';
import { GroupsSchema } from '../ledger/snapshot-part-schemas';

export type ExportSnapshotDeps = Readonly<{
  policy: () => Promise<Policy>;
  snapshots: Pick<SnapshotStore, 'read'>;
  reports: Pick<ReportStore, 'list'>;
  ledger: Pick<LedgerStore, 'list'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Whoever asks waits half a minute. */
const LONGEST_READING_MS = 20_000;

/**
 * The newest snapshot of the audit with what the ledger knows of people now.
 * @throws AppError `report-unknown` before the first audit, `turn-over` where there are more people than can be read in time
 */
export async function exportSnapshot(
  deps: ExportSnapshotDeps,
  organization: OrganizationPolicy,
): Promise<ExportedSnapshot> {
  const { alias } = organization;
  const latest = (await deps.reports.list(alias)).at(-1);
  const stored = latest === undefined ? undefined : await deps.snapshots.read(alias, latest.night);
  const groups = stored?.parts.get('groups');
  if (latest === undefined || stored === undefined || groups === undefined)
    throw new AppError(
      'report-unknown',
      'No snapshot of an audit with its groups is stored: there is one after the first audit',
    );
  const { people, unreadablePeople } = await readPeople(deps, organization);
  return {
    snapshot: 1,
    organization: alias,
    night: latest.night,
    takenAtMs: latest.takenAtMs,
    atMs: deps.clock.now(),
    policyHash: (await deps.policy()).hash,
    ...(await membersOfAll(stored.parts, GroupsSchema.parse(JSON.parse(groups)))),
    people,
    unreadablePeople,
  };
}

/** Each account once, however many groups it is in. */
async function membersOfAll(
  parts: StoredSnapshot['parts'],
  listed: ReadonlyArray<Readonly<{ id: string; name: string; kind: string }>>,
): Promise<Readonly<{ accounts: readonly ExportedAccount[]; groups: readonly ExportedGroup[] }>> {
  const names = await namesInStoredSnapshot(parts);
  const accounts: ExportedAccount[] = [];
  const indexOf = new Map<string, number>();
  const groups: ExportedGroup[] = [];
  for (const { id, name, kind } of listed) {
    const members = await membersInStoredSnapshot(parts, id);
    const indices = members?.map(([memberId, memberKind]) => {
      const known = indexOf.get(memberId) ?? accounts.length;
      if (known === accounts.length) {
        indexOf.set(memberId, known);
        accounts.push({ id: memberId, kind: memberKind, name: names.get(memberId) ?? null });
      }
      return known;
    });
    groups.push({ id, name, isBuiltIn: kind === 'built-in', members: indices ?? null });
  }
  // Who is in no group that was read has an account all the same. Only users: a robot can be called as anybody's address.
  for (const [id, name] of await addressesInStoredSnapshot(parts))
    if (!indexOf.has(id)) accounts.push({ id, kind: 'user', name });
  return { accounts, groups };
}

async function readPeople(
  { ledger, clock }: ExportSnapshotDeps,
  organization: OrganizationPolicy,
): Promise<Pick<ExportedSnapshot, 'people' | 'unreadablePeople'>> {
  const people: ExportedPerson[] = [];
  let unreadablePeople = 0;
  const startedMs = clock.now();
  for await (const { value } of ledger.list(organization.alias, 'person')) {
    if (clock.now() - startedMs > LONGEST_READING_MS)
      throw new AppError('turn-over', 'There are more people than can be read while somebody waits', {
        retryAtMs: clock.now(),
      });
    if (value === undefined) unreadablePeople += 1;
    else if (value.joined === undefined && value.erased === undefined)
      people.push(toExportedPerson(value, organization, startedMs));
  }
  return { people, unreadablePeople };
}

function toExportedPerson(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): ExportedPerson {
  const { employment, reasons } = personAccess(ledger, organization, nowMs);
  const grants = reasons.flatMap(({ kind, group }) => (kind === 'grant' ? [group] : []));
  return {
    addresses: addressesOf(ledger),
    accountId: knownAccountOf(ledger) ?? null,
    employment,
    memberships: ledger.applied.map(({ groupId, origin }) => ({ groupId, origin })),
    grants: [...new Set(grants)].map((group) => groupPolicyOf(organization, group)?.name ?? group),
  };
}
