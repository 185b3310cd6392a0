import { describe, expect, it } from '@jest/globals';
import { access } from '../../../fakes/run-access';
import { accessTo, problem, SIGNED_IN } from '../../../fakes/running-app';
import {
  groupsAsOf,
  kept,
  membersAsOf,
  night,
  nights,
  PAST,
  place,
  replayable,
  verified,
} from './answers-about-the-past';
import { HARMLESS, history, NOW_MS } from './answers-of-the-app';
import { describeCommands } from './describe-commands';

describeCommands(
  [
    [['audit', 'show'], 1, { night: '202603020200', findings: [{ severity: 'high' }, {}], more: 0 }],
    [
      ['audit', 'compare', '2026-03-01'],
      1,
      { counts: { appeared: 1 }, changes: [{ change: 'appeared' }, {}] },
    ],
    [['evidence', 'verify'], 1, { isWhole: false, faults: 2, told: [{ kind: 'edited' }] }],
    [['compare', 'ana@acme.example', 'ben@acme.example'], 0, { groups: [{ of: 'both' }] }],
    [['history', '2026-03-02'], 0, { kind: 'day', entries: [{ kind: 'membership-added' }] }],
    [['as-of', '2026-03-02', '--person', 'ana@acme.example'], 0, { groups: [{ how: 'recorded' }, {}] }],
  ],
  PAST,
);

