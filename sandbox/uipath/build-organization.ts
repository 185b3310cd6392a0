import { AuditLog } from './audit-log';
import { guidOf } from './ids';
import { Membership } from './membership';
import {
  ADMINISTRATORS,
  BUILT_IN_GROUPS,
  createNumbers,
  findApplication,
  findGroupNamed,
  putApplication,
  type Organization,
} from './organization';
import { PrincipalIndex } from './principal-index';
import type { Application, User } from './principals';
import type { ParsedOrganizationSeed } from './seed';

const FIRST_NUMBER = 1000;

/** Turns a seed into an organization. @throws Error when a member or an entry of the policy names nobody. */
export function buildOrganization(seed: ParsedOrganizationSeed, nowMs: number): Organization {
  const partitionGlobalId = seed.partitionGlobalId ?? guidOf(seed.name);
  const idOf = (kind: string, name: string): string => guidOf(`${partitionGlobalId}/${kind}/${name}`);
  const organization: Organization = {
    name: seed.name,
    partitionGlobalId,
    partitionNumber: Number.parseInt(partitionGlobalId.slice(0, 6), 16),
    edition: seed.edition,
    saml: seed.saml,
    onlyAllowedMembers: seed.onlyAllowedMembers,
    tenant: seed.tenant,
    principals: new PrincipalIndex(),
    clientIds: new Map(),
    groups: new Map(),
    rules: new Map(),
    accessPolicy: new Set(),
    audit: new AuditLog(),
    numbers: createNumbers(FIRST_NUMBER),
  };
  const { principals, groups, numbers } = organization;

  for (const client of seed.clients)
    putApplication(organization, applicationOf(client, organization, nowMs, idOf));
  for (const user of seed.users) principals.put(userOf(user, numbers.next(), nowMs, idOf));
  for (const robot of seed.robots) {
    principals.put({
      kind: 'robot',
      id: robot.id ?? idOf('robot', robot.name),
      name: robot.name,
      displayName: robot.displayName ?? robot.name,
      createdAtMs: nowMs,
    });
  }
  putDirectoryGroups(organization, seed, idOf);

  const addGroup = (id: string, name: string, builtIn: boolean): void => {
    groups.set(id, { id, name, builtIn, createdAtMs: nowMs, modifiedAtMs: null, members: new Membership() });
  };
  for (const { id, name } of BUILT_IN_GROUPS) addGroup(id, name, true);
  const time = { nowMs, lagMs: 0 };
  for (const [name, { id, members }] of Object.entries(seed.groups)) {
    if (findGroupNamed(organization, name) === undefined) addGroup(id ?? idOf('group', name), name, false);
    const membership = findGroupNamed(organization, name)?.members;
    if (name === 'Everyone') throw new Error('The group Everyone has no list of members');
    for (const member of members) membership?.add(findId(organization, member), time);
  }
  for (const client of seed.clients) {
    if (client.administrator)
      groups.get(ADMINISTRATORS)?.members.add(findId(organization, client.clientId), time);
  }
  for (const rule of seed.rules) {
    const id = numbers.next();
    organization.rules.set(id, { id, ...rule, createdAtMs: nowMs, modifiedAtMs: null });
  }
  for (const entry of seed.accessPolicy ?? BUILT_IN_GROUPS.map(({ name }) => name)) {
    organization.accessPolicy.add(findId(organization, entry));
  }
  return organization;
}

/** The id behind an e-mail, a name, a client id or the id itself. @throws Error when there is nobody or more than one. */
export function findId(organization: Organization, reference: string): string {
  const { principals, groups } = organization;
  if (principals.get(reference) !== undefined) return reference.toLowerCase();
  const named = principals.named(reference);
  if (named.length > 1) throw new Error(`"${reference}" is the name of ${named.length} entries: use an id`);
  const principal = named[0] ?? findApplication(organization, reference);
  if (principal !== undefined) return principal.id;
  const group = [...groups.values()].find(
    ({ id, name }) => id === reference.toLowerCase() || name === reference,
  );
  if (group === undefined) throw new Error(`"${reference}" names nobody in this organization`);
  return group.id;
}

type IdOf = (kind: string, name: string) => string;

function applicationOf(
  client: ParsedOrganizationSeed['clients'][number],
  { numbers }: Organization,
  nowMs: number,
  idOf: IdOf,
): Application {
  const { clientId, clientSecret: secret, confidential, scopes } = client;
  return {
    kind: 'application',
    id: client.id ?? idOf('application', clientId),
    clientId,
    name: client.name ?? clientId,
    confidential,
    redirectUri: null,
    scopes,
    secrets:
      secret === undefined
        ? []
        : [
            {
              id: numbers.next(),
              secret,
              description: null,
              createdAtMs: nowMs,
              expiresAtMs: client.secretExpiresAtMs ?? null,
            },
          ],
  };
}

function userOf(
  seed: ParsedOrganizationSeed['users'][number],
  legacyId: number,
  nowMs: number,
  idOf: IdOf,
): User {
  const { userName = seed.email, id, ...rest } = seed;
  if (userName === null) throw new Error('A user needs an e-mail address or a user name');
  const externalId = rest.externalId ?? (rest.source === 'local' ? null : idOf('external', userName));
  return {
    kind: 'user',
    ...rest,
    id: id ?? idOf('user', userName),
    userName,
    externalId,
    legacyId,
    invitationAccepted: rest.seen,
    bypassBasicAuthRestriction: false,
    createdAtMs: nowMs,
    modifiedAtMs: null,
    lastLoginAtMs: rest.seen ? nowMs : null,
  };
}

function putDirectoryGroups(organization: Organization, seed: ParsedOrganizationSeed, idOf: IdOf): void {
  const groupIdOf = (group: ParsedOrganizationSeed['directoryGroups'][number]): string =>
    group.id ?? idOf('directory-group', group.name);
  const idByName = new Map(seed.directoryGroups.map((group) => [group.name, groupIdOf(group)]));
  for (const group of seed.directoryGroups) {
    organization.principals.put({
      kind: 'directory-group',
      id: groupIdOf(group),
      name: group.name,
      source: group.source,
      externalId: group.externalId ?? idOf('external', group.name),
      memberIds: new Set(group.members.map((member) => idByName.get(member) ?? findId(organization, member))),
    });
  }
}
