import { createServiceNow } from './servicenow';
import { serviceNowId, type Ticket } from './ticket';

/** ServiceNow posts what the script include of docs/sources makes of a requested item. */
export function scriptedPosting(
  ticket: Ticket,
  secret: string,
): Readonly<{ body: string; headers: Readonly<Record<string, string>> }> {
  const { number, act, person, group, duration = '', requester, approver, atMs } = ticket;
  const updatedOn = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  const site = { url: '', secret, nowMs: atMs, approvals: [{ approver: { email: approver }, updatedOn }] };
  const serviceNow = createServiceNow({ ...site, answerStatus: 200 });
  const values = new Map([
    ['number', `RITM${String(number).padStart(7, '0')}`],
    ['request', serviceNowId('sc_request', number)],
    ['sys_mod_count', act === 'grant' ? '4' : '7'],
    ['sys_updated_on', updatedOn],
  ]);
  const item = {
    getUniqueValue: () => serviceNowId('sc_req_item', number),
    getValue: (name: string) => values.get(name),
    requested_for: { email: person },
    opened_by: { email: requester },
    variables: { access_group: group, access_duration: duration },
  };
  serviceNow.run(item, act);
  return { body: serviceNow.sent.body, headers: serviceNow.sent.headers };
}
