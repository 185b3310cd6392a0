import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';
import { APP, change, delivery, done, HARMLESS, hold, letters } from './answers-of-the-app';

describe('access decline', () => {
  const app = {
    ...APP,
    [`POST /acme/plans/${hold.hash}`]: { json: { ...done.json, words: 'It stays held.' } },
  };

  it('sends the whole hash and why, and says what became of it', async () => {
    const ran = await accessTo(['decline', 'ffff', '--reason', 'half a file'], app);
    expect([ran.exit, ran.stdout]).toEqual([0, '✔ It stays held. (Maria Lead)\n']);
    expect(ran.asked.at(-1)).toMatchObject({
      method: 'POST',
      url: `https://app.example/api/operator/acme/plans/${hold.hash}`,
      body: JSON.stringify({ decision: 'decline', reason: 'half a file' }),
    });
    const { json } = await accessTo(['decline', 'ffff', '--reason', 'half a file', '--json'], app);
    expect(json).toMatchObject({ hash: hold.hash, people: 2, removals: 3, by: 'Maria Lead' });
  });

  it('asks for nothing without a reason, and tells a refusal', async () => {
    const { exit, asked } = await accessTo(['decline', 'ffff', '--json'], app);
    expect([exit, asked]).toEqual([2, []]);
    const refused = {
      ...APP,
      [`POST /acme/plans/${hold.hash}`]: problem(409, 'plan-not-held', 'Released before'),
    };
    expect(await accessTo(['decline', 'ffff', '--reason', 'x', '--json'], refused)).toMatchObject({
      json: { error: { code: 'plan-not-held', message: 'Released before' } },
    });
    expect((await accessTo(['decline', '--help'], {})).stdout).toContain('--reason');
  });

  it('leaves a hold in the list, which says by whom and why, and no more waits', async () => {
    const declined = {
      ...hold,
      declined: { by: { kind: 'person', name: 'Maria \u202ELead' }, reason: 'half a file', atMs: 1 },
    };
    const { exit, stdout } = await accessTo(['holds'], {
      ...APP,
      '/acme/plans': { json: { plans: [declined] } },
    });
    expect(exit).toBe(0);
    expect(stdout).toContain('declined by Maria');
    expect(stdout).toContain(': half a file');
    expect(stdout).not.toContain('\u202E');
  });
});

describe('access release', () => {
  const app = { ...APP, [`POST /acme/plans/${hold.hash}`]: done };

  it('asks for the number of people after it has shown whom, and sends the whole hash', async () => {
    const { exit, stdout, stderr, asked } = await accessTo(['release', 'ffff'], app, { said: '2' });
    expect([exit, stdout]).toEqual([0, '✔ The plan is released. (Maria Lead)\n']);
    expect(stderr).toContain('2 people, 3 removals');
    expect(stderr).toContain(`${HARMLESS}: ana@acme.example, has left`);
    expect(stderr).toContain(`${HARMLESS}: id-2, has left`);
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
      [`POST /acme/plans/${hold.hash}`]: problem(403, 'decides-about-self', 'This is about yourself'),
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
  it('names whom a refused change is of', async () => {
    const { stdout } = await accessTo(['dead-letters'], APP);
    expect(stdout).toContain(`letter-1  change of ana@acme.example, to be put into ${HARMLESS}`);
  });

  it('tells what is to happen however long the address is', async () => {
    const long = { ...letters, changes: [{ ...change, person: `${'a'.repeat(240)}@acme.example` }] };
    const { stdout } = await accessTo(['dead-letters'], { ...APP, '/acme/dead-letters': { json: long } });
    expect(stdout).toContain(`…, to be put into ${HARMLESS}: uipath-not-found`);
  });

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
