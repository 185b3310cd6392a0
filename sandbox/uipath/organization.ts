import type { AuditLog } from './audit-log';
import type { Membership } from './membership';
import { displayNameOf, type Application, type Principal } from './principals';
import type { PrincipalIndex } from './principal-index';

export const EVERYONE = 'ce684f6f-5af3-4e43-8516-1adad6e98fc9';
export const ADMINISTRATORS = '35551807-06b1-4cda-90a1-2fb84851eee7';

/** The built-in groups have the same id in every organization. */
export const BUILT_IN_GROUPS = [
  { id: EVERYONE, name: 'Everyone' },
  { id: ADMINISTRATORS, name: 'Administrators' },
  { id: 'cdc34b5b-77d2-4ae1-9744-209d21ce557d', name: 'Automation Users' },
  { id: '65bac4da-2a5b-459a-8f49-318dc95c06a6', name: 'Citizen Developers' },
] as const;

export type Group = Readonly<{
  id: string;
  name: string;
  builtIn: boolean;
  createdAtMs: number;
  modifiedAtMs: number | null;
  members: Membership;
}>;

export type Rule = Readonly<{
  id: number;
  name: string;
  description: string | null;
  enabled: boolean;
  definition: string | null;
  createdAtMs: number;
  modifiedAtMs: number | null;
}>;

/** One organization. The maps are its state: handlers change them, nothing else does. */
export type Organization = Readonly<{
  name: string;
  partitionGlobalId: string;
  /** The number behind `partitionId` in answers. */
  partitionNumber: number;
  edition: 'enterprise' | 'standard';
  saml: boolean;
  /** The portal's "Only allowed members" switch. No endpoint tells it. */
  onlyAllowedMembers: boolean;
  tenant: Readonly<{ id: string; displayName: string }> | undefined;
  principals: PrincipalIndex;
  /** Ids of the external applications by their client id. */
  clientIds: Map<string, string>;
  groups: Map<string, Group>;
  rules: Map<number, Rule>;
  /** Ids of the principals and groups on the access policy's list. */
  accessPolicy: Set<string>;
  audit: AuditLog;
  numbers: Readonly<{ next: () => number }>;
}>;

/** A member of a group or an entry of the access policy: a principal, or one of UiPath's own groups. */
export type Entity = Principal | (Group & Readonly<{ kind: 'group' }>);

export function findEntity(organization: Organization, id: string): Entity | undefined {
  const principal = organization.principals.get(id);
  if (principal !== undefined) return principal;
  const group = organization.groups.get(id.toLowerCase());
  return group === undefined ? undefined : { ...group, kind: 'group' };
}

export function findApplication(
  { clientIds, principals }: Organization,
  clientId: string,
): Application | undefined {
  const principal = principals.get(clientIds.get(clientId) ?? '');
  return principal?.kind === 'application' ? principal : undefined;
}

export function putApplication({ clientIds, principals }: Organization, application: Application): void {
  principals.put(application);
  clientIds.set(application.clientId, application.id);
}

export function findGroupNamed(organization: Organization, name: string): Group | undefined {
  const wanted = name.toLowerCase();
  return [...organization.groups.values()].find((group) => group.name.toLowerCase() === wanted);
}

/** What a person calls it. */
export function labelOf(entity: Entity): string {
  return entity.kind === 'group' ? entity.name : displayNameOf(entity);
}

/** A counter for the numeric ids of rules, secrets and users. */
export function createNumbers(first: number): Organization['numbers'] {
  let last = first - 1;
  return {
    next: () => {
      last += 1;
      return last;
    },
  };
}
