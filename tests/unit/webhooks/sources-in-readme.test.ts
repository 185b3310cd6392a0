import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feed } from '../../../shared/domain/policy';
import { SourceSchema, toSourceSettings } from '../../../shared/policy-sources';
import { formatsOf, webhookSourceOf } from '../../../shared/webhooks/registry';
import type { WebhookSource } from '../../../shared/webhooks/source';
import { ticketActs } from '../../../shared/webhooks/ticket-statement';
import { vendorSenders } from '../../fixtures/webhooks/vendor-senders';

const root = join(__dirname, '../../..');
const feeds: readonly Feed[] = ['hr', 'ticket'];
const names = { hr: 'HR', ticket: 'tickets' } as const;
const proofs = { signed: 'signed', bearer: 'token', identity: 'identity' } as const;
const bodies = {
  'application/json': 'JSON',
  'application/cloudevents+json': 'CloudEvents JSON',
  'application/x-www-form-urlencoded': 'form',
  'text/xml': 'XML',
} as const;

/** The cells of a source but for the last, which names its test. */
function rowOf(feed: Feed, source: WebhookSource): readonly string[] {
  return [
    `\`${source.format}\``,
    names[feed],
    source.bodyTypes.map((type) => bodies[type]).join(', '),
    proofs[source.credential.trust] + (source.fetchBack === 'needed' ? ', asked back' : ''),
    causesOf(feed, source),
  ];
}

/** What a source may cause when its entry says no more than it must. A ticket system's own format has no word for rules. */
function causesOf(feed: Feed, { format, fetchBack }: WebhookSource): string {
  const entry = SourceSchema.parse({
    format,
    secret: 'any',
    ...(fetchBack === 'needed' ? { fetchBack: { baseUrl: 'https://vendor.example', secret: 'api' } } : {}),
  });
  const may = [...toSourceSettings(feed, entry).may];
  const isContract = /^(standard|cloudevents)/.test(format);
  const acts = may.filter((act) => feed === 'hr' || isContract || ticketActs.some((known) => known === act));
  const isAll = feed === 'ticket' && acts.includes('create-rule');
  const text = isAll ? 'every request' : acts.join(', ');
  return feed === 'ticket' && !may.includes('revoke') ? `${text}; no privileged group` : text;
}

const listed = [
  ...(
    readFileSync(join(root, 'README.md'), 'utf8').split('### Sources\n')[1]?.split('\n### ')[0] ?? ''
  ).matchAll(/^\| (`.*) \|$/gm),
].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));

const sources = feeds.flatMap((feed) =>
  formatsOf(feed).flatMap((format) => {
    const source = webhookSourceOf(feed, format);
    return source === undefined ? [] : [{ feed, source }];
  }),
);

describe('the table of sources in the README', () => {
  it('has every source, with its body, its proof and what it may cause', () => {
    const sorted = (rows: ReadonlyArray<readonly string[]>): readonly string[] =>
      rows.map((row) => row.join(' | ')).toSorted();
    expect(sorted(listed.map((row) => row.slice(0, -1)))).toEqual(
      sorted(sources.map(({ feed, source }) => rowOf(feed, source))),
    );
  });

  it.each(listed.map((row) => [row[0] ?? '', row[1] ?? '', row.at(-1) ?? '']))(
    'names a test that knows %s for %s',
    (format, _feed, cell) => {
      const [, path = ''] = /\]\((tests\/[\w/.-]+)\)$/.exec(cell) ?? [];
      const text = readFileSync(join(root, path), 'utf8');
      const isForAll = text.includes('describe.each(vendorSenders.map') && !format.includes('scim');
      expect(isForAll || text.includes(format.replaceAll('`', "'"))).toBe(true);
    },
  );
});

describe('the suites that play a sender of each source', () => {
  const posted = sources.filter(({ source }) => source.spokenAt === undefined);
  it.each(posted.map(({ feed, source }) => [source.format, feed]))('have %s for %s', (format, feed) => {
    expect(vendorSenders.filter((one) => one.format === format && one.feed === feed)).toHaveLength(1);
  });
});
