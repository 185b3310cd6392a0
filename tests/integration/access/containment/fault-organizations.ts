import type { OrganizationSeed } from '../../../../sandbox/uipath/seed';
import { guidOf } from '../../../../sandbox/uipath/ids';

/** The organization that the faults are in, and one beside it. */
export const ACME = 'acme';
export const BETA = 'beta';

export const CREDENTIALS = { clientId: 'pairs-client', clientSecret: 'not-a-secret' };
export const LEAD = 'lead@acme.example';

/** Groups of acme, and what only they are for. Who works in the department of that name is in the group, and in Users. */
export const GROUPS = ['Calm', 'Quiet', 'Slow', 'Stuck', 'Held', 'Sized', 'Spare'] as const;

/** Everybody of acme, with the department in which they begin. Whoever begins in none joins later. */
export const STAFF = {
  cara: 'Calm',
  carl: 'Calm',
  cleo: 'Calm',
  cora: 'Calm',
  quinn: 'Quiet',
  sam: 'Slow',
  sue: 'Slow',
  stan: 'Stuck',
  hal: 'Held',
  hana: 'Held',
  hugo: 'Held',
  sid: 'Sized',
  sara: 'Sized',
  silas: 'Sized',
  dora: 'Spare',
  tim: 'Spare',
  tom: 'Spare',
  ada: undefined,
  ann: undefined,
  art: undefined,
  sven: undefined,
  stef: undefined,
  nell: undefined,
  lars: undefined,
  lena: undefined,
  otto: undefined,
} as const;
export type Name = keyof typeof STAFF;

export const emailOf = (name: string): string => `${name}@acme.example`;

function seedOf(name: string, users: readonly string[], groups: readonly string[]): OrganizationSeed {
  return {
    name,
    partitionGlobalId: guidOf(`pairs ${name}`),
    saml: true,
    clients: [
      {
        ...CREDENTIALS,
        administrator: true,
        scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'],
      },
    ],
    users: [LEAD, ...users],
    groups: { Administrators: [LEAD], ...Object.fromEntries(groups.map((group) => [group, []])) },
    accessPolicy: ['Administrators'],
  };
}

export const SEEDS: readonly OrganizationSeed[] = [
  seedOf(ACME, Object.keys(STAFF).map(emailOf), [...GROUPS, 'Users', 'Asked', 'Gone']),
  seedOf(BETA, ['bea', 'bob'].map(emailOf), ['Basic']),
];

const EVERY_REQUEST = [
  'grant',
  'revoke',
  'create-rule',
  'delete-rule',
  'add-policy-entity',
  'remove-policy-entity',
];
const MANY = { count: 1_000, percent: 100, floor: 1_000 };
const ONE_AT_ONCE = { guards: { group: { count: 1, percent: 100, floor: 1 } } };
/** Holds nothing, and asks for the size of the group when two are removed at once. */
const BY_SIZE = { guards: { group: { count: 1_000, percent: 100, floor: 1 } } };
const guards = { group: MANY, day: MANY, run: MANY, batch: MANY };

/** What is agreed about both, as the text of a policy file. */
export function policyText(identityBaseUrlOf: (organization: string) => string): string {
  const requests = { approvers: [LEAD], longestDays: 30 };
  const of = (name: string, credentialSecret: string) => ({
    partitionGlobalId: guidOf(`pairs ${name}`),
    identityBaseUrl: identityBaseUrlOf(name),
    credentialSecret,
    guards,
  });
  const acme = {
    ...of(ACME, 'uipath-acme'),
    groups: {
      ...Object.fromEntries(GROUPS.map((group) => [group, {}])),
      Users: {},
      Asked: { requests },
      Gone: {},
      Held: ONE_AT_ONCE,
      Sized: BY_SIZE,
    },
    birthright: GROUPS.map((group) => ({
      name: group,
      when: { department: group },
      groups: [group, 'Users'],
    })),
    rules: { requests },
    accessPolicy: { requests },
  };
  const beta = {
    ...of(BETA, 'uipath-beta'),
    groups: { Basic: {} },
    birthright: [{ name: 'basic', when: { department: 'Basic' }, groups: ['Basic'] }],
  };
  const source = (organization: string, secret: string) => ({
    format: 'standard',
    secret,
    organizations: [organization],
  });
  return JSON.stringify({
    version: 1,
    organizations: { [ACME]: acme, [BETA]: beta },
    sources: {
      hr: {
        main: source(ACME, 'hr-main'),
        other: source(ACME, 'hr-other'),
        beta: source(BETA, 'hr-beta'),
      },
      tickets: { desk: { ...source(ACME, 'desk'), may: EVERY_REQUEST } },
    },
  });
}
