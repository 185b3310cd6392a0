import { z } from 'zod';
import { AppError } from '../errors';
import type { TicketAdapter } from './vendor-adapter-interface';

const IssueSchema = z.looseObject({ key: z.string() });
const ApprovalsSchema = z.object({ values: z.array(z.unknown()) });
const ChangesSchema = z.object({ total: z.number(), values: z.array(z.unknown()) });

/** Changes of a page of the change log, which begins with the oldest. */
const PAGE = 100;

/**
 * An issue of Jira, its change log and its approvals in Jira Service Management. The secret is `e-mail:API token`. An issue that is no request has
 * no approvals, and so nobody who approved.
 */
export const jiraAdapter: TicketAdapter = {
  secretForm: 'pair',
  // Numbers differ by endpoint and second, far above this. https://developer.atlassian.com/cloud/jira/platform/rate-limiting
  limits: { timeoutMs: 10_000, attempts: 3, spacingMs: 200 },
  ticket: async ({ call, secret }, ticketId) => {
    const headers = { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
    const key = encodeURIComponent(ticketId);
    const answer = await call({ method: 'GET', path: `/rest/api/3/issue/${key}`, headers });
    if (answer === undefined) return undefined;
    const issue = IssueSchema.safeParse(answer);
    const listed = await call({
      method: 'GET',
      path: `/rest/servicedeskapi/request/${key}/approval`,
      headers,
    });
    const approvals = ApprovalsSchema.safeParse(listed ?? { values: [] });
    // Last, so that it has whatever was changed before the rest was read.
    const changesFrom = async (startAt: number) => {
      const path = `/rest/api/3/issue/${key}/changelog?startAt=${startAt}&maxResults=${PAGE}`;
      return ChangesSchema.safeParse(await call({ method: 'GET', path, headers }));
    };
    const first = await changesFrom(0);
    const isLong = first.success && first.data.total > PAGE;
    const changes = isLong ? await changesFrom(first.data.total - PAGE) : first;
    if (!issue.success || !approvals.success || !changes.success)
      throw new AppError(
        'source-answer-invalid',
        "The answer of the source's own API is no issue with approvals and changes",
      );
    return { issue: issue.data, approvals: approvals.data.values, changes: changes.data.values };
  },
};
