import { describe, expect, it } from '@jest/globals';
import { accessTo } from '../../../fakes/running-app';
import {
  NOW_MS,
  HOSTILE,
  HARMLESS,
  known,
  status,
  group,
  explained,
  member,
  members,
  history,
  readiness,
  APP,
} from './answers-of-the-app';

describe('access doctor', () => {
  it('tells of each fault its cause, what came back and what to do', async () => {
    const { exit, stdout } = await accessTo(['doctor'], APP);
    expect(exit).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'acme: 1 of 4 checks fails (tried 2026-03-02 09:00Z)',
      '  ✔ storage',
      '  ! clock:acme: 40 seconds',
      '      do: set it',
      `  ✘ token:acme: ${HARMLESS}`,
      '      came back: 400, invalid_client',
      '      do: check the secret',
      '      see: docs/uipath-setup.md#4-the-secret',
      '  - groups:acme (not tried: token:acme)',
      '',
    ]);
  });

  it('is a table in Markdown, and ends with 0 where all works', async () => {
    const ready = { ...readiness, ready: true, checks: readiness.checks.slice(0, 2) };
    const { exit, stdout } = await accessTo(['doctor', '--markdown'], {
      ...APP,
      '/acme/readiness': { json: ready },
    });
    expect(exit).toBe(0);
    expect(stdout).toContain('| ! | clock:acme: 40 seconds | do: set it |');
  });

  it('says what is wrong with the way to the app itself', async () => {
    const ran = await accessTo(['doctor'], { ...APP, '/acme/readiness': { json: { ready: 'maybe' } } });
    expect(ran).toMatchObject({ exit: 3, stderr: expect.stringContaining('is not understood') });
  });
});

describe('access status', () => {
  it('tells a pause loudly, and the advice of the day with why the next step waits', async () => {
    const paused = status({
      pause: known({
        id: 'a'.repeat(32),
        sinceMs: NOW_MS,
        by: HOSTILE,
        reason: 'wrong export',
        untilMs: null,
        isLost: false,
        urgent: 2,
        oldestUrgentMs: NOW_MS,
      }),
      rollOut: {
        ...status().rollOut,
        groups: { ...status().rollOut.groups, observe: { count: 1, first: HOSTILE } },
      },
    });
    const ran = await accessTo(['status', '--json'], { ...APP, '/acme/status': { json: paused } });
    expect(ran).toMatchObject({
      exit: 1,
      json: { organizations: [{ pause: { value: { urgent: 2 } }, advice: { stage: 'additive' } }] },
    });
    const { stdout } = await accessTo(['status'], { ...APP, '/acme/status': { json: paused } });
    expect(stdout).toContain(
      `by ${HARMLESS}: wrong export; nothing is written to UiPath until somebody resumes`,
    );
    expect(stdout).toContain(
      'to do      2 urgent changes wait (leavers, and what was revoked), the oldest since',
    );
    expect(stdout).toContain(`next step  set the mode of ${HARMLESS} to additive`);
    expect(stdout).toContain('it waits for the end of the pause');
    const { stdout: markdown } = await accessTo(['status', '--markdown'], {
      ...APP,
      '/acme/status': { json: paused },
    });
    expect(markdown).toContain('- next step: ');
    for (const sign of ['\u001B', '\u202E', '](http', '<b>']) expect(markdown).not.toContain(sign);
  });

  it('tells each part in a line, and what somebody has to see to', async () => {
    const bad = status({
      readiness: known({
        atMs: NOW_MS,
        checks: 9,
        faults: [{ name: 'token:acme', code: 'uipath-token-refused', problem: 'UiPath refused the secret' }],
      }),
      holds: known({ count: 1, removals: 12 }),
      refusedChanges: { kind: 'unknown', code: 'storage-unavailable' },
    });
    const { exit, stdout } = await accessTo(['status'], { ...APP, '/acme/status': { json: bad } });
    expect(exit).toBe(1);
    expect(stdout.split('\n')).toEqual([
      '✘ acme',
      '  readiness  token:acme: UiPath refused the secret',
      '  policy     abababababab, since 2026-03-01 09:00Z',
      '  roll-out   enforce, groups: 3 authoritative',
      '  audit      green, 2026-03-02 02:00Z (7 hours ago): nothing open, 1 accepted',
      '  holds      1, of 12 removals',
      '  dead       0 deliveries, not known now (storage-unavailable)',
      '  requests   2 pending',
      '  quota      120 reads and 64 writes left in this window',
      '  to do      not ready: token:acme',
      '  to do      1 hold waits for a release: access holds',
      '  to do      refused changes cannot be told now (storage-unavailable)',
      '  today      first see to what is to do',
      '  today      look at what the night found, and at what waits for a release: access holds',
      '',
    ]);
  });

  it('is a table in Markdown', async () => {
    const { stdout } = await accessTo(['status', '--markdown'], APP);
    expect(stdout).toContain('### acme');
    expect(stdout).toContain('| readiness | ready \\(9 checks\\) |');
  });
});

