import type { OrganizationSeed } from '../../sandbox/uipath/seed';

/** The organization that every history is about, as its administrator left it, and what is agreed about it, in plain words. */
export const ALIAS = 'acme';
export const START_MS = Date.parse('2026-03-02T08:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const LEAD = 'lead@acme.test';
export const REQUESTER = 'asks@acme.test';
export const PEOPLE = ['ana@acme.test', 'ben@acme.test', 'cleo@acme.test', 'dan@acme.test'] as const;
/** What the address of somebody becomes who has another name from then on. */
export function newAddressOf(person: string): string {
  return person.replace('@', '.new@');
}

/** Who has this address, today's or the one of before. */
export function personBehind(address: string): string {
  return address.replace('.new@', '@');
}

/** The source of HR that said something, by the id it gave to it. */
export function sourceOf({ id }: Readonly<{ id: string }>): 'standard' | 'agency' {
  return id.startsWith('agency-') ? 'agency' : 'standard';
}

export const DEPARTMENTS = ['Automation', 'Finance', 'Legal'] as const;

export const GROUPS = {
  developers: 'Robot Developers',
  finance: 'Robot Finance',
  users: 'Robot Users',
  support: 'Robot Support',
  night: 'Robot Night',
  watch: 'Robot Watch',
  old: 'Old Stuff',
} as const;

/** Groups that a ticket can ask for. */
export const REQUESTABLE = [GROUPS.support, GROUPS.night] as const;
/** Groups whose membership the application decides; the others it must leave alone, but for leavers in `old`. */
export const MANAGED = [
  GROUPS.developers,
  GROUPS.finance,
  GROUPS.users,
  GROUPS.support,
  GROUPS.night,
] as const;

export const BIRTHRIGHT: Readonly<Record<string, readonly string[]>> = {
  Automation: [GROUPS.developers, GROUPS.users],
  Finance: [GROUPS.finance, GROUPS.users, GROUPS.night, GROUPS.watch],
  Legal: [GROUPS.users],
};

export type TestOrganization = Readonly<{
  graceDays: number;
  limits: CallLimits;
  share: number;
  /** `large` never hold anything. With `small` ones more than one removal from a group within a day is held. */
  guards: 'large' | 'small';
  /** A second source of HR, with people of its own and some of the first one's. */
  hasAgency?: true;
  /** Left out: as in Azure. */
  peoplePerPass?: number;
  runMs?: number;
}>;

/** How many removals small guards let pass: from a group within a day, and in a run. */
export const SMALL_GUARD = 1;
const SMALL_RUN_GUARD = 4;

/** UiPath's limits of a history; the application is told the same. */
export type CallLimits = Readonly<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', number>>;
export const ROOMY: CallLimits = { GET: 300, POST: 24_000, PUT: 160, PATCH: 160, DELETE: 160 };
export const TIGHT: CallLimits = { GET: 12, POST: 120, PUT: 6, PATCH: 10, DELETE: 10 };
export const WINDOW_MS = 300_000;

export const SEED: OrganizationSeed = {
  name: ALIAS,
  partitionGlobalId: '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47',
  saml: true,
  clients: [
    {
      clientId: 'chaos-client',
      clientSecret: 'not-a-secret',
      administrator: true,
      scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'],
    },
  ],
  users: [LEAD, ...PEOPLE],
  groups: {
    Administrators: [LEAD],
    [GROUPS.developers]: [],
    [GROUPS.finance]: [],
    [GROUPS.users]: [],
    [GROUPS.support]: [PEOPLE[3]],
    [GROUPS.night]: [],
    [GROUPS.watch]: [PEOPLE[0]],
    [GROUPS.old]: [PEOPLE[0], PEOPLE[1], LEAD],
  },
};

export function policyText(
  identityBaseUrl: string,
  { graceDays, share, guards, hasAgency }: TestOrganization,
): string {
  const lines = Object.entries(BIRTHRIGHT).map(
    ([department, groups]) =>
      `      - { name: ${department}, when: { department: ${department} }, groups: [${groups.join(', ')}] }`,
  );
  const requests = `{ approvers: [${LEAD}], longestDays: 30 }`;
  const limit = (most: number): string => `{ count: ${most}, percent: 100, floor: ${most} }`;
  const [few, run] = guards === 'small' ? [SMALL_GUARD, SMALL_RUN_GUARD] : [1_000, 1_000];
  return `version: 1
organizations:
  ${ALIAS}:
    partitionGlobalId: ${SEED.partitionGlobalId ?? ''}
    identityBaseUrl: ${identityBaseUrl}
    credentialSecret: uipath
    quota: { share: ${share} }
    mover: { graceDays: ${graceDays} }
    planExpiryDays: 2
    guards: { group: ${limit(few)}, day: ${limit(few)}, run: ${limit(run)}, batch: ${limit(run)} }
    groups:
      ${GROUPS.developers}: { mode: additive }
      ${GROUPS.finance}: { mode: additive, requests: ${requests} }
      ${GROUPS.users}: { mode: authoritative, requests: ${requests} }
      ${GROUPS.support}: { mode: additive, requests: ${requests} }
      ${GROUPS.night}: { mode: additive, requests: ${requests} }
      ${GROUPS.watch}: { mode: observe }
    birthright:
${lines.join('\n')}
    rules: { requests: { approvers: [${LEAD}], longestDays: 60 } }
sources:
  hr:
    standard: { secret: hr }${hasAgency === true ? '\n    agency: { format: standard, secret: agency }' : ''}
  tickets:
    standard: { secret: tickets, may: [grant, extend, revoke, create-rule, update-rule, delete-rule] }
`;
}
