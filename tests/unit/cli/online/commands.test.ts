import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';
import { hold, plan, APP } from './answers-of-the-app';

const COMMANDS: ReadonlyArray<
  readonly [words: readonly string[], exit: number, part: Readonly<Record<string, unknown>>]
> = [
  [['doctor'], 1, { organizations: [{ organization: 'acme', ready: false }] }],
  [['status'], 0, { organizations: [{ organization: 'acme', toSeeTo: [] }] }],
  [['explain', 'ana@acme.example'], 0, { person: 'ana@acme.example', groups: [{ group: 'Support' }] }],
  [['who', 'Support'], 0, { total: 2, withoutReason: 1, more: 0, members: [{}, { reasons: [] }] }],
  [['holds', 'list'], 1, { holds: [{ hash: hold.hash, people: 2 }] }],
  [['holds', 'show', 'ffff'], 0, { hash: hold.hash, people: 2 }],
  [
    ['adopt', '--owner', 'Olga', '--ticket', 'GOV-1'],
    0,
    { hash: plan.hash, changes: [{ person: 'ana@acme.example' }, {}], leftOut: [{}], more: 0 },
  ],
  [['plan'], 0, { hash: plan.hash, leftOut: [{}], more: 0 }],
  [['undo', 'jira/REQ-7'], 0, { hash: plan.hash, changes: [{}, {}] }],
  [['plans', 'list'], 0, { plans: [{ hash: plan.hash, state: 'proposed' }] }],
  [['plans', 'show', 'eeee'], 0, { hash: plan.hash, notes: [expect.any(String)] }],
  [['apply', 'eeee', '--reason', 'agreed'], 0, { hash: plan.hash, done: 'applied', changes: 2 }],
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
