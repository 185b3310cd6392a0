import { describe, expect, it } from '@jest/globals';
import { ticketBodies } from '../../../sandbox/vendors/ticket-bodies';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { WorkerIdSchema } from '../../../shared/webhooks/id-schemas';
import { errorOf } from '../../fakes/error-of';
import { postedJson } from '../../fixtures/webhooks/posted';
import { aTicket } from '../../fixtures/webhooks/vendor-senders';

/** Each turns, joins or hides what stands beside it, and cannot be seen itself. */
const invisible = [
  '\u200b',
  '\u200d',
  '\u200e',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u00ad',
  '\u061c',
  '\ufeff',
  '\u{e0061}',
];

const joined = {
  schemaVersion: 1,
  type: 'worker.joined',
  id: 'hire-1',
  occurredAt: '2026-11-20T10:00:00Z',
  worker: { email: 'ana@example.com', workerId: 'w1' },
  attributes: { department: 'Finance' },
};
const approved = {
  schemaVersion: 1,
  type: 'access.request.approved',
  id: 'r1',
  occurredAt: '2026-11-20T10:00:00Z',
  ticket: { id: 't1' },
  requester: 'rita@example.com',
  approvals: [],
  action: { kind: 'grant', person: 'ana@example.com', group: 'Finance' },
};
const rule = {
  ...approved,
  action: {
    kind: 'create-rule',
    name: 'rule1',
    owner: 'rita@example.com',
    definition: {
      groups: ['Finance'],
      conditions: [{ claimName: 'c1', conditionType: 'equals', value: 'v1' }],
    },
  },
};

function parse(feed: 'hr' | 'ticket', body: string): unknown {
  return webhookFormatOf(feed, 'standard')?.parse(postedJson(body), PLAIN_MAPPING);
}

describe.each(invisible.map((character) => [character.codePointAt(0)?.toString(16), character]))(
  'the character U+%s that cannot be seen',
  (_code, character) => {
    it.each([
      ['hr', joined, 'hire-1'],
      ['hr', joined, 'w1'],
      ['hr', joined, 'ana@example.com'],
      ['ticket', approved, 'r1'],
      ['ticket', approved, 't1'],
      ['ticket', approved, 'Finance'],
      ['ticket', rule, 'rule1'],
      ['ticket', rule, 'c1'],
    ] as const)('is refused in an id or a name of the %s feed', async (feed, body, name) => {
      const text = JSON.stringify(body);
      expect(parse(feed, text)).toHaveLength(1);
      const changed = text.replaceAll(
        `"${name}"`,
        JSON.stringify(`${name.slice(0, 1)}${character}${name.slice(1)}`),
      );
      expect((await errorOf(async () => parse(feed, changed))).code).toBe('body-invalid');
    });

    it('is refused in an id of a vendor', () => {
      expect(WorkerIdSchema.safeParse(`67${character}890`).success).toBe(false);
    });

    it('is refused in the group of a ticket', async () => {
      const body = { ...ticketBodies.freshservice(aTicket), group: `Production${character} Support` };
      const parsed = async () =>
        webhookFormatOf('ticket', 'freshservice')?.parse(postedJson(JSON.stringify(body)), PLAIN_MAPPING);
      expect((await errorOf(parsed)).code).toBe('body-invalid');
    });

    it('is left in what is only compared, such as a department', () => {
      const text = JSON.stringify({ ...joined, attributes: { department: `Fin${character}ance` } });
      expect(parse('hr', text)).toHaveLength(1);
    });
  },
);

it('a name in a script of its own is none of them', () => {
  for (const group of ['Ștefan Țară', 'Москва', 'フィナンス', 'ﻣﺎﻟﻴﺔ', '👩 Finance']) {
    const text = JSON.stringify({ ...approved, action: { ...approved.action, group } });
    expect(parse('ticket', text)).toHaveLength(1);
  }
});
