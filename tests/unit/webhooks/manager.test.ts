import { describe, expect, it } from '@jest/globals';
import { MANAGER } from '../../../sandbox/vendors/workers';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  NOW_MS,
  PERSON,
  postingOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

/** Who is a manager: by address where the record has it, else as the system names people. */
const managers: Readonly<Record<string, string | undefined>> = {
  standard: MANAGER.email,
  'standard-token': MANAGER.email,
  bamboohr: MANAGER.name,
  'bamboohr-fields': MANAGER.name,
  cloudevents: MANAGER.email,
  'cloudevents-signed': MANAGER.email,
  'entra-lifecycle-workflows': MANAGER.email,
  finch: MANAGER.id,
  hibob: MANAGER.email,
  merge: '0048ea5b-911e-4dff-9364-92070dea62ff',
  personio: MANAGER.id,
  rippling: MANAGER.id,
  successfactors: MANAGER.email,
  'successfactors-soap': MANAGER.email,
};

async function managerOf(from: VendorSender, body?: string): Promise<string | undefined> {
  const world = createSenderWorld(from);
  await world.deliver(postingOf(from, body === undefined ? {} : { body }));
  const timeline = world.person('acme', PERSON)?.timeline ?? [];
  expect(timeline).toHaveLength(1);
  return workerAt(timeline, NOW_MS + 86_400_000).attributes['manager'];
}

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'hr');
  if (found === undefined) throw new Error(`There is no sender ${format}`);
  return found;
}

describe('the manager of somebody who joins', () => {
  it.each(vendorSenders.filter(({ feed }) => feed === 'hr').map((one) => [one.format, one] as const))(
    'is an attribute without a line in the policy: %s',
    async (format, from) => {
      expect(Object.keys(managers)).toContain(format);
      expect(await managerOf(from)).toBe(managers[format]);
    },
  );

  it.each([
    ['data.manager', { manager: MANAGER.email }],
    ['data.manager, as a person', { manager: { id: '501', email: MANAGER.email } }],
    ['data.managerEmail', { managerEmail: MANAGER.email }],
  ])('may stand in the data of a CloudEvent of another type: %s', async (_place, data) => {
    const from = { ...senderOf('cloudevents-signed'), settings: 'events: { com.acme.hired: joiner }' };
    const event = {
      ...(from.body as Record<string, unknown>),
      type: 'com.acme.hired',
      data: { email: PERSON, ...data },
    };
    expect(await managerOf(from, JSON.stringify(event))).toBe(MANAGER.email);
  });

  it('is an address where Merge sends the relation expanded', async () => {
    const from = senderOf('merge');
    const text = JSON.stringify(from.body);
    const expanded = text.replace(
      /"manager":"[^"]+"/,
      `"manager":{"id":"501","work_email":"${MANAGER.email}"}`,
    );
    expect(await managerOf(from, expanded)).toBe(MANAGER.email);
  });
});
