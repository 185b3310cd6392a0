import { describe, expect, it } from '@jest/globals';
import type { ProvisionedUser } from '../../../../shared/domain/provisioned-user';
import {
  resourceTypes,
  schemas,
  serviceProviderConfig,
} from '../../../../shared/webhooks/scim/scim-discovery';
import { readUser } from '../../../../shared/webhooks/scim/read-scim-user';
import { selectAttributes, toErrorBody, toWireUser } from '../../../../shared/webhooks/scim/scim-responses';

const BASE = 'https://app.example/api/scim/v2/directory';
const URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const sent = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', URN],
  externalId: 'ext-1',
  userName: 'ana.pop@acme.example',
  active: true,
  displayName: 'Ana Pop',
  name: { givenName: 'Ana', familyName: 'Pop' },
  emails: [{ value: 'ana.pop@acme.example', type: 'work', primary: true }],
  [URN]: { department: 'Automation', manager: { value: 'boss-1' } },
};
const kept: ProvisionedUser = {
  id: '0b9c1f6e-0000-4000-8000-000000000001',
  version: 3,
  createdAtMs: Date.parse('2026-11-20T10:00:00Z'),
  changedAtMs: Date.parse('2026-11-21T10:00:00Z'),
  address: 'ana.pop@acme.example',
  formerAddresses: ['ana@old.example'],
  user: readUser(sent),
};

describe('a user as they are answered', () => {
  it('is as they were sent, with an id and a history, and nothing of what is remembered besides', () => {
    expect(toWireUser(kept, BASE)).toEqual({
      ...sent,
      id: kept.id,
      meta: {
        resourceType: 'User',
        created: '2026-11-20T10:00:00.000Z',
        lastModified: '2026-11-21T10:00:00.000Z',
        location: `${BASE}/Users/${kept.id}`,
      },
    });
  });

  it.each([
    ['userName', null, ['schemas', 'id', 'userName']],
    ['USERNAME,name.givenName', null, ['schemas', 'id', 'userName', 'name']],
    [`${URN}:department`, null, ['schemas', 'id', URN]],
    [null, 'emails, meta', ['schemas', 'id', 'externalId', 'userName', 'active', 'displayName', 'name', URN]],
    [
      null,
      'id,schemas',
      ['schemas', 'id', 'userName', 'active', 'externalId', 'displayName', 'name', 'emails', URN, 'meta'],
    ],
  ])(
    'has what is asked for: attributes=%s, excludedAttributes=%s',
    (attributes, excludedAttributes, names) => {
      const found = Object.keys(selectAttributes(toWireUser(kept, BASE), { attributes, excludedAttributes }));
      expect(found.toSorted()).toEqual(names.toSorted());
    },
  );
});

describe('what a client can discover', () => {
  it('is what is supported, the resources, and the attributes that are kept', () => {
    expect(serviceProviderConfig(BASE)).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 200 },
    });
    expect(resourceTypes(BASE).map(({ id, endpoint }) => [id, endpoint])).toEqual([
      ['User', '/Users'],
      ['Group', '/Groups'],
    ]);
    expect(schemas(BASE, new Set()).map(({ id }) => id)).toEqual([
      'urn:ietf:params:scim:schemas:core:2.0:User',
      URN,
      'urn:ietf:params:scim:schemas:core:2.0:Group',
    ]);
  });

  it('describes every attribute of a user who is answered', () => {
    const described = schemas(BASE, new Set()).flatMap(({ attributes }) =>
      (attributes as readonly { name: string }[]).map(({ name }) => name),
    );
    const { schemas: _schemas, id: _id, meta: _meta, [URN]: enterprise, ...core } = toWireUser(kept, BASE);
    for (const name of [...Object.keys(core), ...Object.keys(enterprise as object)])
      expect(described).toContain(name);
  });
});

describe('an error', () => {
  it('has its status as a text, as RFC 7644 section 3.12 wants it', () => {
    expect(toErrorBody(409, 'user-exists: Another user has this userName', 'uniqueness')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
      detail: 'user-exists: Another user has this userName',
    });
  });
});
