import { findApplication, type Organization } from './organization';
import type { Application } from './principals';
import {
  closedError,
  empty,
  errorMessage,
  invalidPartition,
  pascalError,
  problem,
  Refusal,
  scopeError,
} from './reply';
import { requireAdministrator } from './route';
import type { RouteMatch } from './router';
import type { AccessToken } from './tokens';
import { findOrganization, type World } from './world';

/** Whether this token may make this call: 401 without a token, then scope, form of the path, organization and role. @throws Refusal */
export function authorize(
  world: World,
  match: RouteMatch,
  token: AccessToken | undefined,
  urlOrganization: Organization | undefined,
): Readonly<{ organization: Organization; client: Application }> {
  const { route, params, errors } = match;
  const home = world.organizations.get(token?.partitionGlobalId ?? '');
  const client = home === undefined ? undefined : findApplication(home, token?.clientId ?? '');
  if (token === undefined || home === undefined || client === undefined) {
    throw new Refusal(empty(401, { 'www-authenticate': 'Bearer error="invalid_token"' }));
  }
  if (urlOrganization === undefined && world.switches.hostLevel === 'invalid-partition') {
    throw new Refusal(invalidPartition());
  }
  const organization = urlOrganization ?? home;
  if (route.closed === true) throw new Refusal(closedError());
  if (!route.scopes.some((scope) => token.scopes.includes(scope))) {
    throw new Refusal(scopeError(token.scopes, route.scopes));
  }
  if (Object.keys(errors).length > 0) throw new Refusal(problem(errors));
  const partition = params.get('partitionGlobalId');
  if (partition !== undefined && findOrganization(world, partition) === undefined) {
    throw new Refusal(pascalError(404, `Organization ${partition} does not exist`));
  }
  if (
    organization !== home ||
    (partition ?? organization.partitionGlobalId) !== organization.partitionGlobalId
  ) {
    throw new Refusal(errorMessage('The token is not valid for this organization.'));
  }
  if (route.enterprise === true && organization.edition !== 'enterprise') {
    throw new Refusal(
      errorMessage('The directory is open to applications of Enterprise organizations only.'),
    );
  }
  if (route.administrator === true) requireAdministrator({ organization, client });
  return { organization, client };
}
