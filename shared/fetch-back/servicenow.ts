import { z } from 'zod';
import { AppError } from '../errors';
import type { TicketAdapter } from './vendor-adapter-interface';

const ListSchema = z.object({ result: z.array(z.record(z.string(), z.unknown())) });

const asked = [
  'sys_id',
  'number',
  'approval',
  'request',
  'sys_updated_on',
  'requested_for.email',
  'opened_by.email',
  'opened_at',
  'variables.access_group',
  'variables.access_duration',
  'variables.access_action',
];

/**
 * A requested item and the approvals of it and of its request, by ServiceNow's Table API. The secret is `user:password`, or an
 * access token. Times are UTC whatever the user's zone is, as values and not what is displayed are asked for.
 */
export const serviceNowAdapter: TicketAdapter = {
  secretForm: 'text',
  // As the rules of the instance say, by the hour: none unless somebody makes one. https://www.servicenow.com/docs/r/api-reference/rest-api-explorer/inbound-REST-API-rate-limiting.html
  limits: { timeoutMs: 30_000, attempts: 2, spacingMs: 500 },
  ticket: async ({ call, secret }, ticketId, fields) => {
    // A query of another meaning is no number.
    if (!/^[A-Za-z]{2,10}\d{1,20}$/.test(ticketId)) return undefined;
    const list = async (table: string, query: string, names: readonly string[]) => {
      const search = new URLSearchParams({
        sysparm_query: query,
        sysparm_fields: names.join(','),
        sysparm_exclude_reference_link: 'true',
        sysparm_limit: '50',
      });
      const answer = await call({
        method: 'GET',
        path: `/api/now/table/${table}?${search.toString()}`,
        headers: {
          authorization: secret.includes(':')
            ? `Basic ${Buffer.from(secret).toString('base64')}`
            : `Bearer ${secret}`,
        },
      });
      const parsed = ListSchema.safeParse(answer ?? { result: [] });
      if (!parsed.success)
        throw new AppError(
          'source-answer-invalid',
          "The answer of the source's own API is no list of records",
        );
      return parsed.data.result.map(nested);
    };
    const items = await list('sc_req_item', `number=${ticketId}`, [...new Set([...asked, ...fields])]);
    const item = items.find((one) => one['number'] === ticketId);
    if (item === undefined) return undefined;
    const about = [item['sys_id'], item['request']].filter(
      (id) => typeof id === 'string' && /^\w{32}$/.test(id),
    );
    const approvals =
      about.length === 0
        ? []
        : await list('sysapproval_approver', `sysapprovalIN${about.join(',')}`, [
            'approver.email',
            'state',
            'sys_updated_on',
          ]);
    return { ...item, approvals };
  },
};

/** Fields of another record come by their path: `requested_for.email` is a member of a member. */
function nested(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const groups = new Map<string, Record<string, unknown>>();
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    const [outer = '', ...inner] = name.split('.');
    if (inner.length === 0) own[name] = value;
    else groups.set(outer, { ...groups.get(outer), [inner.join('.')]: value });
  }
  return { ...own, ...Object.fromEntries(groups) };
}
