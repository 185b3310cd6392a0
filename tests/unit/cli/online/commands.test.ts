import { describe, expect, it } from '@jest/globals';
import type { ExplainedGroup } from '../../../../shared/domain/desk/explained-group';
import type { ExplainedMember } from '../../../../shared/domain/desk/members-of-group';
import type { OrganizationStatus } from '../../../../shared/domain/desk/organization-status';
import { accessTo, ONE_ORGANIZATION, problem } from '../../../fakes/running-app';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
/** Acts on terminals, turns text round, and is a link, a mention and a cell in Markdown. */
const HOSTILE = 'Ro\u001B[2Jot\u202E [x](http://evil.example) @all | <b>';
const HARMLESS = String.raw`Ro\u{001b}[2Jot\u{202e} [x](http://evil.example) @all | <b>`;

function known<T>(value: T): Readonly<{ kind: 'known'; value: T }> {
  return { kind: 'known', value };
}

function status(overrides: Partial<OrganizationStatus> = {}): OrganizationStatus {
  return {
    organization: 'acme',
    atMs: NOW_MS,
    readiness: known({ atMs: NOW_MS, checks: 9, faults: [] }),
    policy: { hash: 'ab'.repeat(32), sinceMs: known(NOW_MS - 86_400_000) },
    audit: known({
      night: '202603020200',
      takenAtMs: NOW_MS - 7 * 3_600_000,
      result: 'green',
      open: { critical: 0, high: 0, medium: 0, low: 0 },
      waived: 1,
      unknown: 0,
    }),
    holds: known({ count: 0, removals: 0 }),
    deadDeliveries: known(0),
    refusedChanges: known(0),
    requestsPending: known({ count: 2, isMore: false }),
    callsLeft: known({ GET: 120, PUT: 64 }),
    ...overrides,
  };
}

const grant = {
  kind: 'grant',
  ticket: 'REQ-1',
  ticketUrl: null,
  source: 'jira',
  requester: 'ana@acme.example',
  approvers: ['ben@acme.example'],
  fromMs: NOW_MS - 86_400_000,
  untilMs: NOW_MS + 86_400_000,
} as const;
const group: ExplainedGroup = {
  group: 'Support',
  isMember: true,
  sinceMs: NOW_MS - 86_400_000,
  origin: 'applied',
  reasons: [grant, { kind: 'birthright', line: 'it', when: { department: ['it', 'ops'] }, untilMs: null }],
};
const explained = {
  person: 'ana@acme.example',
  formerAddresses: [],
  employment: 'active',
  directoryId: '2a5e494c-5ce6-46a8-8ef1-bd26a9602ecc',
  lockedUntilMs: null,
  nextChangeAtMs: NOW_MS + 86_400_000,
  atMs: NOW_MS,
  groups: [group],
  whyNot: [],
  evidenceFault: null,
};

function member(overrides: Partial<ExplainedMember>): ExplainedMember {
  return {
    memberId: 'id-1',
    kind: 'directory-user',
    name: 'id-1',
    person: null,
    employment: null,
    reasons: [],
    sinceMs: null,
    origin: null,
    isUnreadable: false,
    ...overrides,
  };
}

const members = {
  group: 'Support',
  groupId: 'g-1',
  mode: 'authoritative',
  night: '202603020200',
  takenAtMs: NOW_MS - 7 * 3_600_000,
  atMs: NOW_MS,
  total: 2,
  members: [
    member({
      memberId: 'id-0',
      person: 'ana@acme.example',
      employment: 'active',
      reasons: [grant],
      sinceMs: NOW_MS,
    }),
    member({ name: HOSTILE }),
  ],
  next: null,
};

const removal = { groupName: HOSTILE, personKey: 'p-1', memberId: 'id-1', why: ['leaver'] };
const hold = {
  hash: 'f'.repeat(64),
  state: 'held',
  guards: [{ guard: 'group', scope: 'Support', removals: 3, whole: 4 }],
  removals: [removal, { ...removal, personKey: 'p-2' }, { ...removal, groupName: 'Support' }],
  heldAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 86_400_000,
};
const delivery = {
  feed: 'hr',
  source: 'standard',
  deliveryId: 'd'.repeat(64),
  receivedAtMs: NOW_MS,
  history: [{ kind: 'failed', atMs: NOW_MS, code: 'policy-invalid', tries: 5 }],
};
const change = {
  id: 'letter-1',
  personKey: 'p-1',
  groupName: HOSTILE,
  memberId: 'id-1',
  decision: 'add',
  history: [{ atMs: NOW_MS, event: 'refused', code: 'uipath-not-found' }],
};
const letters = { changes: [change], deliveries: [delivery], unreadable: [], failing: [] };
const done = { json: { done: 'released', words: 'The plan is released.', by: 'Maria Lead' } };

