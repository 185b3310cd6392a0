import { app } from '@azure/functions';
import type { AppDeps } from '../shared/app-deps';
import { answerFailures } from '../shared/http/answer-failures';
import { failurePage, showPage, signInWithKey, signOut, postDecision } from '../shared/http/console-handlers';

/** Pages for people. No function key: a browser cannot send one, so each handler asks for a sign-in of its own. */
export function registerConsole(deps: AppDeps): void {
  const failed = (error: unknown, invocationId: string) => failurePage(deps, error, invocationId);
  app.http('console', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'console/{organization?}/{page?}/{id?}',
    handler: answerFailures(async (request) => showPage(deps, request), failed),
  });
  app.http('console-decision', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'console/{organization}/{page}/{id}',
    handler: answerFailures(async (request) => postDecision(deps, request), failed),
  });
  app.http('console-sign-in', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'console-session',
    handler: answerFailures(async (request) => signInWithKey(deps, request), failed),
  });
  app.http('console-sign-out', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'console-session/end',
    handler: answerFailures(async (request) => signOut(deps, request), failed),
  });
}
