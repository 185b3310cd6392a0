import { createHash } from 'node:crypto';
import { fold } from '../domain/fold';
import type { AccessRequest } from '../domain/ledger/access-request';
import type { SourceMapping } from '../domain/source-settings';
import { addressOf, fieldReader, listReader } from './read-field-by-path';
import { bodyInvalid } from './check-body';
import { hasOffset, saidAtOf } from './parse-sender-time';
import { AppError } from '../errors';
import type { TicketMeaning } from './webhook-format';
import { readAccessRequest } from './contract/read-access-request';
import type { FieldProblem } from '../domain/field-problem';
import { tolerantReader } from './note-unusable';

/** Kinds of request that a native ticket format can make; rules and access-policy entries come in our own contract. */
export const ticketActs = ['grant', 'extend', 'revoke'] as const;
export type TicketAct = (typeof ticketActs)[number];

/** An event that takes an approval back, by the policy's name for it. */
export const WITHDRAW = 'withdraw';

export type SaidOfTicket = Readonly<{
  id: string;
  /** Another delivery may say of whom and which group the ticket is besides: they belong to the id, also of the only request. */
  isOnePart?: true;
  act: TicketAct;
  occurredAtMs: number;
  receivedAtMs: number;
  ticketId: string;
  url: string | undefined;
  requester: string | undefined;
  /** Without a time, where that cannot be read: nobody knows whether it is before what it approves. */
  approvals: ReadonlyArray<Readonly<{ approver: string | undefined; approvedAtMs: number | undefined }>>;
  /** Fields of the request: organization, requestedAt, duration, until, grantRequestId. */
  read: (field: string) => string | undefined;
  /** Fields of which a ticket may hold several: person, group. */
  readAll: (field: string) => readonly string[];
  /** The sender's own name of somebody, to the address. */
  address: (text: string | undefined) => string | undefined;
  /** Of times without an offset. */
  zone: SourceMapping['zone'];
  /** What cannot be used and is beside who and which group: it keeps no revocation, and anything else. */
  unusable: readonly FieldProblem[];
}>;

/** Of one ticket: what is more is a mistake, or for several. */
const MOST_REQUESTS = 50;

/**
 * Derives the access requests of an approved ticket, validated by our own contract: one for each person and group that it
 * names. One that cannot be used keeps no other out; where none can, the ticket is refused.
 * @throws AppError `body-invalid`, naming the fields as the policy places them
 */
export function deriveAccessRequests(said: SaidOfTicket): readonly TicketMeaning[] {
  const distinct = (field: string): readonly string[] => {
    const texts = said.readAll(field);
    return texts.length === 0 ? [''] : [...new Map(texts.map((text) => [fold(text), text])).values()];
  };
  const [people, groups] = [distinct('person'), distinct('group')];
  if (people.length * groups.length > MOST_REQUESTS)
    throw bodyInvalid([
      { field: 'group', problem: `Must not be more than ${MOST_REQUESTS}, for each of the people` },
    ]);
  const pairs = people.flatMap((person) => groups.map((group) => ({ person, group })));
  const isOne = pairs.length === 1;
  const meanings = pairs.map((pair): TicketMeaning => {
    const id = isOne && said.isOnePart !== true ? said.id : idOfPair(said.id, pair);
    try {
      return { kind: 'access-request', request: deriveAccessRequest({ ...said, id, ...pair }) };
    } catch (error) {
      if (isOne || !(error instanceof AppError) || error.code !== 'body-invalid') throw error;
      return { kind: 'unusable', fields: error.fields };
    }
  });
  const faults = meanings.flatMap((meaning) => (meaning.kind === 'unusable' ? meaning.fields : []));
  if (meanings.every(({ kind }) => kind === 'unusable')) throw bodyInvalid(faults.slice(0, 20));
  return meanings;
}

/** The same in any order of the lists, so that a ticket that is read again makes no other requests. */
function idOfPair(id: string, { person, group }: Readonly<{ person: string; group: string }>): string {
  const hash = createHash('sha256').update(JSON.stringify([fold(person), fold(group)]));
  return `${id.slice(-111)}-${hash.digest('hex').slice(0, 16)}`;
}

