import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DEMO_SEED, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { signers } from '../../../../sandbox/vendors/signing';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { signingSecret } from '../../../fakes/signed-delivery';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
type Source = 'github' | 'jira' | 'servicenow-token' | 'jira-automation';

const iso = (atMs: number): string => new Date(atMs).toISOString();
const nowOf = (world: World): number => world.engine.clock.now();

function usePolicy(world: World, withdrawal = 'end'): void {
  const organization = {
    partitionGlobalId: DEMO_SEED.partitionGlobalId,
    identityBaseUrl: world.engine.uipath.identityBaseUrl(ORGANIZATION),
    credentialSecret: 'uipath-acme',
    groups: { Finance: { requests: { approvers: [BEN] } }, Users: { requests: { approvers: [BEN] } } },
  };
  const issue = { person: 'issue.fields.person', group: 'issue.fields.group' };
  world.engine.setPolicy(
    JSON.stringify({
      version: 1,
      organizations: { [ORGANIZATION]: organization },
      sources: {
        hr: { standard: { secret: 'hr' } },
        tickets: {
          standard: { secret: 's' },
          github: { secret: 'github', withdrawal, format: 'github', people: { ana: ANA, ben: BEN } },
          jira: { secret: 'jira', withdrawal, format: 'jira', fields: issue },
          'jira-automation': {
            secret: 'jira-automation',
            withdrawal,
            format: 'jira-automation',
            fields: { ...issue, approver: 'issue.fields.approver' },
          },
          'servicenow-token': { secret: 'servicenow', withdrawal, format: 'servicenow-token' },
        },
      },
    }),
  );
}

async function begin(withdrawal?: string): Promise<World> {
  const world = await start();
  usePolicy(world, withdrawal);
  return world;
}

/** A body as its sender wrote it, from the raw bytes. */
async function send(world: World, source: Source, body: object): Promise<void> {
  const text = JSON.stringify(body);
  const nowMs = nowOf(world);
  const signed = signers[source](text, { secret: signingSecret, atMs: nowMs, id: randomUUID() });
  await acceptDelivery(world.engine.app, {
    feed: 'ticket',
    source,
    headers: new Headers(signed),
    rawBody: Buffer.from(text),
    receivedAtMs: nowMs,
  });
}

type Ticket = Readonly<{ atMs: number; person?: string; group?: string; by?: string; number?: number }>;

const gitHub = ({ atMs, person = CARA, group = 'Finance', by = 'ben', number = 1 }: Ticket) => ({
  sender: { login: by },
  repository: { full_name: 'acme/access' },
  issue: {
    number,
    created_at: iso(atMs - HOUR_MS),
    updated_at: iso(atMs),
    user: { login: 'ana' },
    body: `### Person\n\n${person}\n\n### Group\n\n${group}`,
  },
});
const label = { name: 'access-approved' };
const jira = (
  { atMs, person = CARA, group = 'Finance', by = BEN, number = 1 }: Ticket,
  item: object,
  change = 1,
) => ({
  timestamp: atMs,
  webhookEvent: 'jira:issue_updated',
  user: { emailAddress: by },
  issue: { key: `ACC-${number}`, self: '', fields: { reporter: { emailAddress: ANA }, person, group } },
  changelog: { id: String(atMs + change), items: [item] },
});
const status = (to: string, from = 'Open') => ({ field: 'status', fromString: from, toString: to });
const automation = (
  { atMs, person = CARA, group = 'Finance', by = BEN, number = 1 }: Ticket,
  name: string,
) => ({
  issue: {
    key: `ACC-${number}`,
    fields: {
      status: { name },
      updated: iso(atMs),
      reporter: { emailAddress: ANA },
      person,
      group,
      approver: by,
    },
  },
});
const item = (
  { atMs, person = CARA, group = 'Finance', by = BEN, number = 1 }: Ticket,
  approval: string,
) => ({
  number: `RITM000${number}`,
  sys_updated_on: iso(atMs),
  approval,
  requested_for: { email: person },
  opened_by: { email: ANA },
  approver: { email: by },
  variables: { access_group: group },
});

/** What approves a ticket, and what takes that back, in the words of each system. */
const SYSTEMS: ReadonlyArray<
  readonly [what: string, Source, approve: (ticket: Ticket) => object, withdraw: (ticket: Ticket) => object]