describe('access explain', () => {
  it('tells reasons with who decided, and ends with 1 where somebody is not in the group', async () => {
    const { stdout } = await accessTo(['explain', 'ana@acme.example'], APP);
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      'Support: member since 2026-03-01 09:00Z, put there by this app',
      '  ticket REQ-1 of jira: asked for by ana@acme.example, approved by ben@acme.example, from 2026-03-01 09:00Z, until 2026-03-03 09:00Z',
      '  birthright line it (department is it or ops); decided by the policy',
    ]);
    const outside = {
      ...explained,
      groups: [{ ...group, isMember: false, sinceMs: null, origin: null, reasons: [] }],
      whyNot: [
        { kind: 'birthright-unmet', line: 'it', attribute: 'department', needs: ['it'], has: HOSTILE },
        { kind: 'grant-ended', ticket: 'REQ-9', atMs: NOW_MS },
        { kind: 'something-new' },
      ],
    };
    const app = { ...APP, '/acme/explain': { json: outside } };
    const { exit, stdout: said, asked } = await accessTo(['explain', 'ana@acme.example', 'Support'], app);
    expect(exit).toBe(1);
    expect(said.split('\n').slice(1, 5)).toEqual([
      'Support: not a member',
      `  why not: birthright line it needs department it; theirs is ${HARMLESS}`,
      '  why not: ticket REQ-9 ended 2026-03-02 09:00Z',
      '  why not: something new',
    ]);
    expect(asked.at(-1)?.url).toContain('person=ana%40acme.example&group=Support');
    const { stdout: markdown } = await accessTo(
      ['explain', 'ana@acme.example', 'Support', '--markdown'],
      app,
    );
    expect(markdown).not.toMatch(/\]\(|<b>|(?<!<!-- )@all/);
  });
});

describe('access who', () => {
  it('says how fresh it is, names before ids, and who has no known reason', async () => {
    const { stdout } = await accessTo(['who', 'Support'], APP);
    expect(stdout.split('\n')).toEqual([
      'Support: 2 members in UiPath 2026-03-02 02:00Z, by the last audit (7 hours ago); mode authoritative',
      'ana@acme.example (id-0), since 2026-03-02 09:00Z',
      expect.stringContaining('  ticket REQ-1 of jira'),
      `${HARMLESS} (id-1)`,
      '  none known',
      '1 of 2 members shown without a known reason',
      '',
    ]);
    const { stdout: markdown } = await accessTo(['who', 'Support', '--markdown'], APP);
    expect(markdown).not.toMatch(/\]\(|<b>/);
  });

  it('reads page after page of a large group, as many as are wanted', async () => {
    const page = (next: number | null) => ({
      ...members,
      total: 250,
      members: Array.from({ length: 100 }, (_, index) => member({ memberId: `m-${index}` })),
      next,
    });
    const all = await accessTo(['who', 'Support', '--json', '--limit', '150'], {
      ...APP,
      '/acme/members': { json: page(100) },
    });
    expect(all.json).toMatchObject({ total: 250, more: 100 });
    // A page that leads to itself is the last.
    const endless = await accessTo(['who', 'Support', '--limit', '0'], {
      ...APP,
      '/acme/members': { json: page(100) },
    });
    expect(endless.asked.filter(({ url }) => url.includes('/members'))).toHaveLength(2);
    expect((await accessTo(['who', 'Support', '--limit', 'x'], APP)).exit).toBe(2);
  });
});

describe('access history', () => {
  it('tells a line for each record, of whom where that is not clear, and that there may be more', async () => {
    const { stdout } = await accessTo(['history', '--group', 'Support'], {
      ...APP,
      '/acme/history': { json: { ...history, isWhole: false } },
    });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `2026-03-02 09:00Z  ana@acme.example  put into the group, group ${HARMLESS}, because of grant:REQ-1, policy abababab`,
      'there may be more: not everything could be looked at',
    ]);
  });

  it('asks what a word is that is no address', async () => {
    expect(await accessTo(['history', 'REQ-1', '--json'], APP)).toMatchObject({
      exit: 2,
      json: { error: { code: 'history-unclear' } },
    });
    const { asked } = await accessTo(['history', '--ticket', 'REQ-1'], APP);
    expect(asked.at(-1)?.url).toContain('ticket=REQ-1');
  });
});
