import { describe, expect, it } from '@jest/globals';
import { bodyTextOf } from '../../../sandbox/vendors/body-text';
import { leavingBodyOf, playLeaving, saying, withAt } from '../../fixtures/webhooks/leavings';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { errorCodeOf } from '../../../shared/errors';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import { NOW_MS, PERSON, postingOf, vendorSenders } from '../../fixtures/webhooks/vendor-senders';

const DAY_MS = 86_400_000;
const unusable: readonly unknown[] = [
  123_456_789_012_345_680_000,
  [7],
  {},
  '11/28/2026',
  'x'.repeat(5_000),
  'a\u0001b',
];

/** Where the record is named that ends: a text there is another record's id, which is for that record alone. */
const namesRecord = /(?:^|\.)(?:workerId|remote_id|employees\.0\.id|userId)$/;

const senders = vendorSenders.filter(({ feed }) => feed === 'hr');

function placesIn(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    placesIn(inner, path === '' ? name : `${path}.${name}`),
  );
}

describe('a leaving beside what cannot be used', () => {
  it.each(senders.map((sender) => [sender.format, sender] as const))(
    'is done, and what cannot be used is kept as a dead delivery: %s',
    async (format, sender) => {
      const body = leavingBodyOf(format);
      const left = await playLeaving(sender, bodyTextOf(sender.format, body));
      expect(left).toMatchObject({ joined: 'active', answer: 'ok', isDone: true, refused: [] });
      const lost: unknown[] = [];
      for (const place of placesIn(body)) {
        if (saying[format]?.includes(place) === true) continue;
        for (const value of unusable) {
          if (sender.bodyType !== 'json' && typeof value !== 'string') continue;
          if (value === '11/28/2026' && namesRecord.test(place)) continue;
          const { answer, isDone } = await playLeaving(
            sender,
            bodyTextOf(sender.format, withAt(body, place, value)),
          );
          if (!isDone || answer !== 'ok') lost.push([place, value, answer, isDone]);
        }
      }
      expect(lost.map((one) => JSON.stringify(one).slice(0, 120))).toEqual([]);
    },
  );
});

const fields = (changes: object, ofEmployee: object = {}): object => ({
  action: 'Updated',
  id: '67890',
  timestamp: '2026-11-20T10:00:00+0000',
  changedFields: ['Status'],
  ...ofEmployee,
  fields: { 'Work Email': PERSON, Department: 'Automation', Status: 'Active', ...changes },
});

async function playFields(...employees: readonly object[]) {
  const sender = senders.find(({ format }) => format === 'bamboohr-fields');
  if (sender === undefined) throw new Error('There is no such sender');
  const world = createSenderWorld(sender);
  await world.deliver(postingOf(sender));
  const body = JSON.stringify({ employees });
  const answer = await world
    .deliver(postingOf(sender, { body, id: 'delivery-2' }))
    .then(() => 'ok', errorCodeOf);
  const employmentOf = (email: string): string =>
    workerAt(world.person('acme', email)?.timeline ?? [], NOW_MS + 2 * DAY_MS).employment;
  return { answer, employmentOf, world };
}

