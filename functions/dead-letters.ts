import { app } from '@azure/functions';
import { listRefusedChanges } from '../shared/access/ledger/list-refused-changes';
import { listFailingUnits } from '../shared/access/desk/list-failing-units';
import { closeDeadDelivery } from '../shared/access/desk/close-dead-delivery';
import { listDeadDeliveries } from '../shared/access/ledger/list-dead-deliveries';
import { retryRefusedChange } from '../shared/access/desk/retry-refused-change';
import { retryDeadDelivery } from '../shared/access/desk/retry-dead-delivery';
import type { DeliveryDecider } from '../shared/access/desk/organizations-decided';
import { policyToDecideUnder, requirePermission } from '../shared/access/desk/require-permission';
import type { AppDeps } from '../shared/app-deps';
import { isPermitted, type Participant } from '../shared/domain/is-permitted';
import { answerFailures } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';
import { identifyDecider } from '../shared/http/identify-decider';

/** Refused changes and dead deliveries: listed with GET, tried again or closed with POST by a named person. */
export function registerDeadLetters(deps: AppDeps): void {
  app.http('dead-letters', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'dead-letters/{organization}',
    handler: answerFailures(async ({ params }) => {
      const { organization = '' } = params;
      const deadLetters = await listRefusedChanges(deps, organization);
      const dead = await listDeadDeliveries(deps, organization);
      const deliveries = dead.flatMap((one) => one.deliveries);
      const unreadable = dead.flatMap(({ source: { feed, name }, unreadable: code }) =>
        code === undefined ? [] : [{ feed, source: name, code }],
      );
      const failing = await listFailingUnits(deps, organization);
      return jsonResponse(200, { deadLetters, deliveries, unreadable, failing });
    }),
  });
  app.http('retry-dead-letter', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/{id}/retry',
    handler: answerFailures(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { who, said } = await identifyDecider(deps, request);
      requirePermission(await policyToDecideUnder(deps, organization), organization, 'operate', who);
      await retryRefusedChange(deps, organization, id, { by: who.by, memberId: said['memberId'] });
      return jsonResponse(202, { id, retriedBy: who.by });
    }),
  });
  app.http('retry-delivery', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/deliveries/{id}/retry',
    handler: answerFailures(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { who } = await identifyDecider(deps, request);
      await policyToDecideUnder(deps, organization);
      await retryDeadDelivery(deps, organization, id, deciderOfDeliveries(who));
      return jsonResponse(202, { id, retriedBy: who.by });
    }),
  });
  app.http('close-delivery', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'dead-letters/{organization}/deliveries/{id}/close',
    handler: answerFailures(async (request) => {
      const { organization = '', id = '' } = request.params;
      const { who, said } = await identifyDecider(deps, request);
      await policyToDecideUnder(deps, organization);
      await closeDeadDelivery(deps, organization, id, {
        ...deciderOfDeliveries(who),
        reason: said['reason'],
      });
      return jsonResponse(200, { id, closedBy: who.by });
    }),
  });
}

/** Dead deliveries are decided about in every organization that their source feeds. */
function deciderOfDeliveries(who: Participant): DeliveryDecider {
  return { by: who.by, mayDecide: (organization) => isPermitted('operate', who, organization) };
}
