import { describe, expect, it } from '@jest/globals';
import type { BodyType } from '../../../shared/webhooks/parse-posted-body';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import type { SigningSecrets } from '../../../shared/webhooks/signature';
import { errorCodeOf } from '../../../shared/errors';
import type { Posting } from '../../fixtures/webhooks/delivery-world';
import { createSenderWorld, type SenderWorld } from '../../fixtures/webhooks/sender-world';
import {
  NOW_MS,
  postingOf,
  textOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';
import { startCpuClock } from '../../fakes/cpu-clock';

const MIB = 1_048_576;
const DAY_MS = 86_400_000;

/** `accepted`, `duplicate`, `ignored` or the code of the refusal: what the sender is told. */
type Result = string;

function worldOf(sender: VendorSender, signing: Partial<SigningSecrets> = {}): SenderWorld {
  return createSenderWorld(sender, { signing });
}

async function resultOf(world: SenderWorld, posting: Posting): Promise<Result> {
  try {
    const { duplicate, ignored } = await world.deliver(posting);
    return ignored ? 'ignored' : duplicate ? 'duplicate' : 'accepted';
  } catch (error) {
    return errorCodeOf(error);
  }
}

function withOneBitTurned(body: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(body);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes;
}

const changedByOneByte: readonly [string, (posting: Posting) => Posting, Result] = [
  'changed by one byte',
  (posting) => ({ ...posting, body: withOneBitTurned(posting.body) }),
  'signature-invalid',
];

const bodyTypes: readonly BodyType[] = [
  'application/json',
  'application/cloudevents+json',
  'application/x-www-form-urlencoded',
  'text/xml',
];

type SignedCase = readonly [string, Parameters<typeof postingOf>[1], Result];

const damagedJson = (from: VendorSender): readonly SignedCase[] => [
  ['nested a million deep', { body: '['.repeat(MIB) }, 'body-invalid'],
  ['nested deep in a member', { body: `{"a":${'{"a":'.repeat(100_000)}` }, 'body-invalid'],
  ['cut before it was signed', { body: textOf(from).slice(0, -1) }, 'body-invalid'],
  ['that is empty', { body: '' }, 'body-invalid'],
];

const damagedForm = (from: VendorSender): readonly SignedCase[] => [
  ['nested deep', { body: `a${'[a]'.repeat(1_000)}=1` }, 'body-invalid'],
  ['of a million fields', { body: 'a&'.repeat(MIB / 2) }, 'body-invalid'],
  ['cut before what matters', { body: textOf(from).slice(0, 20) }, 'ignored'],
  ['that is empty', { body: '' }, 'ignored'],
];

const withObjectNames = {
  json: (text: string) =>
    text.replace(
      '{',
      '{"__proto__":{"type":"ping","act":"revoke"},"constructor":{"prototype":{"polluted":1}},',
    ),
  xml: (text: string) => text.replace('<soap:Body>', '<soap:Body><toString>x</toString><isPrototypeOf/>'),
  form: (text: string) => `__proto__[event_name]=ping&constructor[prototype][polluted]=1&${text}`,
} as const;

const lol = Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
).join('');

