import { describe, expect, it } from '@jest/globals';
import type { Hold } from '../../../shared/domain/plan/hold';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createDueDates } from '../../../shared/storage/due-dates';
import { createFindingStore } from '../../../shared/storage/findings';
import { createHoldStore } from '../../../shared/storage/holds';
import { createChangeStore } from '../../../shared/storage/marks-attempts-and-bookings';
import { createNotificationStates } from '../../../shared/storage/notification-state';
import { createProvisionedUsers } from '../../../shared/storage/provisioned-users';
import { createRefusedChangeStore } from '../../../shared/storage/refused-changes';
import { createRequestIndex } from '../../../shared/storage/request-index';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { tellHourly, type OnUnreadable, type UnreadableRow } from '../../../shared/storage/unreadable-rows';
import { createWaiverStore } from '../../../shared/storage/waivers';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const HOUR_MS = 3_600_000;

type Listed = Readonly<{
  table: string;
  /** Writes one readable record, and returns what a list has of it. */
  fill: (account: StorageAccount, partition: string) => Promise<unknown>;
  list: (account: StorageAccount, partition: string, tell: OnUnreadable) => Promise<readonly unknown[]>;
  partitionKey?: (partition: string) => string;
  rowKey?: string;
}>;

const hold: Hold = {
  hash: 'hash',
  state: 'held',
  guards: [],
  removals: [],
  heldAtMs: 1,
  expiresAtMs: 2,
  releasedBy: undefined,
  releasedAtMs: undefined,
};
const attempt = {
  kind: 'membership',
  id: 'id',
  groupId: 'g',
  groupName: 'G',
  add: [],
  remove: [],
  planHash: 'p',
  startedAtMs: 1,
} as const;

