import { GOOD_POST } from './post-office';
import type { Body, Event, Story, TicketAction } from './story';
import { DAY_MS, GROUPS, HOUR_MS, LEAD, PEOPLE, REQUESTER, ROOMY, START_MS } from './test-organization';

const [ANA, BEN] = PEOPLE;
const MINUTE_MS = 60_000;

/** A few short histories, written by hand, that are played again and again with one fault at each step. */
export const FIXED_STORIES: Readonly<Record<string, Story>> = {
  'somebody joins, moves and leaves': storyOf([
    hr('joined', 0, { type: 'worker.joined', worker: { email: ANA }, attributes: { department: 'Finance' } }),
    hr('moved', 10, {
      type: 'worker.moved',
      worker: { email: ANA },
      attributes: { department: 'Automation' },
    }),
    hr('left', 20, { type: 'worker.left', worker: { email: ANA }, immediate: true }),
  ]),
  'two grants overlap and one is revoked': storyOf([
    ticket('short', 0, { kind: 'grant', person: BEN, group: GROUPS.support, until: at(120) }),
    ticket('long', 1, { kind: 'grant', person: BEN, group: GROUPS.support, until: at(600) }),
    ticket('other', 2, { kind: 'grant', person: BEN, group: GROUPS.night, until: at(600) }),
    ticket('revoked', 5, { kind: 'revoke', person: BEN, group: GROUPS.night }),
    { kind: 'tick', atMs: START_MS + 130 * MINUTE_MS },
    { kind: 'compare', atMs: START_MS + 140 * MINUTE_MS },
  ]),
  'a second grant comes while the first is applied': storyOf([
    ticket('first', 0, { kind: 'grant', person: BEN, group: GROUPS.support, until: at(600) }),
    ticket('second', 0.015, { kind: 'grant', person: BEN, group: GROUPS.night, until: at(600) }),
  ]),
  'a rule and a hire for tomorrow': storyOf([
    hr('hired', 0, {
      type: 'worker.joined',
      worker: { email: BEN },
      effectiveAt: at(1_500),
      attributes: { department: 'Legal' },
    }),
    ticket('rule', 1, {
      kind: 'create-rule',
      name: 'Night rule',
      definition: {
        groups: [GROUPS.users],
        conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Night' }],
      },
      owner: LEAD,
      until: at(3_000),
    }),
    { kind: 'tick', atMs: START_MS + 1_501 * MINUTE_MS },
  ]),
};

function at(minutes: number): string {
  return new Date(START_MS + minutes * MINUTE_MS).toISOString();
}

/** What happens, in calm weather, with a look at everything an hour and six weeks after the last of it. */
export function storyOf(events: readonly Event[]): Story {
  const last = Math.max(...events.map(({ atMs }) => atMs));
  return {
    seed: 1,
    organization: { graceDays: 0, limits: ROOMY, share: 0.5, guards: 'large' },
    weather: { steps: {}, post: GOOD_POST, instances: 1 },
    latencyMs: 0,
    events: [
      ...events,
      { kind: 'compare', atMs: last + HOUR_MS },
      { kind: 'compare', atMs: last + 45 * DAY_MS },
    ],
  };
}

type Unsaid<B> = B extends Body ? Omit<B, 'schemaVersion' | 'id' | 'occurredAt'> : never;

export function hr(id: string, minutes: number, body: Unsaid<Extract<Body, { worker: unknown }>>): Event {
  const said = { schemaVersion: 1, id, occurredAt: at(minutes) } as const;
  return deliver('hr', minutes, { ...said, ...body });
}

export function ticket(id: string, minutes: number, action: TicketAction): Event {
  const occurredAt = at(minutes);
  return deliver('ticket', minutes, {
    schemaVersion: 1,
    id,
    occurredAt,
    type: 'access.request.approved',
    ticket: { id: `T-${id}` },
    requester: REQUESTER,
    approvals: [{ approver: LEAD, approvedAt: occurredAt }],
    action,
  });
}

function deliver(feed: 'hr' | 'ticket', minutes: number, body: Body): Event {
  return {
    kind: 'deliver',
    atMs: START_MS + minutes * MINUTE_MS,
    delivery: { feed, webhookId: `msg_${body.id}`, body },
  };
}