describe('access audit', () => {
  it('tells each finding with what to do, and what could not be read', async () => {
    const { stdout } = await accessTo(['audit', 'show'], PAST);
    expect(stdout.split('\n')).toEqual([
      'audit 202603020200, 2026-03-02 02:00Z (7 hours ago): red, 1 high open, 1 accepted; looked at 4 groups, 120 members, 80 people',
      `${HARMLESS} could not be read: uipath-forbidden`,
      `✘ high Member without a reason: group Developers, name ${HARMLESS}`,
      `    3f2a9c0100000001, open, since 2026-03-01 09:00Z, caused by ${HARMLESS}`,
      '    do: Remove the member.',
      `    plan: remove ${HARMLESS} from Developers (waits for a release): access remediate 3f2a9c0100000001`,
      `✔ high Member without a reason: group Developers, name ${HARMLESS}`,
      `    3f2a9c0100000002, waived, since 2026-03-01 09:00Z, caused by ${HARMLESS}`,
      `    accepted by Olga until 2026-03-03 09:00Z: ${HARMLESS} (ticket CHG-7, owner Ana)`,
      '',
    ]);
    const { stdout: markdown } = await accessTo(['audit', 'show', '--markdown'], PAST);
    expect(markdown).not.toMatch(/\]\(http|<b>|(?<!<!-- )@all/);
  });

  it('waits for the report of a night that was not there before, and shows it', async () => {
    const run = (later: object, sleeps: number) => {
      let polls = 0;
      return access(
        ['audit', 'run', '--wait', '5', '--json'],
        {},
        {
          nowMs: () => NOW_MS + polls * 60_000,
          online: {
            env: (name) => ({ ...SIGNED_IN })[name as 'ACCESS_URL'],
            sleep: async () => {
              polls += 1;
            },
            fetch: async (url, init) => {
              const path = addressOf(url).pathname.replace(/^.*\/api\/operator/, '') || '/';
              const json =
                init?.method === 'POST'
                  ? { done: 'audit-requested', words: 'On its way.', by: 'Olga' }
                  : path === '/acme/audits'
                    ? polls >= sleeps
                      ? later
                      : { ...nights, underWay: { night: 'x', startedAtMs: NOW_MS, calls: 7 } }
                    : path === '/acme/audits/latest'
                      ? night
                      : PAST['/'].json;
              return new Response(JSON.stringify(json));
            },
          },
        },
      );
    };
    const both = { ...nights, nights: [...nights.nights, { ...nights.nights[0], night: '202603020900' }] };
    const found = await run(both, 3);
    expect([found.exit, JSON.parse(found.stdout)]).toMatchObject([1, { night: '202603020200' }]);
    const late = await run(nights, 99);
    expect([late.exit, JSON.parse(late.stdout)]).toMatchObject([1, { error: { code: 'audit-not-ended' } }]);
  });

  it('waits for one that was under way first, and then for one that sees what is so now', async () => {
    let begun = 0;
    const ran = await access(
      ['audit', 'run', '--wait', '5', '--json'],
      {},
      {
        online: {
          env: (name) => ({ ...SIGNED_IN })[name as 'ACCESS_URL'],
          fetch: async (url, init) => {
            const path = addressOf(url).pathname.replace(/^.*\/api\/operator/, '') || '/';
            if (init?.method === 'POST') begun += 1;
            // Each that was asked for has ended by the next question.
            const ended = Array.from({ length: begun }, (_, index) => ({
              ...nights.nights[0],
              night: `20260302090${index}`,
            }));
            const json =
              init?.method === 'POST'
                ? { done: begun === 1 ? 'audit-under-way' : 'audit-requested', words: 'x', by: 'Olga' }
                : path === '/acme/audits'
                  ? { ...nights, nights: ended }
                  : path === '/acme/audits/latest'
                    ? night
                    : PAST['/'].json;
            return new Response(JSON.stringify(json));
          },
        },
      },
    );
    expect([ran.exit, begun, JSON.parse(ran.stdout)]).toMatchObject([1, 2, { night: '202603020200' }]);
    expect(ran.stderr).toContain('An audit is under way that began before');
  });

  it.each(['', '.', '..'])('asks no other question for a night called %j', async (called) => {
    const ran = await accessTo(['audit', 'show', called, '--json'], PAST);
    expect(ran).toMatchObject({ exit: 2, json: { error: { code: 'wrong-use' } } });
    expect(ran.asked.map(({ url }) => new URL(url).pathname)).toEqual(['/api/operator']);
  });

  it('begins one and says so', async () => {
    const app = {
      ...PAST,
      'POST /acme/audits/now': { json: { done: 'audit-requested', words: 'On its way.', by: 'Olga' } },
    };
    expect(await accessTo(['audit', 'run', '--json'], app)).toMatchObject({
      exit: 0,
      json: { done: 'audit-requested', by: 'Olga' },
    });
    expect((await accessTo(['audit', 'run', '--wait', '0'], app)).exit).toBe(2);
    expect((await accessTo(['audit', 'run', '--help'], {})).stdout).toContain('--wait');
    const refused = { ...PAST, 'POST /acme/audits/now': problem(403, 'not-permitted', 'No') };
    expect(await accessTo(['audit', 'run', '--json'], refused)).toMatchObject({
      exit: 4,
      json: { error: { code: 'not-permitted' } },
    });
  });
});

