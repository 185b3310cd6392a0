import { app } from '@azure/functions';
import { closeDelivery } from '../shared/access/desk/close-dead-delivery';
import { listDeadDeliveries } from '../shared/access/ledger/list-dead-deliveries';
import { listDeadLetters, retryDeadLetter } from '../shared/access/desk/retry-refused-change';
import { retryDelivery } from '../shared/access/desk/retry-dead-delivery';
import type { AppDeps } from '../shared/app-deps';
import { answering } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';
import { namedPerson } from '../shared/http/identify-decider';

/** Refused changes and dead deliveries: listed with GET, tried again or closed with POST by a named person. */
export function registerDeadLetters(deps: AppDeps): void {
  app.http('dead-letters', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'dead-letters/{organization}',
    handler: answering(async ({ params }) => {
      const { organization = '' } = params;
      const deadLetters = await listDeadLetters(deps, organization);
      const dead = await listDeadDeliveries(deps, organization);
      return jsonResponse(200, { deadLetters, deliveries: dead.flatMap(({ deliveries }) => deliveries) });
    }),
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
  app.http('retry-delivery', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/deliveries/{id}/retry',
    handler: answering(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { by } = await namedPerson(request);
      await retryDelivery(deps, organization, id, { by, mayDecide: whoeverHasTheKey });
      return jsonResponse(202, { id, retriedBy: by });
    }),
  });
  app.http('close-delivery', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/deliveries/{id}/close',
    handler: answering(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { by, said } = await namedPerson(request);
      await closeDelivery(deps, organization, id, {
        by,
        mayDecide: whoeverHasTheKey,
        reason: said['reason'],
      });
      return jsonResponse(200, { id, closedBy: by });
    }),
  });
}

/** A function key opens every organization. */
function whoeverHasTheKey(): boolean {
  return true;
}
