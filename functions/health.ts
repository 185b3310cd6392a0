import { app } from '@azure/functions';
import { runReadinessChecks } from '../shared/access/run-readiness-checks';
import type { AppDeps } from '../shared/app-deps';
import { answerFailures } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';

/** Liveness is open and says only that the process answers; readiness needs a key and names every part. `?fresh=1` tries all of it anew. */
export function registerHealth(deps: AppDeps): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: answerFailures(() => jsonResponse(200, { status: 'alive' })),
  });
  app.http('readiness', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'health/ready',
    handler: answerFailures(async (request) => {
      const isFresh = request.query.get('fresh') === '1';
      const readiness = await runReadinessChecks(await deps.readinessChecks({ isFresh }));
      return jsonResponse(readiness.ready ? 200 : 503, readiness);
    }),
  });
}
