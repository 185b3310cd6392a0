import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';
import { accepted, finding, PAST, PLAN } from './answers-about-the-past';
import { APP, delivery, NOW_MS } from './answers-of-the-app';

const done = { json: { done: 'waived', words: 'It is accepted.', by: 'Olga' } };
const ID = '3f2a9c0100000001';
const app = { ...PAST, [`POST /acme/findings/${ID}`]: done };

describe('access waive', () => {
  const words = ['--reason', 'until go-live', '--owner', 'Ana', '--ticket', 'CHG-7', '--until', '2026-03-31'];

  it('sends who answers for it, until when and why', async () => {
    const ran = await accessTo(['waive', ID, ...words, '--json'], app);
    expect(ran).toMatchObject({ exit: 0, json: { id: ID, until: '2026-03-31', by: 'Olga' } });
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toEqual({
      reason: 'until go-live',
      owner: 'Ana',
      ticket: 'CHG-7',
      until: '2026-03-31',
    });
  });

  it('takes no beginning that two have, and nothing without all that is needed', async () => {
    expect(await accessTo(['waive', '3f2a9c01', ...words, '--json'], app)).toMatchObject({
      exit: 2,
      json: { error: { code: 'id-ambiguous' } },
    });
    expect((await accessTo(['waive', ID, ...words.slice(0, 6)], app)).exit).toBe(2);
    const refused = { ...PAST, [`POST /acme/findings/${ID}`]: problem(422, 'waiver-invalid', 'Too long') };
    expect(await accessTo(['waive', ID, ...words, '--json'], refused)).toMatchObject({
      exit: 1,
      json: { error: { code: 'waiver-invalid', message: 'Too long' } },
    });
    expect((await accessTo(['waive', '--help'], {})).stdout).toContain('--until <day>');
  });
});

describe('access remediate', () => {
  it('shows the plan, asks for its beginning, and releases exactly that', async () => {
    const ran = await accessTo(['remediate', ID], app, { said: PLAN.slice(0, 8) });
    expect([ran.exit, ran.stdout]).toEqual([0, '✔ It is accepted. (Olga)\n']);
    expect(ran.stderr).toContain(`plan ${PLAN.slice(0, 12)}`);
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toEqual({ planHash: PLAN });
    expect((await accessTo(['remediate', '--help'], {})).stdout).toContain('--yes');
  });

  it.each([
    ['another plan', ['--yes', 'aaaaaaaa']],
    ['too little of it', ['--yes', PLAN.slice(0, 3)]],
    ['nobody who could be asked', []],
  ])('releases nothing for %s', async (_what, more) => {
    const ran = await accessTo(['remediate', ID, ...more, '--json'], app);
    expect(ran).toMatchObject({ exit: 2, json: { error: { code: 'not-confirmed' } } });
    expect(ran.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('says so where the finding has no plan', async () => {
    const none = { ...PAST, [`/acme/findings/${accepted.id}`]: { json: { findings: [accepted] } } };
    expect(await accessTo(['remediate', accepted.id, '--json'], none)).toMatchObject({
      exit: 1,
      json: { error: { code: 'plan-unknown' } },
    });
    expect(finding.planHash).toBe(PLAN);
  });
});

describe('access dead-letters of a source', () => {
  const letters = {
    changes: [],
    deliveries: [delivery, { ...delivery, deliveryId: 'e'.repeat(64) }, { ...delivery, source: 'other' }],
    unreadable: [],
    failing: [],
  };
  const withLetters = {
    ...APP,
    '/acme/dead-letters': { json: letters },
    'POST /acme/dead-letters/source': { json: { done: 'redelivered', words: 'Again.', by: 'Olga' } },
    [`POST /acme/dead-letters/${delivery.deliveryId}`]: { json: { done: 'closed', words: 'x', by: 'Olga' } },
    [`POST /acme/dead-letters/${'e'.repeat(64)}`]: { json: { done: 'closed', words: 'x', by: 'Olga' } },
  };
  const source = ['--source', 'hr/standard'];

  it('retries all of it with one decision, once somebody says how many', async () => {
    const ran = await accessTo(['dead-letters', 'retry', ...source, '--yes', '2', '--json'], withLetters);
    expect(ran).toMatchObject({ exit: 0, json: { source: 'hr/standard', count: 2, by: 'Olga' } });
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toEqual({
      decision: 'retry-source',
      source: 'hr/standard',
      failedByMs: String(NOW_MS),
    });
  });

  it('is in the help', async () => {
    for (const word of ['retry', 'close'])
      expect((await accessTo(['dead-letters', word, '--help'], {})).stdout).toContain('--source <feed/name>');
  });

  it('closes each of it with the reason', async () => {
    const ran = await accessTo(
      ['dead-letters', 'close', ...source, '--reason', 'a test', '--json'],
      withLetters,
      { said: '2' },
    );
    expect(ran).toMatchObject({ exit: 0, json: { count: 2, decision: 'close' } });
    const sent = ran.asked.filter(({ method }) => method === 'POST');
    expect(sent.map(({ body }) => JSON.parse(body ?? '') as unknown)).toEqual(
      Array.from({ length: 2 }, () => ({ decision: 'close-delivery', reason: 'a test' })),
    );
  });

  it.each([
    [['retry', ...source, '--yes', '3'], 2, 'not-confirmed'],
    [['retry', ...source], 2, 'not-confirmed'],
    [['retry', '--source', 'hr/nothing', '--yes', '0'], 1, 'dead-letter-unknown'],
    [['retry'], 2, 'wrong-use'],
    [['retry', 'dddd', ...source], 2, 'wrong-use'],
  ])('%j decides nothing', async (words, exit, code) => {
    const ran = await accessTo(['dead-letters', ...words, '--json'], withLetters);
    expect(ran).toMatchObject({ exit, json: { error: { code } } });
    expect(ran.asked.every(({ method }) => method === 'GET')).toBe(true);
  });
});
