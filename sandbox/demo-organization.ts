import { randomBytes } from 'node:crypto';
import type { OrganizationSeed } from './uipath/seed';
import { DAY_MS } from '../shared/domain/durations';

/** Names used by the demo, by `npm start` and by the tests that play the story. */
export const ORGANIZATION = 'acme';
export const ADMINISTRATOR = 'olga.admin@acme.example';
export const ANA = 'ana.pop@acme.example';
export const BEN = 'ben.lead@acme.example';
export const MALLORY = 'mallory.field@acme.example';

/** Groups of the demo, in the policy and in UiPath. `Treasury Robots` is in UiPath only. */
export const GROUPS = {
  developers: 'Automation Developers',
  users: 'Automation Users',
  finance: 'Finance Automation',
  support: 'Production Support',
  unmanaged: 'Treasury Robots',
} as const;

/** One UiPath organization with a few people, as an administrator would have left it. */
export const DEMO_SEED: OrganizationSeed = {
  name: ORGANIZATION,
  partitionGlobalId: '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47',
  saml: true,
  clients: [
    {
      clientId: 'b0a7c6de-5f1c-4b7e-8f0e-2f6f9d3a1c55',
      clientSecret: 'not-a-secret',
      administrator: true,
      scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'],
    },
  ],
  users: [ADMINISTRATOR, ANA, BEN, MALLORY],
  accessPolicy: ['Administrators', 'Automation Users', 'Citizen Developers'],
  groups: {
    Administrators: [ADMINISTRATOR],
    [GROUPS.developers]: [],
    [GROUPS.users]: [],
    [GROUPS.finance]: [],
    [GROUPS.support]: [],
    [GROUPS.unmanaged]: [],
  },
};

export const SECRET_NAMES = {
  organization: 'uipath-acme',
  hr: 'webhook-hr',
  tickets: 'webhook-tickets',
  console: 'console-key',
} as const;

/** A signing secret in the form that Standard Webhooks asks for. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The policy of the demo; `more` are further sources, as lines of each feed. */
export function demoPolicy(
  identityBaseUrl: string,
  more: Readonly<{ hr: string; tickets: string }> = { hr: '', tickets: '' },
  nowMs = Date.now(),
): string {
  return `version: 1
organizations:
  ${ORGANIZATION}:
    partitionGlobalId: ${DEMO_SEED.partitionGlobalId ?? ''}
    identityBaseUrl: ${identityBaseUrl}
    credentialSecret: ${SECRET_NAMES.organization}
    leaver:
      groups: all
    groups:
      ${GROUPS.developers}:
        mode: additive
      ${GROUPS.users}:
        mode: additive
      ${GROUPS.finance}:
        mode: additive
        requests:
          approvers: [${BEN}]
          longestDays: 30
      ${GROUPS.support}:
        mode: additive
        privileged: true
        requests:
          approvers: [${BEN}]
          longestDays: 14
    birthright:
      - name: everybody-in-automation
        when: { department: Automation }
        groups: [${GROUPS.developers}, ${GROUPS.users}]
      - name: finance
        when: { department: Finance }
        groups: [${GROUPS.finance}, ${GROUPS.users}]
    rules:
      requests:
        approvers: [${BEN}]
        longestDays: 365
    accessPolicy:
      baseline:
        - { entityType: group, name: Administrators }
        - { entityType: group, name: Automation Users }
        - { entityType: group, name: Citizen Developers }
    audit:
      administrators: { fewest: 1, people: [${ADMINISTRATOR}] }
    waivers:
      - check: group-unlisted
        subject: { group: ${GROUPS.unmanaged} }
        reason: The treasury manages its own robots
        owner: ${ADMINISTRATOR}
        ticket: GOV-7
        from: ${dayOf(nowMs - DAY_MS)}
        until: ${dayOf(nowMs + 90 * DAY_MS)}
sources:
  hr:
    standard: { secret: ${SECRET_NAMES.hr} }
${more.hr}  tickets:
    standard:
      secret: ${SECRET_NAMES.tickets}
      may: [grant, extend, revoke, create-rule, update-rule, delete-rule, add-policy-entity, remove-policy-entity]
${more.tickets}`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
