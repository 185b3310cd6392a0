import type { FieldProblem } from '../../domain/field-problem';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bytesIdOf, contentHashOf, dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt, textAt } from '../read-field-by-path';
import { senderId, WorkerIdSchema } from '../id-schemas';
import { usableAt, saidAtMs } from '../read-members';
import type { WebhookFormat } from '../webhook-format';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';

const RESULT = 'data.taskProcessingResult';

const places: WorkerPlaces = {
  email: ['data.subject.email', 'data.subject.userPrincipalName'],
  workerId: ['data.subject.id'],
  manager: ['data.subject.manager.email', 'data.subject.manager.userPrincipalName'],
};

const noEvents: ReadonlyMap<string, WorkerEventKind> = new Map();

/**
 * A custom task extension of Microsoft Entra Lifecycle Workflows, as its Logic App passes it on. It does not say whether
 * somebody joins or leaves: the workflow's id does, and the policy knows which is which.
 */
export const entraLifecycleWorkflowsSource: WebhookFormat = {
  format: 'entra-lifecycle-workflows',
  speaksOf: 'account',
  credential: { trust: 'identity' },
  bodyTypes: ['application/json'],
  eventsToMap: true,
  ownIds: true,
  dedupeId: (posted) => dedupeIdOf(posted, textAt(parsePosted(posted), 'data.taskProcessingResult.id')),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const workflow = eventNameAt(body, 'data.workflow.id')?.toLowerCase();
    const events = new Map([...mapping.events].map(([id, kind]) => [id.toLowerCase(), kind]));
    const kind = workerKindOf(workflow, noEvents, { ...mapping, events });
    if (eventNameAt(body, 'type') !== 'lifecycleEvent' || kind === undefined) return 'ignored';
    const unusable: FieldProblem[] = [];
    const resultId = usableAt(body, `${RESULT}.id`, senderId(64), unusable);
    usableAt(body, 'data.subject.id', WorkerIdSchema, unusable);
    const occurredAtMs = saidAtMs(
      body,
      `${RESULT}.createdDateTime`,
      { ...posted, zone: mapping.zone },
      unusable,
    );
    const found = deriveWorkerEvents(
      {
        id: statementIdOf(resultId ?? bytesIdOf(posted), contentHashOf(posted)),
        said: { kind, employmentChanged: kind === 'joiner', unproved: false },
        occurredAtMs,
        receivedAtMs: posted.receivedAtMs,
        record: body,
        places,
        unusable,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
};
