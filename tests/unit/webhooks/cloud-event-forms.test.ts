import { describe, expect, it } from '@jest/globals';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { signers } from '../../../sandbox/vendors/signing';
import { errorOf } from '../../fakes/error-of';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  ANA,
  NOW_MS,
  PERSON,
  postingOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'hr');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

const bearer = senderOf('cloudevents');
const signed = senderOf('cloudevents-signed');
const plain = hrBodies['cloudevents-signed']({ kind: 'joiner', worker: ANA, atMs: NOW_MS });
const { data, ...attributes } = plain;
const base64 = Buffer.from(JSON.stringify(data)).toString('base64');

describe.each([signed, bearer].map((from) => [from.format, from] as const))(
  'a CloudEvent in the structured mode, as %s,',
  (_format, from) => {
    it.each<readonly [string, object]>([
      ['with data as they are', plain],
      ['with data that say what they are', { ...plain, datacontenttype: 'application/json; charset=utf-8' }],
      ['with data of a type that is JSON', { ...plain, datacontenttype: 'application/vnd.acme.worker+json' }],
      ['with data in Base64', { ...attributes, data_base64: base64 }],
      ['with typed data in Base64', { ...attributes, datacontenttype: 'text/json', data_base64: base64 }],
      ['with data in Base64 and none beside', { ...attributes, data: null, data_base64: base64 }],
      [
        'with attributes that are null, which are unset',
        { ...plain, subject: null, datacontenttype: null, dataschema: null, data_base64: null, acme: null },
      ],
      ['with attributes of other kinds', { ...plain, acmenumber: 5, acmeflag: true }],
      ['with a time in small letters', { ...plain, time: '2026-11-20t09:59:59z' }],
      ['with a time to the picosecond', { ...plain, time: '2026-11-20T09:59:59.123456789012Z' }],
      ['with a leap second', { ...plain, time: '2026-11-20T09:59:60Z' }],
      ['without a time', { ...plain, time: undefined }],
    ])('is taken %s', async (_case, event) => {
      const world = createSenderWorld(from);
      await world.deliver(postingOf(from, { body: JSON.stringify(event) }));
      expect(world.person('acme', PERSON)?.timeline).toMatchObject([{ kind: 'joiner' }]);
    });

    it.each<readonly [string, object]>([
      ['with data twice', { ...plain, data_base64: base64 }],
      ['with data that are no Base64', { ...attributes, data_base64: '*' }],
      ['with data in Base64 that are no JSON', { ...attributes, data_base64: 'AAAA' }],
      ['with data that are JSON in a text', { ...attributes, data: JSON.stringify(data) }],
      ['with data of another type', { ...attributes, datacontenttype: 'text/xml', data: '<a/>' }],
      [
        'with data of another type in Base64',
        { ...attributes, datacontenttype: 'application/octet-stream', data_base64: base64 },
      ],
      ['without an id, which is null', { ...plain, id: null }],
      ['of another version', { ...plain, specversion: '0.3' }],
    ])('is refused %s', async (_case, event) => {
      const accepted = createSenderWorld(from).accept(postingOf(from, { body: JSON.stringify(event) }));
      expect((await errorOf(async () => accepted)).code).toBe('body-invalid');
    });

    it('is ignored with data of another type when nobody mapped its own', async () => {
      const event = { ...attributes, type: 'com.acme.other', datacontenttype: 'text/xml', data: '<a/>' };
      const accepted = await createSenderWorld(from).accept(postingOf(from, { body: JSON.stringify(event) }));
      expect(accepted).toMatchObject({ ignored: true });
    });
  },
);

describe('an event under application/json that is not in the binary mode', () => {
  const grid = {
    id: '1',
    topic: '/subscriptions/s',
    subject: 'hr',
    eventType: 'worker.joined',
    eventTime: '2026-11-20T10:00:00Z',
    dataVersion: '1.0',
    data,
  };

  it.each<readonly [string, unknown, string]>([
    ['a CloudEvent', plain, 'is sent, alone, as application/cloudevents+json'],
    ['a batch of CloudEvents', [plain], 'is sent, alone, as application/cloudevents+json'],
    ["an event in Event Grid's own schema", [grid], 'choose Cloud Event Schema v1.0'],
    ["one event in Event Grid's own schema", grid, 'choose Cloud Event Schema v1.0'],
    [
      "the question whether Event Grid's own schema may come",
      [{ ...grid, eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent' }],
      'which is sent as application/cloudevents+json',
    ],
  ])('is told its content type: %s', async (_case, event, told) => {
    const body = JSON.stringify(event);
    const { authorization } = signers.cloudevents(body, {
      secret: bearer.secret,
      atMs: NOW_MS,
      id: '1',
    }) as Record<string, string>;
    const headers = { authorization: authorization ?? '', 'content-type': 'application/json' };
    const posting = { feed: 'hr', source: 'main', body, headers } as const;
    const error = await errorOf(async () => createSenderWorld(bearer).accept(posting));
    expect(error).toMatchObject({ code: 'content-type-unsupported' });
    expect(error.message).toContain(told);
    const other = { ...postingOf(signed, { body }), body };
    const unsigned = { ...other, headers: { ...other.headers, 'content-type': 'application/json' } };
    const refused = await errorOf(async () => createSenderWorld(signed).accept(unsigned));
    expect(refused.message).toBe('Only application/cloudevents+json in UTF-8 is understood');
  });

  it('is told what it lacks when it is neither', async () => {
    const posting = postingOf(bearer, { body: '{"a":1}', headers: { 'content-type': 'application/json' } });
    expect((await errorOf(async () => createSenderWorld(bearer).accept(posting))).code).toBe('body-invalid');
  });
});
