import { app } from '@azure/functions';
import { listDeadLetters, retryDeadLetter } from '../shared/access/retry-dead-letter';
import type { AppDeps } from '../shared/app-deps';
import { answering } from '../shared/http/answering';
import { jsonResponse } from '../shared/http/json';
import { namedPerson } from '../shared/http/named-person';

/** Changes that UiPath refused: listed with GET, corrected and tried again with POST by a named person. */
export function registerDeadLetters(deps: AppDeps): void {
  app.http('dead-letters', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'dead-letters/{organization}',
    handler: answering(async ({ params }) =>
      jsonResponse(200, { deadLetters: await listDeadLetters(deps, params['organization'] ?? '') }),
    ),
  });
  app.http('retry-dead-letter', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/{id}/retry',
    handler: answering(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { by, said } = await namedPerson(request);
      await retryDeadLetter(deps, organization, id, { by, memberId: said['memberId'] });
      return jsonResponse(202, { id, retriedBy: by });
    }),
  });
}
