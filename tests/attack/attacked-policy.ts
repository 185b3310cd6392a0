import { ADMINISTRATOR, BEN, DEMO_SEED, GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import type { OrganizationSeed, Seed } from '../../sandbox/uipath/seed';

/** A second customer in the same deployment. */
export const GLOBEX = 'globex';
export const GLOBEX_GROUP = 'Globex Robots';
const GLOBEX_ID = '0d6f0f5e-8b8f-4a52-a1b6-3f6b7b6f2a11';

export const CAROL = 'carol.approver@acme.example';
/** May approve, and has left. */
export const FORMER = 'former.approver@acme.example';
/** May ask for `Vault Keepers`. */
export const ASKER = 'asker@acme.example';
/** Nobody may take them out of a group. */
export const PROTECTED = 'protected@acme.example';
const PROTECTED_ID = '11111111-0000-4000-8000-000000000001';

/** Groups beside those of the demo, each for what it asks. */
export const MORE_GROUPS = {
  /** One approval, of any of three. */
  reviewed: 'Reviewed Access',
  /** Two approvals. */
  twoEyes: 'Two Pairs Of Eyes',
  /** One who may ask. */
  keepers: 'Vault Keepers',
  /** Not together with each other. */
  payments: 'Payments',
  vendors: 'Vendor Master',
  /** Only observed. */
  observed: 'Observed Only',
} as const;

/** Groups of UiPath that the policy does not name, called as somebody would call them who wants a chat to show something else. */
export const HOSTILE_GROUPS = [
  '[evil](https://evil.example/pwned)',
  '<https://evil.example|evil> www.evil.example',
  '@channel <!everyone> <@U123> @here',
  'evil` **pwned** `',
  'evil\u2028new: critical: pwned\u2028',
  'evil\u202Edenwp\u202C\u200B',
] as const;

/** Whom attacks are about: each takes people of their own. */
export const PEOPLE = Array.from({ length: 400 }, (_, at) => `p${String(at).padStart(3, '0')}@acme.example`);

const [client] = DEMO_SEED.clients ?? [];

export const GLOBEX_CREDENTIAL = { clientId: 'globex-client', clientSecret: 'globex-secret-of-its-own' };

export const ATTACKED_SEED: Seed = {
  organizations: [
    {
      ...DEMO_SEED,
      clients: client === undefined ? [] : [client],
      users: [
        ...(DEMO_SEED.users ?? []),
        CAROL,
        FORMER,
        ASKER,
        { email: PROTECTED, id: PROTECTED_ID },
        ...PEOPLE,
      ],
      groups: {
        ...DEMO_SEED.groups,
        ...Object.fromEntries([...Object.values(MORE_GROUPS), ...HOSTILE_GROUPS].map((name) => [name, []])),
        [GROUPS.unmanaged]: [PROTECTED],
      },
    },
    {
      name: GLOBEX,
      partitionGlobalId: GLOBEX_ID,
      saml: true,
      clients: [{ ...GLOBEX_CREDENTIAL, administrator: true, scopes: client?.scopes ?? [] }],
      users: ['root@globex.example', ...PEOPLE],
      groups: { Administrators: ['root@globex.example'], [GLOBEX_GROUP]: [] },
    } satisfies OrganizationSeed,
  ],
};

const groups = `      ${MORE_GROUPS.reviewed}: { requests: ${requestsWith('')} }
      ${MORE_GROUPS.twoEyes}: { requests: ${requestsWith(', approvals: 2')} }
      ${MORE_GROUPS.keepers}: { requests: ${requestsWith(`, requesters: [${ASKER}]`)} }
      ${MORE_GROUPS.payments}: { requests: ${requestsWith('')} }
      ${MORE_GROUPS.vendors}: { requests: ${requestsWith('')} }
      ${MORE_GROUPS.observed}: { mode: observe, requests: ${requestsWith('')} }
`;

const rest = (receiverUrl: string): string => `    separationOfDuties:
      - [${MORE_GROUPS.payments}, ${MORE_GROUPS.vendors}]
    protectedPrincipals: [${PROTECTED_ID}]
    quota: { share: 1, reserve: 0 }
    guards: { group: { floor: 400 }, day: { floor: 400 }, run: { floor: 400 }, batch: { floor: 400 } }
    notify:
      - { name: chat, url: "${receiverUrl}/chat", secret: notify-chat }
      - { name: moved, url: "${receiverUrl}/moved", secret: notify-moved }
    accessPolicy:
      requests: { approvers: [${BEN}], longestDays: 30 }
`;

const globex = (url: string): string => `  ${GLOBEX}:
    partitionGlobalId: ${GLOBEX_ID}
    identityBaseUrl: ${url}
    credentialSecret: uipath-globex
    quota: { share: 1, reserve: 0 }
    groups:
      ${GLOBEX_GROUP}:
        requests: { approvers: [${ADMINISTRATOR}], longestDays: 30 }
    birthright:
      - { name: globex, when: { department: Automation }, groups: [${GLOBEX_GROUP}] }
`;

const only = `organizations: [${ORGANIZATION}]`;
const globexHr = `    globex: { format: standard, secret: webhook-globex, organizations: [${GLOBEX}] }\n`;
const limited = `    limited: { format: standard, secret: webhook-limited, ${only}, may: [grant], groups: [${GROUPS.finance}] }\n`;

/** The demo's policy with a second organization, and sources that may speak of one of them each. */
export function attackedPolicy(
  text: string,
  { globexUrl, receiverUrl }: Readonly<{ globexUrl: string; receiverUrl: string }>,
): string {
  return text
    .replaceAll(/^( {4}[\w-]+: \{ )format:/gm, `$1${only}, format:`)
    .replace('standard: { secret: webhook-hr }', `standard: { secret: webhook-hr, ${only} }`)
    .replace('      secret: webhook-tickets\n', `      secret: webhook-tickets\n      ${only}\n`)
    .replace('  tickets:\n', `${globexHr}  tickets:\n${limited}`)
    .replace('    birthright:\n', `${groups}    birthright:\n`)
    .replace('    accessPolicy:\n', rest(receiverUrl))
    .replace('sources:\n', `${globex(globexUrl)}sources:\n`);
}

function requestsWith(more: string): string {
  return `{ approvers: [${BEN}, ${CAROL}, ${FORMER}], longestDays: 30${more} }`;
}
