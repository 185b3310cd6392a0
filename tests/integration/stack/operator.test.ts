import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMINISTRATOR, ANA, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { checkPolicy } from '../../../shared/policy/parse-policy';
import { access } from '../../fakes/run-access';
import { DEAD, HOSTILE, startConsoleStack, type ConsoleStack } from '../../fixtures/console-stack';
import { policyFile } from '../../fixtures/policy-files';
import { eventually, send } from './calls';

const OLGA = 'olga.admin@acme.example';

describe('the command line against a running app', () => {
  let stack: ConsoleStack;
  const environment = () =>
    new Map([
      ['ACCESS_URL', stack.host().url],
      ['ACCESS_KEY', stack.consoleKey],
      ['ACCESS_NAME', OLGA],
    ]);
  const run = async (
    words: readonly string[],
    variables = environment(),
    files: Readonly<Record<string, string>> = {},
  ) => access(words, files, { online: { env: (name) => variables.get(name), fetch }, nowMs: Date.now });
  const json = async (words: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    const { exit, stdout } = await run([...words, '--json']);
    return { ...(JSON.parse(stdout) as Record<string, unknown>), exit };
  };

  beforeAll(async () => {
    stack = await startConsoleStack();
  }, 180_000);

  afterAll(async () => {
    await stack.close();
  });

  it('tells what somebody has to see to, and ends with 1', async () => {
    const { exit, organizations } = await json(['status']);
    expect(exit).toBe(1);
    expect(organizations).toMatchObject([
      {
        organization: ORGANIZATION,
        readiness: { kind: 'known', value: { faults: [] } },
        policy: { sinceMs: { kind: 'known', value: expect.any(Number) } },
        audit: { kind: 'known', value: { result: 'red' } },
        holds: { kind: 'known', value: { count: 1, removals: 3 } },
        deadDeliveries: { kind: 'known', value: 3 },
        callsLeft: { kind: 'known', value: { GET: expect.any(Number) } },
        toSeeTo: expect.arrayContaining(['1 hold waits for a release: access holds']),
      },
    ]);
  });

  it('answers who, why and why not within a second from what is stored', async () => {
    const startedMs = Date.now();
    const support = await json(['explain', ANA, GROUPS.support]);
    const tookMs = Date.now() - startedMs;
    expect(support).toMatchObject({
      exit: 0,
      person: ANA,
      groups: [{ group: GROUPS.support, isMember: true, origin: 'applied', reasons: [{ kind: 'grant' }] }],
      whyNot: [],
    });
    // Signing in and finding the organization are in it.
    expect(tookMs).toBeLessThan(2_000);
    expect(await json(['explain', ANA, 'Nowhere'])).toMatchObject({
      exit: 1,
      whyNot: [{ kind: 'group-not-in-policy' }],
    });
    expect(await json(['explain', 'nobody@acme.example'])).toMatchObject({
      exit: 1,
      error: { code: 'person-unknown' },
    });
  });

  it('tells the history of a person, a ticket and a group', async () => {
    for (const words of [[ANA], ['--ticket', 'REQ-1'], ['--group', GROUPS.support]])
      expect(await json(['history', ...words])).toMatchObject({
        exit: 0,
        isWhole: true,
        entries: expect.arrayContaining([
          expect.objectContaining({ about: ANA, kind: 'membership-added', group: GROUPS.support }),
        ]),
      });
  });

  it('tells every member of a group that the last audit saw, with the reasons that are known', async () => {
    expect(await json(['who', GROUPS.developers])).toMatchObject({
      exit: 1,
      error: { code: 'report-unknown' },
    });
    stack.uipath.actAsPerson(ORGANIZATION, {
      kind: 'change-members',
      actor: { name: 'Olga Admin', email: ADMINISTRATOR },
      group: GROUPS.developers,
      add: [MALLORY],
    });
    await stack.host().invokeTimer('access-audit');
    const found = await eventually(
      'the audit is done',
      async () => {
        const told = await json(['who', GROUPS.developers.toUpperCase()]);
        return told['exit'] === 0 ? told : undefined;
      },
      60_000,
    );
    expect(found).toMatchObject({ group: GROUPS.developers, more: 0, night: expect.any(String) });
    expect(found['members']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          person: ANA,
          reasons: expect.arrayContaining([expect.objectContaining({ kind: 'birthright' })]),
        }),
        expect.objectContaining({ name: MALLORY, person: null, reasons: [] }),
      ]),
    );
    expect(await json(['who', 'Nowhere'])).toMatchObject({ exit: 1, error: { code: 'group-unknown' } });
  });

  it('pauses in a name and with a reason, tells it everywhere, and resumes', async () => {
    expect(await json(['pause', '--reason', ' '])).toMatchObject({
      exit: 2,
      error: { code: 'body-invalid' },
    });
    const paused = await json(['pause', '--reason', 'INC-7']);
    expect(paused).toMatchObject({
      exit: 0,
      organizations: [{ by: expect.stringContaining(OLGA), pause: { reason: 'INC-7', isLost: false } }],
    });
    const status = await json(['status']);
    expect(status).toMatchObject({
      organizations: [
        {
          pause: { value: { reason: 'INC-7' } },
          advice: { stage: expect.any(String), waitsFor: expect.arrayContaining(['the end of the pause']) },
          toSeeTo: expect.arrayContaining([expect.stringContaining('paused since')]),
        },
      ],
    });
    const doctor = (await run(['doctor'])).stdout;
    expect(doctor).toMatch(/! pause:acme: paused since .*INC-7/);
    expect(await json(['resume', '--reason', 'mended'])).toMatchObject({ exit: 0 });
    expect(await json(['resume', '--reason', 'mended'])).toMatchObject({
      exit: 1,
      error: { code: 'pause-unknown' },
    });
  });

  it('asks for audits, looks back, verifies and exports the evidence, and listens', async () => {
    expect(await json(['audit', 'show'])).toMatchObject({
      exit: 1,
      isLatest: true,
      organization: ORGANIZATION,
    });
    expect(await json(['evidence', 'verify', '--person', ANA])).toMatchObject({ exit: 0, isWhole: true });
    expect(await json(['evidence', 'verify'])).toMatchObject({ looked: { records: expect.any(Number) } });
    const { exit, kept } = await run(['evidence', 'export', 'out.jsonl']);
    expect([exit, String(kept['out.jsonl']).split('\n')[0]]).toEqual([
      0,
      JSON.stringify({ type: 'export', v: 2, organization: ORGANIZATION }),
    ]);
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    expect(await json(['as-of', now, '--person', ANA])).toMatchObject({
      exit: 0,
      groups: expect.arrayContaining([expect.objectContaining({ group: GROUPS.support, isMember: true })]),
    });
    expect(await json(['as-of', now, '--group', GROUPS.developers])).toMatchObject({
      members: expect.arrayContaining([expect.objectContaining({ name: MALLORY, how: 'seen-before' })]),
    });
    expect(await json(['history', now.slice(0, 10)])).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ kind: 'evidence-exported' })]),
    });
    expect(await json(['compare', ANA, ANA])).toMatchObject({
      groups: expect.arrayContaining([expect.objectContaining({ group: GROUPS.support, of: 'both' })]),
    });
    expect(await json(['replay', '--since', now.slice(0, 10), '--yes', '0'])).toMatchObject({ exit: 2 });
    const heard = await run(['tail', '--for', '1', '--json']);
    expect([heard.exit, heard.stderr]).toEqual([0, '']);
  });

  it('exports what the last audit saw and the ledger knows, and makes a policy file of what UiPath has', async () => {
    const snapshot = await json(['snapshot']);
    expect(snapshot).toMatchObject({
      exit: 0,
      snapshot: 1,
      organization: ORGANIZATION,
      accounts: expect.arrayContaining([expect.objectContaining({ kind: 'user', name: MALLORY })]),
      people: expect.arrayContaining([
        expect.objectContaining({ addresses: [ANA], employment: 'active', accountId: expect.any(String) }),
      ]),
      unreadablePeople: 0,
    });
    const { exit, stdout } = await run(['policy', 'init', 'policy.yaml'], environment(), {
      'policy.yaml': policyFile('mode: observe\ngroups: {}'),
    });
    expect(exit).toBe(0);
    const found = checkPolicy(stdout).policy?.organizations.get(ORGANIZATION);
    const groups = [...(found?.groups.values() ?? [])].map(({ name, mode }) => `${name}: ${mode}`);
    expect(groups).toEqual(
      expect.arrayContaining([`${GROUPS.support}: observe`, `${GROUPS.developers}: observe`]),
    );
    expect(found?.mode).toBe('observe');
  });

  it('imports a file of HR by a plan: bad lines are told, people are known afterwards, and the same again is nothing', async () => {
    const lines = [
      'email,department,workerId',
      ...Array.from({ length: 60 }, (_one, at) => `load.${at}@acme.example,,L-${at}`),
    ];
    const files = { 'hr.csv': [...lines, 'broken,,1'].join('\n') };
    const importing = async (): Promise<Readonly<Record<string, unknown>>> => {
      const { exit, stdout } = await run(
        ['import', 'hr.csv', '--limit', '1', '--json'],
        environment(),
        files,
      );
      return { ...(JSON.parse(stdout) as Record<string, unknown>), exit };
    };
    const proposed = await importing();
    expect(proposed).toMatchObject({
      exit: 0,
      kind: 'import',
      counts: { changes: 60, leftOut: 0 },
      badLines: [{ line: 62 }],
      changes: [{ change: 'add-worker', person: expect.stringMatching(/^load\.\d+@acme\.example$/) }],
    });
    expect(await json(['apply', String(proposed['hash']), '--reason', 'first load'])).toMatchObject({
      exit: 0,
      changes: 60,
      notMade: 0,
    });
    expect(await json(['explain', 'load.59@acme.example'])).toMatchObject({
      person: 'load.59@acme.example',
    });
    expect(await importing()).toMatchObject({ counts: { changes: 0, leftOut: 0 } });
  }, 240_000);

  it('adopts by a plan whom nothing explains, and plans what differs', async () => {
    const words = ['adopt', '--owner', 'Olga Admin', '--ticket', 'GOV-1', '--group', GROUPS.developers];
    const proposed = await json(words);
    expect(proposed).toMatchObject({
      exit: 0,
      changes: [{ change: 'add-reason', person: MALLORY, at: GROUPS.developers }],
    });
    const hash = String(proposed['hash']);
    expect((await json(['plan']))['changes']).toEqual(
      expect.arrayContaining([expect.objectContaining({ change: 'remove-member', person: MALLORY })]),
    );
    expect(await json(['plans', 'show', hash.slice(0, 8)])).toMatchObject({ hash, state: 'proposed' });
    expect(await json(['apply', hash.slice(0, 8), '--reason', 'agreed'])).toMatchObject({
      exit: 0,
      changes: 1,
    });
    expect(await json(['apply', hash, '--reason', 'agreed'])).toMatchObject({ done: 'applied-before' });
    expect((await json(['who', GROUPS.developers]))['members']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          person: MALLORY,
          reasons: [expect.objectContaining({ kind: 'grant', ticket: 'GOV-1', requester: 'Olga Admin' })],
        }),
      ]),
    );
    expect(await json(['apply', 'f'.repeat(64), '--reason', 'agreed'])).toMatchObject({
      exit: 1,
      error: { code: 'plan-unknown' },
    });
  });

  it('releases exactly one hold, once somebody says how many people it is about', async () => {
    const short = stack.planHash.slice(0, 12);
    const shown = await run(['holds', 'show', short]);
    expect(shown.stdout).toContain(HOSTILE);
    expect(shown.stdout).toContain('3 people');
    expect(await run(['release', short, '--yes', '2'])).toMatchObject({ exit: 2, stdout: '' });
    expect(await json(['release', short, '--yes', '3'])).toMatchObject({
      exit: 0,
      hash: stack.planHash,
      words: 'The plan is released. The next run applies exactly its removals.',
      by: expect.stringContaining(OLGA),
    });
    expect(await json(['release', stack.planHash, '--yes', '3'])).toMatchObject({
      exit: 1,
      error: { code: 'plan-not-held' },
    });
  });

  it('closes a dead delivery with a reason, and retries another', async () => {
    const [first, second] = DEAD;
    expect(await json(['dead-letters', 'close', first.slice(0, 8), '--reason', 'sent twice'])).toMatchObject({
      exit: 0,
      id: first,
    });
    expect(await json(['dead-letters', 'retry', second])).toMatchObject({ exit: 0, is: 'delivery' });
    const left = await json(['dead-letters', 'list']);
    expect(JSON.stringify(left)).not.toContain(first);
  });

  it('refuses whoever has not the key, makes them wait, and lets no page decide', async () => {
    const wrong = new Map([...environment(), ['ACCESS_KEY', 'd3JvbmcgYW5kIHdyb25nIGFuZCB3cm9uZyBhZ2Fpbg==']]);
    const codes: unknown[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      const { exit, stdout, stderr } = await run(['status', '--json'], wrong);
      expect(exit).toBe(4);
      expect(stdout + stderr).not.toContain(wrong.get('ACCESS_KEY'));
      codes.push((JSON.parse(stdout) as { error: { code: string } }).error.code);
    }
    expect(new Set(codes)).toEqual(new Set(['sign-in-needed', 'sign-in-too-often']));
    const authorization = `Basic ${Buffer.from(`${OLGA}:${stack.consoleKey}`).toString('base64')}`;
    const from = { 'x-forwarded-for': '198.51.100.7' };
    const url = `${stack.host().url}/api/operator/${ORGANIZATION}/plans/${stack.planHash}`;
    const post = async (headers: Readonly<Record<string, string>>) =>
      (
        await send(url, {
          method: 'POST',
          pieces: ['{}'],
          headers: { 'content-length': '2', ...from, authorization, ...headers },
        })
      ).json['code'];
    expect(await post({ 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' })).toBe(
      'form-stale',
    );
    expect(await post({ 'content-type': 'text/plain' })).toBe('content-type-unsupported');
    expect(await post({ 'content-type': 'application/json' })).toBe('plan-not-held');
  });
});
