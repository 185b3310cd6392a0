import { HttpRequest } from '@azure/functions';
import { expect, it } from '@jest/globals';
import { webhookHandler } from '../../../shared/http/webhook-handler';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { fakeInvocation } from '../../fakes/invocation';
import { NOW_MS, postingOf, vendorSenders, type VendorSender } from '../../fixtures/webhooks/vendor-senders';

async function answerTo(
  from: VendorSender,
  query: string,
  headers: Readonly<Record<string, string>>,
): Promise<Readonly<{ status: number | undefined; kept: number }>> {
  let kept = 0;
  const handler = webhookHandler(
    {
      formatOf: webhookFormatOf,
      sourceFor: async () => ({ format: from.format, secretName: 'webhook' }),
      secrets: { read: async () => ({ current: from.secret, previous: undefined }) },
      checkIdentity: async () => ({ verified: false, reason: 'identity-missing' }),
      deliveries: {
        insert: async () => {
          kept += 1;
          return 'inserted';
        },
      },
      queue: { enqueueDelivery: async () => undefined },
      deadDeliveries: { keepRefused: async () => undefined },
      heartbeats: { noteIgnored: async () => undefined, noteReused: async () => undefined },
      log: () => undefined,
      clock: { now: () => NOW_MS },
      config: { maxBodyBytes: 100_000 },
    },
    from.feed,
  );
  const request = new HttpRequest({
    method: 'POST',
    url: `https://app.example/api/webhooks/${from.feed}/main${query}`,
    params: { source: 'main' },
    headers,
    body: { string: String(postingOf(from).body) },
  });
  const { status } = await handler(request, fakeInvocation('1').context);
  return { status, kept };
}

/** CloudEvents let a sender put its token there; addresses end up in logs. */
it.each(
  vendorSenders
    .filter(({ format }) => format.startsWith('cloudevents'))
    .map((one) => [one.format, one.feed, one] as const),
)('a token in the address is not read: %s of the %s feed', async (_format, _feed, from) => {
  const { headers } = postingOf(from);
  const { 'content-type': contentType = '' } = headers as Readonly<Record<string, string>>;
  const query = `?access_token=${encodeURIComponent(from.secret)}`;
  expect(await answerTo(from, query, { 'content-type': contentType })).toEqual({ status: 401, kept: 0 });
  expect(await answerTo(from, query, headers)).toEqual({ status: 202, kept: 1 });
});
