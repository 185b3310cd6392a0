import { createEvidenceExport } from './access/ledger/export-evidence';
import type { Infrastructure } from './infrastructure';
import { createSentChanges } from './storage/calls/sent-changes';
import { createBackoffStore } from './storage/backoffs';
import { createDeadDeliveries } from './storage/dead-deliveries';
import { createDeliveries } from './storage/deliveries';
import { createFirstDecisions } from './storage/desk/first-decisions';
import { createPauses } from './storage/desk/pauses';
import { createKeptDeliveries } from './storage/desk/kept-deliveries';
import { createProposedPlans } from './storage/desk/proposed-plans';
import { createUploadedPeople } from './storage/desk/uploaded-people';
import { createSignIns } from './storage/desk/sign-ins';
import { createDueDates } from './storage/due-dates';
import { createEvidenceLog } from './storage/evidence/evidence-log';
import { createLogPublisher } from './storage/evidence/publish-log';
import { createCheckpointPlace } from './storage/evidence/checkpoint-place';
import { createUncopiedCheckpoints } from './storage/evidence/uncopied-checkpoints';
import { createPolicyArchive } from './storage/evidence/policy-archive';
import { createLogReader } from './storage/evidence/read-log';
import { createFindingStore } from './storage/findings';
import { createHeartbeats } from './storage/ignored-deliveries-and-named-since';
import { createHoldStore } from './storage/holds';
import { createLedgerStore } from './storage/ledger';
import { createChangeStore } from './storage/marks-attempts-and-bookings';
import { createNotificationStates } from './storage/notification-state';
import { createPeopleIndex } from './storage/people-index';
import { createProvisionedUsers } from './storage/provisioned-users';
import { createRefusedChangeStore } from './storage/refused-changes';
import { createRemovalLog } from './storage/removal-log';
import { createReportStore } from './storage/reports';
import { createRequestIndex } from './storage/request-index';
import { createSnapshotStore } from './storage/snapshots';
import { coded } from './storage/storage-errors';
import type { OnUnreadable } from './storage/unreadable-rows';
import { createWaiverStore } from './storage/waivers';
import { createWriterLeases } from './storage/writer-lease';

export type Stores = ReturnType<typeof createStores>;

/**
 * Everything that one storage account keeps, but for the quota, which belongs to the clients of UiPath. `onUnreadable` hears of
 * each row that a list passed over.
 */
export function createStores(
  {
    storage,
    clock,
    evidenceKeys,
    containerAt,
  }: Pick<Infrastructure, 'storage' | 'clock' | 'evidenceKeys' | 'containerAt'>,
  onUnreadable: OnUnreadable,
) {
  const evidenceLog = coded(createEvidenceLog(storage, evidenceKeys));
  return {
    deliveries: coded(createDeliveries(storage)),
    deadDeliveries: coded(createDeadDeliveries(storage, onUnreadable)),
    keptDeliveries: coded(createKeptDeliveries(storage)),
    heartbeats: coded(createHeartbeats(storage)),
    users: coded(createProvisionedUsers(storage, clock, onUnreadable)),
    evidenceLog,
    logReader: coded(createLogReader(storage)),
    logPublisher: coded(createLogPublisher(storage, evidenceLog, evidenceKeys)),
    checkpointPlace: createCheckpointPlace(containerAt),
    uncopiedCheckpoints: coded(createUncopiedCheckpoints(storage)),
    evidenceExport: coded(createEvidenceExport(storage)),
    policyArchive: coded(createPolicyArchive(storage)),
    ledger: coded(createLedgerStore(storage, onUnreadable, clock)),
    changes: coded(createChangeStore(storage, onUnreadable)),
    refusedChanges: coded(createRefusedChangeStore(storage, onUnreadable)),
    due: coded(createDueDates(storage, onUnreadable)),
    backoffs: coded(createBackoffStore(storage, onUnreadable)),
    requests: coded(createRequestIndex(storage, onUnreadable)),
    holds: coded(createHoldStore(storage, onUnreadable)),
    removals: coded(createRemovalLog(storage)),
    sentChanges: coded(createSentChanges(storage)),
    accounts: coded(createPeopleIndex(storage)),
    leases: coded(createWriterLeases(storage, clock)),
    findings: coded(createFindingStore(storage, onUnreadable)),
    firstDecisions: coded(createFirstDecisions(storage, onUnreadable)),
    pauses: coded(createPauses(storage, onUnreadable)),
    uploadedPeople: coded(createUploadedPeople(storage)),
    proposedPlans: coded(createProposedPlans(storage, onUnreadable)),
    signIns: coded(createSignIns(storage, onUnreadable)),
    waivers: coded(createWaiverStore(storage, onUnreadable)),
    snapshots: coded(createSnapshotStore(storage)),
    reports: coded(createReportStore(storage)),
    notificationStates: coded(createNotificationStates(storage, onUnreadable)),
  } as const;
}