> = [
  [
    'a label that is removed',
    'github',
    (ticket) => ({ action: 'labeled', label, ...gitHub(ticket) }),
    (ticket) => ({ action: 'unlabeled', label, ...gitHub(ticket) }),
  ],
  [
    'a comment that is deleted',
    'github',
    (ticket) => ({ action: 'created', comment: commentOf(ticket), ...gitHub(ticket) }),
    (ticket) => ({ action: 'deleted', comment: commentOf(ticket), ...gitHub(ticket) }),
  ],
  [
    'a comment that is edited',
    'github',
    (ticket) => ({ action: 'created', comment: commentOf(ticket), ...gitHub(ticket) }),
    (ticket) => ({
      action: 'edited',
      comment: { ...commentOf(ticket), body: 'Rather not' },
      changes: { body: { from: '/approve' } },
      ...gitHub(ticket),
    }),
  ],
  [
    'an issue that is reopened',
    'jira',
    (ticket) => jira(ticket, status('Approved')),
    (ticket) => jira(ticket, status('Reopened', 'Approved'), 2),
  ],
  [
    'an issue that loses its resolution',
    'jira',
    (ticket) => jira(ticket, status('Approved')),
    (ticket) => jira(ticket, { field: 'resolution', fromString: 'Done', toString: null }, 2),
  ],
  [
    'an issue that waits for approval again',
    'jira-automation',
    (ticket) => automation(ticket, 'Approved'),
    (ticket) => automation(ticket, 'Waiting for approval'),
  ],
  [
    'an item whose approval is asked for again',
    'servicenow-token',
    (ticket) => item(ticket, 'approved'),
    (ticket) => item(ticket, 'requested'),
  ],
  [
    'an item that is rejected after all',
    'servicenow-token',
    (ticket) => item(ticket, 'approved'),
    (ticket) => item(ticket, 'rejected'),
  ],
];

function commentOf({ atMs, by = 'ben' }: Ticket): object {
  return { id: 7, body: '/approve', created_at: iso(atMs), user: { login: by } };
}

describe.each(SYSTEMS)('%s (%s)', (system, source, approve, withdraw) => {
  const say = async (world: World, body: object): Promise<void> => {
    await send(world, source, body);
    await world.settle();
  };

  it('ends what it granted, and takes nothing else', async () => {
    const world = await begin();
    const atMs = nowOf(world);
    await say(world, approve({ atMs }));
    await say(world, approve({ atMs, number: 2, group: 'Users' }));
    expect([world.members('Finance'), world.members('Users')]).toEqual([[CARA], [CARA]]);
    world.engine.clock.advance(HOUR_MS);
    await say(world, withdraw({ atMs: nowOf(world) }));
    expect([world.members('Finance'), world.members('Users')]).toEqual([[], [CARA]]);
    expect(await world.kinds(CARA)).toContain('approval-withdrawn');
    expect(await world.fault(CARA)).toBeUndefined();
  });

  it('by somebody who may not approve, of a ticket that now says something else', async () => {
    const world = await begin();
    await say(world, approve({ atMs: nowOf(world) }));
    world.engine.clock.advance(HOUR_MS);
    await say(world, withdraw({ atMs: nowOf(world), by: 'mallory', person: DAN, group: 'Users' }));
    expect(world.members('Finance')).toEqual([]);
  });

  it('that arrives before the approval that it takes back leaves nothing of it', async () => {
    const world = await begin();
    const atMs = nowOf(world);
    world.engine.clock.advance(HOUR_MS);
    await say(world, withdraw({ atMs: atMs + MINUTE_MS }));
    await say(world, approve({ atMs }));
    expect(world.members('Finance')).toEqual([]);
    expect(world.engine.log).toContainEqual(expect.objectContaining({ outcome: 'approval-withdrawn' }));
  });

  it('that arrives late leaves a later approval alone, and repeated changes nothing', async () => {
    const world = await begin();
    const atMs = nowOf(world);
    await say(world, approve({ atMs }));
    world.engine.clock.advance(HOUR_MS);
    await say(world, withdraw({ atMs: nowOf(world) }));
    const withdrawnAtMs = nowOf(world);
    world.engine.clock.advance(HOUR_MS);
    await say(world, approve({ atMs: nowOf(world) }));
    const isComment = system.startsWith('a comment');
    // Of one comment there is one approval.
    expect(world.members('Finance')).toEqual(isComment ? [] : [CARA]);
    world.engine.clock.advance(HOUR_MS);
    await say(world, { ...withdraw({ atMs: withdrawnAtMs }), again: true });
    expect(world.members('Finance')).toEqual(isComment ? [] : [CARA]);
  });

  it('at the second of the approval takes it back', async () => {
    const world = await begin();
    const atMs = nowOf(world);
    await say(world, approve({ atMs }));
    await say(world, withdraw({ atMs }));
    expect(world.members('Finance')).toEqual([]);
  });

  it('from the future takes back what was approved by its arrival, and no more', async () => {
    const world = await begin();
    await say(world, approve({ atMs: nowOf(world) }));
    await say(world, withdraw({ atMs: nowOf(world) + 48 * HOUR_MS }));
    expect(world.members('Finance')).toEqual([]);
    world.engine.clock.advance(HOUR_MS);
    await say(world, approve({ atMs: nowOf(world), number: 2 }));
    expect(world.members('Finance')).toEqual([CARA]);
  });

  it('goes on where the policy of the source says so', async () => {
    const world = await begin('keep');
    await say(world, approve({ atMs: nowOf(world) }));
    world.engine.clock.advance(HOUR_MS);
    await say(world, withdraw({ atMs: nowOf(world) }));
    expect(world.members('Finance')).toEqual([CARA]);
  });

  it('leaves somebody who has left as they are', async () => {
    const world = await begin();
    await say(world, approve({ atMs: nowOf(world) }));
    world.engine.clock.advance(MINUTE_MS);
    await world.leaves(CARA);
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    world.calls();
    await say(world, withdraw({ atMs: nowOf(world) }));
    expect(world.members('Finance')).toEqual([]);
    expect((await world.ledger(CARA))?.timeline).toMatchObject([{ kind: 'leaver' }]);
  });
});

