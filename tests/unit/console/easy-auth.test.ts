import { describe, expect, it } from '@jest/globals';
import { readPrincipal } from '../../../shared/console/easy-auth';

const TENANT = '72f988bf-0000-4000-8000-000000000001';
const OTHER_TENANT = '72f988bf-0000-4000-8000-000000000002';
const OBJECT = '0f3c8d6a-0000-4000-8000-0000000000aa';
const SETTINGS = { isOn: true, tenantId: TENANT };
const NOW_MS = 5;

type Claim = Readonly<{ typ: string; val: string }>;

const CLAIMS: readonly Claim[] = [
  { typ: 'http://schemas.microsoft.com/identity/claims/tenantid', val: TENANT.toUpperCase() },
  { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: OBJECT.toUpperCase() },
  { typ: 'preferred_username', val: 'olga.admin@acme.example' },
  { typ: 'roles', val: 'Access.Operate' },
  { typ: 'roles', val: 'Access.Read' },
];

function headers(
  claims: unknown = CLAIMS,
  more: Readonly<Record<string, string>> = {},
  provider = 'aad',
): Headers {
  const principal = { auth_typ: provider, claims, role_typ: 'roles' };
  return new Headers({
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-idp': 'aad',
    ...more,
  });
}

const changed = (typ: RegExp, val: string | undefined): readonly Claim[] =>
  CLAIMS.flatMap((claim) => (typ.test(claim.typ) ? (val === undefined ? [] : [{ ...claim, val }]) : [claim]));

describe('who the platform signed in', () => {
  it('is a person by tenant and object id, with the roles that Entra ID gives', () => {
    expect(readPrincipal(SETTINGS, headers(), NOW_MS)).toEqual({
      by: {
        kind: 'person',
        tenantId: TENANT,
        objectId: OBJECT,
        name: 'olga.admin@acme.example',
        establishedBy: 'easy-auth',
        establishedAtMs: NOW_MS,
      },
      appRoles: ['Access.Operate', 'Access.Read'],
    });
  });

  it('may have another address than the name', () => {
    const claims = [...CLAIMS, { typ: 'email', val: 'olga@acme.example' }];
    expect(readPrincipal(SETTINGS, headers(claims), NOW_MS)).toMatchObject({
      by: { email: 'olga@acme.example' },
    });
  });

  it.each([
    ['the platform does not say that it is on', { ...SETTINGS, isOn: false }, headers(), 'platform-not-on'],
    ['no tenant is configured', { ...SETTINGS, tenantId: undefined }, headers(), 'tenant-not-configured'],
    ['there is no header', SETTINGS, new Headers(), 'principal-missing'],
    [
      'there is a name alone',
      SETTINGS,
      new Headers({ 'x-ms-client-principal-name': 'olga.admin@acme.example' }),
      'principal-missing',
    ],
    ['it is no JSON', SETTINGS, new Headers({ 'x-ms-client-principal': '%%%' }), 'principal-unreadable'],
    ['its claims are no list', SETTINGS, headers({ typ: 'oid' }), 'principal-unreadable'],
    ['a claim is no text', SETTINGS, headers([{ typ: 'oid', val: { $ne: 1 } }]), 'principal-unreadable'],
    ['another provider signed in', SETTINGS, headers(CLAIMS, {}, 'google'), 'provider-other'],
    ['nobody signed in', SETTINGS, headers(CLAIMS, {}, ''), 'provider-other'],
    [
      'the headers name two providers',
      SETTINGS,
      headers(CLAIMS, { 'x-ms-client-principal-idp': 'github' }),
      'provider-other',
    ],
    ['the tenant is another', SETTINGS, headers(changed(/tenantid/, OTHER_TENANT)), 'tenant-other'],
    ['there is no tenant', SETTINGS, headers(changed(/tenantid/, undefined)), 'tenant-other'],
    [
      'there are two tenants',
      SETTINGS,
      headers([...CLAIMS, { typ: 'tid', val: OTHER_TENANT }]),
      'tenant-other',
    ],
    ['there is no object id', SETTINGS, headers(changed(/objectidentifier/, undefined)), 'object-id-missing'],
    ['the object id is no GUID', SETTINGS, headers(changed(/objectidentifier/, 'olga')), 'object-id-missing'],
    [
      'there are two object ids',
      SETTINGS,
      headers([...CLAIMS, { typ: 'oid', val: OTHER_TENANT }]),
      'object-id-missing',
    ],
    ['it is an application', SETTINGS, headers([...CLAIMS, { typ: 'idtyp', val: 'app' }]), 'no-person'],
    [
      'the subject is the object id, as of an application',
      SETTINGS,
      headers([...CLAIMS, { typ: 'sub', val: OBJECT.toUpperCase() }]),
      'no-person',
    ],
    ['the name is that of the policy', SETTINGS, headers(changed(/preferred/, 'Policy')), 'name-refused'],
    ['the name turns the line around', SETTINGS, headers(changed(/preferred/, 'olga\u202E')), 'name-refused'],
  ])('is nobody when %s', (_why, settings, said, refusal) => {
    expect(readPrincipal(settings, said, NOW_MS)).toEqual({ refusal });
  });
});
