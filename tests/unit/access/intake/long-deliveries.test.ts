import { describe, expect, it } from '@jest/globals';
import { processDeliveriesOfOneMessage } from '../../../../shared/access/intake/process-deliveries-of-one-message';
import type { Policy } from '../../../../shared/domain/policy';
import { AppError } from '../../../../shared/errors';
import { parsePolicy } from '../../../../shared/policy/parse-policy';
import { createDeliveryWorld } from '../../../fixtures/webhooks/delivery-world';
import {
  aTicket,
  NOW_MS,
  policyOf,
  postingOf,
  textOf,
  vendorSenders,
} from '../../../fixtures/webhooks/vendor-senders';
import { ticketBodies } from '../../../../sandbox/vendors/ticket-bodies';

const HOUR_MS = 3_600_000;
/** As in host.json. */
const FUNCTION_TIMEOUT_MS = 300_000;

function senderOf(format: string) {
  const found = vendorSenders.find((one) => one.format === format);
  if (found === undefined) throw new Error(`There is no sender ${format}`);
  return found;
}

const soap = senderOf('successfactors-soap');
const outage = () => new AppError('source-unavailable', 'It does not answer');

/** One message of SuccessFactors about so many people. */
function about(people: number): string {
  const text = textOf(soap);
  const [event = ''] = /<ns3:event>.*<\/ns3:event>/.exec(text) ?? [];
  const lean = event.replace(/<ns3:params>.*<\/ns3:params>/, '');
  const events = Array.from({ length: people }, (_, index) =>
    lean.replaceAll('67890', `w${index}`).replace(/<ns3:eventId>[^<]*/, `<ns3:eventId>e${index}`),
  );
  return text.replace(event, events.join(''));
}

/** A world whose source takes `answerMs` for an answer; `fault` is what it does in its place for a worker. */
function start(answerMs: number, fault: (workerId: string) => Error | undefined = () => undefined) {
  const asked: string[] = [];
  let policy: Policy = parsePolicy(policyOf(soap), 'policy.yaml');
  const { fetchBack } = soap;
  if (fetchBack === undefined) throw new Error('SuccessFactors sends ids only');
  const world = createDeliveryWorld(policy, {
    nowMs: NOW_MS,
    secrets: { webhook: { current: soap.secret, previous: undefined } },
    deps: {
      policy: async () => policy,
      fetchBackOf: () => ({
        places: { ...fetchBack.places, email: ['email'] },
        worker: async (id) => {
          asked.push(id);
          await world.clock.sleep(answerMs);
          const error = fault(id);
          if (error !== undefined) throw error;
          return { ...Object(await fetchBack.worker(id)), userId: id, email: `${id}@acme.example` } as object;
        },
      }),
    },
  });
  return {
    world,
    asked,
    setPolicy: (text: string) => {
      policy = parsePolicy(text, 'policy.yaml');
    },
    say: async (people: number) => world.deliver(postingOf(soap, { body: about(people) })),
  };
}

const repeated = <T>(value: T, times: number): readonly T[] => Array.from({ length: times }, () => value);