describe('a withdrawal', () => {
  const approval = (atMs: number, number = 1) => ({ action: 'labeled', label, ...gitHub({ atMs, number }) });
  const withdrawal = (atMs: number) => ({ action: 'unlabeled', label, ...gitHub({ atMs }) });

  it('takes nothing of another source, though its ticket has the same number', async () => {
    const world = await begin();
    const id = 'acme/access#1';
    await world.asks('REQ-1', { kind: 'grant', person: CARA, group: 'Finance' }, { ticket: { id } });
    await world.settle();
    await send(world, 'github', withdrawal(nowOf(world)));
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
  });

  it('while the grant is on its way into the ledger ends it too', async () => {
    const world = await begin();
    const { app } = world.engine;
    const atMs = nowOf(world);
    world.engine.clock.advance(MINUTE_MS);
    let isFirst = true;
    const slow = {
      ...app,
      requests: {
        ...app.requests,
        noteTicket: async (...told: Parameters<typeof app.requests.noteTicket>) => {
          const noted = await app.requests.noteTicket(...told);
          if (isFirst) {
            isFirst = false;
            await app.requests.noteTicket(told[0], told[1], { withdrawnAtMs: atMs + 1 });
          }
          return noted;
        },
      },
    };
    await send(world, 'github', approval(atMs));
    await world.engine.work(slow);
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
    expect(await world.kinds(CARA)).toEqual(expect.arrayContaining(['access-request', 'approval-withdrawn']));
  });

  it('is followed after a process died between the note and the ledger', async () => {
    const world = await begin();
    const { app } = world.engine;
    await send(world, 'github', approval(nowOf(world)));
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    await send(world, 'github', withdrawal(nowOf(world)));
    const dying = {
      ...app,
      ledger: { ...app.ledger, write: async () => Promise.reject(new Error('The process died')) },
    };
    const [message] = world.engine.queued();
    await expect(world.engine.work(dying)).rejects.toThrow('The process died');
    if (message?.queue === 'deliveries') await app.queues.enqueueDelivery(message.message, 'normal');
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
  });

  it('of the status says that the request has ended', async () => {
    const world = await begin();
    const atMs = nowOf(world);
    await send(world, 'github', approval(atMs));
    await world.settle();
    const id = `acme.access-1-access-approved-${atMs}`;
    expect((await readRequestStatus(app(world), world.alias, id)).state).toBe('applied');
    world.engine.clock.advance(HOUR_MS);
    await send(world, 'github', withdrawal(nowOf(world)));
    await world.settle();
    expect((await readRequestStatus(app(world), world.alias, id)).state).toBe('ended');
  });

  it.each(['access-revoked', 'bug'])('is none where the label %s is removed', async (name) => {
    const world = await begin();
    await send(world, 'github', approval(nowOf(world)));
    await world.settle();
    world.engine.clock.advance(HOUR_MS);
    const removed = { action: 'unlabeled', label: { name }, ...gitHub({ atMs: nowOf(world) }) };
    await send(world, 'github', removed);
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA]);
  });
});

const app = (world: World): World['engine']['app'] => world.engine.app;
