import { serviceNowId, type Ticket } from './ticket';
import { MANAGER, type Worker } from './workers';

type HrNews = Readonly<{ kind: 'joiner' | 'mover' | 'leaver'; worker: Worker; atMs: number }>;

const types = { joiner: 'worker.joined', mover: 'worker.moved', leaver: 'worker.left' } as const;

/** A worker event of our own contract, as an orchestration posts it: docs/schemas/worker-event.v1.schema.json. */
export function contractEvent(news: HrNews) {
  const { kind, worker, atMs } = news;
  return {
    schemaVersion: 1,
    type: types[kind],
    id: `${worker.id}-${kind}-${atMs}`,
    occurredAt: new Date(atMs).toISOString(),
    ...eventData(news),
  };
}

/** The same as a CloudEvent, which has id, type and time of its own. */
export function cloudWorkerEvent(news: HrNews) {
  const { kind, worker, atMs } = news;
  return {
    specversion: '1.0',
    id: `${worker.id}-${kind}-${atMs}`,
    source: 'https://hr.acme.example/workers',
    type: types[kind],
    subject: worker.id,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data: eventData(news),
  };
}

/** An approved request of our own contract: docs/schemas/access-request.v1.schema.json. */
export function contractRequest(ticket: Ticket) {
  const id = `REQ-${ticket.number}`;
  const url = `https://tickets.acme.example/${id}`;
  return requestBody(ticket, { id: `${id}-${ticket.act}`, ticket: { id, url } });
}

/** What the script include for ServiceNow makes of a requested item. */
export function serviceNowRequest(ticket: Ticket) {
  const number = `RITM${String(ticket.number).padStart(7, '0')}`;
  const sysId = serviceNowId('sc_req_item', ticket.number);
  const url = `https://acme.service-now.com/sc_req_item.do?sys_id=${sysId}`;
  return requestBody(ticket, {
    id: `${sysId}-${ticket.act === 'grant' ? 4 : 7}`,
    ticket: { id: number, url },
  });
}

/** The same as a CloudEvent. */
export function cloudRequest(ticket: Ticket) {
  const number = String(ticket.number);
  return {
    specversion: '1.0',
    id: `${number}-${ticket.act}`,
    source: 'https://tickets.acme.example',
    type: typeOf(ticket),
    subject: number,
    time: new Date(ticket.atMs).toISOString(),
    datacontenttype: 'application/json',
    data: { ticket: { id: number, url: `https://tickets.acme.example/${number}` }, ...requestData(ticket) },
  };
}

function eventData({ kind, worker }: HrNews) {
  const { department, title, location } = worker;
  return {
    worker: { email: worker.email, workerId: worker.id },
    ...(kind === 'leaver'
      ? { immediate: true }
      : { attributes: { department, title, location, manager: MANAGER.email } }),
  };
}

function requestBody(
  ticket: Ticket,
  about: Readonly<{ id: string; ticket: Readonly<{ id: string; url: string }> }>,
) {
  return {
    schemaVersion: 1,
    type: typeOf(ticket),
    occurredAt: new Date(ticket.atMs).toISOString(),
    ...about,
    ...requestData(ticket),
  };
}

function requestData({ act, person, group, duration, requester, approver, atMs }: Ticket) {
  return {
    requester,
    approvals: [{ approver, approvedAt: new Date(atMs).toISOString() }],
    action: { kind: act, person, group, ...(act === 'grant' ? { duration } : {}) },
  };
}

/** Our contract has no word for a refusal: whoever says one is not understood. */
function typeOf({ rejected }: Ticket): string {
  return rejected === true ? 'access.request.rejected' : 'access.request.approved';
}
