import { SCIM } from '../../sandbox/vendors/demo-sources';
import { GROUPS } from '../../sandbox/demo-organization';
import { entraUser, patchOf } from '../fixtures/scim-client';
import { send, type Answer } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { isTaken, joins } from './attempts';
import type { Control } from './control';

const PATIENCE_MS = 3_000;

async function call(
  app: AttackedStack,
  method: string,
  path: string,
  body?: object | string,
  token: string | undefined = app.stack.vendors.secrets[SCIM],
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send(`${app.stack.host().url}/api/scim/v2/${SCIM}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    },
    pieces: body === undefined ? [] : [text],
  });
}

const scimControl: Control = {
  id: 'a provisioned user',
  says: 'A user whom the provisioning client creates gets what joiners get',
  works: async (target) =>
    joins(target, async (app, _, email) => call(app, 'POST', '/Users', entraUser(email))),
};

const filterControl: Control = {
  id: 'a user who is looked for',
  says: 'The provisioning client finds the user it created, by name',
  works: async (target) => {
    const app = await target.app();
    const email = app.person();
    await call(app, 'POST', '/Users', entraUser(email));
    return (await find(app, `userName eq "${email}"`)).includes(email);
  },
};

async function find(app: AttackedStack, filter: string, token?: string): Promise<string> {
  const { text } = await call(app, 'GET', `/Users?filter=${encodeURIComponent(filter)}`, undefined, token);
  return text;
}

/** A user who was created, by id. */
async function create(app: AttackedStack): Promise<Readonly<{ email: string; id: string }>> {
  const email = app.person();
  const { json } = await call(
    app,
    'POST',
    '/Users',
    entraUser(email, {
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Sales' },
    }),
  );
  return { email, id: String(json['id']) };
}

export const scimAttacks = [
  ...attacksOn('sender', scimControl, [
    {
      id: 'scim-without-the-token',
      tries: 'Creates a user with no token, an empty one, one of another source and one in other letters',
      must: 'Nobody joins',
      run: async (target) =>
        joins(target, async (app, _, email) => {
          const { [SCIM]: own = '', 'standard-token': other } = app.stack.vendors.secrets;
          for (const token of ['', ' ', other, own.toUpperCase(), `${own} `.slice(1), 'undefined'])
            await call(app, 'POST', '/Users', entraUser(email), token);
          const url = `${app.stack.host().url}/api/scim/v2/${SCIM}/Users?access_token=${own}`;
          await send(url, {
            method: 'POST',
            headers: { 'content-type': 'application/scim+json' },
            pieces: [JSON.stringify(entraUser(email))],
          });
        }),
    },
    {
      id: 'scim-patch-of-the-prototype',
      tries: 'Patches paths of `__proto__` and `constructor`, in paths, in values and in filters',
      must: 'Nobody has an attribute of them',
      run: async (target) => {
        const app = await target.app();
        const { id } = await create(app);
        const value = { department: 'Automation' };
        for (const path of [
          '__proto__',
          '__proto__.department',
          'constructor.prototype',
          'emails[__proto__ eq "x"].value',
        ])
          await call(app, 'PATCH', `/Users/${id}`, patchOf({ op: 'add', path, value }));
        await call(
          app,
          'PATCH',
          `/Users/${id}`,
          `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","value":{"__proto__":{"department":"Automation"}}}]}`,
        );
        const other = await create(app);
        await app.settle();
        return app.isIn(other.email, GROUPS.developers);
      },
    },
    {
      id: 'scim-groups-written',
      tries: 'Puts a user into a group by the groups of SCIM, as an attribute and as a member',
      must: 'The user is not in the group',
      run: async (target) => {
        const app = await target.app();
        const { email, id } = await create(app);
        await call(
          app,
          'PATCH',
          `/Users/${id}`,
          patchOf({ op: 'add', path: 'groups', value: [{ value: GROUPS.support }] }),
        );
        await call(app, 'POST', '/Groups', { displayName: GROUPS.support, members: [{ value: id }] });
        await call(
          app,
          'PATCH',
          `/Groups/${encodeURIComponent(GROUPS.support)}`,
          patchOf({ op: 'add', path: 'members', value: [{ value: id }] }),
        );
        await call(
          app,
          'PATCH',
          `/Users/${id}`,
          patchOf({ op: 'add', path: 'entitlements', value: [{ value: 'Administrators' }] }),
        );
        await app.settle();
        return app.isIn(email, GROUPS.support) || app.isIn(email, 'Administrators');
      },
    },
    {
      id: 'scim-bulk',
      tries: 'Creates users by the bulk operation, which is not offered',
      must: 'Nobody joins',
      run: async (target) =>
        joins(target, async (app, _, email) =>
          call(app, 'POST', '/Bulk', {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
            Operations: [{ method: 'POST', path: '/Users', bulkId: 'x', data: entraUser(email) }],
          }),
        ),
    },
    {
      id: 'scim-id-that-is-a-path',
      tries: "Changes users by ids that lead out of the client's own rows",
      must: 'Nothing is answered as done',
      run: async (target) => {
        const app = await target.app();
        const { id } = await create(app);
        const away = patchOf({ op: 'replace', path: 'active', value: false });
        const answers = await Promise.all(
          [
            `..%2fstandard%2f${id}`,
            `${id}%00`,
            `${id}%2f..`,
            "x'%20or%20'1'%20eq%20'1",
            '%23',
            '__proto__',
            'a'.repeat(3_000),
          ].map(async (path) => call(app, 'PATCH', `/Users/${path}`, away)),
        );
        return answers.some(isTaken);
      },
    },
  ]),
  ...attacksOn('sender', filterControl, [
    {
      id: 'scim-filter-that-finds-all',
      tries: 'Writes filters that are true for everybody, in SCIM and in OData',
      must: 'Nobody is shown',
      run: async (target) => {
        const app = await target.app();
        const { email } = await create(app);
        for (const filter of [
          'userName eq "x" or userName pr',
          `userName eq "x' or PartitionKey ne '"`,
          `userName eq "x" or "1" eq "1"`,
          'userName sw ""',
          'not (userName eq "x")',
          `userName eq "' or true or '"`,
          'meta.resourceType eq "User"',
        ])
          if ((await find(app, filter)).includes(email)) return true;
        return false;
      },
    },
    {
      id: 'scim-filter-that-costs-time',
      tries:
        'Writes filters of many brackets, quotes and conditions, on which careless patterns work for ever',
      must: 'They are answered in time',
      run: async (target) => {
        const app = await target.app();
        let longestMs = 0;
        for (const filter of [
          `${'('.repeat(5_000)}userName eq "x"${')'.repeat(5_000)}`,
          `userName eq "${'\\"'.repeat(5_000)}`,
          `${'a'.repeat(900)}[${'b'.repeat(50)}`,
          Array.from({ length: 300 }, () => 'userName eq "x"').join(' and '),
          `emails[${'type eq "work" and '.repeat(200)}`,
        ]) {
          const startedAtMs = performance.now();
          await find(app, filter);
          longestMs = Math.max(longestMs, performance.now() - startedAtMs);
        }
        return longestMs > PATIENCE_MS;
      },
    },
    {
      id: 'scim-read-by-another-source',
      tries: 'Reads users with the token of another HR source',
      must: 'Nobody is shown',
      run: async (target) => {
        const app = await target.app();
        const { email } = await create(app);
        return (
          await find(app, `userName eq "${email}"`, app.stack.vendors.secrets['standard-token'])
        ).includes(email);
      },
    },
    {
      id: 'scim-password-kept',
      tries: 'Has a password that was sent by the client be kept or shown',
      must: 'It is nowhere',
      run: async (target) => {
        const app = await target.app();
        const password = 'Pa55-of-a-person-7713';
        const { text } = await call(app, 'POST', '/Users', entraUser(app.person(), { password }));
        await app.settle();
        return text.includes(password) || (await app.isStored(password)) || app.log().includes(password);
      },
    },
  ]),
];
