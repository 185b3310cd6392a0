import { app } from '@azure/functions';
import { listRequests } from '../shared/access/desk/list-requests';
import { parseRequestListQuery } from '../shared/access/desk/parse-request-list-query';
import { readRequestStatus } from '../shared/access/desk/read-request-status';
import type { AppDeps } from '../shared/app-deps';
import { answerFailures } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';

/** The access requests of an organization, or where one stands, by the id its ticket system gave it. */
export function registerRequests(deps: AppDeps): void {
  app.http('requests', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'requests/{organization}/{id?}',
    handler: answerFailures(async ({ params, query }) => {
      const { organization = '', id = '' } = params;
      if (id === '')
        return jsonResponse(200, await listRequests(deps, organization, parseRequestListQuery(query)));
      const source = query.get('source') ?? undefined;
      return jsonResponse(200, await readRequestStatus(deps, organization, id, source));
    }),
  });
}
