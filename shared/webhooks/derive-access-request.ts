import type { AccessRequest } from '../domain/ledger/access-request';
import type { SourceMapping } from '../domain/source-settings';
import { addressOf } from './read-field-by-path';
import { bodyInvalid, checkBody } from './check-body';
import { saidAtOf } from './parse-sender-time';
import { AccessRequestBodySchema, toAccessRequest } from './contract/access-request-body';

/** Kinds of request that a native ticket format can make; rules and access-policy entries come in our own contract. */
export const ticketActs = ['grant', 'extend', 'revoke'] as const;
export type TicketAct = (typeof ticketActs)[number];

export type SaidOfTicket = Readonly<{
  id: string;
  act: TicketAct;
  occurredAtMs: number;
  receivedAtMs: number;
  ticketId: string;
  url: string | undefined;
  requester: string | undefined;
  approvals: ReadonlyArray<Readonly<{ approver: string | undefined; approvedAtMs: number }>>;
  /** Fields of the request: person, group, organization, duration, until, grantRequestId. */
  read: (field: string) => string | undefined;
  mapping: Pick<SourceMapping, 'people' | 'zone'>;
}>;

/**
 * Derives the access request of an approved ticket, validated by our own contract.
 * @throws AppError `body-invalid`, naming the fields as the policy places them
 */
export function deriveAccessRequest(said: SaidOfTicket): AccessRequest {
  const { read, mapping } = said;
  const person = addressOf(read('person'), mapping);
  const group = read('group');
  const missing = Object.entries({ person, group, requester: said.requester })
    .filter(([, value]) => value === undefined || value === '')
    .map(([name]) => ({ field: name, problem: `Is not where fields.${name} looks for it` }));
  if (missing.length > 0) throw bodyInvalid(missing);
  return toAccessRequest(
    checkBody(AccessRequestBodySchema, {
      schemaVersion: 1,
      type: 'access.request.approved',
      id: said.id,
      occurredAt: new Date(said.occurredAtMs).toISOString(),
      organization: read('organization') || undefined,
      ticket: { id: said.ticketId, url: said.url },
      requester: said.requester,
      approvals: said.approvals.map(({ approver, approvedAtMs }) => ({
        approver,
        approvedAt: new Date(approvedAtMs).toISOString(),
      })),
      action: {
        kind: said.act,
        person,
        group,
        ...(said.act === 'revoke'
          ? { grantRequestId: read('grantRequestId') || undefined }
          : { duration: read('duration') || undefined, until: endIn(read('until'), mapping) }),
      },
    }),
    said.receivedAtMs,
  );
}

/**
 * The access request of an event whose fields the policy places: the event is the approval, and an event
 * without a ticket id uses its own id.
 *
 * @throws AppError `body-invalid`
 */
export function deriveRequestOfEvent(
  event: Pick<SaidOfTicket, 'id' | 'act' | 'occurredAtMs' | 'receivedAtMs'>,
  read: SaidOfTicket['read'],
  mapping: SourceMapping,
): AccessRequest {
  const address = (text: string | undefined): string | undefined => addressOf(text, mapping);
  const { id, occurredAtMs } = event;
  return deriveAccessRequest({
    ...event,
    ticketId: read('ticketId') || id,
    url: read('url') || undefined,
    requester: address(read('requester')),
    approvals: [{ approver: address(read('approver')), approvedAtMs: occurredAtMs }],
    read,
    mapping,
  });
}

/** An end without an offset is of the source's zone: where the policy names none, nobody knows when it is. */
function endIn(text: string | undefined, { zone }: Pick<SourceMapping, 'zone'>): string | undefined {
  const untilMs = zone === undefined ? undefined : saidAtOf(text, { receivedAtMs: 0 }, { zone });
  return untilMs === undefined ? text || undefined : new Date(untilMs).toISOString();
}

/** The act that an event name stands for; undefined where it is no request. */
export function ticketActOf(name: string | undefined): TicketAct | undefined {
  return ticketActs.find((act) => act === name);
}
