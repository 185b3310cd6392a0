import { GROUPS } from '../../sandbox/demo-organization';
import { hrPosting, ticketPosting, type VendorPosting } from '../../sandbox/vendors/vendor-posting';
import { send } from '../integration/stack/calls';
import { BEN_APPROVES } from './approvers';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { joins } from './attempts';
import type { Control } from './control';
import type { Target } from './target';
import { signers as signersOf } from '../../sandbox/vendors/signing';
import { nextTicketNumber } from './ticket-numbers';

const secretOf = (app: AttackedStack, source: string): string => app.stack.vendors.secrets[source] ?? '';

async function post(app: AttackedStack, path: string, { headers, body }: VendorPosting): Promise<unknown> {
  return send(`${app.stack.vendors.webhooksUrl}/${path}`, { method: 'POST', headers, pieces: [body] });
}

/** Has a ticket system say something of a ticket that it knows as `known`, and tells whether the person got the group. */
async function isGrantedBy(
  { app }: Target,
  known: Readonly<{ person?: string; rejected?: boolean; group?: string }>,
): Promise<boolean> {
  const attacked = await app();
  const person = attacked.person();
  const to = { ticketApiUrl: attacked.stack.vendors.ticketApiUrl, secret: secretOf(attacked, 'jira') };
  const ticket = {
    number: nextTicketNumber(),
    act: 'grant',
    person,
    group: GROUPS.finance,
    duration: 'P7D',
    ...BEN_APPROVES,
  };
  const posting = await ticketPosting('jira', ticket, to);
  await ticketPosting('jira', { ...ticket, ...known }, to);
  await post(attacked, 'tickets/jira', posting);
  await attacked.settle();
  return attacked.isIn(person, GROUPS.finance);
}

const ticketControl: Control = {
  id: 'a ticket that is looked up',
  says: 'A ticket that its system confirms gives the group',
  works: async (target) => isGrantedBy(target, {}),
};

/** Has BambooHR announce somebody whom it knows, under the worker id given instead of theirs. */
async function announce(app: AttackedStack, email: string, workerId?: string): Promise<void> {
  const posting = await hrPosting(
    'bamboohr',
    { kind: 'joiner', email, attributes: { department: 'Automation', title: 'x', location: 'x' } },
    { hrApiUrl: app.stack.vendors.hrApiUrl, secret: secretOf(app, 'bamboohr') },
  );
  const said = workerId === undefined ? undefined : JSON.stringify(workerId);
  await post(
    app,
    'hr/bamboohr',
    said === undefined
      ? posting
      : resigned(app, posting, (body) => body.replace(/"[0-9a-f]{12}"/g, () => said)),
  );
}

const workerControl: Control = {
  id: 'a worker who is looked up',
  says: 'A worker whom their HR system confirms gets what joiners get',
  works: async (target) => joins(target, async (app, _, email) => announce(app, email)),
};

/** What a delivery says against what its system says when it is asked. */
export const lookUpAttacks = [
  ...attacksOn('sender', ticketControl, [
    {
      id: 'ticket-that-was-declined',
      tries: 'Says that a ticket was approved which its system knows as declined',
      must: 'Nobody gets the group',
      run: async (target) => isGrantedBy(target, { rejected: true }),
    },
    {
      id: 'ticket-of-somebody-else',
      tries: 'Names another person than the ticket does',
      must: 'The one who was named does not get the group',
      run: async (target) => isGrantedBy(target, { person: 'ana.pop@acme.example' }),
    },
    {
      id: 'ticket-of-another-group',
      tries: 'Names another group than the ticket does',
      must: 'Nobody gets the group that was named',
      run: async (target) => isGrantedBy(target, { group: GROUPS.support }),
    },
  ]),
  ...attacksOn('sender', workerControl, [
    {
      id: 'worker-whom-nobody-knows',
      tries: 'Announces a worker id that the HR system does not have',
      must: 'Nobody joins',
      alone: true,
      run: async (target) => joins(target, async (app, _, email) => announce(app, email, '000000000000')),
    },
    {
      id: 'worker-id-that-is-a-path',
      tries: 'Announces worker ids that lead to another address of the HR system, or to another host',
      must: 'Only addresses of workers are asked for, and no other host',
      alone: true,
      run: async (target) => {
        const app = await target.app();
        const ids = [
          '../../v1/company',
          '..%2f..%2fadmin',
          `/${new URL(app.canary.url).host}/steal`,
          `@${new URL(app.canary.url).host}/steal`,
          '?x=1#',
          '.',
          '..',
        ];
        for (const id of ids) await announce(app, app.person(), id);
        await app.settle();
        return app.canary.calls().some(({ path }) => path.includes('steal'));
      },
    },
  ]),
];

/** A body of BambooHR with something else in it, signed as BambooHR signs. */
function resigned(
  app: AttackedStack,
  posting: VendorPosting,
  change: (body: string) => string,
): VendorPosting {
  const body = change(posting.body);
  return {
    body,
    headers: signersOf.bamboohr(body, { secret: secretOf(app, 'bamboohr'), atMs: Date.now(), id: 'x' }),
  };
}
