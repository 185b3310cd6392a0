import { app } from '@azure/functions';
import { listHoldsInMode } from '../shared/access/ledger/list-holds';
import { policyToDecideUnder, requirePermission } from '../shared/access/desk/require-permission';
import { readHold, releaseHold } from '../shared/access/desk/release-hold';
import type { AppDeps } from '../shared/app-deps';
import { answerFailures } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';
import { identifyDecider } from '../shared/http/identify-decider';

/** Held removals: listed and shown with GET, released with POST by a named person. */
export function registerPlans(deps: AppDeps): void {
  app.http('plans', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'plans/{organization}/{hash?}',
    handler: answerFailures(async ({ params }) => {
      const { organization = '', hash } = params;
      return hash === undefined || hash === ''
        ? jsonResponse(200, await listHoldsInMode(deps, organization))
        : jsonResponse(200, await readHold(deps, organization, hash));
    }),
  });
  app.http('release-plan', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'plans/{organization}/{hash}/release',
    handler: answerFailures(async (request) => {
      const { organization = '', hash = '' } = request.params;
      const { who } = await identifyDecider(deps, request);
      requirePermission(await policyToDecideUnder(deps, organization), organization, 'release', who);
      return jsonResponse(200, await releaseHold(deps, organization, hash, who.by));
    }),
  });
}
