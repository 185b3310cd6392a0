import { describe, expect, it } from '@jest/globals';
import { loginOf } from '../../../sandbox/vendors/ticket';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import type { Feed } from '../../../shared/domain/policy';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { AppError, errorCodeOf } from '../../../shared/errors';
import { fieldReader, idAt, textAt } from '../../../shared/webhooks/read-field-by-path';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  APPROVER,
  aTicket,
  postingOf,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

/** Each id that a format reads, as it stands in the body. */
const vendorIds: ReadonlyArray<readonly [string, Feed, string | RegExp]> = [
  ['github', 'ticket', '"number":1042'],
  ['jira', 'ticket', '"id":"21042"'],
  ['jira-automation', 'ticket', '"key":"ACC-1042"'],
  ['zendesk', 'ticket', '"ticket_id":"1042"'],
  ['zendesk', 'ticket', /"id":"1042-[^"]+"/],
  ['freshservice', 'ticket', '"ticket_id":1042'],
  ['servicenow-token', 'ticket', '"number":"RITM0001042"'],
  ['power-automate', 'ticket', /"name":"0a9be1c1-[^"]+"/],
  ['bamboohr', 'hr', '"employeeId":"67890"'],
  ['bamboohr-fields', 'hr', '"id":"67890"'],
  ['hibob', 'hr', '"employeeId":"67890"'],
  ['merge', 'hr', '"remote_id":"67890"'],
  ['merge', 'hr', /"id":"0958cbc6-[^"]+"/],
  ['finch', 'hr', '"individual_id":"67890"'],
  ['personio', 'hr', '"person_id":"67890"'],
  ['successfactors', 'hr', /"eventId":"[^"]+"/],
  ['successfactors', 'hr', '"userId":"67890"'],
  ['entra-lifecycle-workflows', 'hr', '"id":"67890"'],
  ['entra-lifecycle-workflows', 'hr', /"id":"67890-joiner-[^"]+"/],
];

/** Our own contract and the specification of CloudEvents say text. */
const textIds: ReadonlyArray<readonly [string, Feed, string | RegExp]> = [
  ['standard', 'hr', /"id":"67890-[^"]+"/],
  ['standard', 'hr', '"workerId":"67890"'],
  ['standard', 'ticket', '"id":"REQ-1042-grant"'],
  ['standard', 'ticket', '"id":"REQ-1042"'],
  ['standard-token', 'hr', /"id":"67890-[^"]+"/],
  ['standard-token', 'ticket', '"id":"REQ-1042-grant"'],
  ['servicenow', 'ticket', '"id":"RITM0001042"'],
  ['cloudevents', 'hr', /"id":"67890-[^"]+"/],
  ['cloudevents', 'hr', '"workerId":"67890"'],
  ['cloudevents', 'ticket', '"id":"1042-grant"'],
  ['cloudevents-signed', 'hr', /"id":"67890-[^"]+"/],
  ['cloudevents-signed', 'ticket', '"id":"1042-grant"'],
];

const noNumbers = ['3332883884017713938', '9007199254740992', '1.5', '-1', '1e400'];

function senderOf(format: string, feed: Feed): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === feed);
  if (found === undefined) throw new Error(`There is no sender ${format}`);
  return found;
}

/** The sender's delivery with another id, as it is written in JSON. */
function withId(from: VendorSender, sent: string | RegExp, written: string): string {
  const text = textOf(from);
  const [found = ''] = typeof sent === 'string' ? [text.includes(sent) ? sent : ''] : (sent.exec(text) ?? []);
  expect(found).not.toBe('');
  return text.replace(found, `${found.slice(0, found.indexOf(':'))}:${written}`);
}

async function told(from: VendorSender, body: string): Promise<string> {
  const world = createSenderWorld(from);
  return world.deliver(postingOf(from, { body })).then(() => world.outcomes().join(), errorCodeOf);
}

describe('an id that a vendor sends', () => {
  it.each(vendorIds)('is the same as a number and as a text: %s, %s, %s', async (format, feed, sent) => {
    const from = senderOf(format, feed);
    for (const [number, text] of [
      ['12345', '"12345"'],
      ['1e3', '"1000"'],
      ['9007199254740991', '"9007199254740991"'],
    ] as const) {
      const world = createSenderWorld(from);
      await world.deliver(postingOf(from, { body: withId(from, sent, text) }));
      await world.deliver(postingOf(from, { body: withId(from, sent, number), id: 'delivery-2' }));
      expect(world.evidence.map(({ facts }) => facts['outcome'])).toEqual(['recorded']);
    }
  });

  it.each(vendorIds)('is refused where it is no whole number: %s, %s, %s', async (format, feed, sent) => {
    const from = senderOf(format, feed);
    for (const written of noNumbers)
      expect([written, await told(from, withId(from, sent, written))]).toEqual([written, 'body-invalid']);
  });

  it('may be of any length as a text', async () => {
    const from = senderOf('hibob', 'hr');
    const asked: string[] = [];
    const { fetchBack } = from;
    if (fetchBack === undefined) throw new Error('HiBob sends ids only');
    const asking: VendorSender = {
      ...from,
      fetchBack: {
        ...fetchBack,
        worker: async (id) => {
          asked.push(id);
          return fetchBack.worker(id);
        },
      },
    };
    const body = withId(from, '"employeeId":"67890"', '"3332883884017713938"');
    expect(await told(asking, body)).toBe('recorded');
    expect(asked).toEqual(['3332883884017713938']);
  });

  it('may be any number where nothing reads it', async () => {
    const from = senderOf('jira-automation', 'ticket');
    for (const written of ['11042', '"11042"', ...noNumbers])
      expect(await told(from, withId(from, '"id":11042', written))).toBe('recorded');
  });
});

