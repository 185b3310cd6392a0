import { sandboxSeal } from '../../sandbox/evidence-key';
import { emptyPersonLedger, type PersonLedger } from '../../shared/domain/ledger/person-ledger';
import { recordStatement } from '../../shared/domain/ledger/worker-timeline';
import type { Statement } from '../../shared/domain/ledger/statement';
import { personKey } from '../../shared/domain/person-key';
import { mapConcurrently } from '../../shared/map-concurrently';
import { createLedgerStore } from '../../shared/storage/ledger';
import { createChangeStore } from '../../shared/storage/marks-attempts-and-bookings';
import { openStorage } from '../../shared/storage/storage-account';
import { DAY_MS } from '../../shared/domain/durations';
import type { Surroundings } from '../engine';

/** Somebody who has worked here for a month, and is in these groups. */
export type Employee = Readonly<{
  email: string;
  attributes: Readonly<Record<string, string>>;
  groups: readonly string[];
}>;

const FILL_WIDTH = 32;
const EMPLOYED_MS = 30 * DAY_MS;

/**
 * Writes what is there already straight into storage: whom the ledger knows, with their accounts and memberships. With `leftMs`
 * they left then, and are marked for the writer.
 */
export async function fillLedger(
  { connectionString, uipath, clock }: Surroundings,
  organization: string,
  employees: readonly Employee[],
  leftMs?: number,
): Promise<void> {
  const storage = openStorage({ kind: 'connection-string', connectionString }, sandboxSeal);
  const ledger = createLedgerStore(storage);
  const changes = createChangeStore(storage);
  const groupIds = new Map(
    [...uipath.organization(organization).groups.values()].map(({ id, name }) => [name, id]),
  );
  await mapConcurrently(employees, FILL_WIDTH, async (employee) => {
    const { email } = employee;
    const subject = { organization, kind: 'person', key: personKey(email) } as const;
    const known = ledgerOf(employee, {
      memberId: uipath.idOf(organization, email),
      groupIds,
      nowMs: clock.now(),
      leftMs,
    });
    await ledger.write(subject, known, undefined, []);
    if (leftMs !== undefined) await changes.mark(subject, 'urgent', leftMs, 'standard');
  });
}

function ledgerOf(
  { email, attributes, groups }: Employee,
  known: Readonly<{
    memberId: string;
    groupIds: ReadonlyMap<string, string>;
    nowMs: number;
    leftMs: number | undefined;
  }>,
): PersonLedger {
  const { nowMs, leftMs } = known;
  const sinceMs = nowMs - EMPLOYED_MS;
  const says = (kind: Statement['kind'], atMs: number): Statement => ({
    id: `${kind}-${email}`,
    kind,
    occurredAtMs: atMs,
    effectiveAtMs: atMs,
    attributes: kind === 'joiner' ? attributes : {},
  });
  const words = [says('joiner', sinceMs), ...(leftMs === undefined ? [] : [says('leaver', leftMs)])];
  return {
    ...emptyPersonLedger(email),
    timeline: words.reduce<PersonLedger['timeline']>(
      (timeline, word) => recordStatement(timeline, word, nowMs).timeline,
      [],
    ),
    applied: groups.map((groupName) => ({
      groupId: known.groupIds.get(groupName) ?? '',
      groupName,
      origin: 'applied',
      sinceMs,
    })),
    identity: { kind: 'resolved', id: known.memberId, checkedAtMs: nowMs },
  };
}
