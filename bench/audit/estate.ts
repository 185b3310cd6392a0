import { stringify } from 'yaml';
import { guidOf } from '../../sandbox/uipath/ids';
import { seedOrganization, type OrganizationSeed } from '../../sandbox/uipath/seed';
import { emptyPersonLedger, type Grant, type PersonLedger } from '../../shared/domain/ledger/person-ledger';

export type EstateSize = Readonly<{
  groups: number;
  /** In the ledger, each with an account. */
  people: number;
  /** Accounts that UiPath has: those of the people, and others that are in no group. */
  users: number;
  rules: number;
  entities: number;
}>;

export const ALIAS = 'audit';
const GROUPS_EACH = 5;
export const CLIENT = {
  clientId: guidOf('audit-client'),
  clientSecret: 'not-a-secret',
  administrator: true,
} as const;

function groupName(index: number): string {
  return `Audited Group ${index + 1}`;
}

export function emailOf(index: number): string {
  return `member.${index + 1}@bench.example`;
}

/** Everybody is in five groups, spread evenly. */
function groupsOfPerson(index: number, { groups }: EstateSize): readonly string[] {
  return Array.from({ length: GROUPS_EACH }, (_, step) => groupName((index * GROUPS_EACH + step) % groups));
}

export function estateSeed(size: EstateSize): OrganizationSeed {
  const members = new Map<string, string[]>();
  for (let index = 0; index < size.people; index += 1)
    for (const group of groupsOfPerson(index, size))
      members.set(group, [...(members.get(group) ?? []), emailOf(index)]);
  return seedOrganization({
    name: ALIAS,
    saml: true,
    clients: [
      { ...CLIENT, scopes: ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'] },
    ],
    users: Array.from({ length: size.users }, (_, index) => emailOf(index)),
    groups: Object.fromEntries(members),
    rules: Array.from({ length: size.rules }, (_, index) => ({ name: `Rule ${index + 1}` })),
    accessPolicy: Array.from({ length: Math.min(size.entities, size.people) }, (_, index) => emailOf(index)),
  });
}

/** All as agreed: what is measured is looking, not finding. */
export function estatePolicy(size: EstateSize, identityBaseUrl: string): string {
  const organization = {
    partitionGlobalId: guidOf(ALIAS),
    identityBaseUrl,
    credentialSecret: 'bench-uipath',
    groups: Object.fromEntries(Array.from({ length: size.groups }, (_, index) => [groupName(index), {}])),
    rules: {
      baseline: Array.from({ length: size.rules }, (_, index) => ({
        name: `Rule ${index + 1}`,
        owner: emailOf(0),
      })),
    },
    accessPolicy: {
      baseline: Array.from({ length: Math.min(size.entities, size.people) }, (_, index) => ({
        entityType: 'user',
        name: emailOf(index),
      })),
    },
  };
  return stringify(
    { version: 1, organizations: { [ALIAS]: organization } },
    { aliasDuplicateObjects: false },
  );
}

/** A person whom the ledger wants where UiPath has them. */
export function estateLedger(index: number, size: EstateSize, memberId: string, nowMs: number): PersonLedger {
  const email = emailOf(index);
  return {
    ...emptyPersonLedger(email),
    identity: { kind: 'resolved', id: memberId, checkedAtMs: nowMs },
    grants: groupsOfPerson(index, size).map((group, step): Grant => ({
      requestId: `R-${index}-${step}`,
      source: 'tickets',
      group,
      validFromMs: nowMs - 1,
      validUntilMs: undefined,
      occurredAtMs: nowMs - 1,
      requester: email,
      approvals: [],
      ticketId: 'T-1',
      ticketUrl: undefined,
    })),
  };
}
