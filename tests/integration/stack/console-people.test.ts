import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, BEN, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { personKey } from '../../../shared/domain/person-key';
import { HOSTILE } from '../../fixtures/console-stack';
import { cookieOf, visit } from '../../fixtures/console-visit';
import {
  MANY_GRANTS,
  ROBOT_FREE,
  startPeopleStack,
  STRANGE_GROUPS,
  type PeopleStack,
} from '../../fixtures/people-stack';
import type { Answer } from './calls';

const LARGEST_BYTES = 100_000;
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

let stack: PeopleStack;
let cookie = '';
const { open, post } = visit({ host: () => stack.host() }, () => ({ cookie }));

beforeAll(async () => {
  stack = await startPeopleStack(10_000);
  cookie = cookieOf(await post('-session', { name: 'Maria Lead', key: stack.consoleKey }, {}));
}, 300_000);
afterAll(async () => stack.close());

const at = async (page: string, asked: Readonly<Record<string, string>> = {}): Promise<Answer> => {
  const answer = await open(`/${ORGANIZATION}/${page}?${new URLSearchParams(asked).toString()}`);
  expect(answer.status).toBe(200);
  expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(LARGEST_BYTES);
  expect(answer.text).not.toContain(HOSTILE);
  return answer;
};
const further = async ({ text }: Answer): Promise<Answer> => {
  const [, path = ''] = /href="\/api\/console([^"]+)">Further/.exec(text) ?? [];
  const answer = await open(path.replaceAll('&amp;', '&'));
  expect(answer.status).toBe(200);
  return answer;
};

describe('the page of groups', () => {
  it('lists every group with members, mode and what is open, the worst first', async () => {
    const { text } = await at('groups');
    expect(text.indexOf(GROUPS.support)).toBeLessThan(text.indexOf('Administrators'));
    expect(text).toMatch(
      /Production Support<\/bdi><\/a>.*?<td data-label="Members">2<\/td><td data-label="Mode">additive/s,
    );
    expect(text).toContain('<span class="mark critical">critical</span>');
    expect(text).toContain('<td data-label="Members">20000</td>');
    expect(text).toContain('not in the policy');
  });

  it('finds groups by a part of their name', async () => {
    const { text } = await at('groups', { text: 'team 3' });
    expect(text).toContain('of 11 groups');
    expect((await at('groups', { text: 'no such' })).text).toContain('There is no such group.');
  });

  it.each(STRANGE_GROUPS)('leads to the group %j and nowhere else', async (group) => {
    const [, path = ''] =
      new RegExp(
        `href="(?:/api/console)([^"]+groups\\?group=${escaped(new URLSearchParams({ g: group }).toString().slice(2))})"`,
      ).exec((await at('groups', { text: group.slice(0, 100) })).text.replaceAll('&amp;', '&')) ?? [];
    const { status, text } = await open(path);
    expect(status).toBe(200);
    expect(text).toContain(ANA);
    expect(text).not.toMatch(/<b>long|<img/);
  });

  it('tells every member with why, who asked and approved, since when, last use and findings', async () => {
    const { text } = await at('groups', { group: GROUPS.support.toUpperCase() });
    expect(text).toMatch(/Ticket <a href="https:\/\/tickets\.acme\.example\/REQ-1" rel="noreferrer">/);
    expect(text).toContain('requested by');
    expect(text).toContain(
      `approved by <a href="/api/console/acme/people?email=${encodeURIComponent(BEN)}">`,
    );
    expect(text).toContain('None known.');
    expect(text).toContain('Member without a reason');
    expect(text).toContain('may approve');
  });

  it('turns the pages of a group of twenty thousand members', async () => {
    const first = await at('groups', { group: ROBOT_FREE });
    expect(first.text).toContain('1 to 20 of 20000 members');
    expect((await further(first)).text).toContain('21 to 40 of 20000 members');
    expect((await at('groups', { group: ROBOT_FREE, skip: '19999' })).text).toContain(
      '20000 to 20000 of 20000',
    );
    expect((await at('groups', { group: ROBOT_FREE, skip: '20001' })).text).toContain(
      'The list ends before that.',
    );
  });

  it('tells what changed in thirty days, with the request that gave it', async () => {
    const { text } = await at('groups', { group: GROUPS.support, show: 'changes' });
    expect(text).toMatch(
      /ana\.pop@acme\.example<\/bdi><\/a> came<\/strong>, <bdi>by this app<\/bdi>: <bdi>by the request standard\/REQ-1/,
    );
  });

  it('says so of a group that nobody has', async () => {
    expect((await at('groups', { group: 'Nothing' })).text).toContain(
      'Neither UiPath nor the policy has a group',
    );
    expect((await at('groups', { group: GROUPS.finance })).text).toContain('Its members were not read');
  });
});

