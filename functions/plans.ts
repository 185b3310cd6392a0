import { app } from '@azure/functions';
import { listHeldPlans, readPlan, releasePlan } from '../shared/access/desk/release-hold';
import type { AppDeps } from '../shared/app-deps';
import { answering } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';
import { namedPerson } from '../shared/http/identify-decider';

/** Held removals: listed and shown with GET, released with POST by a named person. */
export function registerPlans(deps: AppDeps): void {
  app.http('plans', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'plans/{organization}/{hash?}',
    handler: answering(async ({ params }) => {
      const { organization = '', hash } = params;
      return hash === undefined || hash === ''
        ? jsonResponse(200, { plans: await listHeldPlans(deps, organization) })
        : jsonResponse(200, await readPlan(deps, organization, hash));
    }),
  });
  app.http('release-plan', {
    methods: ['POST'],
    authLevel: 'function',
    route: 'plans/{organization}/{hash}/release',
    handler: answering(async (request) => {
      const { organization = '', hash = '' } = request.params;
      const { by } = await namedPerson(request);
      return jsonResponse(200, await releasePlan(deps, organization, hash, by));
    }),
  });
}