const damagedXml = (from: VendorSender): readonly SignedCase[] => {
  const text = textOf(from);
  const afterDeclaration = (more: string): string => text.replace('?>', `?>${more}`);
  return [
    ['cut before it was signed', { body: text.slice(0, -1) }, 'body-invalid'],
    ['that is empty', { body: '' }, 'body-invalid'],
    ['that is JSON', { body: '{"a":1}' }, 'body-invalid'],
    ['with a document type', { body: afterDeclaration('<!DOCTYPE soap:Envelope>') }, 'body-invalid'],
    ['with a document type in lower case', { body: afterDeclaration('<!doctype a>') }, 'body-invalid'],
    [
      'with an entity of its own',
      { body: afterDeclaration('<!DOCTYPE a [<!ENTITY e "x">]>').replace('67890', '&e;') },
      'body-invalid',
    ],
    [
      'with an entity that is a file',
      { body: afterDeclaration('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>') },
      'body-invalid',
    ],
    [
      'with an entity that is an address',
      { body: afterDeclaration('<!DOCTYPE a SYSTEM "http://169.254.169.254/a.dtd">') },
      'body-invalid',
    ],
    [
      'with a billion laughs',
      { body: afterDeclaration(`<!DOCTYPE a [<!ENTITY l0 "lol">${lol}]>`).replace('67890', '&l20;') },
      'body-invalid',
    ],
    ['nested deep', { body: `${'<a>'.repeat(34)}${'</a>'.repeat(34)}` }, 'body-invalid'],
    ['nested a hundred thousand deep', { body: '<a>'.repeat(100_000) }, 'body-invalid'],
    ['of very many elements', { body: `<a>${'<b/>'.repeat(200_000)}</a>` }, 'body-invalid'],
    ['of one endless tag', { body: `<a ${'x'.repeat(1_000_000)}` }, 'body-invalid'],
    ['of one endless comment', { body: `<!--${'-'.repeat(1_000_000)}` }, 'body-invalid'],
    ['in UTF-16, as it says', { body: text.replace('UTF-8', 'UTF-16') }, 'body-invalid'],
    ['with two roots', { body: `${text.replace(/<\?xml[^>]*>/, '')}<a/>` }, 'accepted'],
    [
      'with the name of every object',
      { body: text.replace('<soap:Body>', '<soap:Body><__proto__/>') },
      'body-invalid',
    ],
  ];
};

const damagedBodies = { json: damagedJson, form: damagedForm, xml: damagedXml } as const;

