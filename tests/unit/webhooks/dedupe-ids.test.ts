import { describe, expect, it } from '@jest/globals';
import type { Feed } from '../../../shared/domain/policy';
import { errorCodeOf } from '../../../shared/errors';
import { dedupeIdOf } from '../../../shared/webhooks/dedupe-id-from-content';
import { bodyTypeOf } from '../../../shared/webhooks/parse-posted-body';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  NOW_MS,
  postingOf,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

type Change = readonly [sent: string | RegExp, other: string];

type Row = Readonly<{
  format: string;
  feed: Feed;
  /** What a delivery is known by: a header, or places in the body. */
  of: string;
  /** What a repetition may have otherwise. */
  same: readonly Change[];
  /** What makes it another delivery. */
  other: readonly Change[];
  header?: string;
  /** How long after the first one it is a repetition. */
  forMs?: number;
}>;

const more: Change = [/^\{/, '{"more":1,'];

const rows: readonly Row[] = [
  ...(['hr', 'ticket'] as const).flatMap((feed): readonly Row[] => [
    { format: 'standard', feed, of: 'webhook-id', header: 'webhook-id', same: [more], other: [] },
    { format: 'standard-token', feed, of: 'id', same: [more], other: [[/"id":"[^"]+"/, '"id":"other"']] },
    ...['cloudevents', 'cloudevents-signed'].map((format): Row => ({
      format,
      feed,
      of: 'source, id',
      same: [more, [/"time":"[^"]+"/, '"time":"2026-11-20T09:00:00Z"']],
      other: [
        [/"source":"[^"]+"/, '"source":"https://other.example"'],
        [/"id":"[^"]+"/, '"id":"other"'],
      ],
    })),
  ]),
  {
    format: 'bamboohr',
    feed: 'hr',
    of: 'type, employeeId, timestamp, changedFields',
    same: [more, ['"companyId":"12345"', '"companyId":"1"'], ['"employeeId":"67890"', '"employeeId":67890']],
    other: [
      ['employee.created', 'employee.updated'],
      ['"employeeId":"67890"', '"employeeId":"1"'],
      [/"timestamp":"[^"]+"/, '"timestamp":"2026-11-20T09:00:00+0000"'],
      ['"companyId"', '"changedFields":["status"],"companyId"'],
    ],
  },
  {
    format: 'bamboohr-fields',
    feed: 'hr',
    of: 'the whole body',
    same: [[/"action":"Created","changedFields":(\[[^\]]*\])/, '"changedFields":$1,"action":"Created"']],
    other: [more, ['"Job Title":"Engineer"', '"Job Title":"Lead"']],
  },
  {
    format: 'hibob',
    feed: 'hr',
    of: 'type, employeeId, triggeredAt, data',
    same: [more, ['"companyId":636192', '"companyId":1'], ['"employeeId":"67890"', '"employeeId":67890']],
    other: [
      ['employee.joined', 'employee.left'],
      ['"employeeId":"67890"', '"employeeId":"1"'],
      [/"triggeredAt":"[^"]+"/, '"triggeredAt":"2026-11-20T09:00:00.000"'],
      ['"employeeId"', '"effectiveDate":"2026-12-01","employeeId"'],
    ],
  },
  {
    format: 'personio',
    feed: 'hr',
    of: 'event_name, occurred_at, payload',
    same: [more, ['"meta":{}', '"meta":{"attempt":2}'], ['"company_id":"12345"', '"company_id":"1"']],
    other: [
      ['employment.started', 'employment.updated'],
      [/"occurred_at":"[^"]+"/, '"occurred_at":"2026-11-20T09:00:00Z"'],
      ['"person_id":"67890"', '"person_id":"1"'],
      ['"person_id"', '"employment_id":"7","person_id"'],
    ],
  },
  {
    format: 'merge',
    feed: 'hr',
    of: 'linked_account.id, hook.event, data.id, data.modified_at',
    same: [more, ['"department":"Automation"', '"department":"Finance"']],
    other: [
      ['"id":"f3b1c2d4', '"id":"e3b1c2d4'],
      ['Employee.added', 'Employee.changed'],
      ['"id":"0958cbc6', '"id":"1958cbc6'],
      [/"modified_at":"[^"]+"/, '"modified_at":"2026-11-20T09:00:00Z"'],
    ],
  },
  { format: 'finch', feed: 'hr', of: 'finch-event-id', header: 'finch-event-id', same: [more], other: [] },
  {
    format: 'rippling',
    feed: 'hr',
    of: 'the bytes, within twenty seconds',
    same: [],
    forMs: 19_000,
    other: [['employee.hired', 'employee.updated']],
  },
  {
    format: 'successfactors',
    feed: 'hr',
    of: 'type, eventId, userId',
    same: [more, ['"department":"Automation"', '"department":"Finance"']],
    other: [
      ['AssignmentInformation.Hire', 'AssignmentInformation.Termination'],
      [/"eventId":"[^"]+"/, '"eventId":"other"'],
      ['"userId":"67890"', '"userId":"1"'],
    ],
  },
  {
    format: 'successfactors-soap',
    feed: 'hr',
    of: 'externalEventId, each eventId',
    same: [[/<ns3:repost>false/g, '<ns3:repost>true']],
    other: [
      [/<ns3:externalEventId>[^<]+/, '<ns3:externalEventId>other'],
      [/<ns3:eventId>[^<]+/, '<ns3:eventId>other'],
    ],
  },
  {
    format: 'entra-lifecycle-workflows',
    feed: 'hr',
    of: 'taskProcessingResult.id',
    same: [more, ['"displayName":"Ana Pop"', '"displayName":"Ana"']],
    other: [[/"id":"67890-joiner-[^"]+"/, '"id":"other"']],
  },
  {
    format: 'github',
    feed: 'ticket',
    of: 'its bytes, which are signed, and no header',
    same: [],
    other: [more],
  },
  {
    format: 'jira',
    feed: 'ticket',
    of: 'its bytes, which are signed, and no header',
    same: [],
    other: [more],
  },
  {
    format: 'zendesk',
    feed: 'ticket',
    of: 'id',
    same: [more],
    other: [[/"id":"[^"]+"/, '"id":"other"']],
  },
  {
    format: 'jira-automation',
    feed: 'ticket',
    of: 'the whole body',
    same: [[/("reporter":\{[^}]*\}),("status":\{[^}]*\})/, '$2,$1']],
    other: [
      more,
      ['"key":"ACC-1042"', '"key":"ACC-1"'],
      ['"name":"Approved"', '"name":"Done"'],
      [/"updated":"[^"]+"/, '"updated":"2026-11-20T09:00:00.000+0000"'],
      ['"value":"Production Support"', '"value":"Finance"'],
    ],
  },
  {
    format: 'freshservice',
    feed: 'ticket',
    of: 'the whole body',
    same: [['"ticket_id":1042,"action":"grant"', '"action":"grant","ticket_id":1042']],
    other: [
      more,
      ['"ticket_id":1042', '"ticket_id":1'],
      ['"action":"grant"', '"action":"extend"'],
      [/"time":"[^"]+"/, '"time":"2026-11-20T09:00:00Z"'],
      ['{', '{"ticket_status":"Closed",'],
      ['"person":"ana.pop', '"person":"cara.dev'],
      ['"group":"Production Support"', '"group":"Finance"'],
    ],
  },
  {
    format: 'servicenow',
    feed: 'ticket',
    of: 'webhook-id, which is sys_id-sys_mod_count',
    header: 'webhook-id',
    same: [more],
    other: [],
  },
  {
    format: 'servicenow-token',
    feed: 'ticket',
    of: 'the whole body',
    same: [[/("sys_id":"[^"]+"),("sys_mod_count":"[^"]+")/, '$2,$1']],
    other: [
      more,
      [/"sys_id":"[^"]+"/, '"sys_id":"b3f0c9d1db1a2300a1b2c3d4e5f60718"'],
      [/"sys_mod_count":"[^"]+"/, '"sys_mod_count":"9"'],
      ['"access_group":"Production Support"', '"access_group":"Finance"'],
    ],
  },
  {
    format: 'power-automate',
    feed: 'ticket',
    of: 'the whole body',
    same: [[/("outcome":"[^"]+"),("status":"[^"]+")/, '$2,$1']],
    other: [
      more,
      [/"name":"0a9be1c1-[^"]+"/, '"name":"other"'],
      ['"action":"grant"', '"action":"extend"'],
      ['"approverResponse":"Approve"', '"approverResponse":"Reject"'],
      [/"completionDate":"[^"]+"/, '"completionDate":"2026-11-20T09:00:00Z"'],
      ['"group":"Production Support"', '"group":"Finance"'],
    ],
  },
];

function senderOf(format: string, feed: Feed): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === feed);
  if (found === undefined) throw new Error(`There is no sender ${format}`);
  return found;
}

function idOf(from: VendorSender, body: string, id = 'delivery-1', receivedAtMs = NOW_MS): string {
  const posting = postingOf(from, { body, id });
  const headers = new Headers(posting.headers);
  const type = bodyTypeOf(headers.get('content-type'));
  const format = webhookFormatOf(from.feed, from.format);
  if (type === undefined || format === undefined) throw new Error('It cannot be posted');
  const signedId = /^(standard|servicenow|cloudevents-signed|finch)$/.test(from.format) ? id : undefined;
  return format.dedupeId({ rawBody: Buffer.from(body), type, receivedAtMs, headers, signedId });
}

function changed(text: string, [sent, other]: Change): string {
  const result = text.replace(sent, other);
  expect(result).not.toBe(text);
  return result;
}

describe.each(rows.map((row) => [row.format, row.feed, row.of, row] as const))(
  'a delivery of %s to the %s feed is known by %s',
  (format, feed, _of, { same, other, header, forMs = 299_000 }) => {
    const from = senderOf(format, feed);
    const text = textOf(from);

    it('however often it is sent, and whatever else is in it', () => {
      expect(idOf(from, text, 'delivery-1', NOW_MS + forMs)).toBe(idOf(from, text));
      for (const change of same)
        expect([change, idOf(from, changed(text, change))]).toEqual([change, idOf(from, text)]);
      const renamed = header === undefined ? idOf(from, text, 'delivery-2') : idOf(from, text);
      expect(renamed).toBe(idOf(from, text));
    });

    it('and another one is another', () => {
      const ids = [idOf(from, text), ...other.map((change) => idOf(from, changed(text, change)))];
      if (header !== undefined) ids.push(idOf(from, text, 'delivery-2'));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThan(1);
    });
  },
);

it('every source has a row', () => {
  expect(rows.map(({ format, feed }) => `${format} ${feed}`).toSorted()).toEqual(
    vendorSenders.map(({ format, feed }) => `${format} ${feed}`).toSorted(),
  );
});

describe('a delivery without what it is known by', () => {
  it.each([
    ['hibob', 'hr', /"triggeredAt":"[^"]+",/],
    ['personio', 'hr', /"occurred_at":"[^"]+",/],
    ['merge', 'hr', /"modified_at":"[^"]+",/],
    ['successfactors', 'hr', /"eventId":"[^"]+",/],
    ['entra-lifecycle-workflows', 'hr', /"id":"67890-joiner-[^"]+",/],
    ['zendesk', 'ticket', /"id":"[^"]+",/],
    ['successfactors-soap', 'hr', /<ns3:externalEventId>[^<]+<\/ns3:externalEventId>/],
  ] as const)('is known by its bytes: %s', (format, feed, sent) => {
    const from = senderOf(format, feed);
    const text = changed(textOf(from), [sent, '']);
    expect(idOf(from, text)).toBe(idOf(from, text));
    expect(idOf(from, `${text} `)).not.toBe(idOf(from, text));
  });

  it.each([
    ['merge', 'hr', /"modified_at":"[^"]+"/, '"modified_at":null'],
    ['merge', 'hr', /"modified_at":"[^"]+"/, '"modified_at":""'],
    ['freshservice', 'ticket', /"time":"[^"]+"/, '"time":""'],
    ['freshservice', 'ticket', /"time":"[^"]+"/, '"time":null'],
    ['power-automate', 'ticket', /"completionDate":"[^"]+"/, '"completionDate":" "'],
  ] as const)('is not known by a blank: %s, %s, %s', (format, feed, sent, blank) => {
    const from = senderOf(format, feed);
    const text = changed(textOf(from), [sent, blank]);
    expect(idOf(from, `${text} `)).not.toBe(idOf(from, text));
  });

  it('of Merge is another statement where its record is another', async () => {
    const from = senderOf('merge', 'hr');
    const world = createSenderWorld(from);
    const blank = changed(textOf(from), [/"modified_at":"[^"]+"/, '"modified_at":""']);
    for (const department of ['Automation', 'Finance']) {
      const body = blank.replace('"department":"Automation"', `"department":"${department}"`);
      await world.deliver(postingOf(from, { body }));
      world.advance(1_000);
    }
    expect(world.evidence.map(({ facts }) => facts['outcome'])).toEqual(['recorded', 'recorded']);
  });

  it.each(['null', '""'])('is known by the next time where the first is %s', (blank) => {
    const from = senderOf('jira-automation', 'ticket');
    const at = (timestamp: number): string =>
      changed(textOf(from), [/"updated":"[^"]+"/, `"updated":${blank}`]).replace(
        '{',
        `{"timestamp":${timestamp},`,
      );
    expect(idOf(from, `${at(NOW_MS)} `)).toBe(idOf(from, at(NOW_MS)));
    expect(idOf(from, at(NOW_MS + 1))).not.toBe(idOf(from, at(NOW_MS)));
  });

  it('is known by its bytes within five minutes where a ticket tells no time', () => {
    const from = senderOf('servicenow-token', 'ticket');
    const body = '{"number":"RITM0001042"}';
    const at = (waitMs: number): string => idOf(from, body, 'delivery-1', NOW_MS + waitMs);
    expect(at(299_000)).toBe(at(0));
    expect(at(300_000)).not.toBe(at(0));
  });
});

it.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: null }, {}, false],
  [{ a: '1' }, { a: 1 }, false],
])('%j and %j as parts are the same: %s', (one, other, isSame) => {
  const ids = [one, other].map((part) => dedupeIdOf({ rawBody: Buffer.from('x') }, part));
  expect(ids[0] === ids[1]).toBe(isSame);
});

