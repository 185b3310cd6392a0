import { z } from 'zod';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bodyInvalid, checkBody } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { textAt } from '../read-field-by-path';
import { senderId, WorkerIdSchema } from '../id-schemas';
import { saidAtOf } from '../parse-sender-time';
import type { WebhookFormat } from '../webhook-format';
import { statementIdOf, deriveWorkerEvents, type WorkerPlaces } from '../derive-worker-events';

const CalloutSchema = z.object({
  data: z.object({
    subject: z.object({ id: WorkerIdSchema }),
    workflow: z.object({ id: senderId(64) }),
    taskProcessingResult: z.object({ id: senderId(64), createdDateTime: z.string().max(40) }),
  }),
});

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
  dedupeId: (posted) => dedupeIdOf(posted, textAt(parsePosted(posted), 'data.taskProcessingResult.id')),
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const workflow = textAt(body, 'data.workflow.id')?.toLowerCase();
    const events = new Map([...mapping.events].map(([id, kind]) => [id.toLowerCase(), kind]));
    const kind = workerKindOf(workflow, noEvents, { ...mapping, events });
    if (textAt(body, 'type') !== 'lifecycleEvent' || kind === undefined) return 'ignored';
    const { taskProcessingResult: result } = checkBody(CalloutSchema, body).data;
    const occurredAtMs = saidAtOf(result.createdDateTime, posted, mapping);
    if (occurredAtMs === undefined)
      throw bodyInvalid([{ field: 'data.taskProcessingResult.createdDateTime', problem: 'Must be a time' }]);
    const found = deriveWorkerEvents(
      {
        id: statementIdOf(result.id),
        said: { kind, employmentChanged: kind === 'joiner', unproved: false },
        occurredAtMs,
        receivedAtMs: posted.receivedAtMs,
        record: body,
        places,
      },
      mapping,
    );
    return found.length === 0 ? 'ignored' : found.map((event) => ({ kind: 'worker-event', event }));
  },
};
