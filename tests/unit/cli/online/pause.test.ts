import { describe, expect, it } from '@jest/globals';
import type { PauseShown } from '../../../../shared/domain/pause';
import { accessTo, problem } from '../../../fakes/running-app';
import { APP, HARMLESS, HOSTILE, NOW_MS } from './answers-of-the-app';

const paused: PauseShown = {
  id: 'a'.repeat(32),
  sinceMs: NOW_MS,
  by: HOSTILE,
  reason: HOSTILE,
  untilMs: null,
  isLost: false,
  urgent: 3,
  oldestUrgentMs: NOW_MS + 60_000,
};
const done = { json: { done: 'paused', words: 'It is paused.', by: 'Maria Lead' } };
const over = { json: { done: 'resumed', words: 'It goes on.', by: 'Olga' } };
const ONE = {
  ...APP,
  '/acme/pause': { json: { pause: paused } },
  'POST /acme/today/pause': done,
  'POST /acme/today/resume': over,
};
const BOTH = {
  ...ONE,
  '/': { json: { who: 'Maria', organizations: [{ organization: 'acme' }, { organization: 'beta' }] } },
  '/beta/pause': { json: { pause: null } },
  'POST /beta/today/pause': problem(403, 'not-permitted', 'No'),
};

describe('access pause', () => {
  it('says why and until when, and tells who waits then', async () => {
    const ran = await accessTo(
      ['pause', '--reason', 'INC-7', '--until', '2027-01-31T18:00:00Z', '--json'],
      ONE,
    );
    expect(ran).toMatchObject({
      exit: 0,
      json: {
        organizations: [{ organization: 'acme', words: 'It is paused.', by: 'Maria Lead', pause: paused }],
      },
    });
    const decided = ran.asked.find(({ method }) => method === 'POST');
    expect(JSON.parse(decided?.body ?? '')).toEqual({ reason: 'INC-7', until: '2027-01-31T18:00:00Z' });
    expect(decided?.url).toBe('https://app.example/api/operator/acme/today/pause');
  });

  it('is told in words, harmless on a terminal, with how many wait since when', async () => {
    const { stdout } = await accessTo(['pause', '--reason', 'INC-7'], ONE);
    expect(stdout).toContain('✔ acme: It is paused. (Maria Lead)');
    expect(stdout).toContain(HARMLESS);
    expect(stdout).toContain(
      '3 urgent changes wait (leavers, and what was revoked), the oldest since 2026-03-02T09:01',
    );
    for (const sign of ['\u001B', '\u202E']) expect(stdout).not.toContain(sign);
  });

  it('pauses every organization, and one that refuses keeps no other from it', async () => {
    const ran = await accessTo(['pause', '--all', '--reason', 'UiPath migrates', '--json'], BOTH);
    expect(ran).toMatchObject({
      exit: 4,
      json: {
        organizations: [
          { organization: 'acme', words: 'It is paused.' },
          { organization: 'beta', error: { code: 'not-permitted', message: 'No' } },
        ],
      },
    });
    const { stdout } = await accessTo(['pause', '--all', '--reason', 'UiPath migrates'], BOTH);
    expect(stdout).toContain('✘ beta: No');
  });

  it.each([
    ['no reason', ['pause']],
    ['one organization and all', ['pause', '--reason', 'x', '--all', '--organization', 'acme']],
    ['all, and one pause', ['resume', '--reason', 'x', '--all', '--pause', 'a']],
  ])('asks nothing of the app with %s', async (_, words) => {
    const ran = await accessTo(words, ONE);
    expect([ran.exit, ran.asked]).toEqual([2, []]);
  });

  it('tells a refusal of the app', async () => {
    const refused = {
      ...ONE,
      'POST /acme/today/pause': problem(403, 'decides-about-self', 'This is about yourself'),
    };
    expect(await accessTo(['pause', '--reason', 'x', '--json'], refused)).toMatchObject({
      exit: 4,
      json: { error: { code: 'decides-about-self' } },
    });
  });
});

describe('access resume', () => {
  it('ends the pause that is in force, by its id, and says why', async () => {
    const ran = await accessTo(['resume', '--reason', 'mended', '--json'], ONE);
    expect(ran).toMatchObject({ exit: 0, json: { organizations: [{ words: 'It goes on.', pause: null }] } });
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toEqual({ reason: 'mended', pause: paused.id });
  });

  it('ends the pause that is named and no other', async () => {
    const ran = await accessTo(['resume', '--reason', 'mended', '--pause', 'b'.repeat(32)], ONE);
    expect(JSON.parse(ran.asked.at(-1)?.body ?? '')).toMatchObject({ pause: 'b'.repeat(32) });
  });

  it('says of one that is not paused that it is not, and decides nothing', async () => {
    const ran = await accessTo(['resume', '--reason', 'x', '--json'], {
      ...ONE,
      '/acme/pause': { json: { pause: null } },
    });
    expect(ran).toMatchObject({ exit: 1, json: { error: { code: 'pause-unknown' } } });
    expect(ran.asked.every(({ method }) => method === 'GET')).toBe(true);
  });
});

it.each(['pause', 'resume'])('access %s has a help with an example', async (word) => {
  const { exit, stdout } = await accessTo([word, '--help'], {});
  expect([exit, stdout.includes(`access ${word} --organization acme --reason`)]).toEqual([0, true]);
  expect(stdout).toContain('ACCESS_URL');
});
