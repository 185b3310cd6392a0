import { z } from 'zod';
import { instantOf, longestMs } from '../parse-sender-time';
import type { SaidOfTicket } from '../derive-access-request';

const ApprovalsSchema = z.object({
  approvals: z
    .array(
      z.object({
        finalDecision: z.string(),
        completedDate: z
          .object({
            epochMillis: z.number().min(0).max(longestMs).optional().catch(undefined),
            iso8601: z.string().optional().catch(undefined),
          })
          .nullish(),
        approvers: z.array(
          z.object({
            approverDecision: z.string(),
            approver: z.object({ accountId: z.string().optional(), emailAddress: z.string().optional() }),
          }),
        ),
      }),
    )
    .max(50),
});

/** The adapter reads so many at most, the last ones. */
const MOST_CHANGES = 100;

const ChangesSchema = z.object({
  changes: z
    .array(z.object({ created: z.string(), items: z.array(z.object({ fieldId: z.string().optional() })) }))
    .max(MOST_CHANGES),
});

/** By the change log. A field without an id may be any. */
export function isIssueChangedSince(
  record: unknown,
  approvedAtMs: number,
  places: readonly string[],
): boolean {
  const { data } = ChangesSchema.safeParse(record);
  const fields = new Set(places.map((place) => /^issue\.fields\.([^.]+)/.exec(place)?.[1]));
  const later = data?.changes.filter(({ created }) => (instantOf(created) ?? Infinity) > approvedAtMs);
  if (later === undefined || later.length === MOST_CHANGES) return true;
  return later.some(({ items }) => items.some(({ fieldId }) => fieldId === undefined || fields.has(fieldId)));
}

/** Who agreed in Jira Service Management: nobody while an approval is open or was declined. Without an address it is the account id. */
export function jiraApprovalsIn(record: unknown): SaidOfTicket['approvals'] {
  const approvals = ApprovalsSchema.safeParse(record).data?.approvals ?? [];
  if (!approvals.every(({ finalDecision }) => finalDecision === 'approved')) return [];
  return approvals.flatMap(({ approvers, completedDate }) =>
    approvers
      .filter(({ approverDecision }) => approverDecision === 'approved')
      .map(({ approver }) => ({
        approver: approver.emailAddress?.trim() || approver.accountId,
        approvedAtMs: completedDate?.epochMillis ?? instantOf(completedDate?.iso8601),
      })),
  );
}