describe('access evidence', () => {
  it('names what is wrong in words, and sends a kept checkpoint as it is', async () => {
    const { stdout } = await accessTo(['evidence', 'verify'], PAST);
    expect(stdout.split('\n')).toEqual([
      '✘ acme: 2 faults (2026-03-02 09:00Z; 12 records of 3 subjects, 12 entries of the log)',
      `  ✘ ${HARMLESS}: a record is not as it was written (edited at 3)`,
      '      do: put the row back',
      '  and 1 more',
      '',
    ]);
    const whole = { ...verified, isWhole: true, faults: 0, told: [] };
    const good = await accessTo(['evidence', 'verify', '--person', 'ana@acme.example'], {
      ...PAST,
      '/acme/evidence-verified': { json: { ...whole, organization: undefined, person: 'ana@acme.example' } },
    });
    expect([good.exit, good.stdout.split(' (')[0]]).toEqual([0, '✔ ana@acme.example: the evidence is whole']);
    expect((await accessTo(['evidence', 'verify', '--checkpoint', 'gone.txt'], PAST)).exit).toBe(2);
    const files = { 'kept.txt': '\uFEFForigin\r\n7\r\nroot\r\n\r\n— signature\r\n' };
    const { asked } = await accessTo(['evidence', 'verify', '--checkpoint', 'kept.txt'], PAST, { files });
    expect(new URL(asked.at(-1)?.url ?? '').searchParams.get('checkpoint')).toBe(
      'origin\n7\nroot\n\n— signature\n',
    );
  });

  it('writes page after page to a file, and nothing where one fails', async () => {
    const lines = ['{"type":"export"}', '{"type":"log"}'];
    const app = { ...PAST, '/acme/evidence-export': { json: { lines, next: null } } };
    const ran = await accessTo(['evidence', 'export', 'out.jsonl', '--json'], app);
    expect(ran).toMatchObject({ exit: 0, json: { lines: 2, file: 'out.jsonl' } });
    expect(ran.kept).toEqual({ 'out.jsonl': `${lines.join('\n')}\n` });
    const moved = { ...PAST, '/acme/evidence-export': problem(409, 'storage-conflict', 'It went on') };
    const failed = await accessTo(['evidence', 'export', 'out.jsonl', '--json'], moved);
    expect(failed).toMatchObject({ exit: 1, kept: {}, json: { error: { code: 'storage-conflict' } } });
    expect(failed.asked.filter(({ url }) => url.includes('evidence-export'))).toHaveLength(3);
    expect((await accessTo(['evidence', 'export', '--help'], {})).stdout).toContain('it will hold addresses');
  });
});

describe('access as-of', () => {
  it('says how each is known, and what cannot be', async () => {
    const { stdout } = await accessTo(['as-of', '2026-03-02', '--person', 'ana@acme.example'], PAST);
    expect(stdout.split('\n')).toEqual([
      'ana@acme.example 2026-03-02 09:00Z: 1 group; known by the nights 202603010200 and 202603020200 and what this app did; who came and went between them by others is not known',
      `${HARMLESS}: in it by the records of this app, since 2026-03-01 09:00Z`,
      'Support: not known: somebody else changed it after 2026-03-01 09:00Z',
      `not known, as no night of around then read them: ${HARMLESS}`,
      '',
    ]);
    const members = await accessTo(['as-of', '2026-03-02', '--group', 'Support'], {
      ...PAST,
      '/acme/as-of': { json: membersAsOf },
    });
    expect(members.stdout.split('\n')).toEqual([
      `${HARMLESS} 2026-03-02 09:00Z: 1 member, and 1 of whom it is not known; known by the night 202603010200 and what this app did since; what others did since is not known yet`,
      `${HARMLESS} (id-1): seen in it by the nights before and after`,
      'id-2: something-new',
      'there may be more: whom this app put in and took out again between the nights is in: access history --group',
      'the records of 1 were not looked at: they are told by the nights alone',
      '',
    ]);
    expect(await accessTo(['as-of', '2026-03-02', '--json'], PAST)).toMatchObject({
      exit: 2,
      json: { error: { code: 'as-of-unclear' } },
    });
    expect(groupsAsOf.groups).toHaveLength(2);
  });
});

