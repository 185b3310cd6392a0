import { describe, expect, it } from '@jest/globals';
import type { Meanings } from '../../../shared/webhooks/webhook-format';
import { standardHrSource } from '../../../shared/webhooks/sources/own-contract';
import { errorOf } from '../../fakes/error-of';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { postedJson } from '../../fixtures/webhooks/posted';

type Json = Readonly<Record<string, unknown>>;

const joined = {
  schemaVersion: 1,
  type: 'worker.joined',
  id: 'hire-1',
  occurredAt: '2026-11-20T10:00:00+02:00',
  worker: { email: 'ana@example.com', workerId: '7', timeZone: 'Europe/Bucharest' },
};
const moved = { ...joined, type: 'worker.moved', attributes: { department: 'Finance' } };
const left = { ...joined, type: 'worker.left' };

function parse(body: unknown): Meanings {
  return standardHrSource.parse(postedJson(JSON.stringify(body)), PLAIN_MAPPING);
}

const event = {
  id: 'hire-1',
  kind: 'joiner',
  organization: undefined,
  worker: { email: 'ana@example.com', workerId: '7', timeZone: 'Europe/Bucharest' },
  occurredAtMs: Date.UTC(2026, 10, 20, 8),
  effective: { kind: 'at-once' },
  attributes: {},
  blanked: [],
};