const STORES: Readonly<Record<string, Listed>> = {
  holds: {
    table: 'plans',
    fill: async (account, organization) => createHoldStore(account).put(organization, hold),
    list: async (account, organization, tell) => createHoldStore(account, tell).list(organization),
  },
  'refused changes': {
    table: 'deadletters',
    fill: async (account, organization) =>
      createRefusedChangeStore(account).put(organization, {
        id: 'id',
        personKey: 'p',
        groupId: 'g',
        groupName: 'G',
        memberId: 'm',
        decision: 'add',
        state: 'open',
        history: [],
      }),
    list: async (account, organization, tell) => createRefusedChangeStore(account, tell).list(organization),
  },
  findings: {
    table: 'findings',
    fill: async (account, organization) =>
      createFindingStore(account).save(organization, [
        {
          id: 'id',
          check: 'group-missing',
          severity: 'high',
          subject: {},
          state: 'new',
          firstSeenMs: 1,
          lastSeenMs: 1,
        },
      ]),
    list: async (account, organization, tell) => createFindingStore(account, tell).list(organization),
  },
  waivers: {
    table: 'waivers',
    fill: async (account, organization) =>
      createWaiverStore(account).put(organization, {
        findingId: 'id',
        reason: 'r',
        owner: 'o',
        ticket: 't',
        fromMs: 1,
        untilMs: 2,
        by: 'b',
      }),
    list: async (account, organization, tell) => createWaiverStore(account, tell).list(organization),
  },
  'receivers of notifications': {
    table: 'notifications',
    fill: async (account, organization) =>
      createNotificationStates(account).put(organization, {
        target: 't',
        night: undefined,
        toldAtMs: undefined,
        failure: undefined,
      }),
    list: async (account, organization, tell) => createNotificationStates(account, tell).list(organization),
  },
  'dead deliveries': {
    table: 'deliveries',
    partitionKey: (source) => `hr:${source}`,
    rowKey: 'x:000',
    fill: async (account, source) => {
      const key = { feed: 'hr', source, deliveryId: 'id' } as const;
      const delivery = {
        ...key,
        receivedAtMs: 1,
        contentType: 'application/json',
        body: Buffer.from('{}'),
      };
      await createDeliveries(account).insert(delivery);
      await createDeadDeliveries(account).fail(key, { code: 'body-invalid', tries: 5, atMs: 2 });
    },
    list: async (account, source, tell) => createDeadDeliveries(account, tell).list('hr', source),
  },
  requests: {
    table: 'requests',
    rowKey: `t:${'0'.repeat(15)}-${'a'.repeat(64)}`,
    fill: async (account, organization) =>
      createRequestIndex(account).put(organization, {
        requestId: 'id',
        source: 's',
        action: 'grant',
        receivedAtMs: 1,
        subject: { kind: 'person', key: 'p' },
        group: undefined,
        refusal: undefined,
      }),
    // As many as are asked for are found behind the one that cannot be read.
    list: async (account, organization, tell) =>
      createRequestIndex(account, tell).list(organization, { cursor: undefined, most: 1 }),
  },
  attempts: {
    table: 'changes',
    rowKey: 'a:000',
    fill: async (account, organization) => {
      const changes = createChangeStore(account);
      await changes.begin(organization, await changes.takeFence(organization), attempt);
    },
    list: async (account, organization, tell) =>
      (await createChangeStore(account, tell).listAttempts(organization)).filter(
        ({ kind }) => kind !== 'unreadable',
      ),
  },
  marks: {
    table: 'changes',
    rowKey: 'm:0:planet:mars',
    fill: async (account, organization) =>
      createChangeStore(account).mark({ organization, kind: 'person', key: 'p' }, 'normal', 1),
    list: async (account, organization, tell) =>
      (await createChangeStore(account, tell).listMarks(organization, 1)).filter(
        ({ subject }) => subject.kind !== 'unreadable',
      ),
  },
  'due dates': {
    table: 'due',
    rowKey: '000000000000001:planet:mars',
    fill: async (account, organization) =>
      createDueDates(account).schedule({
        subject: { organization, kind: 'person', key: 'p' },
        dueAtMs: 5,
      }),
    list: async (account, organization, tell) => createDueDates(account, tell).listDue(organization, 9, 1),
  },
  'provisioned users': {
    table: 'deliveries',
    partitionKey: (source) => `hr:${source}`,
    rowKey: 'u:000',
    fill: async (account, source) => {
      const after = {
        id: '11111111-1111-1111-1111-111111111111',
        version: 1,
        createdAtMs: 1,
        changedAtMs: 1,
        address: 'a@acme.example',
        formerAddresses: [],
        user: {},
      };
      const nothing = { before: undefined, take: [], drop: [], delivery: undefined };
      await createProvisionedUsers(account, { now: () => 1 }).write({ source, after, ...nothing });
    },
    list: async (account, source, tell) =>
      (await createProvisionedUsers(account, { now: () => 1 }, tell).list(source, { skip: 0, count: 9 }))
        .users,
  },
};

describe('a row that cannot be read', () => {
  it.each(Object.keys(STORES))('among %s is told, left as it is, and keeps no other back', async (name) => {
    const { table, fill, list, partitionKey = (same) => same, rowKey = '000' } = STORES[name] as Listed;
    const account = storage();
    const partition = newName('acme');
    await fill(account, partition);
    const before = await list(account, partition, () => undefined);
    expect(before).toHaveLength(1);
    const client = await account.table(table);
    const damaged = { partitionKey: partitionKey(partition), rowKey };
    for (const damage of [{ json0: '{"from":"elsewhere"}' }, { json0: '{}', schemaVersion: 2 }]) {
      await client.upsertEntity({ ...damaged, ...damage }, 'Replace');
      const told: UnreadableRow[] = [];
      expect(await list(account, partition, (row) => told.push(row))).toEqual(before);
      expect(told).toEqual([{ table, ...damaged }]);
      expect(await client.getEntity(damaged.partitionKey, rowKey)).toMatchObject(damage);
    }
  });

  it('is told once an hour, however many lists pass over it', () => {
    const told: string[] = [];
    let nowMs = 0;
    const tell = tellHourly(({ rowKey }) => told.push(rowKey), { now: () => nowMs });
    const row = { table: 'plans', partitionKey: 'acme', rowKey: 'a' };
    tell(row);
    tell({ ...row, rowKey: 'b' });
    nowMs = HOUR_MS - 1;
    tell(row);
    expect(told).toEqual(['a', 'b']);
    nowMs = HOUR_MS;
    tell(row);
    tell(row);
    expect(told).toEqual(['a', 'b', 'a']);
  });
});
