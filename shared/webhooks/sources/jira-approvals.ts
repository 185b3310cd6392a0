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