describe('a worker event', () => {
  it.each<readonly [string, Json, Json]>([
    ['a joiner at once', joined, {}],
    [
      'a joiner at an instant',
      { ...joined, effectiveAt: '2026-12-01T00:00:00.5Z' },
      { effective: { kind: 'instant', atMs: Date.UTC(2026, 11, 1, 0, 0, 0, 500) } },
    ],
    [
      'a joiner on a day',
      { ...joined, effectiveDate: '2026-12-01' },
      { effective: { kind: 'date', date: '2026-12-01' } },
    ],
    [
      'a day and no instant',
      { ...joined, effectiveDate: '2026-12-01', effectiveAt: null },
      { effective: { kind: 'date', date: '2026-12-01' } },
    ],
    ['an organization', { ...joined, organization: 'production' }, { organization: 'production' }],
    ['a mover', moved, { kind: 'mover', attributes: { department: 'Finance' } }],
    [
      'blanked attributes apart from the others',
      { ...moved, attributes: { department: ' Finance ', title: '', city: '  ', boss: null } },
      { kind: 'mover', attributes: { department: 'Finance' }, blanked: ['title', 'city', 'boss'] },
    ],
    [
      'a mover of whom everything is blanked',
      { ...moved, attributes: { title: '' } },
      { kind: 'mover', blanked: ['title'] },
    ],
    [
      'a leaver with a last working day',
      { ...left, lastWorkingDay: '2026-12-31' },
      {
        kind: 'leaver',
        effective: {
          kind: 'leaving',
          immediate: false,
          lastWorkingDay: '2026-12-31',
          terminationDate: undefined,
        },
      },
    ],
    [
      'a leaver with the end of a contract',
      { ...left, terminationDate: '2026-12-31' },
      {
        kind: 'leaver',
        effective: {
          kind: 'leaving',
          immediate: false,
          lastWorkingDay: undefined,
          terminationDate: '2026-12-31',
        },
      },
    ],
    [
      'a leaver at once',
      { ...left, immediate: true },
      {
        kind: 'leaver',
        effective: {
          kind: 'leaving',
          immediate: true,
          lastWorkingDay: undefined,
          terminationDate: undefined,
        },
      },
    ],
    [
      'a leaver with all three',
      { ...left, immediate: true, lastWorkingDay: '2026-12-15', terminationDate: '2026-12-31' },
      {
        kind: 'leaver',
        effective: {
          kind: 'leaving',
          immediate: true,
          lastWorkingDay: '2026-12-15',
          terminationDate: '2026-12-31',
        },
      },
    ],
    [
      'a worker of whom only the address is known',
      { ...joined, worker: { email: 'ana@example.com', workerId: null } },
      { worker: { email: 'ana@example.com', workerId: undefined, timeZone: undefined } },
    ],
    [
      'an address beyond ASCII',
      { ...joined, worker: { email: ' ștefan@exämple.com ' } },
      { worker: { email: 'ștefan@exämple.com', workerId: undefined, timeZone: undefined } },
    ],
    ['members nobody asked for', { ...joined, salary: 1, worker: { ...joined.worker, boss: 'x' } }, {}],
  ])('says %s', (_case, body, changes) => {
    expect(parse(body)).toEqual([{ kind: 'worker-event', event: { ...event, ...changes } }]);
  });

  it('may be a ping, which asks for nothing', () => {
    expect(parse({ type: 'ping', timestamp: '2026-11-20T10:00:00Z' })).toBe('ignored');
  });

  it.each<readonly [string, unknown, string]>([
    ['another version', { ...joined, schemaVersion: 2 }, 'schemaVersion'],
    ['a version as text', { ...joined, schemaVersion: '1' }, 'schemaVersion'],
    ['an unknown type', { ...joined, type: 'worker.paused' }, 'type'],
    ['the type of a ticket', { ...joined, type: 'access.request.approved' }, 'type'],
    ['no id', { ...joined, id: undefined }, 'id'],
    ['a number for an id', { ...joined, id: 7 }, 'id'],
    ['a blank id', { ...joined, id: '  ' }, 'id'],
    ['an id one past its length', { ...joined, id: 'x'.repeat(129) }, 'id'],
    ['a control character', { ...joined, id: 'a\u0000b' }, 'id'],
    ['half a character', { ...joined, id: 'a\ud800' }, 'id'],
    ['no worker', { ...joined, worker: undefined }, 'worker'],
    ['no address', { ...joined, worker: {} }, 'worker.email'],
    ['a number for an address', { ...joined, worker: { email: 7 } }, 'worker.email'],
    ['a name for an address', { ...joined, worker: { email: 'secret-value' } }, 'worker.email'],
    ['two addresses', { ...joined, worker: { email: 'a@example.com, b@example.com' } }, 'worker.email'],
    [
      'an invisible character in the address',
      { ...joined, worker: { email: 'a\u200bb@example.com' } },
      'worker.email',
    ],
    [
      'an address one past its length',
      { ...joined, worker: { email: `a@${'x'.repeat(253)}` } },
      'worker.email',
    ],
    ['a time without an offset', { ...joined, occurredAt: '2026-11-20T10:00:00' }, 'occurredAt'],
    ['a day for a time', { ...joined, occurredAt: '2026-11-20' }, 'occurredAt'],
    ['a number for a time', { ...joined, occurredAt: 1_763_632_800 }, 'occurredAt'],
    ['a day that does not exist', { ...joined, effectiveDate: '2026-02-29' }, 'effectiveDate'],
    ['a time for a day', { ...joined, effectiveDate: '2026-02-28T00:00:00Z' }, 'effectiveDate'],
    [
      'two beginnings',
      { ...joined, effectiveAt: '2026-12-01T00:00:00Z', effectiveDate: '2026-12-01' },
      'effectiveDate',
    ],
    [
      'an offset for a zone',
      { ...joined, worker: { ...joined.worker, timeZone: '+02:00' } },
      'worker.timeZone',
    ],
    [
      'an unknown zone',
      { ...joined, worker: { ...joined.worker, timeZone: 'Europe/Atlantis' } },
      'worker.timeZone',
    ],
    ['a mover without attributes', { ...moved, attributes: undefined }, 'attributes'],
    ['a mover with none', { ...moved, attributes: {} }, 'attributes'],
    ['a number for an attribute', { ...moved, attributes: { level: 3 } }, 'attributes.level'],
    [
      'an attribute one past its length',
      { ...moved, attributes: { level: 'x'.repeat(257) } },
      'attributes.level',
    ],
    [
      'an attribute with the name of a method',
      { ...moved, attributes: { constructor: 'x' } },
      'attributes.constructor',
    ],
    [
      'an attribute with a control character in its name',
      { ...moved, attributes: { 'a\nb': 'x' } },
      'attributes.a?b',
    ],
    [
      '65 attributes',
      { ...moved, attributes: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`a${n}`, 'x'])) },
      'attributes',
    ],
    ['a leaver without a date', left, 'lastWorkingDay'],
    ['a leaver who does not leave at once', { ...left, immediate: false }, 'lastWorkingDay'],
    ['a leaver with a word for yes', { ...left, immediate: 'true' }, 'immediate'],
    [
      'a leaver on an effective date alone',
      { ...left, immediate: undefined, effectiveDate: '2026-12-31' },
      'effectiveDate',
    ],
    ['a list', [joined], '(body)'],
    ['null', null, '(body)'],
    ['a text', 'secret-value', '(body)'],
  ])('is refused by the name of its field with %s', async (_case, body, field) => {
    const error = await errorOf(() => parse(body));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field, problem: expect.any(String) }] });
    expect(JSON.stringify([error.message, error.fields])).not.toContain('secret-value');
  });

  it('may have texts on their longest', () => {
    expect(() =>
      parse({
        ...moved,
        id: 'x'.repeat(128),
        worker: { email: `a@${'x'.repeat(252)}` },
        attributes: Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`a${n}`, 'x'.repeat(256)])),
      }),
    ).not.toThrow();
  });

  it('does not let a prototype key through', () => {
    const text = JSON.stringify(moved).replace('"department"', '"__proto__":"x","department"');
    expect(standardHrSource.parse(postedJson(text), PLAIN_MAPPING)).toEqual([
      { kind: 'worker-event', event: { ...event, kind: 'mover', attributes: { department: 'Finance' } } },
    ]);
  });

  it('tells no address that stands where a name is due', async () => {
    const body = { ...joined, attributes: { 'ana.pop@acme.example': 'x' } };
    const error = await errorOf(() => parse(body));
    expect(error).toMatchObject({ fields: [{ field: 'attributes.(an address)' }] });
    expect(JSON.stringify(error) + String(error)).not.toContain('ana.pop');
  });

  it('names at most 20 fields, each cut to 200 characters', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [`${n}${'x'.repeat(5000)}`, 'v']),
    );
    const { fields } = await errorOf(() => parse({ ...moved, attributes }));
    expect(fields).toHaveLength(20);
    expect(Math.max(...fields.map(({ field }) => field.length))).toBe(200);
  });
});