describe('incidents of leavers who were lost', () => {
  it('status Inactive beside a date of another country: the leaver has left, and the date is reported', async () => {
    const { employmentOf, world } = await playFields(
      fields({ Status: 'Inactive', 'Termination Date': '11/28/2026' }),
    );
    expect(employmentOf(PERSON)).toBe('left');
    expect(world.refused).toMatchObject([
      { feed: 'hr', source: 'main', code: 'body-invalid', fields: [{ field: 'terminationDate' }] },
    ]);
    expect(world.evidence.at(-1)?.facts).toMatchObject({ event: 'leaver', unusable: ['terminationDate'] });
  });

  it('an end that nobody can read is no end of somebody who is active, and not passed over either', async () => {
    const { answer, employmentOf, world } = await playFields(fields({ 'Termination Date': '11/28/2026' }));
    expect([answer, employmentOf(PERSON)]).toEqual(['body-invalid', 'active']);
    expect(world.refused).toMatchObject([{ fields: [{ field: 'terminationDate' }] }]);
  });

  it('an end ahead beside a department that cannot be used: the end is known, and the department stays', async () => {
    const { answer, world } = await playFields(
      fields({ 'Termination Date': '2026-11-30', Department: 'a\u0000b' }),
    );
    const timeline = world.person('acme', PERSON)?.timeline ?? [];
    expect([answer, workerAt(timeline, NOW_MS + 12 * DAY_MS).employment]).toEqual(['ok', 'left']);
    expect(workerAt(timeline, NOW_MS + DAY_MS).attributes['department']).toBe('Automation');
    expect(world.refused).toMatchObject([{ fields: [{ field: 'attributes.department' }] }]);
  });

  it.each([
    ['a text', 'x'],
    ['nobody', { ...fields({}), fields: {} }],
    ['an unusable time', fields({ 'Work Email': 'cara.dev@acme.example' }, { timestamp: 'soon' })],
  ])('%s among the employees of one delivery keeps no leaver', async (_case, bad) => {
    const left = fields({ Status: 'Inactive' });
    for (const employees of [
      [bad as object, left],
      [left, bad as object],
    ]) {
      const { answer, employmentOf, world } = await playFields(...employees);
      expect([answer, employmentOf(PERSON)]).toEqual(['ok', 'left']);
      expect(world.refused).toHaveLength(1);
    }
  });
});

describe('a record with an end, said from the future', () => {
  const ahead = '2027-11-20T10:00:00+0000';
  const ofRefused = { code: 'body-invalid', fields: [{ field: 'occurredAt' }] };

  it.each([
    ['a change', 'Updated'],
    ['a hire', 'Created'],
  ])('ends on its day as of its arrival, and %s beside it is refused', async (_case, action) => {
    const end = { 'Termination Date': '2026-11-30', Department: 'Finance' };
    const { answer, world } = await playFields(fields(end, { action, timestamp: ahead }));
    const timeline = world.person('acme', PERSON)?.timeline ?? [];
    expect([answer, workerAt(timeline, NOW_MS + 12 * DAY_MS).employment]).toEqual(['ok', 'left']);
    expect(workerAt(timeline, NOW_MS + DAY_MS)).toMatchObject({
      employment: 'active',
      attributes: { department: 'Automation' },
    });
    expect(timeline.at(-1)).toMatchObject({ kind: 'leaver', occurredAtMs: NOW_MS });
    expect(world.refused).toMatchObject([ofRefused]);
    expect(world.evidence.at(-1)?.facts).toMatchObject({ event: 'leaver', unusable: ['occurredAt'] });
  });

  it('that is one of somebody who left is done without a refusal', async () => {
    const { answer, employmentOf, world } = await playFields(
      fields({ Status: 'Inactive' }, { timestamp: ahead }),
    );
    expect([answer, employmentOf(PERSON), world.refused]).toEqual(['ok', 'left', []]);
  });

  it('that has none is refused and kept', async () => {
    const { answer, world } = await playFields(fields({}, { timestamp: ahead }));
    expect([answer, world.person('acme', PERSON)?.timeline.length]).toEqual(['body-invalid', 1]);
    expect(world.refused).toMatchObject([ofRefused]);
  });

  it('by a clock that nobody can read is as of its arrival', async () => {
    const { answer, world } = await playFields(
      fields({ 'Termination Date': '2026-11-30' }, { timestamp: 'soon' }),
    );
    const timeline = world.person('acme', PERSON)?.timeline ?? [];
    expect([answer, timeline.at(-1)?.kind, timeline.at(-1)?.occurredAtMs]).toEqual(['ok', 'leaver', NOW_MS]);
    expect(world.refused).toMatchObject([{ fields: [{ field: 'timestamp' }] }]);
  });
});