describe('HiBob, which signs no time', () => {
  const from = senderOf('hibob', 'hr');
  const WEEK_MS = 7 * 86_400_000;
  const sentAt = (ageMs: number): string =>
    textOf(from).replace(
      /"triggeredAt":"[^"]+"/,
      `"triggeredAt":"${new Date(NOW_MS - ageMs).toISOString().replace('Z', '000')}"`,
    );

  it.each([
    [3 * 86_400_000, 'accepted'],
    [WEEK_MS, 'accepted'],
    [WEEK_MS + 1, 'body-invalid'],
  ])('is not believed a week later: after %d ms', async (ageMs, result) => {
    const world = createSenderWorld(from);
    const posting = postingOf(from, { body: sentAt(ageMs) });
    expect(await world.accept(posting).then(() => 'accepted', errorCodeOf)).toBe(result);
  });

  it('is read the same however late it is processed', async () => {
    const world = createSenderWorld(from);
    await world.accept(postingOf(from, { body: sentAt(WEEK_MS) }));
    world.advance(WEEK_MS);
    await world.sweep();
    expect(world.outcomes()).toEqual(['recorded-late']);
  });
});

describe('a delivery under the id of another', () => {
  const soap: readonly Change[] = [
    [/<ns3:repost>false/g, '<ns3:repost>true'],
    [/<ns3:publishedAt>[^<]+/g, '<ns3:publishedAt>1'],
  ];
  it.each<[string, Feed, readonly Change[], Change]>([
    ['successfactors', 'hr', [], ['"department":"Automation"', '"department":"Finance"']],
    ['successfactors-soap', 'hr', soap, ['<value>67890</value>', '<value>1</value>']],
    ['entra-lifecycle-workflows', 'hr', [], ['"displayName":"Ana Pop"', '"displayName":"Ana"']],
    ['cloudevents', 'ticket', [], more],
    ['zendesk', 'ticket', [], more],
  ])('of %s is told by its content', async (format, feed, same, other) => {
    const from = senderOf(format, feed);
    const world = createSenderWorld(from);
    for (const change of [undefined, ...same, other]) {
      const body = change === undefined ? textOf(from) : changed(textOf(from), change);
      await world.accept(postingOf(from, { body }));
    }
    const events = world.log.map(({ event }) => event).filter((event) => event === 'id-reused');
    expect(events).toHaveLength(1);
  });
});
