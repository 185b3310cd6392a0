import { app } from '@azure/functions';
import type { AppDeps } from '../shared/app-deps';
import { scimHandler } from '../shared/http/scim-handler';

/** Provisioning clients keep their users here. The token is the credential. */
export function registerScim(deps: AppDeps): void {
  app.http('scim', {
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    authLevel: 'anonymous',
    route: 'scim/v2/{source}/{resource?}/{id?}',
    handler: scimHandler(deps),
  });
}
