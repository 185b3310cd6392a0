import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { ENTRA, keySetOf, WORKFLOWS } from '../../../sandbox/vendors/entra';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { createIdentityCheck } from '../../../shared/webhooks/check-entra-token';
import { errorOf } from '../../fakes/error-of';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import {
  ANA,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  vendorSenders,
} from '../../fixtures/webhooks/vendor-senders';

const found = vendorSenders.find((one) => one.format === 'entra-lifecycle-workflows');
if (found === undefined) throw new Error('There is no such sender');
const from = found;

function world(settings = from.settings) {
  return createDeliveryWorld(policyOf(from, settings), {
    nowMs: NOW_MS,
    secrets: {},
    checkIdentity: createIdentityCheck(() => createLocalJWKSet(keySetOf(from.secret) as JSONWebKeySet)),
  });
}

type Kind = keyof typeof WORKFLOWS;
const bodyOf = (kind: Kind, atMs = NOW_MS, changes: object = {}): string =>
  JSON.stringify({ ...hrBodies['entra-lifecycle-workflows']({ kind, worker: ANA, atMs }), ...changes });

describe('a lifecycle workflow', () => {
  it('is a joiner, a mover or a leaver by its id', async () => {
    const received = world();
    const seen: unknown[] = [];
    for (const kind of ['joiner', 'mover', 'leaver'] as const) {
      const atMs = received.clock.now();
      await received.deliver(postingOf(from, { body: bodyOf(kind, atMs), atMs }));
      const { employment, attributes } = workerAt(received.person('acme', PERSON)?.timeline ?? [], atMs);
      seen.push([kind, employment, attributes['manager']]);
      received.advance(60_000);
    }
    expect(seen).toEqual([
      ['joiner', 'active', 'ben.lead@acme.example'],
      ['mover', 'active', 'ben.lead@acme.example'],
      ['leaver', 'left', undefined],
    ]);
    expect(received.person('acme', PERSON)?.timeline.every(({ of }) => of === 'account')).toBe(true);
  });

  it('is named in the policy without regard to case', async () => {
    const received = world(from.settings.replace(WORKFLOWS.joiner, WORKFLOWS.joiner.toUpperCase()));
    expect(await received.deliver(postingOf(from))).toMatchObject({ ignored: false });
  });

  it('of which the policy does not know is nothing', async () => {
    const received = world(from.settings.replace(WORKFLOWS.joiner, '45239232-66ed-445b-8292-2f5bbb2eb833'));
    expect(await received.deliver(postingOf(from))).toMatchObject({ ignored: true });
  });

  it('that ran again for the same person is another event; the same result is the same', async () => {
    const received = world();
    await received.deliver(postingOf(from));
    const renamed = bodyOf('joiner', NOW_MS, { source: 'other' });
    expect(await received.deliver(postingOf(from, { body: renamed }))).toMatchObject({ duplicate: true });
    expect(await received.deliver(postingOf(from, { body: bodyOf('joiner', NOW_MS - 1) }))).toMatchObject({
      duplicate: false,
    });
  });

  it('without a time is refused by the name of the field', async () => {
    const body = bodyOf('joiner').replace(/"createdDateTime":"[^"]+"/, '"createdDateTime":"now"');
    const error = await errorOf(() => world().accept(postingOf(from, { body })));
    expect(error.fields).toMatchObject([{ field: 'data.taskProcessingResult.createdDateTime' }]);
  });
});

describe('the policy of a source that proves itself by an identity', () => {
  const check = async (settings: string) =>
    errorOf(() => parsePolicy(policyOf(from, settings), 'policy.yaml'));
  const [entra = '', events = ''] = from.settings.split('\n');

  it('lets it cause all that its feed can', () => {
    const [source] = parsePolicy(policyOf(from), 'policy.yaml').sources;
    expect([...(source?.may ?? [])]).toEqual(['joiner', 'mover', 'leaver']);
    expect(source?.entra).toEqual({
      ...ENTRA,
      audience: [ENTRA.audience],
      authority: 'https://login.microsoftonline.com',
    });
  });

  it.each([
    ['no identity', events, 'needs entra'],
    ['a secret', `${from.settings}\nsecret: webhook`, 'must not stand beside entra'],
    ['no workflows', entra, 'must say what the events of this sender mean'],
    ['a tenant that is no id', from.settings.replace(ENTRA.tenantId, 'contoso'), 'tenantId'],
    [
      'keys that are not read over TLS',
      from.settings.replace(' }\n', ', authority: "http://login.example" }\n'),
      'must begin with https://',
    ],
  ])('is refused with %s', async (_case, settings, problem) => {
    const error = await check(settings);
    expect(error).toMatchObject({ code: 'policy-invalid' });
    expect(error.message).toContain(problem);
  });

  it('may stand in for a token, and then the source may cause all that its feed can', () => {
    const text = policyOf(from, entra).replace(from.format, 'successfactors');
    const [source] = parsePolicy(text, 'policy.yaml').sources;
    expect([...(source?.may ?? [])]).toEqual(['joiner', 'mover', 'leaver']);
  });

  it('is refused for a format that has a secret, and without one for it', async () => {
    const text = policyOf(from, entra).replace(from.format, 'standard');
    const error = await errorOf(() => parsePolicy(text, 'policy.yaml'));
    expect(error.message).toContain('needs secret');
    expect(error.message).toContain('is nothing that standard has');
  });
});