describe('the page of people', () => {
  it.each([
    ['mallory', [MALLORY]],
    ['NUMBER999@', ['person.number999@acme.example']],
    ['many.g', [MANY_GRANTS]],
  ])('finds by %s whoever has it in an address', async (q, found) => {
    const { text } = await at('people', { q });
    for (const address of found) expect(text).toContain(address);
  });

  it('answers a search for one letter by a page, and another one', async () => {
    const first = await at('people', { q: 'a' });
    expect(first.text).toMatch(/1 to 50 of 1000\d/);
    expect((await further(first)).text).toMatch(/51 to 100 of 1000\d/);
  });

  it.each([['<script>alert(1)</script>'], ["' or '1'='1"], ['%'], ['\u0000']])(
    'finds nobody by %j',
    async (q) => {
      expect((await at('people', { q })).text).toContain('Nobody is known by');
    },
  );

  it.each([
    ['people', { q: 'x'.repeat(201) }],
    ['people', { q: 'a', skip: '-1' }],
    ['groups', { group: 'x'.repeat(4_001) }],
    ['days', { day: '2026-02-31' }],
    ['days', { day: 'today' }],
  ])('refuses on the page of %s what is asked by %j', async (page, asked) => {
    const answer = await open(
      `/${ORGANIZATION}/${page}?${new URLSearchParams(asked as Record<string, string>).toString()}`,
    );
    expect([answer.status, answer.text.includes('query-invalid')]).toEqual([400, true]);
  });

  it('shows a person with accounts, memberships of UiPath beside their reasons, requests and history', async () => {
    const { text } = await at('people', { email: ANA.toUpperCase() });
    expect(text).toContain('<span class="mark green">verified</span>');
    expect(text).toMatch(/Production Support<\/bdi><\/a><\/h3><p>member since/);
    expect(text).toContain('put into the group');
    expect(text).toContain('<details><summary>Record');
    expect(text).toMatch(/in force at their next sign-in, at the latest|in force since/);
    expect(text).toContain(STRANGE_GROUPS[1].replace('&', '&amp;'));
    expect(text).toContain('member in UiPath, and not put there by this application');
  });

  it('shows somebody whom only UiPath knows', async () => {
    const { text } = await at('people', { email: MALLORY });
    expect(text).toContain('only UiPath knows the account');
    expect(text).toContain('Production Support');
    expect(text).toContain('Member without a reason');
  });

  it('shows somebody with a thousand grants by parts, and nothing of it is cut', async () => {
    const first = await at('people', { email: MANY_GRANTS });
    expect(first.text).toContain('1000 records of evidence');
    expect((await further(first)).text).toMatch(/\d+ to \d+ of 1000 records/);
    expect(first.text).not.toContain('…');
  });

  it('knows nobody of another organization, and nobody by a key that is none', async () => {
    expect((await at('people', { email: 'somebody@other.example' })).text).toContain('Nothing is known of');
    expect((await at('people', { person: '../acme' })).text).toContain('Nothing is known of');
    expect((await open(`/other/people?email=${ANA}`)).status).toBe(403);
  });

  it('shows whoever else can be shown where a row of somebody is damaged', async () => {
    const key = personKey(MANY_GRANTS);
    const table = await stack.storage.table('ledger');
    const row = await table.getEntity(`${ORGANIZATION}:person:${key}`, 'state');
    await table.updateEntity(
      { ...row, partitionKey: row.partitionKey ?? '', rowKey: row.rowKey ?? '', json0: 'x' },
      'Merge',
    );
    try {
      expect((await at('people', { q: 'many.g' })).status).toBe(200);
      expect((await at('requests')).text).toContain('what is on record of whom it is for cannot be read');
      expect((await at('people', { email: MANY_GRANTS })).text).toContain('cannot be read');
    } finally {
      await table.updateEntity(
        { ...row, partitionKey: row.partitionKey ?? '', rowKey: row.rowKey ?? '' },
        'Replace',
      );
    }
  });
});

