import type { Clock } from './clock';
import { createBackoffStore } from './storage/backoffs';
import { createDeadDeliveries } from './storage/dead-deliveries';
import { createDeliveries } from './storage/deliveries';
import { createDueDates } from './storage/due-dates';
import { createFindingStore } from './storage/findings';
import { createHeartbeats } from './storage/ignored-deliveries-and-named-since';
import { createHoldStore } from './storage/holds';
import { createLedgerStore } from './storage/ledger';
import { createChangeStore } from './storage/marks-and-attempts';
import { createNotificationStates } from './storage/notification-state';
import { createPeopleByAccount } from './storage/people-by-account';
import { createProvisionedUsers } from './storage/provisioned-users';
import { createRefusedChangeStore } from './storage/refused-changes';
import { createRemovalLog } from './storage/removal-log';
import { createReportStore } from './storage/reports';
import { createRequestIndex } from './storage/request-index';
import { createSnapshotStore } from './storage/snapshots';
import type { StorageAccount } from './storage/storage-account';
import { coded } from './storage/storage-errors';
import { createWaiverStore } from './storage/waivers';
import { createWriterLeases } from './storage/writer-lease';

export type Stores = ReturnType<typeof createStores>;

/** Everything that one storage account keeps, but for the quota, which belongs to the clients of UiPath. */
export function createStores(storage: StorageAccount, clock: Clock) {
  return {
    deliveries: coded(createDeliveries(storage)),
    deadDeliveries: coded(createDeadDeliveries(storage)),
    heartbeats: coded(createHeartbeats(storage)),
    users: coded(createProvisionedUsers(storage, clock)),
    ledger: coded(createLedgerStore(storage)),
    changes: coded(createChangeStore(storage)),
    refusedChanges: coded(createRefusedChangeStore(storage)),
    due: coded(createDueDates(storage)),
    backoffs: coded(createBackoffStore(storage)),
    requests: coded(createRequestIndex(storage)),
    holds: coded(createHoldStore(storage)),
    removals: coded(createRemovalLog(storage)),
    accounts: coded(createPeopleByAccount(storage)),
    leases: coded(createWriterLeases(storage, clock)),
    findings: coded(createFindingStore(storage)),
    waivers: coded(createWaiverStore(storage)),
    snapshots: coded(createSnapshotStore(storage)),
    reports: coded(createReportStore(storage)),
    notificationStates: coded(createNotificationStates(storage)),
  } as const;
}
