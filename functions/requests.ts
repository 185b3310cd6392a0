import { app } from '@azure/functions';
import { listRequests } from '../shared/access/desk/list-requests';
import { requestQueryOf } from '../shared/access/desk/parse-request-query';
import { requestStatus } from '../shared/access/desk/read-request-status';
import type { AppDeps } from '../shared/app-deps';
import { answering } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';

/** The access requests of an organization, or where one stands, by the id its ticket system gave it. */
export function registerRequests(deps: AppDeps): void {
  app.http('requests', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'requests/{organization}/{id?}',
    handler: answering(async ({ params, query }) => {
      const { organization = '', id = '' } = params;
      if (id === '') return jsonResponse(200, await listRequests(deps, organization, requestQueryOf(query)));
      const source = query.get('source') ?? undefined;
      return jsonResponse(200, await requestStatus(deps, organization, id, source));
    }),
  });
}
