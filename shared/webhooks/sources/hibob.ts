import { z } from 'zod';
import type { FieldProblem } from '../../domain/field-problem';
import type { WorkerEventKind } from '../../domain/ledger/worker-event';
import { bodyInvalid } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { workerKindOf } from '../translate-worker-event-name';
import { parsePosted } from '../parse-posted-body';
import { eventNameAt, isAt, textAt } from '../read-field-by-path';
import { memberAt, saidAtMs, unusableMeanings } from '../read-members';
import type { WebhookFormat } from '../webhook-format';
import { WorkerIdSchema } from '../id-schemas';
import { statementIdOf } from '../derive-worker-events';
import { DAY_MS } from '../../domain/durations';

/** A read sooner than this may still give what was before. */
const SETTLING_MS = 20_000;
/** Bob tries for three days, and tells its time without a zone. No time is signed, so what is older is a replay. */
const OLDEST_MS = 7 * DAY_MS;

/** Version 2 names the employee in `data`, version 1 beside it. */
const EventSchema = z
  .object({
    type: z.string().max(100),
    triggeredAt: z.string(),
    data: z.looseObject({ employeeId: WorkerIdSchema.nullish() }).nullish(),
    employee: z.object({ id: WorkerIdSchema }).nullish(),
  })
  .transform(({ type, triggeredAt, data, employee }) => ({
    type,
    triggeredAt,
    data,
    employeeId: data?.employeeId ?? employee?.id,
  }));

/** Somebody with an end ahead is out at once: their record tells that end only, and `employee.left` still follows. */
const REVOKED = 'employee.access.revoked.immediately';

const events: ReadonlyMap<string, WorkerEventKind> = new Map([
  ['employee.created', 'joiner'],
  ['employee.joined', 'joiner'],
  ['employee.updated', 'mover'],
  ['employee.activated', 'joiner'],
  ['employee.inactivated', 'leaver'],
  ['employee.left', 'leaver'],
  [REVOKED, 'leaver'],
  ['table.entry.created', 'mover'],
  ['table.entry.updated', 'mover'],
]);

/** Webhooks of both versions: ids only. Lifecycle events come at midnight of their day where the site is. */
export const hibobSource: WebhookFormat = {
  format: 'hibob',
  credential: {
    trust: 'signed',
    signature: {
      algorithm: 'sha512',
      encoding: 'base64',
      key: 'text',
      issuedBy: 'vendor',
      signed: ['body'],
      headers: [{ signature: 'bob-signature' }],
      prefix: '',
      list: 'none',
      timestamp: undefined,
    },
  },
  bodyTypes: ['application/json'],
  greetings: ['Ping test', '"Ping test"', '{"text":"Ping test"}'],
  fetchBack: 'needed',
  dedupeId: (posted) => {
    const { data: event } = EventSchema.safeParse(parsePosted(posted));
    return dedupeIdOf(posted, event?.type, event?.employeeId, event?.triggeredAt, event?.data ?? null);
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = workerKindOf(eventNameAt(body, 'type'), events, mapping);
    if (kind === undefined) return 'ignored';
    const isNamedInData = isAt(body, 'data.employeeId') && textAt(body, 'data.employeeId') !== '';
    const place = isNamedInData ? 'data.employeeId' : 'employee.id';
    const employeeId = memberAt(body, place, WorkerIdSchema);
    const unusable: FieldProblem[] = [];
    const occurredAtMs = saidAtMs(body, 'triggeredAt', { ...posted, zone: mapping.zone }, unusable);
    if (occurredAtMs < posted.receivedAtMs - OLDEST_MS)
      throw bodyInvalid([{ field: 'triggeredAt', problem: 'Must not be older than a week' }]);
    return [
      {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(
            textAt(body, 'type'),
            employeeId,
            textAt(body, 'triggeredAt') ?? String(posted.receivedAtMs),
          ),
          workerId: employeeId,
          said: {
            kind,
            employmentChanged: kind === 'joiner',
            unproved: false,
            ...(kind === 'leaver' && textAt(body, 'type') === REVOKED ? { immediate: true } : {}),
          },
          occurredAtMs,
          settledAtMs: posted.receivedAtMs + SETTLING_MS,
        },
      },
      ...unusableMeanings(unusable),
    ];
  },
};
