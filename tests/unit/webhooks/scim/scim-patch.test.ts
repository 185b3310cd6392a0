import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../../shared/errors';
import { patchUser } from '../../../../shared/webhooks/scim/scim-patch';
import { readUser } from '../../../../shared/webhooks/scim/read-scim-user';
import type { ScimUser } from '../../../../shared/webhooks/scim/scim-user-schema';
import { patchOf } from '../../../fixtures/scim-client';

const URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const OWN = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

const ana: ScimUser = readUser({
  userName: 'ana.pop@acme.example',
  title: 'Engineer',
  name: { givenName: 'Ana', familyName: 'Pop' },
  emails: [
    { type: 'work', value: 'ana.pop@acme.example', primary: true },
    { type: 'home', value: 'ana@home.example' },
  ],
  [URN]: { department: 'Automation', division: 'Technology' },
});

type Operation = Readonly<Record<string, unknown>>;
const after = (...operations: readonly Operation[]): ScimUser => patchUser(ana, patchOf(...operations));

describe('an operation', () => {
  it.each<readonly [string, Operation, Partial<ScimUser>]>([
    ['replaces a text', { op: 'replace', path: 'title', value: 'Lead' }, { title: 'Lead' }],
    ['knows no case', { op: 'REPLACE', path: 'TITLE', value: 'Lead' }, { title: 'Lead' }],
    [
      'names the schema before the attribute',
      { op: 'add', path: `${CORE}:title`, value: 'Lead' },
      { title: 'Lead' },
    ],
    [
      'names the schema for the attribute, whose members are those of the user',
      { op: 'replace', path: CORE, value: { title: 'Lead', id: 'x', [`${URN}:division`]: 'Sales' } },
      { title: 'Lead', extension: { enterprise: { department: 'Automation', division: 'Sales' } } },
    ],
    [
      'has attributes below the schema, as those of an extension are',
      { op: 'add', value: { [CORE]: { title: 'Lead' }, [URN]: { division: 'Sales' } } },
      { title: 'Lead', extension: { enterprise: { department: 'Automation', division: 'Sales' } } },
    ],
    ['is nothing where the schema has no value', { op: 'add', value: { [CORE]: null } }, {}],
    ['takes a number for a text', { op: 'replace', path: 'title', value: 7 }, { title: '7' }],
    ['takes a text away', { op: 'remove', path: 'title' }, { title: undefined }],
    ['takes a text away by null', { op: 'replace', path: 'title', value: null }, { title: undefined }],
    ['takes a text away by a blank', { op: 'replace', path: 'title', value: '' }, { title: undefined }],
    ['takes "False" for false', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    ['leaves active as it is for null', { op: 'replace', path: 'active', value: null }, { active: true }],
    [
      'replaces a part',
      { op: 'replace', path: 'name.familyName', value: 'Popescu' },
      { name: { givenName: 'Ana', familyName: 'Popescu' } },
    ],
    [
      'adds to the parts',
      { op: 'add', path: 'name', value: { formatted: 'A. Pop' } },
      { name: { givenName: 'Ana', familyName: 'Pop', formatted: 'A. Pop' } },
    ],
    [
      'leaves the parts that it does not name',
      { op: 'replace', path: 'name', value: { formatted: 'A. Pop', familyName: null } },
      { name: { givenName: 'Ana', formatted: 'A. Pop' } },
    ],
    [
      'leaves the parts as they are when it names only what is not kept',
      { op: 'replace', path: 'name', value: { honorificPrefix: 'Dr.' } },
      {},
    ],
    [
      'without a path leaves what it does not name',
      { op: 'replace', value: { name: { givenName: 'Anna' }, [URN]: { costCenter: 12 } } },
      {
        name: { givenName: 'Anna', familyName: 'Pop' },
        extension: { enterprise: { department: 'Automation', division: 'Technology', costCenter: '12' } },
      },
    ],
    ['takes the parts away by null', { op: 'replace', path: 'name', value: null }, { name: undefined }],
    ['adds nothing with null', { op: 'add', path: 'name', value: null }, {}],
    [
      'replaces an entry whole',
      { op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work', value: 'x@acme.example' } },
      {
        emails: [
          { type: 'work', value: 'x@acme.example' },
          { type: 'home', value: 'ana@home.example' },
        ],
      },
    ],
    ['takes the parts away', { op: 'remove', path: 'name' }, { name: undefined }],
    [
      'replaces the value of an entry',
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@acme.example' },
      {
        emails: [
          { type: 'work', value: 'a@acme.example', primary: true },
          { type: 'home', value: 'ana@home.example' },
        ],
      },
    ],
    [
      'makes the entry that is not there, as Entra needs',
      { op: 'Add', path: 'emails[type eq "other"].value', value: 'o@acme.example' },
      { emails: [...(ana.emails ?? []), { type: 'other', value: 'o@acme.example' }] },
    ],
    [
      'takes an entry away',
      { op: 'remove', path: 'emails[type eq "home"]' },
      { emails: [{ type: 'work', value: 'ana.pop@acme.example', primary: true }] },
    ],
    [
      'takes away the entries it names',
      { op: 'remove', path: 'emails', value: [{ type: 'home', value: 'ana@home.example' }] },
      { emails: [{ type: 'work', value: 'ana.pop@acme.example', primary: true }] },
    ],
    ['takes all entries away', { op: 'remove', path: 'emails' }, { emails: undefined }],
    [
      'takes the entry away whose value is taken',
      { op: 'remove', path: 'emails[type eq "home"].value' },
      { emails: [{ type: 'work', value: 'ana.pop@acme.example', primary: true }] },
    ],
    [
      'replaces all entries',
      { op: 'replace', path: 'emails', value: [{ value: 'x@acme.example' }] },
      { emails: [{ value: 'x@acme.example' }] },
    ],
    [
      'adds no entry twice',
      { op: 'add', path: 'emails', value: { type: 'home', value: 'ana@home.example', primary: false } },
      {
        emails: [
          { type: 'work', value: 'ana.pop@acme.example', primary: true },
          { type: 'home', value: 'ana@home.example', primary: false },
        ],
      },
    ],
    [
      'sets an attribute of an extension',
      { op: 'Add', path: `${URN}:department`, value: 'Finance' },
      { extension: { enterprise: { department: 'Finance', division: 'Technology' } } },
    ],
    [
      'takes the first of several values for an attribute of an extension, as Entra sends them',
      { op: 'Add', path: `${OWN}:department_ids`, value: [{ value: '1' }, { value: '2' }] },
      { extension: { ...ana.extension, acme: { department_ids: '1' } } },
    ],
    [
      'takes the first of several texts for an attribute of an extension',
      { op: 'replace', path: URN, value: { department: ['Finance', 'Sales'] } },
      { extension: { enterprise: { department: 'Finance', division: 'Technology' } } },
    ],
    [
      'takes an attribute of an extension away by an empty list',
      { op: 'replace', path: `${URN}:department`, value: [] },
      { extension: { enterprise: { division: 'Technology' } } },
    ],
    [
      'drops what holds no text for an attribute of an extension',
      { op: 'replace', path: URN, value: { department: [{ value: { a: 1 } }], division: [['x']] } },
      {},
    ],
    [
      'takes an attribute of an extension away',
      { op: 'Remove', path: `${URN}:department` },
      { extension: { enterprise: { division: 'Technology' } } },
    ],
    ['takes an extension away', { op: 'remove', path: URN }, { extension: undefined }],
    [
      'replaces the attributes of an extension that it names',
      { op: 'replace', path: URN, value: { costCenter: 12, division: null } },
      { extension: { enterprise: { department: 'Automation', costCenter: '12' } } },
    ],
    ['takes an extension away by null', { op: 'replace', path: URN, value: null }, { extension: undefined }],
    [
      'sets a manager by id alone',
      { op: 'add', path: `${URN}:manager`, value: 'boss-1' },
      { extension: { enterprise: { department: 'Automation', division: 'Technology', manager: 'boss-1' } } },
    ],
    [
      'sets a manager by an object',
      { op: 'add', path: `${URN}:manager`, value: { value: 'boss-2', displayName: 'Boss' } },
      { extension: { enterprise: { department: 'Automation', division: 'Technology', manager: 'boss-2' } } },
    ],
    [
      'knows extensions of the client',
      { op: 'add', path: `${OWN}:unit`, value: 'U1' },
      {
        extension: { enterprise: { department: 'Automation', division: 'Technology' }, acme: { unit: 'U1' } },
      },
    ],
    [
      'without a path sets members',
      { op: 'replace', value: { active: false, title: 'Lead' } },
      { active: false, title: 'Lead' },
    ],
    [
      'without a path sets members by their paths',
      {
        op: 'replace',
        value: { 'name.givenName': 'Anna', [`${URN}:department`]: 'Finance', id: 'another', schemas: [] },
      },
      {
        name: { givenName: 'Anna', familyName: 'Pop' },
        extension: { enterprise: { department: 'Finance', division: 'Technology' } },
      },
    ],
    [
      'that makes an entry primary unsets the others',
      { op: 'Replace', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { type: 'work', value: 'ana.pop@acme.example', primary: false },
          { type: 'home', value: 'ana@home.example', primary: true },
        ],
      },
    ],
    [
      'that adds a primary entry unsets the others',
      { op: 'add', path: 'emails', value: [{ value: 'x@acme.example', primary: true }] },
      {
        emails: [
          { type: 'work', value: 'ana.pop@acme.example', primary: false },
          { type: 'home', value: 'ana@home.example' },
          { value: 'x@acme.example', primary: true },
        ],
      },
    ],
    [
      'that adds an entry which is not primary leaves the one that is',
      { op: 'add', path: 'emails', value: [{ value: 'x@acme.example', primary: false }] },
      { emails: [...(ana.emails ?? []), { value: 'x@acme.example', primary: false }] },
    ],
    [
      'finds an entry by its type in any case',
      { op: 'replace', path: 'emails[Type eq "WORK"].value', value: 'x@acme.example' },
      {
        emails: [
          { type: 'work', value: 'x@acme.example', primary: true },
          { type: 'home', value: 'ana@home.example' },
        ],
      },
    ],
    [
      'without a path drops names that are none of ours',
      {
        op: 'replace',
        value: { title: 'Lead', 'urn:okta:custom:1.0:thing': 'y', 'no name': 1, '': 2, ['x'.repeat(600)]: 3 },
      },
      { title: 'Lead' },
    ],
    [
      'about an attribute of a foreign schema does nothing',
      { op: 'add', path: 'urn:okta:custom:1.0:thing', value: 'y' },
      {},
    ],
    [
      'about the values of an attribute of an extension does nothing',
      { op: 'add', path: `${OWN}:ids[type eq "main"].value`, value: 'y' },
      {},
    ],
    [
      'about what is not kept does nothing',
      { op: 'add', path: 'photos[type eq "photo"].value', value: 'x' },
      {},
    ],
    [
      'about a part that is not kept does nothing',
      { op: 'add', path: 'addresses[type eq "work"].streetAddress', value: 'x' },
      {},
    ],
  ])('%s', (_what, operation, changes) => {
    const expected = Object.fromEntries(
      Object.entries({ ...ana, ...changes }).filter(([, value]) => value !== undefined),
    );
    expect(after(operation)).toEqual(expected);
  });

  it('is one after the other, and leaves the user it began with', () => {
    const before = structuredClone(ana);
    const last = after(
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'b@acme.example' },
      { op: 'add', path: 'emails[type eq "work"].primary', value: 'True' },
    );
    expect(last.emails).toEqual([{ type: 'work', value: 'b@acme.example', primary: true }]);
    expect(ana).toEqual(before);
  });

  it.each<readonly [string, Operation, string]>([
    ['a part of a text', { op: 'replace', path: 'title.value', value: 'x' }, 'path-invalid'],
    ['a filter on a text', { op: 'replace', path: 'title[a eq "b"]', value: 'x' }, 'path-invalid'],
    ['a filter on parts', { op: 'replace', path: 'name[a eq "b"].givenName', value: 'x' }, 'path-invalid'],
    ['an empty path', { op: 'replace', path: '', value: 'x' }, 'path-invalid'],
    ['a path that is no text', { op: 'replace', path: 7, value: 'x' }, 'body-invalid'],
    ['an object for a text', { op: 'replace', path: 'title', value: { a: 1 } }, 'body-invalid'],
    ['a text for parts', { op: 'replace', path: 'name', value: 'Ana' }, 'body-invalid'],
    ['a part of a text, without a path', { op: 'replace', value: { 'title.value': 'x' } }, 'path-invalid'],
    [
      'an unknown operator, without a path',
      { op: 'replace', value: { 'emails[type gt 1].value': 'x' } },
      'filter-unsupported',
    ],
    ['a text for the schema of users', { op: 'replace', path: CORE, value: 'x' }, 'body-invalid'],
    ['a text below the schema of users', { op: 'replace', value: { [CORE]: 'x' } }, 'body-invalid'],
    ['the schema of users to take away', { op: 'remove', path: CORE }, 'body-invalid'],
    ['a list without a path', { op: 'replace', value: [] }, 'body-invalid'],
    ['meta', { op: 'replace', path: 'meta', value: {} }, 'attribute-read-only'],
    ['groups', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'attribute-read-only'],
  ])('with %s is refused', (_what, operation, code) => {
    let thrown: unknown;
    try {
      after(operation);
    } catch (error) {
      thrown = error;
    }
    expect(errorCodeOf(thrown)).toBe(code);
  });

  it.each([
    { schemas: patchOf()['schemas'], operations: [{ op: 'replace', path: 'title', value: 'Lead' }] },
    { SCHEMAS: patchOf()['schemas'], OPERATIONS: [{ Op: 'replace', Path: 'title', Value: 'Lead' }] },
  ])('is read whatever the case of its names is: %j', (body) => {
    expect(patchUser(ana, body).title).toBe('Lead');
  });

  it('that makes an entry primary again unsets the one that became it meanwhile', () => {
    const primary = (type: string) => ({ op: 'add', path: `emails[type eq "${type}"].primary`, value: true });
    expect(after(primary('home'), primary('work')).emails?.map((entry) => entry.primary)).toEqual([
      true,
      false,
    ]);
  });

  it('with several values for an attribute of an extension does not keep the others out', () => {
    const several = { op: 'Add', path: `${OWN}:department_ids`, value: [{ value: '1' }] };
    expect(after(several, { op: 'Replace', path: 'active', value: 'False' }).active).toBe(false);
  });

  it('cannot make a list grow without end', () => {
    const entries = (from: number) =>
      Array.from({ length: 40 }, (_, n) => ({ value: `a${from + n}@acme.example` }));
    const operations = [0, 40].map((from) => ({ op: 'add', path: 'emails', value: entries(from) }));
    expect(() => after(...operations)).toThrow('Has too many entries');
  });
});