function deriveAccessRequest(
  said: SaidOfTicket & Readonly<{ person: string; group: string }>,
): AccessRequest {
  const { read, address, group } = said;
  const person = address(said.person);
  const ends = said.act === 'revoke';
  const missing = Object.entries({ person, group, ...(ends ? {} : { requester: said.requester }) })
    .filter(([, value]) => value === undefined || value === '')
    .map(([name]) => ({ field: name, problem: `Is not where fields.${name} looks for it` }));
  if (missing.length > 0) throw bodyInvalid(missing);
  const unusable = [...said.unusable];
  const readDetail = tolerantReader(read, unusable);
  const grantRequestId = ends ? readDetail('grantRequestId') || undefined : undefined;
  const requestedAt = readDetail('requestedAt') || undefined;
  if (unusable.length > 0 && !ends) throw bodyInvalid(unusable);
  const request = readAccessRequest(
    {
      schemaVersion: 1,
      type: 'access.request.approved',
      id: said.id,
      occurredAt: new Date(said.occurredAtMs).toISOString(),
      organization: read('organization') || undefined,
      ticket: { id: said.ticketId, url: said.url },
      requester: said.requester,
      requestedAt: requestedAtIn(requestedAt, said),
      approvals: said.approvals.map(({ approver, approvedAtMs }) => ({
        approver,
        approvedAt: approvedAtMs === undefined ? undefined : new Date(approvedAtMs).toISOString(),
      })),
      action: {
        kind: said.act,
        person,
        group,
        ...(ends
          ? { grantRequestId }
          : { duration: read('duration') || undefined, until: endIn(read('until'), said) }),
      },
    },
    said.receivedAtMs,
  );
  const left = [...unusable, ...(request.unusable ?? [])];
  return left.length === 0 ? request : { ...request, unusable: left };
}

/**
 * The access requests of an event whose fields the policy places: the event is the approval, and an event
 * without a ticket id uses its own id.
 *
 * @throws AppError `body-invalid`
 */
export function deriveRequestsOfEvent(
  event: Pick<SaidOfTicket, 'id' | 'act' | 'occurredAtMs' | 'receivedAtMs' | 'unusable'>,
  record: unknown,
  places: Readonly<Record<string, readonly string[]>>,
  mapping: SourceMapping,
): readonly TicketMeaning[] {
  const read = fieldReader(record, places, mapping);
  const address = (text: string | undefined): string | undefined => addressOf(text, mapping);
  const { id, occurredAtMs } = event;
  const unusable = [...event.unusable];
  const readDetail = tolerantReader(read, unusable);
  return deriveAccessRequests({
    ...event,
    ticketId: readDetail('ticketId') || id,
    url: readDetail('url') || undefined,
    requester: address(readDetail('requester')),
    approvals: [{ approver: address(readDetail('approver')), approvedAtMs: occurredAtMs }],
    unusable,
    read,
    readAll: listReader(record, places, mapping),
    address,
    zone: mapping.zone,
  });
}

/** A time that cannot be read is refused where it matters: it is not one that is missing. */
function requestedAtIn(text: string | undefined, said: SaidOfTicket): string | undefined {
  const atMs = saidAtOf(text, said, said);
  return atMs === undefined ? text : new Date(atMs).toISOString();
}

/** An end without an offset is of the source's zone: where the policy names none, nobody knows when it is. */
function endIn(text: string | undefined, { zone }: Pick<SourceMapping, 'zone'>): string | undefined {
  const isKnown = zone !== undefined || hasOffset(text ?? '');
  const untilMs = isKnown ? saidAtOf(text, { receivedAtMs: 0 }, { zone }) : undefined;
  return untilMs === undefined ? text || undefined : new Date(untilMs).toISOString();
}

/** What a withdrawal means: it holds from its arrival at the latest. */
export function withdrawalOf(
  ticketId: string,
  { occurredAtMs, receivedAtMs }: Readonly<{ occurredAtMs: number; receivedAtMs: number }>,
): readonly TicketMeaning[] {
  const atMs = Math.min(occurredAtMs, receivedAtMs);
  return [{ kind: 'withdrawal', withdrawal: { ticketId, occurredAtMs: atMs } }];
}

export function isWithdrawal(name: string | undefined): boolean {
  return fold(name ?? '') === WITHDRAW;
}

/** The act that an event name stands for, in any case; undefined where it is no request. */
export function ticketActOf(name: string | undefined): TicketAct | undefined {
  const folded = fold(name ?? '');
  return ticketActs.find((act) => act === folded);
}
