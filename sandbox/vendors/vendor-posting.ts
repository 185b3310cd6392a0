import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bodyTextOf } from './body-text';
import { hrBodies } from './hr-bodies';
import { createServiceNow } from './servicenow';
import { signers, type SignedFormat } from './signing';
import { serviceNowId, ticketBodies, type Ticket } from './ticket-bodies';

export type VendorPosting = Readonly<{ body: string; headers: Readonly<Record<string, string>> }>;

const WorkerAnswerSchema = z.object({
  id: z.string(),
  email: z.string(),
  department: z.string(),
  title: z.string(),
  location: z.string(),
  active: z.boolean(),
  startDate: z.string(),
  endDate: z.string().optional(),
});

/** Tells the HR system's own API what happened, and returns what its webhook says of it, signed. */
export async function hrPosting(
  source: string,
  news: Readonly<{
    kind: 'joiner' | 'mover' | 'leaver';
    email: string;
    attributes: Readonly<Record<string, string>>;
  }>,
  to: Readonly<{ hrApiUrl: string; secret: string }>,
): Promise<VendorPosting> {
  if (!isOneOf(hrBodies, source)) throw unknownVendor(source, Object.keys(hrBodies));
  const { kind, email, attributes } = news;
  const atMs = Date.now();
  const ended = kind === 'leaver' ? { active: false, endDate: yesterdayOf(atMs) } : { active: true };
  const id = createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 12);
  const response = await fetch(`${to.hrApiUrl}/workers`, {
    method: 'PUT',
    body: JSON.stringify({ ...attributes, id, email, ...ended }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = WorkerAnswerSchema.parse(await response.json());
  const worker = { ...answer, endDate: answer.endDate };
  return sign(source, hrBodies[source]({ kind, worker, atMs }), to.secret, atMs);
}

/** What a ticket system's webhook says of an approved request, signed. */
export function ticketPosting(
  source: string,
  ticket: Omit<Ticket, 'act' | 'atMs'> & Readonly<{ act: string }>,
  secret: string,
): VendorPosting {
  const isScripted = source === 'servicenow';
  if (!isScripted && !isOneOf(ticketBodies, source))
    throw unknownVendor(source, ['servicenow', ...Object.keys(ticketBodies)]);
  const { act } = ticket;
  if (act !== 'grant' && act !== 'revoke') throw new Error(`${source} can grant and revoke, not ${act}`);
  const atMs = Date.now();
  if (isScripted) return scriptedPosting({ ...ticket, act, atMs }, secret);
  return sign(source, ticketBodies[source]({ ...ticket, act, atMs }), secret, atMs);
}

/** ServiceNow posts what the script include of docs/sources makes of a requested item. */
function scriptedPosting(ticket: Ticket, secret: string): VendorPosting {
  const { number, act, person, group, duration = '', requester, approver, atMs } = ticket;
  const updatedOn = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  const site = { url: '', secret, nowMs: atMs, approvals: [{ approver: { email: approver }, updatedOn }] };
  const serviceNow = createServiceNow({ ...site, answerStatus: 200 });
  const sysId = serviceNowId('sc_req_item', number);
  const values = new Map([
    ['number', `RITM${String(number).padStart(7, '0')}`],
    ['request', serviceNowId('sc_request', number)],
    ['sys_mod_count', act === 'grant' ? '4' : '7'],
    ['sys_updated_on', updatedOn],
  ]);
  const item = {
    getUniqueValue: () => sysId,
    getValue: (name: string) => values.get(name),
    requested_for: { email: person },
    opened_by: { email: requester },
    variables: { access_group: group, access_duration: duration },
  };
  serviceNow.run(item, act);
  return { body: serviceNow.sent.body, headers: serviceNow.sent.headers };
}

function sign(source: SignedFormat, said: object, secret: string, atMs: number): VendorPosting {
  const body = bodyTextOf(source, said);
  return { body, headers: signers[source](body, { secret, atMs, id: randomUUID() }) };
}

function isOneOf<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

function unknownVendor(source: string, known: readonly string[]): Error {
  return new Error(`There is no such source for this: ${source}. There are: standard, ${known.join(', ')}`);
}

function yesterdayOf(atMs: number): string {
  return new Date(atMs - 86_400_000).toISOString().slice(0, 10);
}
