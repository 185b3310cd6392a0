import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feed } from '../../../shared/domain/policy';
import { SourceSchema, toSourceSettings } from '../../../shared/policy/sources-section';
import { formatsOf, webhookFormatOf } from '../../../shared/webhooks/format-registry';
import type { WebhookFormat } from '../../../shared/webhooks/webhook-format';
import { ticketActs } from '../../../shared/webhooks/derive-access-request';
import {
  hrPaths,
  hrPathsSuite,
  playHrPath,
  playTicketPath,
  startDemoWorlds,
  ticketPaths,
  ticketPathsSuite,
  type DemoWorlds,
} from '../../fixtures/webhooks/ledger-paths';
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
function rowOf(feed: Feed, source: WebhookFormat): readonly string[] {
  return [
    `\`${source.format}\``,
    names[feed],
    source.bodyTypes.map((type) => bodies[type]).join(', '),
    proofs[source.credential.trust] + (source.fetchBack === 'needed' ? ', asked back' : ''),
    causesOf(feed, source),
  ];
}

const asked = { fetchBack: { baseUrl: 'https://vendor.example', secret: 'api' } };
const identified = {
  entra: {
    tenantId: '6f1f9d0a-2c57-4c1e-9d68-0f7c2b3a4e51',
    audience: 'api://app',
    application: '3e8b5c1d-7a42-4f6e-8b90-c1d2e3f4a5b6',
  },
};

/** What a source may cause when its entry says no more than it must, and what lets a token cause all. */
function causesOf(feed: Feed, source: WebhookFormat): string {
  const mayWith = (more: object) =>
    toSourceSettings(feed, SourceSchema.parse({ format: source.format, secret: 'any', ...more })).may;
  const may = mayWith(source.fetchBack === 'needed' ? asked : {});
  const all = mayWith(identified);
  const ways = [
    ...(source.fetchBack === 'offered' && mayWith(asked).size === all.size ? ['asked back'] : []),
    'with an identity',
  ];
  return saidOf(feed, source, may) + (may.size < all.size ? `; ${ways.join(' or ')}: all` : '');
}

/** A ticket system's own format has no word for rules. */
function saidOf(feed: Feed, { ownContract, format }: WebhookFormat, may: ReadonlySet<string>): string {
  const knowsRules = ownContract === true || format.startsWith('cloudevents');
  const acts = [...may].filter(
    (act) => feed === 'hr' || knowsRules || ticketActs.some((known) => known === act),
  );
  if (feed === 'ticket' && knowsRules && may.has('revoke'))
    return `${acts.join(', ')}; rules and access policy if named`;
  return feed === 'ticket' && !may.has('revoke')
    ? `${acts.join(', ')}; no privileged group`
    : acts.join(', ');
}

