import type { Random } from './random';
import type { Body } from './story';
import { DAY_MS, GROUPS, HOUR_MS, LEAD, REQUESTABLE, REQUESTER } from './test-organization';

/** A grant that was approved before. */
export type Granted = Readonly<{ id: string; person: string; group: string; untilMs: number }>;

type Ticket = Extract<Body, { ticket: unknown }>;

/** A grant, an extension or a revocation; what is granted is added to `granted`. */
export function makeTicket(
  random: Random,
  id: string,
  person: string,
  granted: Granted[],
  atMs: number,
): Ticket {
  const open = granted.filter(({ untilMs }) => untilMs > atMs);
  if (open.length > 0 && random.chance(0.3)) {
    const { id: grantRequestId, person: holder, group } = random.pick(open);
    return approved(id, atMs, {
      kind: 'revoke',
      person: holder,
      group,
      ...(random.chance(0.5) ? { grantRequestId } : {}),
    });
  }
  const isExtension = open.length > 0 && random.chance(0.3);
  const overlaps = isExtension || (open.length > 0 && random.chance(0.3));
  const { person: holder, group } = overlaps
    ? random.pick(open)
    : { person, group: random.pick(REQUESTABLE) };
  const fromMs = isExtension || random.chance(0.7) ? atMs : atMs + random.int(2 * DAY_MS);
  const untilMs = fromMs + random.pick([2 * HOUR_MS, DAY_MS, 4 * DAY_MS]) + random.int(HOUR_MS);
  granted.push({ id: `req-${id}`, person: holder, group, untilMs });
  return approved(id, atMs, {
    kind: isExtension ? 'extend' : 'grant',
    person: holder,
    group,
    ...(fromMs === atMs ? {} : { validFrom: new Date(fromMs).toISOString() }),
    until: new Date(untilMs).toISOString(),
  });
}

export function makeRule(random: Random, id: string, atMs: number): Ticket {
  const name = 'Night rule';
  if (random.chance(0.3)) return approved(id, atMs, { kind: 'delete-rule', name });
  return approved(id, atMs, {
    kind: 'create-rule',
    name,
    definition: {
      groups: [random.pick([GROUPS.users, GROUPS.finance])],
      conditions: [
        { claimName: 'department', conditionType: 'Contains', value: random.pick(['Night', 'Day']) },
      ],
    },
    owner: LEAD,
    until: new Date(atMs + random.pick([DAY_MS, 6 * DAY_MS])).toISOString(),
  });
}

function approved(id: string, atMs: number, action: Ticket['action']): Ticket {
  const occurredAt = new Date(atMs).toISOString();
  return {
    schemaVersion: 1,
    type: 'access.request.approved',
    id: `req-${id}`,
    occurredAt,
    ticket: { id: `T-${id}` },
    requester: REQUESTER,
    approvals: [{ approver: LEAD, approvedAt: occurredAt }],
    action,
  };
}
