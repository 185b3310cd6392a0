import { app } from '@azure/functions';
import type { AppDeps } from '../shared/app-deps';
import { answerFailures } from '../shared/http/answer-failures';
import { answerOperator, decideAsOperator } from '../shared/http/operator-handlers';

/** What the command line `access` asks and decides. No function key: each handler asks for a sign-in, as the console does. */
export function registerOperator(deps: AppDeps): void {
  app.http('operator', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'operator/{organization?}/{what?}/{id?}',
    handler: answerFailures(async (request) => answerOperator(deps, request)),
  });
  app.http('operator-decision', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'operator/{organization}/{page}/{id}',
    handler: answerFailures(async (request) => decideAsOperator(deps, request)),
  });
}
