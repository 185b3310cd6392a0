import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bodyTextOf } from './body-text';
import { formatOf, ticketSystemUrl } from './demo-sources';
import { hrBodies } from './hr-bodies';
import { scriptedPosting } from './scripted-posting';
import { signers, type SignedFormat } from './signing';
import type { Ticket } from './ticket';
import { ticketBodies } from './ticket-bodies';
import type { KeptTicket } from './ticket-records';

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
  const { format } = formatOf(source);
  if (!isOneOf(hrBodies, format)) throw unknownVendor(source, Object.keys(hrBodies));
  const { kind, email, attributes } = news;
  const atMs = Date.now();
  const ended = kind === 'leaver' ? { active: false, endDate: yesterdayOf(atMs) } : { active: true };
  const id = createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 12);
  const answer = WorkerAnswerSchema.parse(
    await put(`${to.hrApiUrl}/workers`, { ...attributes, id, email, ...ended }),
  );
  const worker = { ...answer, endDate: answer.endDate };
  return sign(source, format, hrBodies[format]({ kind, worker, atMs }), to.secret, atMs);
}

/** Tells the ticket system's own API of a decided request, and returns what its webhook says of it, signed. */
export async function ticketPosting(
  source: string,
  ticket: Omit<Ticket, 'act' | 'atMs'> & Readonly<{ act: string }>,
  to: Readonly<{ ticketApiUrl: string; secret: string }>,
): Promise<VendorPosting> {
  const { format } = formatOf(source);
  if (!isOneOf(ticketBodies, format)) throw unknownVendor(source, Object.keys(ticketBodies));
  const { act, rejected } = ticket;
  if (act !== 'grant' && act !== 'revoke') throw new Error(`${source} can grant and revoke, not ${act}`);
  const atMs = Date.now();
  const decided = { ...ticket, act, atMs } as const;
  const kept: KeptTicket = {
    ...decided,
    decisions: [rejected === true ? 'declined' : 'approved'],
    approvedAtMs: atMs,
  };
  await put(`${ticketSystemUrl(to.ticketApiUrl, source)}/tickets`, kept);
  if (format === 'servicenow') return scriptedPosting(decided, to.secret);
  return sign(source, format, ticketBodies[format](decided), to.secret, atMs);
}

function sign(
  source: string,
  format: SignedFormat,
  said: object,
  secret: string,
  atMs: number,
): VendorPosting {
  const body = bodyTextOf(format, said);
  const signer = formatOf(source).byIdentity ? signers['entra-lifecycle-workflows'] : signers[format];
  return { body, headers: signer(body, { secret, atMs, id: randomUUID() }) };
}

async function put(url: string, said: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'PUT',
    body: JSON.stringify(said),
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  return answer;
}

function isOneOf<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

function unknownVendor(source: string, known: readonly string[]): Error {
  return new Error(`There is no such source for this: ${source}. There are: ${known.join(', ')}`);
}

function yesterdayOf(atMs: number): string {
  return new Date(atMs - 86_400_000).toISOString().slice(0, 10);
}