describe('the page of a day', () => {
  it('tells what was sent to UiPath, what was asked and what was decided', async () => {
    const { text } = await at('days');
    expect(text).toMatch(/put in: <a href="[^"]*">.*ana\.pop@acme\.example/);
    expect(text).toContain('REQ-1');
    expect(text).toContain('Decided');
  });

  it('tells of a day of long ago what is still known, and where the rest is', async () => {
    const { text } = await at('days', { day: '2020-01-01' });
    expect(text).toContain('access history 2020-01-01');
  });
});

describe('the words of a request', () => {
  it.each([
    ['M-0', 'failed: rejected by UiPath 3 times (uipath-not-found)'],
    ['M-1', 'waits for UiPath: rejected twice (uipath-not-found), next try'],
    ['REQ-2', 'refused: group not managed. Correct the name of the group'],
  ])('say of %s why it stands there', async (id, words) => {
    expect((await at('requests', { id })).text).toContain(words);
  });

  it('name who asked and who approved, with the ticket', async () => {
    const { text } = await at('requests', { id: 'REQ-1' });
    expect(text).toContain('href="https://tickets.acme.example/REQ-1"');
    expect(text).toContain(BEN);
  });

  it('are found by their state', async () => {
    expect((await at('requests', { state: 'failed' })).text).toContain('M-0');
    expect((await at('requests', { state: 'pending' })).text).not.toContain('M-0');
  });
});

describe('every page', () => {
  const PATHS: ReadonlyArray<readonly [string, Readonly<Record<string, string>>]> = [
    ['today', {}],
    ['groups', {}],
    ['groups', { group: GROUPS.support }],
    ['groups', { group: GROUPS.support, show: 'changes' }],
    ['groups', { group: ROBOT_FREE }],
    ['people', {}],
    ['people', { q: 'person' }],
    ['people', { email: ANA }],
    ['people', { email: MALLORY }],
    ['people', { email: MANY_GRANTS }],
    ['days', {}],
    ['requests', {}],
    ['requests', { id: 'REQ-1' }],
    ['plans', {}],
    ['sources', {}],
    ['nights', {}],
  ];

  it.each(PATHS)('%s with %j shows no id of what has a name outside of details', async (page, asked) => {
    const shown = (await at(page, asked)).text
      .replaceAll(/<details>.*?<\/details>/gs, '')
      .replaceAll(/(?:href|action|value|id|content)="[^"]*"/g, '');
    const ids = shown.match(GUID) ?? [];
    expect(ids.filter((id) => stack.named.has(id.toLowerCase()))).toEqual([]);
  });

  const timeOf = async (page: string, asked: Readonly<Record<string, string>>): Promise<number> => {
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const startedMs = performance.now();
      await at(page, asked);
      times.push(performance.now() - startedMs);
    }
    return Math.min(...times);
  };

  it.each(
    PATHS.filter(
      ([page, { email }]) => ['groups', 'people', 'days', 'requests'].includes(page) && email !== MANY_GRANTS,
    ),
  )(
    '%s with %j does not take long beside an empty page, with ten thousand people whose night was read',
    async (page, asked) => {
      const emptyMs = await timeOf('people', {});
      // A quiet machine takes less than a fifth of that; what reads everything anew takes many times as long.
      expect((await timeOf(page, asked)) - emptyMs).toBeLessThanOrEqual(1_500);
    },
  );
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
