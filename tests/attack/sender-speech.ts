import { ADMINISTRATOR, GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { requestApproved } from '../../sandbox/events';
import { BEN_APPROVES, REQUESTER } from './approvers';
import { attacksOn } from './attack';
import { GLOBEX, GLOBEX_GROUP, MORE_GROUPS } from './attacked-policy';
import { bodyOfJoiner, grantControl, isGranted, joinerControl, joins } from './attempts';
import type { Control } from './control';
import type { Target } from './target';

async function isInGlobex(
  { app }: Target,
  say: (app: Awaited<ReturnType<Target['app']>>, email: string) => Promise<unknown>,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  await say(attacked, email);
  await attacked.settle();
  await attacked.settleGlobex();
  return attacked.isIn(email, GLOBEX_GROUP, GLOBEX);
}

const globexControl: Control = {
  id: 'a joiner of the other organization',
  says: 'The HR system of the other organization has somebody join there',
  works: async (target) =>
    isInGlobex(target, async (app, email) =>
      app.sayHr(bodyOfJoiner(email), { source: 'globex', secret: app.secrets.globex }),
    ),
};

/** A sender that is who it says, about what it has no say in. */
export const speechAttacks = [
  ...attacksOn('sender', globexControl, [
    {
      id: 'hr-names-another-organization',
      tries: 'The HR system of one organization announces a joiner of another',
      must: 'Nobody joins there',
      run: async (target) =>
        isInGlobex(target, async (app, email) => app.sayHr({ ...bodyOfJoiner(email), organization: GLOBEX })),
    },
    {
      id: 'hr-names-another-organization-twice',
      tries: 'Names two organizations in one JSON object, its own and the other one, in both orders',
      must: 'Nobody joins in the other one',
      run: async (target) =>
        isInGlobex(target, async (app, email) => {
          for (const names of [
            [ORGANIZATION, GLOBEX],
            [GLOBEX, ORGANIZATION],
          ]) {
            const twice = names.map((name) => `"organization":"${name}"`).join(',');
            await app.sayHr(`${JSON.stringify(bodyOfJoiner(email)).slice(0, -1)},${twice}}`);
          }
        }),
    },
    {
      id: 'ticket-names-another-organization',
      tries: 'The ticket system of one organization asks for a group of another, approved there',
      must: 'Nobody gets the group',
      run: async (target) =>
        isInGlobex(target, async (app, person) =>
          app.sayTicket({
            ...requestApproved(
              { requester: REQUESTER, approver: ADMINISTRATOR },
              { kind: 'grant', person, group: GLOBEX_GROUP, duration: 'P7D' },
            ),
            organization: GLOBEX,
          }),
        ),
    },
  ]),
  ...attacksOn('sender', joinerControl, [
    {
      id: 'other-organization-names-this-one',
      tries: 'The HR system of another organization announces a joiner of this one',
      must: 'Nobody joins',
      run: async (target) =>
        joins(target, async (app, body) =>
          app.sayHr(
            { ...body, organization: ORGANIZATION },
            { source: 'globex', secret: app.secrets.globex },
          ),
        ),
    },
    {
      id: 'ticket-system-announces-a-joiner',
      tries: 'The ticket system announces a joiner, signed by it, at its own address',
      must: 'Nobody joins',
      run: async (target) => joins(target, async (app, body) => app.sayTicket(body)),
    },
    {
      id: 'ticket-system-at-the-address-of-hr',
      tries: 'The ticket system announces a joiner, signed by it, at the address of HR',
      must: 'Nobody joins',
      run: async (target) =>
        joins(target, async (app, body) => app.sayHr(body, { secret: app.stack.tickets().signingSecret })),
    },
    {
      id: 'organization-of-the-prototype',
      tries: 'Names `__proto__` and `constructor` as the organization',
      must: 'Nobody joins',
      run: async (target) =>
        joins(target, async (app, body) => {
          for (const organization of [
            '__proto__',
            'constructor',
            'toString',
            '../acme',
            'ACME ',
            'acme\u0000',
          ])
            await app.sayHr({ ...body, organization });
        }),
    },
  ]),
  ...attacksOn('sender', grantControl, [
    {
      id: 'hr-asks-for-a-group',
      tries: 'The HR system sends an approved ticket, signed by it, at its own address',
      must: 'Nobody gets the group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        const action = { kind: 'grant', person, group: GROUPS.finance, duration: 'P7D' };
        await app.sayHr(requestApproved(BEN_APPROVES, action));
        await app.settle();
        return app.isIn(person, GROUPS.finance);
      },
    },
    {
      id: 'group-outside-of-the-source',
      tries: 'A ticket system that may speak of one group asks for another',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, () => ({ group: GROUPS.support, how: { source: 'limited' } })).then(async (got) => {
          const app = await target.app();
          return (
            got ||
            (await isGranted(target, () => ({
              group: GROUPS.support,
              how: { source: 'limited', secret: app.secrets.limited },
            })))
          );
        }),
    },
    {
      id: 'action-outside-of-the-source',
      tries: 'A ticket system that may only grant takes a grant of another away',
      must: 'The person keeps the group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        const action = { kind: 'grant', person, group: GROUPS.finance, duration: 'P7D' };
        await app.sayTicket(requestApproved(BEN_APPROVES, action));
        await app.settle();
        if (!app.isIn(person, GROUPS.finance)) throw new Error('The grant was never given');
        await app.sayTicket(
          requestApproved(BEN_APPROVES, { kind: 'revoke', person, group: GROUPS.finance }),
          { source: 'limited', secret: app.secrets.limited },
        );
        await app.settle();
        return !app.isIn(person, GROUPS.finance);
      },
    },
    {
      id: 'group-without-requests',
      tries: 'Asks, approved, for a group that the policy opens to no ticket',
      must: 'Nobody gets the group',
      run: async (target) => isGranted(target, () => ({ group: GROUPS.developers })),
    },
    {
      id: 'group-of-administrators',
      tries: 'Asks, approved, for Administrators, in several spellings',
      must: 'Nobody becomes an administrator',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        for (const group of ['Administrators', 'administrators', ' Administrators ', 'Ａdministrators'])
          await app.sayTicket(
            requestApproved(BEN_APPROVES, { kind: 'grant', person, group, duration: 'P7D' }),
          );
        await app.settle();
        return app.isIn(person, 'Administrators');
      },
    },
    {
      id: 'group-that-is-not-in-the-policy',
      tries: 'Asks, approved, for a group that UiPath has and the policy does not name',
      must: 'Nobody gets the group',
      run: async (target) => isGranted(target, () => ({ group: GROUPS.unmanaged })),
    },
    {
      id: 'group-that-is-only-observed',
      tries: 'Asks, approved, for a group in which the app changes nothing',
      must: 'Nobody gets the group',
      run: async (target) => isGranted(target, () => ({ group: MORE_GROUPS.observed })),
    },
    {
      id: 'longer-than-the-policy-lets',
      tries: 'Asks, approved, for a year where a month is the longest',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, ({ action }) => ({ body: { action: { ...action, duration: 'P365D' } } })),
    },
    {
      id: 'without-an-end',
      tries: 'Asks, approved, for a group for ever',
      must: 'Nobody gets the group',
      run: async (target) =>
        isGranted(target, ({ action }) => ({ body: { action: { ...action, duration: null } } })),
    },
    {
      id: 'duration-that-turns-around',
      tries: 'Asks for durations that are negative, of no length, or overflow a calendar',
      must: 'Nobody gets the group',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        for (const duration of ['-P1D', 'P0D', 'P99999999999999999Y', 'PT1e9H', 'P1D/P1D'])
          await app.sayTicket(
            requestApproved(BEN_APPROVES, { kind: 'grant', person, group: GROUPS.finance, duration }),
          );
        await app.settle();
        return app.isIn(person, GROUPS.finance);
      },
    },
    {
      id: 'duties-that-are-kept-apart',
      tries: 'Asks, approved, for both of two groups that nobody may have together',
      must: 'The person has one of them at most',
      run: async (target) => {
        const app = await target.app();
        const person = app.person();
        const { payments, vendors } = MORE_GROUPS;
        await Promise.all(
          [payments, vendors].map(async (group) =>
            app.sayTicket(requestApproved(BEN_APPROVES, { kind: 'grant', person, group, duration: 'P7D' })),
          ),
        );
        await app.settle();
        return app.isIn(person, payments) && app.isIn(person, vendors);
      },
    },
  ]),
];
