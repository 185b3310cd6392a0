import { findEntity, labelOf, type Organization } from './organization';

/** The whole truth about an organization, for people and tests to look at. */
export function describeOrganization(organization: Organization): Readonly<Record<string, unknown>> {
  const { principals, groups, rules, accessPolicy, audit } = organization;
  const describe = (id: string): unknown => {
    const entity = findEntity(organization, id);
    return entity === undefined
      ? { id }
      : { id, kind: entity.kind, name: labelOf(entity), email: entity.kind === 'user' ? entity.email : null };
  };
  const all = [...principals.all()];
  return {
    name: organization.name,
    partitionGlobalId: organization.partitionGlobalId,
    edition: organization.edition,
    saml: organization.saml,
    onlyAllowedMembers: organization.onlyAllowedMembers,
    groups: [...groups.values()].map(({ id, name, builtIn, members }) => ({
      id,
      name,
      builtIn,
      members: [...members.actual].map(describe),
    })),
    users: all
      .filter((one) => one.kind === 'user')
      .map(({ id, userName, email, displayName, source, externalId, seen, active }) => ({
        id,
        userName,
        email,
        displayName,
        source,
        externalId,
        seen,
        active,
      })),
    robots: all
      .filter((one) => one.kind === 'robot')
      .map(({ id, name, displayName }) => ({ id, name, displayName })),
    applications: all
      .filter((one) => one.kind === 'application')
      .map(({ id, clientId, name, confidential, scopes }) => ({ id, clientId, name, confidential, scopes })),
    directoryGroups: all
      .filter((one) => one.kind === 'directory-group')
      .map(({ id, name, externalId, memberIds }) => ({
        id,
        name,
        externalId,
        members: [...memberIds].map(describe),
      })),
    rules: [...rules.values()],
    accessPolicy: [...accessPolicy].map(describe),
    auditEvents: audit.events.length,
  };
}