const record = {
  atMs: NOW_MS,
  about: 'ana@acme.example',
  kind: 'membership-added',
  words: 'put into the group',
  group: HOSTILE,
  ticket: null,
  why: ['grant:REQ-1'],
  by: null,
  outcome: null,
  policyHash: 'ab'.repeat(32),
};
const history = { entries: [record], total: 1, next: null, isWhole: true, atMs: NOW_MS };

const readiness = {
  organization: 'acme',
  atMs: NOW_MS,
  ready: false,
  checks: [
    { name: 'storage', ok: true, tried: 'ask' },
    {
      name: 'clock:acme',
      ok: true,
      tried: 'ask',
      cause: 'clock-differs',
      problem: '40 seconds',
      fix: 'set it',
    },
    {
      name: 'token:acme',
      ok: false,
      tried: 'ask',
      code: 'uipath-token-refused',
      cause: 'uipath-client-refused',
      problem: HOSTILE,
      fix: 'check the secret',
      docs: 'docs/uipath-setup.md#4-the-secret',
      answer: { status: 400, said: 'invalid_client' },
    },
    { name: 'groups:acme', ok: false, skipped: ['token:acme'] },
  ],
};

const APP = {
  '/acme/readiness': { json: readiness },
  '/': ONE_ORGANIZATION,
  '/acme/status': { json: status() },
  '/acme/explain': { json: explained },
  '/acme/members': { json: members },
  '/acme/history': { json: history },
  '/acme/plans': { json: { plans: [hold] } },
  [`/acme/plans/${hold.hash}`]: { json: hold },
  '/acme/dead-letters': { json: letters },
};

const COMMANDS: ReadonlyArray<
  readonly [words: readonly string[], exit: number, part: Readonly<Record<string, unknown>>]
> = [
  [['doctor'], 1, { organizations: [{ organization: 'acme', ready: false }] }],
  [['status'], 0, { organizations: [{ organization: 'acme', toSeeTo: [] }] }],
  [['explain', 'ana@acme.example'], 0, { person: 'ana@acme.example', groups: [{ group: 'Support' }] }],
  [['who', 'Support'], 0, { total: 2, withoutReason: 1, more: 0, members: [{}, { reasons: [] }] }],
  [['holds', 'list'], 1, { holds: [{ hash: hold.hash, people: 2 }] }],
  [['holds', 'show', 'ffff'], 0, { hash: hold.hash, people: 2 }],
  [['dead-letters', 'list'], 1, { changes: [{ id: 'letter-1' }], deliveries: [{}] }],
  [['dead-letters', 'show', 'letter-1'], 0, { is: 'change', id: 'letter-1' }],
  [
    ['history', 'ana@acme.example'],
    0,
    { kind: 'person', entries: [{ kind: 'membership-added' }], isWhole: true },
  ],
];

describe.each(COMMANDS)('access %j', (words, exit, part) => {
  it('answers with one JSON document', async () => {
    const ran = await accessTo([...words, '--json'], APP);
    expect(ran).toMatchObject({ exit, stderr: '', json: part });
  });

  it('makes names harmless on a terminal', async () => {
    const { stdout } = await accessTo(words, APP);
    for (const sign of ['\u001B', '\u202E']) expect(stdout).not.toContain(sign);
    expect(stdout).not.toBe('');
  });

  it('has a help with an example', async () => {
    const { exit: helped, stdout } = await accessTo([...words, '--help'], {});
    expect(helped).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# \S.*\n {2}access /);
    expect(stdout).toContain('ACCESS_URL');
  });

  it('says why there is no answer', async () => {
    const refused = Object.fromEntries(
      Object.keys(APP).map((path) => [path, problem(403, 'not-permitted', 'No')]),
    );
    expect(await accessTo([...words, '--json'], refused)).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('access: No'),
      json: { error: { code: 'not-permitted', message: 'No' } },
    });
  });
});

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
      '  audit      green, 2026-03-02 02:00Z (7 hours ago): nothing open, 1 accepted',
      '  holds      1, of 12 removals',
      '  dead       0 deliveries, not known now (storage-unavailable)',
      '  requests   2 pending',
      '  quota      120 reads and 64 writes left in this window',
      '  to do      not ready: token:acme',
      '  to do      1 hold waits for a release: access holds',
      '  to do      refused changes cannot be told now (storage-unavailable)',
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