describe('a delivery that takes longer than a function may', () => {
  it('is finished by several messages, each in its time, and nobody is asked about twice', async () => {
    const { world, asked, say } = start(1_000);
    await say(500);
    expect(world.outcomes()).toEqual([repeated('recorded', 500).join(', ')]);
    expect(asked).toEqual(Array.from({ length: 500 }, (_, index) => `w${index}`));
    expect(world.turnsMs).toHaveLength(5);
    expect(Math.max(...world.turnsMs)).toBeLessThan(FUNCTION_TIMEOUT_MS / 2);
    expect(world.log.filter(({ event }) => event === 'delivery-goes-on')).toHaveLength(4);
  });

  it('says while it is processed that it is, so that the sweep does not send it as well', async () => {
    const { world, say } = start(10_000);
    await say(30);
    const gaps = [NOW_MS, ...world.touchedAtMs].map(
      (atMs, index) => (world.touchedAtMs[index] ?? world.clock.now()) - atMs,
    );
    expect(Math.max(...gaps)).toBeLessThan(120_000);
  });

  it('gets on by one at least with every message, however long that takes', async () => {
    const { world, asked, say } = start(149_000);
    await say(4);
    expect(world.outcomes()).toEqual(['recorded, recorded, recorded, recorded']);
    expect(asked).toHaveLength(4);
    expect(Math.max(...world.turnsMs)).toBeLessThan(FUNCTION_TIMEOUT_MS);
  });

  it('goes on behind one that is turned away, and asks again about that one alone', async () => {
    let isOut = true;
    const { world, asked, say } = start(100, (id) => (id === 'w7' && isOut ? outage() : undefined));
    await say(10);
    expect(world.outcomes()).toEqual(['pending']);
    isOut = false;
    await world.sweep();
    expect(world.outcomes()).toEqual([repeated('recorded', 10).join(', ')]);
    expect(asked.slice(7)).toEqual(['w7', 'w8', 'w9', 'w7']);
  });

  it('is followed for all but the one whose record cannot be used, and then fails', async () => {
    let isBad = true;
    const bad = new AppError('body-invalid', 'The body is not valid');
    const { world, asked, say } = start(100, (id) => (id === 'w1' && isBad ? bad : undefined));
    await expect(say(4)).rejects.toBe(bad);
    await expect(world.sweep()).rejects.toBe(bad);
    expect(asked).toEqual(['w0', 'w1', 'w2', 'w3', 'w1']);
    isBad = false;
    await world.sweep();
    expect(world.outcomes()).toEqual([repeated('recorded', 4).join(', ')]);
  });

  it('keeps a list that waits for one and cannot use another, until nothing waits', async () => {
    let isOut = true;
    const bad = new AppError('body-invalid', 'The body is not valid');
    const { world, say } = start(100, (id) =>
      id === 'w0' ? bad : id === 'w1' && isOut ? outage() : undefined,
    );
    await say(3);
    expect(world.outcomes()).toEqual(['pending']);
    isOut = false;
    await expect(world.sweep()).rejects.toBe(bad);
  });

  it('goes on where it was after a failure too, which counts as a try', async () => {
    const { world, asked, say } = start(100, (id) => (id === 'w3' ? new Error('Something else') : undefined));
    await expect(say(5)).rejects.toThrow('Something else');
    await expect(world.sweep()).rejects.toThrow('Something else');
    expect(asked).toEqual(['w0', 'w1', 'w2', 'w3', 'w3']);
  });

  it('begins anew under another policy', async () => {
    let isOut = true;
    const { world, asked, say, setPolicy } = start(100, (id) =>
      id === 'w2' && isOut ? outage() : undefined,
    );
    await say(3);
    isOut = false;
    setPolicy(policyOf(soap, `${soap.settings}\nmay: [mover]`));
    await world.sweep();
    expect(world.outcomes()).toEqual([repeated('source-not-allowed', 3).join(', ')]);
    expect(asked).toHaveLength(6);
  });

  it('that gets on is waited for after three days too, and one that does not fails', async () => {
    let out = 'w1 w2';
    const { world, say } = start(100, (id) => (out.includes(id) ? outage() : undefined));
    await say(3);
    world.advance(72 * HOUR_MS);
    out = 'w2';
    await world.sweep();
    expect(world.outcomes()).toEqual(['pending']);
    await expect(world.sweep()).rejects.toMatchObject({ code: 'source-unavailable' });
    out = '';
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded, recorded-late, recorded-late']);
  });

  it('that waits is touched when its look-up has ended, not when it began', async () => {
    const { world, say } = start(61_000, outage);
    await say(1);
    expect(world.touchedAtMs).toEqual([NOW_MS + 61_000]);
  });
});

describe('deliveries that share a message', () => {
  it('share its time where the source hangs, and those that are left have a message of their own', async () => {
    const tickets = senderOf('servicenow-token');
    let asked = 0;
    const world = createDeliveryWorld(
      policyOf(tickets, 'fetchBack: { baseUrl: https://vendor.example, secret: vendor-api }'),
      {
        nowMs: NOW_MS,
        secrets: { webhook: { current: tickets.secret, previous: undefined } },
        deps: {
          fetchBackOf: () => ({
            places: {},
            worker: async () => undefined,
            ticket: async () => {
              asked += 1;
              // Four at a time: together they take what one takes.
              await world.clock.sleep(61_000 / 4);
              throw outage();
            },
          }),
        },
      },
    );
    for (let number = 0; number < 20; number += 1)
      await world.accept(
        postingOf(tickets, {
          body: JSON.stringify(ticketBodies['servicenow-token']({ ...aTicket, number })),
        }),
      );
    const [first, ...others] = world.takeQueued();
    if (first === undefined) throw new Error('Nothing was accepted');
    const ids = others.map(({ deliveryId }) => deliveryId);
    await processDeliveriesOfOneMessage(world.deps, first, ids, 'normal');
    expect(world.clock.now() - NOW_MS).toBeLessThan(FUNCTION_TIMEOUT_MS / 2);
    expect(world.log.filter(({ event }) => event === 'look-up-waits')).toHaveLength(asked);
    expect(world.takeQueued()).toHaveLength(20 - asked);
    expect(new Set(world.touched).size).toBe(20);
  });

  it('that is long goes on in a message of its own when the time of all is up', async () => {
    const { world } = start(1_000);
    for (const people of [24, 25, 26, 27, 100]) await world.accept(postingOf(soap, { body: about(people) }));
    const [first, ...others] = world.takeQueued();
    if (first === undefined) throw new Error('Nothing was accepted');
    const ids = others.map(({ deliveryId }) => deliveryId);
    await processDeliveriesOfOneMessage(world.deps, first, ids, 'normal');
    expect(world.clock.now() - NOW_MS).toBeLessThan(FUNCTION_TIMEOUT_MS / 2);
    expect(world.outcomes().filter((outcome) => outcome === 'pending')).toHaveLength(1);
    await world.work();
    expect(world.outcomes()).not.toContain('pending');
  });
});