const listed = [
  ...(
    readFileSync(join(root, 'docs/webhooks.md'), 'utf8').split('## Sources\n')[1]?.split('\n## ')[0] ?? ''
  ).matchAll(/^\| (`.*) \|$/gm),
].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));

const sources = feeds.flatMap((feed) =>
  formatsOf(feed).flatMap((format) => {
    const source = webhookFormatOf(feed, format);
    return source === undefined ? [] : [{ feed, source }];
  }),
);

describe('the table of sources in docs/webhooks.md', () => {
  it('has every source, with its body, its proof and what it may cause', () => {
    const sorted = (rows: ReadonlyArray<readonly string[]>): readonly string[] =>
      rows.map((row) => row.join(' | ')).toSorted();
    expect(sorted(listed.map((row) => row.slice(0, -1)))).toEqual(
      sorted(sources.map(({ feed, source }) => rowOf(feed, source))),
    );
  });
});

const described = [
  ...readFileSync(join(root, 'docs/sources/README.md'), 'utf8').matchAll(
    /^\| \[`([\w-]+)`\]\(([\w-]+\.md)\) +\| (\S+) +\| (.+?) +\| (.+?) +\|$/gm,
  ),
].map(([, format = '', page = '', feed = '', proof = '', says = '']) => ({
  format,
  page,
  feed,
  proof,
  says,
}));

describe('the table of sources in docs/sources', () => {
  const told = { signed: 'signature', bearer: 'token or identity', identity: 'identity' } as const;

  it('has every format, under its feed', () => {
    const feedOf = (format: string): string => {
      const [first, second] = sources.filter(({ source }) => source.format === format);
      return second === undefined && first !== undefined ? names[first.feed] : 'both';
    };
    const formats = [...new Set(sources.map(({ source }) => source.format))];
    expect(described.map(({ format, feed }) => `${format} ${feed}`).toSorted()).toEqual(
      formats.map((format) => `${format} ${feedOf(format)}`).toSorted(),
    );
  });

  it.each(sources.map(({ feed, source }) => [source.format, feed, source] as const))(
    'says of %s for %s what proves it, whether it is looked up, and what an identity adds',
    (format, feed, source) => {
      const row = described.find((one) => one.format === format);
      const isContract = source.ownContract === true || format.startsWith('cloudevents');
      expect(row?.proof).toBe(told[source.credential.trust]);
      expect(/(?:; |can be |or )looked up/.exec(row?.says ?? '')?.[0]).toBe(lookUpOf(source));
      const tellsWhen = isContract || source.actsIfNamed === true;
      expect(row?.says.includes('with an identity') === true || tellsWhen).toBe(
        causesOf(feed, source).includes('with an identity') || tellsWhen,
      );
      const page = readFileSync(join(root, 'docs/sources', row?.page ?? ''), 'utf8');
      expect(page.includes(`format: ${format}\n`) || page.includes(`\`${format}\``)).toBe(true);
    },
  );
});

/** How the table says that a source is asked back. */
function lookUpOf({ fetchBack, credential }: WebhookFormat): string | undefined {
  if (fetchBack === undefined) return undefined;
  if (fetchBack === 'needed') return '; looked up';
  return credential.trust === 'signed' ? 'can be looked up' : 'or looked up';
}

describe('the test that docs/webhooks.md names for a source', () => {
  let worlds: DemoWorlds;
  beforeAll(async () => {
    worlds = await startDemoWorlds();
  });
  afterAll(async () => worlds.close());

  /** A client that keeps a list of users has suites of its own. */
  const posted = listed.filter(([format]) => format !== '`scim`');
  it.each(posted.map((row) => [row[0]?.replaceAll('`', '') ?? '', row[1] ?? '', row.at(-1) ?? '']))(
    'takes a delivery of it from its bytes to the ledger: %s for %s',
    async (format, feed, cell) => {
      const [, suite = ''] = /\]\(\.\.\/(tests\/[\w/.-]+)\)$/.exec(cell) ?? [];
      const isHr = feed === names.hr;
      expect(suite).toBe(isHr ? hrPathsSuite : ticketPathsSuite);
      expect(readFileSync(join(root, suite), 'utf8')).toContain(
        isHr ? 'it.each(hrPaths.map(' : 'it.each(ticketPaths.map(',
      );
      expect(await (isHr ? playedHr(worlds, format) : playedTicket(format))).toBe('recorded');
    },
  );
});

/** What became of the first delivery of a format, by the table that its suite goes through. */
async function playedHr(worlds: DemoWorlds, format: string): Promise<string | undefined> {
  const path = hrPaths.find((one) => one.format === format);
  const [[outcome, employment] = []] = path === undefined ? [] : await playHrPath(worlds, path);
  return employment === 'active' ? outcome : 'nothing';
}

async function playedTicket(format: string): Promise<string | undefined> {
  const path = ticketPaths.find((one) => one.format === format);
  const [outcome, grants] = path === undefined ? [] : (await playTicketPath(path)).approved;
  return grants === 1 ? outcome : 'nothing';
}

describe('the suites that play a sender of each source', () => {
  const posted = sources.filter(({ source }) => source.spokenAt === undefined);
  it.each(posted.map(({ feed, source }) => [source.format, feed]))('have %s for %s', (format, feed) => {
    expect(vendorSenders.filter((one) => one.format === format && one.feed === feed)).toHaveLength(1);
  });
});