describe('access release', () => {
  const app = { ...APP, [`/acme/plans/${hold.hash}`]: done };

  it('asks for the number of people after it has shown whom, and sends the whole hash', async () => {
    const { exit, stdout, stderr, asked } = await accessTo(['release', 'ffff'], app, { said: '2' });
    expect([exit, stdout]).toEqual([0, '✔ The plan is released. (Maria Lead)\n']);
    expect(stderr).toContain('2 people, 3 removals');
    expect(asked.at(-1)).toMatchObject({
      method: 'POST',
      url: `https://app.example/api/operator/acme/plans/${hold.hash}`,
      body: '{}',
    });
    expect(asked.at(-1)?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['another number', { said: '3' }, []],
    ['nothing', { said: '' }, []],
    ['nobody who could be asked', {}, []],
    ['another number as option', {}, ['--yes', '3']],
  ] as const)('releases nothing for %s', async (_what, options, words) => {
    const ran = await accessTo(['release', 'ffff', ...words, '--json'], app, options);
    expect(ran).toMatchObject({ exit: 2, json: { error: { code: 'not-confirmed' } } });
    expect(ran.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('takes no beginning that several have, or nobody', async () => {
    const two = {
      ...APP,
      '/acme/plans': { json: { plans: [hold, { ...hold, hash: `ffff${'0'.repeat(60)}` }] } },
    };
    expect(await accessTo(['release', 'ffff', '--yes', '2', '--json'], two)).toMatchObject({
      exit: 2,
      json: { error: { code: 'id-ambiguous' } },
    });
    expect(await accessTo(['release', 'fff', '--yes', '2', '--json'], APP)).toMatchObject({
      exit: 1,
      json: { error: { code: 'plan-unknown' } },
    });
  });

  it('tells a refusal of the app as the console does', async () => {
    const refused = {
      ...APP,
      [`/acme/plans/${hold.hash}`]: problem(403, 'decides-about-self', 'This is about yourself'),
    };
    expect(await accessTo(['release', 'ffff', '--yes', '2', '--json'], refused)).toMatchObject({
      exit: 4,
      json: { error: { code: 'decides-about-self', message: 'This is about yourself' } },
    });
    const { stdout } = await accessTo(['release', '--help'], {});
    expect(stdout).toContain('--yes');
  });
});

describe('access dead-letters', () => {
  const app = {
    ...APP,
    '/acme/dead-letters/letter-1': {
      json: { done: 'retried', words: 'It is tried again.', by: 'Maria Lead' },
    },
    [`/acme/dead-letters/${delivery.deliveryId}`]: {
      json: { done: 'closed', words: 'It is closed.', by: 'Maria Lead' },
    },
  };

  it.each([
    [['retry', 'letter-1'], { decision: 'retry-change' }],
    [['retry', 'letter-1', '--member-id', 'id-9'], { decision: 'retry-change', memberId: 'id-9' }],
    [['retry', 'dddd'], { decision: 'retry-delivery' }],
    [['close', 'dddd', '--reason', 'sent twice'], { decision: 'close-delivery', reason: 'sent twice' }],
  ])('%j says what was decided in the words of the console', async (words, body) => {
    const ran = await accessTo(['dead-letters', ...words, '--json'], app);
    expect(ran).toMatchObject({ exit: 0, json: { by: 'Maria Lead' } });
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toEqual(body);
  });

  it('closes no refused change, and nothing without a reason', async () => {
    const change1 = await accessTo(['dead-letters', 'close', 'letter-1', '--reason', 'x', '--json'], app);
    expect(change1).toMatchObject({ exit: 2, json: { error: { code: 'not-a-delivery' } } });
    expect((await accessTo(['dead-letters', 'close', 'dddd'], app)).exit).toBe(2);
    expect(await accessTo(['dead-letters', 'retry', 'gone', '--json'], app)).toMatchObject({
      exit: 1,
      json: { error: { code: 'dead-letter-unknown' } },
    });
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
      'there may be more: not everybody could be looked at in time',
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
