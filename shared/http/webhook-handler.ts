import type { HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from '@azure/functions';
import { acceptDelivery, type AcceptDeliveryDeps } from '../access/intake/accept-delivery';
import { answerCloudEventsHandshake } from '../access/intake/answer-cloudevents-handshake';
import type { Clock } from '../clock';
import type { Feed } from '../domain/policy';
import { answerFailures } from './answer-failures';
import { answerHeaders, jsonResponse } from './json-response';
import { senderProblemResponse } from './problem-response';
import { readBody } from './read-body';

export type WebhookHandlerDeps = AcceptDeliveryDeps &
  Readonly<{ clock: Pick<Clock, 'now'>; config: Readonly<{ maxBodyBytes: number }> }>;

/** A webhook of one feed: 200 once the delivery is safe in storage, a problem document otherwise. By OPTIONS some ask for permission to send. */
export function webhookHandler(
  deps: WebhookHandlerDeps,
  feed: Feed,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit | HttpResponse> {
  return answerFailures(async (request) => {
    const source = request.params['source'] ?? '';
    const { headers } = request;
    if (request.method === 'OPTIONS')
      return {
        status: 200,
        headers: { ...answerHeaders, ...(await answerCloudEventsHandshake(deps, { feed, source, headers })) },
      };
    const { answer, ...accepted } = await acceptDelivery(deps, {
      feed,
      source,
      headers,
      rawBody: async (mostBytes) => readBody(request, Math.min(mostBytes, deps.config.maxBodyBytes)),
      receivedAtMs: deps.clock.now(),
    });
    if (answer?.body === undefined) return jsonResponse(answer?.status ?? 200, accepted);
    return {
      status: answer.status,
      headers: { ...answerHeaders, 'content-type': answer.contentType ?? 'text/plain' },
      body: answer.body,
    };
  }, senderProblemResponse);
}
