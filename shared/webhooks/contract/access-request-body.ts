import { z } from 'zod';
import { endsAccess, type AccessRequest, type AccessRequestAction } from '../../domain/ledger/access-request';
import { boundByArrival } from './bound-by-arrival';
import { email, envelope, instant, localDate, optionalText, text } from './field-schemas';
import { resolveEnd, resolveStart } from './resolve-validity';

const ending = {
  until: z
    .union([instant(), localDate()], { error: 'Must be a time with an offset, or a day, such as 2026-12-31' })
    .nullish()
    .describe(
      "Ends at this instant, or with the end of this day in the organization's time zone. Not together with duration.",
    ),
  duration: z.iso
    .duration({ error: 'Must be an ISO 8601 duration, such as P30D or PT8H' })
    .max(40)
    .nullish()
    .describe('Ends this long after it began (ISO 8601, counted in UTC). Not together with until.'),
} as const;

const membership = (kind: 'grant' | 'extend') =>
  z.object({
    kind: z.literal(kind),
    person: email().describe('Who is to be a member.'),
    group: text(256).describe('Name of the group in the policy.'),
    validFrom: instant().nullish().describe('Begins at this instant; without it when it was approved.'),
    ...ending,
  });

const definition = z.object({
  groups: z.array(text(256)).min(1).max(50).describe('Names of the groups that the rule fills.'),
  conditions: z
    .array(
      z.object({
        claimName: text(256),
        conditionType: text(64).describe("UiPath's own name of the comparison, passed on as it is."),
        value: text(512),
      }),
    )
    .min(1)
    .max(50)
    .describe('All must hold. A rule without one would match everybody.'),
});

const rule = {
  name: text(128),
  definition,
  owner: email().describe('Who answers for the rule.'),
  ...ending,
} as const;

const entity = (kind: 'add-policy-entity' | 'remove-policy-entity') =>
  z.object({
    kind: z.literal(kind),
    entityType: z.enum(['user', 'group', 'application']),
    name: text(256).describe('E-mail address of a user, name of a group or an application.'),
  });

const ActionSchema = z
  .discriminatedUnion('kind', [
    membership('grant').describe('Makes a person a member of a group.'),
    membership('extend').describe('Lets a membership last longer: a new grant, approved on its own.'),
    z
      .object({
        kind: z.literal('revoke'),
        person: email(),
        group: text(256),
        grantRequestId: text(128)
          .nullish()
          .describe(
            'The id of the request whose grant ends; without it every grant of the person to the group.',
          ),
      })
      .describe('Ends a grant before its time. Birthright stays.'),
    z
      .object({
        kind: z.literal('create-rule'),
        ...rule,
        description: optionalText(512).default(''),
        enabled: z.boolean().default(true),
      })
      .describe('Creates an authorization rule.'),
    z
      .object({
        kind: z.literal('update-rule'),
        ...rule,
        description: optionalText(512),
        enabled: z.boolean(),
      })
      .describe('Replaces a rule: every field is said again.'),
    z.object({ kind: z.literal('delete-rule'), name: text(128) }).describe('Deletes a rule.'),
    entity('add-policy-entity').describe('Lets somebody through the access policy.'),
    entity('remove-policy-entity').describe('Takes somebody off the access policy.'),
  ])
  .describe('What was approved.');

export const AccessRequestBodySchema = z.object({
  type: z.literal('access.request.approved'),
  ...envelope,
  ticket: z
    .object({
      id: text(128).describe('The number people know the ticket by.'),
      url: z
        .url({ protocol: /^https?$/, error: 'Must be an http or https address' })
        .max(2048)
        .nullish(),
    })
    .describe('Where the approval can be looked up.'),
  requester: email().describe('Who asked.'),
  requestedAt: instant()
    .nullish()
    .describe('When it was asked for: what was approved before it is not approved.'),
  approvals: z
    .array(
      z.object({
        approver: email(),
        approvedAt: instant().describe('When this approver agreed: not in the future.'),
      }),
    )
    .max(20)
    .describe('Who agreed. The policy says who may, and how many it takes.'),
  action: ActionSchema,
});

type AccessRequestBody = z.output<typeof AccessRequestBodySchema>;

/** @throws `body-invalid` when the fields contradict each other, or what gives access is said or approved from the future */
export function toAccessRequest(body: AccessRequestBody, receivedAtMs: number): AccessRequest {
  const arrival = { receivedAtMs, endsAccess: endsAccess(body.action) };
  const occurredAtMs = boundByArrival(body.occurredAt, 'occurredAt', arrival);
  return {
    id: body.id,
    organization: body.organization ?? undefined,
    occurredAtMs,
    ticket: { id: body.ticket.id, url: body.ticket.url ?? undefined },
    requester: body.requester,
    ...(body.requestedAt ? { requestedAtMs: boundByArrival(body.requestedAt, 'requestedAt', arrival) } : {}),
    approvals: body.approvals.map(({ approver, approvedAt }, index) => ({
      approver,
      approvedAtMs: boundByArrival(approvedAt, `approvals[${index}].approvedAt`, arrival),
    })),
    action: toAction(body.action, occurredAtMs),
  };
}

function toAction(action: AccessRequestBody['action'], occurredAtMs: number): AccessRequestAction {
  switch (action.kind) {
    case 'grant':
    case 'extend': {
      const { kind, person, group } = action;
      const validFromMs = resolveStart(action, occurredAtMs);
      return { kind, person, group, validFromMs, ...resolveEnd(action, validFromMs) };
    }
    case 'revoke': {
      const { kind, person, group, grantRequestId } = action;
      return { kind, person, group, grantRequestId: grantRequestId ?? undefined };
    }
    case 'create-rule':
    case 'update-rule': {
      const { kind, name, description, enabled, definition: rules, owner } = action;
      const end = resolveEnd(action, occurredAtMs);
      return { kind, name, description, enabled, definition: rules, owner, ...end };
    }
    case 'delete-rule':
    case 'add-policy-entity':
    case 'remove-policy-entity':
      return action;
  }
}
