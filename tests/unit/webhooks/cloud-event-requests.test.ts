import { describe, expect, it } from '@jest/globals';
import { createSenderWorld, type SenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  APPROVER,
  GROUP,
  PERSON,
  postingOf,
  REQUESTER,
  vendorSenders,
} from '../../fixtures/webhooks/vendor-senders';

const from = vendorSenders.find(({ format, feed }) => `${format} ${feed}` === 'cloudevents-signed ticket');
if (from === undefined) throw new Error('There is no such sender');

describe('the request of a CloudEvent', () => {
  const type = 'com.example.access';
  const approved = { duration: 'P1D', requester: REQUESTER, approver: APPROVER };
  let sent = 0;
  const send = async (world: SenderWorld, id: string, act: string, data: object) => {
    sent += 1;
    const body = JSON.stringify({
      specversion: '1.0',
      id,
      source: 'https://portal.example.com',
      type: `${type}.${act}`,
      subject: 'REQ-7',
      time: '2026-11-20T08:00:00Z',
      data: { person: PERSON, ...data },
    });
    await world.deliver(postingOf(from, { body, id: `message-${sent}` }));
    return world.person('acme', PERSON);
  };
  const settings = `events: { ${type}.approved: grant, ${type}.withdrawn: revoke }`;
  const begin = (): SenderWorld => createSenderWorld({ ...from, settings });

  it.each([
    ['is known by its id and a hash of source and id', 'A234', /^main\/A234-[0-9a-f]{16}$/],
    ['shows an id of 111 characters', 'a'.repeat(111), /^main\/a{111}-[0-9a-f]{16}$/],
    ['shows no longer one', 'a'.repeat(112), /^main\/[0-9a-f]{64}$/],
    ['shows none with characters that cannot be seen', 'a\u202Eb', /^main\/[0-9a-f]{64}$/],
  ])('%s', async (_what, id, requestId) => {
    const person = await send(begin(), id, 'approved', { ...approved, group: GROUP });
    expect(person?.grants.map((grant) => requestId.test(grant.requestId))).toEqual([true]);
  });

  it.each<[string, string | readonly string[], (requestId: string) => string]>([
    ['the id of its event', GROUP, () => 'A234'],
    ['its own id', GROUP, (requestId) => requestId],
    ['its own id, where it is one of several', [GROUP, 'Finance'], (requestId) => requestId],
  ])('is named by a revocation by %s', async (_by, group, nameOf) => {
    const world = begin();
    const [grant] = (await send(world, 'A234', 'approved', { ...approved, group }))?.grants ?? [];
    const grantRequestId = nameOf(grant?.requestId.slice('main/'.length) ?? '');
    const person = await send(world, 'B1', 'withdrawn', { group: GROUP, grantRequestId });
    expect(person?.revocations.map((one) => one.grantRequestId)).toEqual([grant?.requestId]);
  });
});