describe('access replay', () => {
  const app = (count: number) => ({
    ...PAST,
    '/acme/replay': { json: { ...replayable, ...kept(count) } },
    'POST /acme/replay/deliveries': { json: { done: 'replayed', words: 'Again.', by: 'Olga' } },
  });
  const words = ['replay', '--since', '2026-03-01'];

  it('says what would be replayed, and takes exactly those, a hundred at a time', async () => {
    const ran = await accessTo([...words, '--json'], app(250), { said: '250' });
    expect(ran).toMatchObject({ exit: 0, json: { deliveries: 250, by: 'Olga' } });
    expect(ran.stderr.split('\n').slice(0, 3)).toEqual([
      'hr/workday: 250 deliveries, received 2026-03-02 09:00Z to 2026-03-02 09:00Z',
      `  250 ended as: ${HARMLESS}`,
      'hr/scim: not replayed, as its sender has the state (SCIM)',
    ]);
    const sent = ran.asked
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body ?? '') as Sent);
    expect(sent.map(({ deliveries }) => deliveries.split(',').length)).toEqual([100, 100, 50]);
    expect(sent[0]).toMatchObject({ source: 'hr/workday', deliveries: expect.stringContaining(place(0)) });
  });

  it.each([
    ['another number', ['--yes', '3'], 2, 'not-confirmed'],
    ['nobody who could be asked', [], 2, 'not-confirmed'],
  ])('replays nothing for %s', async (_what, more, exit, code) => {
    const ran = await accessTo([...words, ...more, '--json'], app(2));
    expect(ran).toMatchObject({ exit, json: { error: { code } } });
    expect(ran.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('ends with 1 where nothing is kept, and needs a time', async () => {
    expect(await accessTo([...words, '--yes', '0', '--json'], app(0))).toMatchObject({
      exit: 1,
      json: { error: { code: 'dead-letter-unknown' } },
    });
    expect((await accessTo(['replay'], app(1))).exit).toBe(2);
    expect((await accessTo(['replay', '--help'], {})).stdout).toContain('--since');
  });
});

describe('access tail', () => {
  const events = { events: history.entries, heard: { log: 7, organization: 3 }, isMore: false, atMs: NOW_MS };

  /** Ends with Ctrl+C after so many questions. */
  async function tail(
    words: readonly string[],
    answer: (asked: readonly string[]) => Response,
    most: number,
  ) {
    const asked: string[] = [];
    const stop = new AbortController();
    const ran = await access(
      ['tail', '--organization', 'acme', ...words],
      {},
      {
        online: {
          env: (name) => ({ ...SIGNED_IN })[name as 'ACCESS_URL'],
          interrupted: () => stop.signal,
          fetch: async (url) => {
            asked.push(addressOf(url).search);
            if (asked.length >= most) stop.abort();
            return answer(asked);
          },
        },
      },
    );
    return { ...ran, asked };
  }
  const told = () => new Response(JSON.stringify(events));

  it('tells a line for each event, from where it has heard, and ends with Ctrl+C', async () => {
    const { exit, stdout, asked } = await tail(['--json'], told, 2);
    expect([exit, asked]).toEqual([0, ['', '?after=7.3']]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ kind: 'membership-added' });
    const { stdout: text } = await tail([], told, 1);
    expect(text).toBe(
      `2026-03-02 09:00Z  ana@acme.example  put into the group, group ${HARMLESS}, because of grant:REQ-1, policy abababab\n`,
    );
  });

  it('goes on after some failures, and not after many or a refusal', async () => {
    const fails = (asked: readonly string[]) =>
      asked.length === 1 || asked.length > 5 ? told() : new Response('no', { status: 503 });
    expect(await tail([], fails, 6)).toMatchObject({ exit: 0 });
    const down = (asked: readonly string[]) =>
      asked.length === 1 ? told() : new Response('no', { status: 503 });
    expect(await tail([], down, 99)).toMatchObject({ exit: 3 });
    const refused = () =>
      new Response(JSON.stringify(problem(403, 'not-permitted', 'No').json), { status: 403 });
    expect(await tail(['--json'], refused, 99)).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('No'),
    });
    expect((await accessTo(['tail', '--help'], {})).stdout).toContain('Ctrl+C');
    expect((await accessTo(['tail', '--for', 'x'], {})).exit).toBe(2);
  });
});

function addressOf(url: string | URL | Request): URL {
  return new URL(url instanceof Request ? url.url : url);
}

type Sent = Readonly<{ source: string; deliveries: string }>;