/** Ids that become a part of an address at the vendor's API. */
const askedBy: ReadonlyArray<readonly [string, Feed, string | RegExp]> = [
  ['bamboohr', 'hr', '"employeeId":"67890"'],
  ['hibob', 'hr', '"employeeId":"67890"'],
  ['merge', 'hr', /"id":"0958cbc6-[^"]+"/],
  ['personio', 'hr', '"person_id":"67890"'],
  ['jira', 'ticket', '"key":"ACC-1042"'],
  ['jira-automation', 'ticket', '"key":"ACC-1042"'],
];

it.each(askedBy)(
  'an id that would lead to another address is refused: %s, %s',
  async (format, feed, sent) => {
    const from = senderOf(format, feed);
    for (const written of ['"."', '".."', '" .. "'])
      expect([written, await told(from, withId(from, sent, written))]).toEqual([written, 'body-invalid']);
    expect(await told(from, withId(from, sent, '"..."'))).toBe('recorded');
  },
);

it.each(['.', '..'])('an id that would lead to another address is refused in a form too: %s', async (id) => {
  const from = senderOf('rippling', 'hr');
  expect(await told(from, textOf(from).replace('id=67890', `id=${id}`))).toBe('body-invalid');
  expect(await told(from, textOf(from))).toBe('recorded');
});

describe('an id in our own contract', () => {
  it.each(textIds)('is a text: %s, %s, %s', async (format, feed, sent) => {
    const from = senderOf(format, feed);
    for (const written of ['12345', ...noNumbers])
      expect([written, await told(from, withId(from, sent, written))]).toEqual([written, 'body-invalid']);
    expect(await told(from, withId(from, sent, '"12345"'))).toBe('recorded');
  });
});

it('covers every sender whose bodies have numbers', () => {
  const covered = new Set([...vendorIds, ...textIds].map(([format, feed]) => `${format} ${feed}`));
  const sent = vendorSenders.filter(({ bodyType }) => bodyType === 'json');
  expect([...covered].toSorted()).toEqual(sent.map(({ format, feed }) => `${format} ${feed}`).toSorted());
});

it.each(noNumbers)('the comment that approves an issue of GitHub has no id such as %s', async (written) => {
  const { label: _label, ...issue } = ticketBodies.github(aTicket);
  const user = { login: loginOf(APPROVER) };
  const comment = { id: 0, body: '/approve', created_at: '2026-11-20T09:59:00Z', user };
  const text = JSON.stringify({ ...issue, action: 'created', comment });
  const from = senderOf('github', 'ticket');
  expect(await told(from, text)).toBe('recorded');
  expect(await told(from, text.replace('"comment":{"id":0', `"comment":{"id":${written}`))).toBe(
    'body-invalid',
  );
});

describe('a number in a record', () => {
  const record: unknown = JSON.parse(
    '{"whole":7,"part":0.5,"below":-2,"long":3332883884017713938,"in":{"value":3332883884017713938}}',
  );
  const read = (field: string, place: string) =>
    fieldReader(record, { [field]: [place] }, PLAIN_MAPPING)(field);
  const codeOf = (reading: () => unknown) => {
    try {
      return reading();
    } catch (error) {
      return error instanceof AppError ? error.fields : String(error);
    }
  };

  it('is its text, where it stands for an attribute', () => {
    expect(['whole', 'part', 'below'].map((place) => read('grade', place))).toEqual(['7', '0.5', '-2']);
  });

  it.each(['long', 'in'])('of more digits than a number holds is refused in any field: %s', (place) => {
    expect(codeOf(() => read('grade', place))).toMatchObject([{ field: place }]);
    expect(textAt(record, place)).toBeUndefined();
  });

  it.each(['workerId', 'ticketId', 'grantRequestId', 'person', 'requester', 'approver'])(
    'is an id in %s',
    (field) => {
      expect(read(field, 'whole')).toBe('7');
      for (const place of ['part', 'below', 'long', 'in'])
        expect(codeOf(() => read(field, place))).toMatchObject([{ field: place }]);
    },
  );

  it('is an id where it is read as one', () => {
    expect(idAt(record, 'whole')).toBe('7');
    expect(codeOf(() => idAt(record, 'below'))).toMatchObject([{ field: 'below' }]);
  });
});
