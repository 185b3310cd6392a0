import type { OrganizationPolicy, Policy } from '../domain/policy';
import { AppError } from '../errors';
import { policyToDecideUnder } from '../access/desk/require-permission';
import type { VersionInForceDeps } from '../access/ledger/organization/version-in-force';
import { carryOutDecision, type DecideDeps, type DONE } from './carry-out-decision';
import { permissionsOf, type Visitor } from './visitor-permissions';

type WhatIsDecided = Readonly<{ organization: string; page: string; id: string; fields: URLSearchParams }>;

/** The organizations that a visitor may look at. */
export async function readableBy(
  { policy }: Readonly<{ policy: () => Promise<Policy> }>,
  visitor: Visitor,
): Promise<readonly OrganizationPolicy[]> {
  const { organizations } = await policy();
  return [...organizations.values()].filter((organization) => permissionsOf(visitor, organization).read);
}

/** A visitor without the right to read an organization does not learn that it exists. @throws AppError `not-permitted` */
export function requireReadable(readable: readonly OrganizationPolicy[], alias: string): OrganizationPolicy {
  const found = readable.find((organization) => organization.alias === alias);
  if (found === undefined)
    throw new AppError('not-permitted', 'There is no such organization, or it is not open to you');
  return found;
}

/** The organization as the version in force has it. @throws AppError `not-permitted`, `policy-not-in-force` */
export async function readableInForce(
  deps: VersionInForceDeps,
  visitor: Visitor,
  alias: string,
): Promise<OrganizationPolicy> {
  const inForce = await policyToDecideUnder(deps, alias);
  return requireReadable(await readableBy({ policy: async () => inForce }, visitor), alias);
}

/**
 * Carries out what a visitor decided, where the policy in force lets them. To pause is open under any version: a stop does not wait.
 * @throws AppError `not-permitted`, `policy-not-in-force`, and what the use case throws
 */
export async function decideAsVisitor(
  deps: DecideDeps,
  visitor: Visitor,
  { organization, page, id, fields }: WhatIsDecided,
): Promise<keyof typeof DONE> {
  const here = requireReadable(await readableBy(deps, visitor), organization);
  const isStop = page === 'today' && id === 'pause';
  const chosen = isStop ? here : await readableInForce(deps, visitor, organization);
  const isRelease = page === 'plans' || page === 'today' || (page === 'findings' && fields.has('planHash'));
  if (!permissionsOf(visitor, chosen)[isRelease ? 'release' : 'operate'])
    throw new AppError('not-permitted', 'You may look at this organization, and not decide this');
  return carryOutDecision(deps, {
    organization,
    page,
    id,
    by: visitor.by,
    mayDecide: (other) => permissionsOf(visitor, other).operate,
    fields,
  });
}
