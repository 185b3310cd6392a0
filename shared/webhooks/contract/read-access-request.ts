import { z } from 'zod';
import { hashOf } from '../../domain/canonical-json-hash';
import type { AccessRequest, AccessRequestKind } from '../../domain/ledger/access-request';
import { bodyProblemsOf, checkBody } from '../check-body';
import { AccessRequestBodySchema, toAccessRequest } from './access-request-body';

const BESIDE_AN_ENDING = ['id', 'occurredAt', 'requestedAt', 'ticket', 'ticket.id', 'ticket.url'];
const APPROVED_AT = /^approvals\[\d+\]\.approvedAt$/;
/** Nobody has to approve that a membership ends: what counts is who sent it. */
const BESIDE_A_REVOCATION = ['requester', 'approvals', 'action.grantRequestId'];
const OF_AN_APPROVAL = /^approvals\[\d+\](?:\.approver)?$/;

const ENDINGS = ['revoke', 'delete-rule', 'remove-policy-entity'] as const;
type EndingKind = (typeof ENDINGS)[number];

/** What asks to end something, however much else of it can be used. */
const EndingSchema = z.looseObject({
  action: z.looseObject({ kind: z.enum(ENDINGS) }),
  ticket: z.looseObject({}).catch({}),
  approvals: z.array(z.looseObject({}).catch({})).catch([]),
});
type BodyOfEnding = z.output<typeof EndingSchema>;

/**
 * Reads an access request of our own contract. What ends access and says of whom or what is read although something beside it cannot
 * be used: that is left out and named in `unusable`. Without a usable time it was said, and approved, when it arrived.
 * @throws AppError `body-invalid`
 */
export function readAccessRequest(said: unknown, receivedAtMs: number): AccessRequest {
  try {
    return toAccessRequest(checkBody(AccessRequestBodySchema, said), receivedAtMs);
  } catch (error) {
    const fields = bodyProblemsOf(error);
    const left = new Set(fields.map(({ field }) => field));
    const { data: ending } = EndingSchema.safeParse(said);
    if (left.size === 0 || ending === undefined) throw error;
    if (![...left].every((field) => isBeside(field, ending.action.kind))) throw error;
    const { data } = AccessRequestBodySchema.safeParse(without(ending, left, receivedAtMs));
    if (data === undefined) throw error;
    const request = toAccessRequest(data, receivedAtMs);
    return { ...request, ...(left.has('requester') ? { requester: '' } : {}), unusable: fields };
  }
}

/** Whether an action only takes away. */
export function isEnding(kind: AccessRequestKind): kind is EndingKind {
  return ENDINGS.some((ending) => ending === kind);
}

function isBeside(field: string, kind: EndingKind): boolean {
  if (BESIDE_AN_ENDING.includes(field) || APPROVED_AT.test(field)) return true;
  return kind === 'revoke' && (BESIDE_A_REVOCATION.includes(field) || OF_AN_APPROVAL.test(field));
}

/** The body with something in the place of what it cannot do without, and nothing in the place of the rest. */
function without(said: BodyOfEnding, left: ReadonlySet<string>, receivedAtMs: number): object {
  const arrival = new Date(receivedAtMs).toISOString();
  const id = left.has('id') ? hashOf(said) : said['id'];
  return {
    ...said,
    id,
    ...(left.has('occurredAt') ? { occurredAt: arrival } : {}),
    ...(left.has('requestedAt') ? { requestedAt: null } : {}),
    ticket: {
      ...said.ticket,
      ...(left.has('ticket') || left.has('ticket.id') ? { id } : {}),
      ...(left.has('ticket.url') ? { url: null } : {}),
    },
    ...(left.has('requester') ? { requester: said.action['person'] } : {}),
    approvals: said.approvals.flatMap((approval, index) => {
      if (left.has(`approvals[${index}]`) || left.has(`approvals[${index}].approver`)) return [];
      return [left.has(`approvals[${index}].approvedAt`) ? { ...approval, approvedAt: arrival } : approval];
    }),
    ...(left.has('action.grantRequestId') ? { action: { ...said.action, grantRequestId: null } } : {}),
  };
}
