import { fold } from '../../shared/domain/fold';
import { personAt } from '../../shared/domain/ledger/worker-records';
import { hrBodies } from '../../sandbox/vendors/hr-bodies';
import { withAt } from '../fixtures/webhooks/leavings';
import { sayAfterJoining } from '../fixtures/webhooks/say-after-joining';
import { createSenderWorld } from '../fixtures/webhooks/sender-world';
import { ANA, NOW_MS, PERSON, postingOf, type VendorSender } from '../fixtures/webhooks/vendor-senders';
import { valueAt } from './clear-leaving';

/** Where a ticket says how long. */
const ends: Partial<Record<string, readonly string[]>> = {
  jira: ['issue.fields.customfield_10051'],
  'jira-automation': ['issue.fields.customfield_10051'],
  zendesk: ['duration', 'until'],
  freshservice: ['duration', 'until'],
  'power-automate': ['request.duration', 'request.until'],
  'servicenow-token': ['variables.access_duration', 'variables.access_until'],
  standard: ['action.duration', 'action.until'],
  'cloudevents-signed': ['data.action.duration', 'data.action.until'],
};

/** Where a hire says from when, and beside it whether somebody works. */
const starts: Partial<Record<string, readonly [start: string, status: string]>> = {
  'bamboohr-fields': ['employees.0.fields.Hire Date', 'employees.0.fields.Status'],
  merge: ['data.start_date', 'data.employment_status'],
};

/**
 * An end that is sent is the end of what is granted, or nothing is.
 * @throws Error when there is a grant without one
 */
export async function requireEnd(sender: VendorSender, mutate: (body: object) => unknown): Promise<void> {
  const places = sender.feed === 'ticket' ? ends[sender.format] : undefined;
  if (places === undefined) return;
  const sent = mutate(sender.body);
  if (!isObject(sent) || places.every((place) => isBlank(valueAt(sent, place)))) return;
  const { world } = await sayAfterJoining(sender, sent, { longestDays: 'any' });
  const grants = world.person('acme', PERSON)?.grants ?? [];
  if (grants.some(({ validUntilMs }) => validUntilMs === undefined))
    throw new Error(`An end that is sent is none: ${JSON.stringify(sent).slice(0, 2_000)}`);
}

/**
 * A start that is sent and is no day that has come begins nothing now.
 * @throws Error when it does
 */
export async function requireStart(sender: VendorSender, mutate: (body: object) => unknown): Promise<void> {
  const [start = '', status = ''] = sender.feed === 'hr' ? (starts[sender.format] ?? []) : [];
  if (start === '') return;
  const hired = { ...ANA, startDate: '2027-01-04' };
  const own = hrBodies[sender.format as 'merge']({ kind: 'joiner', worker: hired, atMs: NOW_MS });
  const mutated = mutate({ ...own });
  if (!isObject(mutated)) return;
  const sent = withAt(mutated, status, valueAt({ ...own }, status));
  const value = valueAt(sent, start);
  if (isBlank(value) || (typeof value === 'string' && fold(value) < '2026-11-21')) return;
  const world = createSenderWorld(sender);
  await world.deliver(postingOf(sender, { body: JSON.stringify(sent) })).catch(() => undefined);
  if (personAt(world.person('acme', PERSON)?.timeline ?? [], NOW_MS + 1).employment === 'active')
    throw new Error(`A start that is sent is none: ${JSON.stringify(sent).slice(0, 2_000)}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a system sends of a field that nobody filled in. */
function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'string') return value.trim() === '';
  if (!isObject(value)) return value === undefined || value === null;
  const wrapped = ['emailAddress', 'email', 'value', 'name', 'accountId'].flatMap((name) =>
    Object.hasOwn(value, name) ? [(value as Readonly<Record<string, unknown>>)[name]] : [],
  );
  return wrapped.length > 0 && wrapped.every((inner) => inner === null || inner === '');
}
