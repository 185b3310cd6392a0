import { isPermitted, type Participant, type Power } from '../domain/is-permitted';
import type { OrganizationPolicy } from '../domain/policy';

/** A signed-in person. `id` binds their form tokens to them. */
export type Visitor = Participant & Readonly<{ id: string }>;

/** What a visitor may do in an organization. */
export type Permissions = Readonly<Record<Power, boolean>>;

export function permissionsOf(
  visitor: Visitor,
  organization: Pick<OrganizationPolicy, 'console' | 'decisions'>,
): Permissions {
  return {
    read: isPermitted('read', visitor, organization),
    operate: isPermitted('operate', visitor, organization),
    release: isPermitted('release', visitor, organization),
  };
}
