import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import { isRevoked } from '../../domain/ledger/person-access';
import type { Grant } from '../../domain/ledger/person-ledger';
import type { GroupRequest } from '../../domain/ledger/record-request';
import { personSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { RequestIndex } from '../../storage/request-index';
import type { Withdrawal } from '../../webhooks/webhook-format';
import { notJoined, readWhoeverJoined } from '../ledger/find-person';
import { ticketOf } from '../ledger/ticket-of';
import { updateLedger } from '../ledger/update-ledger';
import {
  markAndSchedulePerson,
  type DeliveryContext,
  type RecordWorkerEventDeps,
} from '../ledger/record-worker-event';

export type RecordWithdrawalDeps = RecordWorkerEventDeps &
  Readonly<{ requests: Pick<RequestIndex, 'noteTicket'> }>;

/**
 * Ends what a ticket granted, where its approval was taken back: by whomever, as that only takes away, and only what this source gave.
 * The ticket is noted first, so that an approval from before it that arrives later gives nothing. Returns the outcome as one word.
 */
export async function recordWithdrawal(
  deps: RecordWithdrawalDeps,
  context: DeliveryContext,
  { ticketId, occurredAtMs: withdrawnAtMs }: Withdrawal,
): Promise<string> {
  const { policy, source } = context;
  if (source.withdrawal === 'keep') return 'withdrawal-kept';
  let ended = 0;
  for (const alias of source.organizations) {
    const organization = policy.organizations.get(alias);
    if (organization === undefined) continue;
    const { people } = await deps.requests.noteTicket(alias, ticketOf(source, ticketId), { withdrawnAtMs });
    for (const person of people)
      ended += await endGrantsOfTicket(deps, context, organization, { person, ticketId, withdrawnAtMs });
  }
  return ended === 0 ? 'nothing-withdrawn' : 'withdrawn';
}

/** Ends the grants of one person that the ticket gave by an approval not later than its withdrawal; how many. Idempotent. */
async function endGrantsOfTicket(
  deps: RecordWithdrawalDeps,
  context: DeliveryContext,
  organization: OrganizationPolicy,
  about: Readonly<{ person: string; ticketId: string; withdrawnAtMs: number }>,
): Promise<number> {
  const { alias } = organization;
  const { key, stored } = await readWhoeverJoined(deps.ledger, alias, about.person);
  let ended = 0;
  for (const one of [key, ...(stored?.value.toldApart ?? [])])
    ended += await endGrantsOf(deps, context, organization, { ...about, person: one });
  return ended;
}

async function endGrantsOf(
  deps: RecordWithdrawalDeps,
  context: DeliveryContext,
  organization: OrganizationPolicy,
  about: Readonly<{ person: string; ticketId: string; withdrawnAtMs: number }>,
): Promise<number> {
  const { source, nowMs, deliveryId, policy } = context;
  const { ticketId, withdrawnAtMs } = about;
  const subject = personSubject(organization.alias, about.person);
  const isOfTicket = (grant: Grant): boolean =>
    grant.source === source.name && grant.ticketId === ticketId && grant.occurredAtMs <= withdrawnAtMs;
  let ended: readonly Grant[] = [];
  const written = await updateLedger(deps.ledger, subject, (current) => {
    if (current === undefined) return undefined;
    const ledger = notJoined(current);
    ended = ledger.grants.filter(
      (grant) => isOfTicket(grant) && (grant.validUntilMs ?? Infinity) > nowMs && !isRevoked(grant, ledger),
    );
    if (ended.length === 0) return undefined;
    const revocations = ended.map(({ requestId, group, under }) => ({
      requestId: `withdrawn:${requestId}`,
      group,
      grantRequestId: requestId,
      occurredAtMs: withdrawnAtMs,
      under,
    }));
    const next = { ...ledger, revocations: [...ledger.revocations, ...revocations] };
    const requestIds = ended.map(({ requestId }) => requestId);
    const facts = { deliveryId, source: source.name, ticketId, requestIds, withdrawnAtMs };
    const evidence = [{ kind: 'approval-withdrawn', atMs: nowMs, policyHash: policy.hash, facts }];
    return { next: fitPersonLedger(next, nowMs), evidence };
  });
  if (written?.grants.some(isOfTicket) === true)
    await markAndSchedulePerson(deps, context, subject, written, organization, true);
  return ended.length;
}

type Approved = Readonly<{ request: GroupRequest; person: string }>;

/** Notes whom the ticket of a request is for, by key, so that a withdrawal finds them; whether its approval was withdrawn since. */
export async function isWithdrawnSince(
  deps: RecordWithdrawalDeps,
  { source }: DeliveryContext,
  alias: string,
  { request: { action, ticket, occurredAtMs }, person }: Approved,
): Promise<boolean> {
  if (action.kind === 'revoke' || source.withdrawal === 'keep') return false;
  const { withdrawnAtMs } = await deps.requests.noteTicket(alias, ticketOf(source, ticket.id), { person });
  return withdrawnAtMs >= occurredAtMs;
}

/** Ends a grant that was withdrawn while it was on its way into the ledger, where the withdrawal did not find it. */
export async function endIfWithdrawnSince(
  deps: RecordWithdrawalDeps,
  context: DeliveryContext,
  organization: OrganizationPolicy,
  approved: Approved,
): Promise<void> {
  if (!(await isWithdrawnSince(deps, context, organization.alias, approved))) return;
  const { request, person } = approved;
  const about = { person, ticketId: request.ticket.id, withdrawnAtMs: request.occurredAtMs };
  await endGrantsOfTicket(deps, context, organization, about);
}