describe.each(vendorSenders.map((one) => [one.format, one.feed, one] as const))(
  'a delivery of %s to the %s feed',
  (_format, _feed, from) => {
    const signedTime = from.toleranceMs;

    it('is accepted, and what it says is in the ledger', async () => {
      const world = worldOf(from);
      expect(await resultOf(world, postingOf(from))).toBe('accepted');
      expect(world.evidence.map(({ facts }) => facts['outcome'])).toEqual(['recorded']);
    });

    it.each<readonly [string, (posting: Posting) => Posting, Result]>([
      ...(from.signs ? [changedByOneByte] : []),
      [
        'without its headers',
        (posting) => ({
          ...posting,
          headers: { 'content-type': posting.headers['content-type'] ?? '' },
        }),
        'signature-invalid',
      ],
      [
        'with an empty signature',
        (posting) => ({
          ...posting,
          headers: Object.fromEntries(
            Object.entries(posting.headers).map(([name, value]) => [
              name,
              /signature$|-256$|^authorization$/.test(name) ? '' : value,
            ]),
          ),
        }),
        'signature-invalid',
      ],
      [
        'as plain text',
        (posting) => ({ ...posting, headers: { ...posting.headers, 'content-type': 'text/plain' } }),
        'content-type-unsupported',
      ],
    ])('%s is refused, and nothing is kept', async (_case, change, result) => {
      const world = worldOf(from);
      expect(await resultOf(world, change(postingOf(from)))).toBe(result);
      expect(world.outcomes()).toEqual([]);
    });

    it.each<SignedCase>([
      ['with a wrong secret', { secret: from.otherSecret }, 'signature-invalid'],
      ['a byte larger than a MiB', { body: Buffer.alloc(MIB + 1, 0x20) }, 'body-too-large'],
      ['that is not UTF-8', { body: Uint8Array.of(0x7b, 0xff, 0x7d) }, 'body-invalid'],
      ...damagedBodies[from.bodyType](from),
      ['with a byte order mark', { body: `\uFEFF${textOf(from)}` }, 'accepted'],
      [
        'stale by a second',
        { atMs: NOW_MS - (signedTime ?? DAY_MS) - 1_000 },
        signedTime === undefined ? 'accepted' : 'signature-invalid',
      ],
      ['as old as may be', { atMs: NOW_MS - (signedTime ?? DAY_MS) }, 'accepted'],
      ...(from.hasSecret
        ? [
            [
              'from the year 9999',
              { atMs: Date.UTC(9999, 11, 30) },
              signedTime === undefined ? 'accepted' : 'signature-invalid',
            ] as const,
          ]
        : []),
      [
        'from ten minutes ahead',
        { atMs: NOW_MS + 600_000 },
        signedTime === undefined ? 'accepted' : 'signature-invalid',
      ],
    ])('%s has its result', async (_case, changes, result) => {
      const computedMs = startCpuClock();
      expect(await resultOf(worldOf(from), postingOf(from, changes))).toBe(result);
      expect(computedMs()).toBeLessThan(2_000);
    });

    it('replayed after a day changes nothing', async () => {
      const world = worldOf(from);
      await world.deliver(postingOf(from));
      world.advance(DAY_MS + 1_000);
      expect(await resultOf(world, postingOf(from))).toBe(
        signedTime === undefined ? from.replayed : 'signature-invalid',
      );
      expect(world.evidence).toHaveLength(signedTime === undefined && from.replayed === 'accepted' ? 2 : 1);
    });

    it('sent again under another id changes nothing either', async () => {
      const world = worldOf(from);
      await world.accept(postingOf(from));
      await world.accept(postingOf(from, { id: 'delivery-2' }));
      await world.sweep();
      expect(world.evidence).toHaveLength(1);
    });

    it('with two signatures of which one is good is for formats that have lists', async () => {
      const good = postingOf(from);
      const bad = postingOf(from, { secret: from.otherSecret });
      const headers = Object.fromEntries(
        Object.entries(good.headers).map(([name, value]) => {
          const other = Object.entries(bad.headers).find(([key]) => key === name)?.[1] ?? '';
          return [name, value === other ? value : `${other} ${value}`];
        }),
      );
      expect(await resultOf(worldOf(from), { ...good, headers })).toBe(
        from.signsLists ? 'accepted' : 'signature-invalid',
      );
    });

    it('with the names of every object means what it means without them', async () => {
      const world = worldOf(from);
      const body = withObjectNames[from.bodyType](textOf(from));
      expect(await resultOf(world, postingOf(from, { body }))).toBe('accepted');
      expect(world.evidence.map(({ facts }) => facts['outcome'])).toEqual(['recorded']);
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    });

    it('as a form is for senders that send forms', async () => {
      const posting = postingOf(from, {
        body: 'a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(await resultOf(worldOf(from), posting)).toBe(from.formResult);
    });

    it('in the type of another sender is refused, and nothing is kept', async () => {
      const own = webhookFormatOf(from.feed, from.format)?.bodyTypes ?? [];
      const others = bodyTypes.filter((type) => !own.includes(type));
      expect(others.length).toBeGreaterThan(0);
      for (const type of others) {
        const world = worldOf(from);
        const posting = postingOf(from, { headers: { 'content-type': type } });
        expect([type, await resultOf(world, posting)]).toEqual([type, 'content-type-unsupported']);
        expect(world.outcomes()).toEqual([]);
      }
    });

    it('that is authentic and asks for nothing known is answered 200, logged, and a sign of life', async () => {
      const world = worldOf(from);
      expect(await resultOf(world, postingOf(from, { body: from.unknownBody }))).toBe('ignored');
      expect(world.log).toEqual([{ event: 'delivery-ignored', feed: from.feed, source: 'main' }]);
      expect(world.ignored).toEqual([`${from.feed}/main`]);
    });
  },
);

describe.each(
  vendorSenders.filter((one) => one.hasSecret).map((one) => [one.format, one.feed, one] as const),
)('the secret of %s for the %s feed', (_format, _feed, from) => {
  it('is accepted while it is the previous one, and the log says so', async () => {
    const world = worldOf(from, { current: from.otherSecret, previous: from.secret });
    expect(await resultOf(world, postingOf(from))).toBe('accepted');
    expect(world.log).toContainEqual({
      event: 'signed-with-previous-secret',
      feed: from.feed,
      source: 'main',
    });
  });

  it.each([
    ['empty', ''],
    ['short', 'fifteen bytes..'],
    ['printed in documentation', 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='],
  ])('verifies nothing while it is %s', async (_case, current) => {
    const world = worldOf(from, { current });
    const posting =
      from.secret.startsWith('whsec_') || !from.signs
        ? postingOf(from)
        : postingOf(from, { secret: current || 'x' });
    expect(await resultOf(world, posting)).toBe('secret-invalid');
  });
});
