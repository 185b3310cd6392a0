import { BEN, GROUPS } from '../../sandbox/demo-organization';
import { requestApproved, workerJoined, workerLeft } from '../../sandbox/events';
import { BEN_APPROVES, REQUESTER } from './approvers';
import { attacksOn } from './attack';
import { ASKER, CAROL, FORMER, MORE_GROUPS } from './attacked-policy';
import { grantControl, isGranted } from './attempts';
import type { Control } from './control';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const approval = (approver: string, atMs = Date.now()): object => ({ approver, approvedAt: iso(atMs) });

const twoControl: Control = {
  id: 'a grant that two approved',
  says: 'Two different approvers open the group that takes two',
  works: async (target) =>
    isGranted(target, () => ({
      group: MORE_GROUPS.twoEyes,
      body: { approvals: [approval(BEN), approval(CAROL)] },
    })),
};

const askerControl: Control = {
  id: 'a grant that the right person asked for',
  says: 'Whoever may ask for the group has it given',
  works: async (target) =>
    isGranted(target, () => ({ group: MORE_GROUPS.keepers, body: { requester: ASKER } })),
};

/** Tickets that were not approved as the policy says, from the ticket system itself. */
export const approvalAttacks = [
  ...attacksOn('sender', grantControl, [
    {
      id: 'approved-by-nobody',
      tries: 'Asks with an empty list of approvals',
      must: 'Nobody gets the group',
      run: async (target) => isGranted(target, () => ({ body: { approvals: [] } })),
    },
    {
      id: 'approved-by-a-stranger',
      tries: 'Has somebody approve whom the policy does not name',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({ body: { approvals: [approval('eve@acme.example')] } })),
    },
    {
      id: 'approved-by-a-look-alike',
      tries: 'Has somebody approve whose address looks like, or contains, that of an approver',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({
          body: {
            approvals: [
              'bеn.lead@acme.example',
              'ben.lead@acme.example.evil.example',
              'ben.lead+x@acme.example',
              'xben.lead@acme.example',
              'ben,lead@acme.example',
              'ben.lead@acmе.example',
            ].map((address) => approval(address)),
          },
        })),
    },
    {
      id: 'approved-in-the-future',
      tries: 'Says that it was approved tomorrow',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({ body: { approvals: [approval(BEN, Date.now() + DAY_MS)] } })),
    },
    {
      id: 'approved-long-ago',
      tries: 'Shows an approval of forty days ago',
      must: 'Nobody gets the group: approvals last thirty days',
      run: async (target) =>
        isGranted(target, () => ({ body: { approvals: [approval(BEN, Date.now() - 40 * DAY_MS)] } })),
    },
    {
      id: 'approved-before-it-was-asked',
      tries: 'Shows an approval that is older than the request',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({
          body: { requestedAt: iso(Date.now()), approvals: [approval(BEN, Date.now() - DAY_MS)] },
        })),
    },
    {
      id: 'approved-for-another-group',
      tries: 'Uses the id of a delivery about an approved ticket again with another group in it',
      must: 'Nobody gets the other group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        const id = `REQ-${person}`;
        const grant = (group: string): object =>
          requestApproved(BEN_APPROVES, { kind: 'grant', person, group, duration: 'P7D' }, id);
        await app.sayTicket(grant(GROUPS.finance), { id });
        await app.settle();
        await app.sayTicket(grant(GROUPS.support), { id });
        await app.settle();
        return app.isIn(person, GROUPS.support);
      },
    },
    {
      id: 'approved-for-another-person',
      tries: 'Uses the id of a delivery about an approved ticket again for somebody else',
      must: 'The other one does not get the group',
      run: async (target) => {
        const app = await target.app();
        const [person, other] = [app.person(), app.person()];
        const id = `REQ-${person}`;
        const grant = (to: string): object =>
          requestApproved(
            BEN_APPROVES,
            { kind: 'grant', person: to, group: GROUPS.finance, duration: 'P7D' },
            id,
          );
        await app.sayTicket(grant(person), { id });
        await app.settle();
        await app.sayTicket(grant(other), { id });
        await app.settle();
        return app.isIn(other, GROUPS.finance);
      },
    },
    {
      id: 'approver-who-has-left',
      tries: 'Has somebody approve who left the company',
      must: 'Nobody gets the group',
      run: async (target) => {
        const app = await target.app();
        await app.sayHr(workerJoined(FORMER, { department: 'Sales' }));
        await app.sayHr({ ...workerLeft(FORMER), occurredAt: iso(Date.now()) });
        await app.settle();
        return isGranted(target, () => ({ body: { approvals: [approval(FORMER)] } }));
      },
    },
    {
      id: 'approver-approves-for-themselves',
      tries: 'An approver approves what is for themselves, asked for by another',
      must: 'They do not get the group',
      run: async (target) =>
        isGranted(target, () => ({ person: CAROL, body: { approvals: [approval(CAROL)] } })),
    },
    {
      id: 'approver-approves-what-they-asked-for',
      tries: 'An approver approves what they asked for themselves, for another',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({ body: { requester: BEN, approvals: [approval(BEN)] } })),
    },
    {
      id: 'approver-in-other-letters',
      tries: 'An approver approves for themselves under their address in capitals',
      must: 'They do not get the group',
      run: async (target) =>
        isGranted(target, () => ({
          person: CAROL.toUpperCase(),
          body: { approvals: [approval(CAROL)] },
        })).then(async () => (await target.app()).isIn(CAROL, MORE_GROUPS.reviewed)),
    },
    {
      id: 'approver-under-a-second-address',
      tries: 'An approver has HR give them another address first, and approves for that one',
      must: 'They do not get the group',
      run: async (target) => {
        const app = await target.app();
        const second = app.person();
        const at = (email: string, type: 'worker.joined' | 'worker.moved'): object => ({
          ...workerJoined(email, { department: 'Sales' }, 'carol-1'),
          type,
        });
        await app.sayHr(at(CAROL, 'worker.joined'));
        await app.settle();
        await app.sayHr(at(second, 'worker.moved'));
        await app.settle();
        return isGranted(target, () => ({ person: second, body: { approvals: [approval(CAROL)] } }));
      },
    },
    {
      id: 'grant-for-somebody-who-left',
      tries: 'Asks, approved, for a group for somebody who has left',
      must: 'They do not get the group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        await app.sayHr(workerJoined(person, { department: 'Sales' }));
        await app.sayHr(workerLeft(person));
        await app.settle();
        return isGranted(target, () => ({ person }));
      },
    },
    {
      id: 'extension-without-approval',
      tries: 'Asks for a group by extending what was never granted, approved by nobody',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, ({ action }) => ({
          body: { approvals: [], action: { ...action, kind: 'extend' } },
        })),
    },
  ]),
  ...attacksOn('sender', twoControl, [
    {
      id: 'one-approval-where-it-takes-two',
      tries: 'Asks with one approval for a group that takes two',
      must: 'Nobody gets the group',
      run: async (target) => isGranted(target, () => ({ group: MORE_GROUPS.twoEyes })),
    },
    {
      id: 'one-approver-twice',
      tries: 'Has one approver approve twice, once in capitals',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({
          group: MORE_GROUPS.twoEyes,
          body: { approvals: [approval(BEN), approval(BEN.toUpperCase()), approval(` ${BEN} `)] },
        })),
    },
    {
      id: 'second-approval-by-the-requester',
      tries: 'Counts the requester, who may approve, as the second approver',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({
          group: MORE_GROUPS.twoEyes,
          body: { requester: CAROL, approvals: [approval(BEN), approval(CAROL)] },
        })),
    },
    {
      id: 'second-approval-in-json-twice',
      tries: 'Writes the list of approvals twice into one JSON object, with one approver each',
      must: 'Nobody gets the group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        const { approvals: _, ...rest } = requestApproved(BEN_APPROVES, {
          kind: 'grant',
          person,
          group: MORE_GROUPS.twoEyes,
          duration: 'P7D',
        }) as Record<string, unknown>;
        const lists = [BEN, CAROL].map((one) => `"approvals":[${JSON.stringify(approval(one))}]`).join(',');
        await app.sayTicket(`${JSON.stringify(rest).slice(0, -1)},${lists}}`);
        await app.settle();
        return app.isIn(person, MORE_GROUPS.twoEyes);
      },
    },
  ]),
  ...attacksOn('sender', askerControl, [
    {
      id: 'requester-who-may-not-ask',
      tries: 'Somebody asks, approved, for a group that only others may ask for',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({ group: MORE_GROUPS.keepers, body: { requester: REQUESTER } })),
    },
  ]),
];
