import type { HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from '@azure/functions';
import { acceptDelivery, type AcceptDeliveryDeps } from '../access/accept-delivery';
import type { Clock } from '../clock';
import type { Feed } from '../domain/policy';
import { answering } from './answering';
import { jsonResponse } from './json';
import { readBody } from './read-body';

export type WebhookHandlerDeps = AcceptDeliveryDeps &
  Readonly<{ clock: Pick<Clock, 'now'>; config: Readonly<{ maxBodyBytes: number }> }>;

/** A webhook of one feed: 200 once the delivery is safe in storage, a problem document otherwise. */
export function webhookHandler(
  deps: WebhookHandlerDeps,
  feed: Feed,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit | HttpResponse> {
  return answering(async (request) => {
    const accepted = await acceptDelivery(deps, {
      feed,
      source: request.params['source'] ?? '',
      headers: request.headers,
      rawBody: await readBody(request, deps.config.maxBodyBytes),
      receivedAtMs: deps.clock.now(),
    });
    return jsonResponse(200, accepted);
  });
}
