import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, BEN, demoPolicy, GROUPS, ORGANIZATION } from '../../../sandbox/demo-organization';
import {
  entraKeyIn,
  HR_API_SECRET,
  newVendorSecrets,
  vendorSecretName,
  vendorSources,
} from '../../../sandbox/vendors/demo-sources';
import { startHrApi, type HrApi } from '../../../sandbox/vendors/hr-api';
import { hrPosting, ticketPosting } from '../../../sandbox/vendors/vendor-posting';
import { workerAt } from '../../../shared/domain/worker-timeline';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';

const DAY_MS = 86_400_000;
const secrets = newVendorSecrets();
let hrApi: HrApi;
beforeAll(async () => {
  hrApi = await startHrApi({ secret: HR_API_SECRET.value, ...entraKeyIn(secrets) });
});
afterAll(async () => {
  await hrApi.close();
});

function demoWorld() {
  const usable = {
    [HR_API_SECRET.name]: HR_API_SECRET.value,
    ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [vendorSecretName(name), value])),
  };
  return createDeliveryWorld(demoPolicy('https://cloud.example/identity', vendorSources(hrApi.baseUrl)), {
    nowMs: Date.now(),
    secrets: Object.fromEntries(
      Object.entries(usable).map(([name, current]) => [name, { current, previous: undefined }]),
    ),
  });
}

const hrSources = [
  'bamboohr',
  'bamboohr-fields',
  'cloudevents-signed',
  'finch',
  'hibob',
  'merge',
  'personio',
  'rippling',
  'successfactors-soap',
];
const ticketSources = ['github', 'jira', 'servicenow', 'zendesk'];

describe('what the local stack is sent in the name of a vendor', () => {
  it('covers every vendor that has a secret', () => {
    expect(Object.keys(secrets).toSorted()).toEqual(
      [...hrSources, 'entra-lifecycle-workflows', ...ticketSources].toSorted(),
    );
  });

  it.each(hrSources)('is, for %s, a joiner, a mover and a leaver', async (source) => {
    const world = demoWorld();
    const email = `${source}@acme.example`;
    const to = { hrApiUrl: hrApi.baseUrl, secret: secrets[source] ?? '' };
    const seen: unknown[] = [];
    for (const kind of ['joiner', 'mover', 'leaver'] as const) {
      const attributes =
        kind === 'mover' ? { department: 'Finance' } : kind === 'joiner' ? { department: 'Automation' } : {};
      const posting = await hrPosting(source, { kind, email, attributes }, to);
      await world.deliver({ feed: 'hr', source, ...posting });
      const timeline = world.person(ORGANIZATION, email)?.timeline ?? [];
      const { employment, attributes: known } = workerAt(timeline, world.clock.now() + DAY_MS);
      seen.push([employment, known['department']]);
      world.advance(1_000);
    }
    expect(seen).toEqual([
      ['active', 'Automation'],
      ['active', 'Finance'],
      ['left', undefined],
    ]);
  });

  it('is, for lifecycle workflows, a joiner and a leaver under a token of the identity', async () => {
    const source = 'entra-lifecycle-workflows';
    const world = demoWorld();
    const email = `${source}@acme.example`;
    const to = { hrApiUrl: hrApi.baseUrl, secret: secrets[source] ?? '' };
    const seen: unknown[] = [];
    for (const kind of ['joiner', 'leaver'] as const) {
      const posting = await hrPosting(source, { kind, email, attributes: {} }, to);
      await world.deliver({ feed: 'hr', source, ...posting });
      const timeline = world.person(ORGANIZATION, email)?.timeline ?? [];
      seen.push(workerAt(timeline, world.clock.now() + DAY_MS).employment);
      world.advance(1_000);
    }
    expect(seen).toEqual(['active', 'left']);
  });

  it.each(ticketSources)('is, for %s, a grant and its end', async (source) => {
    const world = demoWorld();
    const about = {
      person: ANA,
      group: GROUPS.support,
      duration: 'P1D',
      requester: 'requester@acme.example',
      approver: BEN,
    };
    for (const [index, act] of ['grant', 'revoke'].entries()) {
      const posting = ticketPosting(source, { ...about, number: 7 + index, act }, secrets[source] ?? '');
      await world.deliver({ feed: 'ticket', source, ...posting });
    }
    expect(world.outcomes()).toEqual(['recorded', 'recorded']);
    expect(world.person(ORGANIZATION, ANA)).toMatchObject({
      grants: [{ group: GROUPS.support }],
      revocations: [{ group: GROUPS.support }],
    });
  });

  it('is nothing for a vendor that there is not', async () => {
    const news = { kind: 'joiner', email: ANA, attributes: {} } as const;
    await expect(hrPosting('constructor', news, { hrApiUrl: hrApi.baseUrl, secret: '' })).rejects.toThrow(
      'There is no such source',
    );
    const ticket = {
      number: 1,
      act: 'extend',
      person: ANA,
      group: 'x',
      duration: undefined,
      requester: ANA,
      approver: BEN,
    };
    expect(() => ticketPosting('jira', ticket, 'x')).toThrow('grant and revoke');
  });
});
