import { describe, expect, it } from '@jest/globals';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import type { Timeline } from '../../../shared/domain/ledger/statement';
import { recordWord } from '../../../shared/domain/ledger/worker-records';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { withAt } from '../../fixtures/webhooks/leavings';
import { ANA, NOW_MS } from '../../fixtures/webhooks/vendor-senders';

const formats = ['bamboohr-fields', 'merge', 'successfactors'] as const;
type Format = (typeof formats)[number];

const departmentIn = {
  'bamboohr-fields': 'employees.0.fields.Department',
  merge: 'data.groups.0.name',
  successfactors: 'department',
} as const;
const titleIn = {
  'bamboohr-fields': 'employees.0.fields.Job Title',
  merge: 'data.job_title',
  successfactors: 'title',
} as const;

const moverOf = (format: Format): object => ({
  ...hrBodies[format]({ kind: 'mover', worker: ANA, atMs: NOW_MS }),
});

/** What a body says, with its places under names that the policy may change. */
function eventsOf(format: Format, body: object, fields: Readonly<Record<string, readonly string[]>> = {}) {
  const mapping = { ...PLAIN_MAPPING, fields: new Map(Object.entries(fields)) };
  const rawBody = Buffer.from(JSON.stringify(body));
  const meanings = webhookFormatOf('hr', format)?.parse(
    { rawBody, type: 'application/json', receivedAtMs: NOW_MS },
    mapping,
  );
  return (meanings === 'ignored' || meanings === undefined ? [] : meanings).flatMap((meaning) =>
    meaning.kind === 'worker-event' ? [meaning.event] : [],
  );
}

type Events = ReturnType<typeof eventsOf>;

function timelineOf(events: Events): Timeline {
  let timeline: Timeline = [];
  for (const { id, kind, occurredAtMs, attributes } of events) {
    const word = { id, kind, occurredAtMs, effectiveAtMs: occurredAtMs, attributes, source: 'hr/main' };
    ({ timeline } = recordWord(timeline, word, NOW_MS + 1));
  }
  return timeline;
}

describe.each(formats)('a delivery of %s that is read again', (format) => {
  const partly = withAt(moverOf(format), titleIn[format], { code: 'Engineer' });
  const read = (fields = {}) => eventsOf(format, partly, fields);

  it('says the same while nothing was mended', () => {
    expect(read()).toMatchObject([{ unusable: [expect.anything()] }]);
    expect(read()).toEqual(read());
  });

  it('says more when the mapping was mended, and that counts in every order', () => {
    const place = titleIn[format].replace(/^employees\.0\./, '');
    const other = departmentIn[format].replace(/^employees\.0\./, '');
    // Of both words the department is another one too.
    const mended = read({ title: [`${place}.code`], department: [`${place}.code`, other] });
    expect(mended).toMatchObject([{ kind: 'mover', attributes: { title: 'Engineer' } }]);
    for (const order of [
      [...read(), ...mended],
      [...mended, ...read()],
    ])
      expect(workerAt(timelineOf(order), NOW_MS + 1).attributes).toMatchObject({
        title: 'Engineer',
        department: 'Engineer',
      });
  });
});
