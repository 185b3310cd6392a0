import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';
import { APP, HARMLESS, plan, planned } from './answers-of-the-app';

const ADOPT = ['adopt', '--owner', 'Olga Admin', '--ticket', 'GOV-1'];
const APPLY = `POST /acme/proposed-plans/${plan.hash}`;

describe('access adopt', () => {
  it('says what to adopt, and shows the plan by group with what is left out and what comes next', async () => {
    const words = [...ADOPT, '--group', 'Support', '--until', '2026-12-31'];
    const { exit, stdout, asked } = await accessTo(words, APP);
    expect(exit).toBe(0);
    const sent = asked.find(({ method }) => method === 'POST');
    expect(sent?.url).toBe('https://app.example/api/operator/acme/proposed-plans/adopt');
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      owner: 'Olga Admin',
      ticket: 'GOV-1',
      group: 'Support',
      until: '2026-12-31',
    });
    const lines = stdout.split('\n');
    expect(lines[0]).toContain('eeeeeeeeeeee adopt: 2 changes, 2 people, 2 groups');
    const support = lines.indexOf('Support');
    expect(support).toBeGreaterThan(lines.indexOf(HARMLESS));
    expect(lines[support + 1]).toContain(`+ a reason  ${HARMLESS}`);
    expect(stdout).toContain('left out: 1');
    expect(stdout).toContain('    id-3: it is a robot');
    expect(lines.at(-2)).toBe('Nothing is done yet: access apply eeeeeeeeeeee --reason "…"');
  });

  it('has a form for pull requests in which a name is nothing but text', async () => {
    const { stdout } = await accessTo([...ADOPT, '--markdown'], APP);
    expect(stdout).toContain('| + a reason |'.replace('+', String.raw`\+`));
    for (const sign of ['<b>', '@all', '](http', '\u001B']) expect(stdout).not.toContain(sign);
  });

  it.each([
    [['adopt', '--ticket', 'GOV-1'], '--owner'],
    [['adopt', '--owner', 'Olga'], '--ticket'],
  ])('asks nothing without what it needs: %j', async (words, missing) => {
    const { exit, stderr, asked } = await accessTo(words, APP);
    expect([exit, asked]).toEqual([2, []]);
    expect(stderr).toContain(missing);
  });
});

describe('access apply', () => {
  it('names the whole hash and why', async () => {
    const { exit, stdout, asked } = await accessTo(['apply', 'eeee', '--reason', 'agreed'], APP);
    expect([exit, stdout]).toEqual([0, '✔ Nothing is done yet. 2 changes (Maria Lead)\n']);
    expect(asked.at(-1)?.url).toBe(`https://app.example/api/operator/acme/proposed-plans/${plan.hash}`);
    expect(asked.at(-1)?.body).toBe('{"reason":"agreed"}');
  });

  it('goes on with a large plan until nothing is left, and says so where it does not', async () => {
    const answers = [
      { ...planned, done: 'begun', left: 2 },
      { ...planned, done: 'begun', left: 1 },
      { ...planned, done: 'applied', left: 0, notMade: 1 },
    ];
    const app = {
      ...APP,
      get [APPLY]() {
        return { json: answers.shift() };
      },
    };
    const ran = await accessTo(['apply', plan.hash, '--reason', 'agreed', '--json'], app);
    expect(ran).toMatchObject({ exit: 1, json: { done: 'applied', notMade: 1 } });
    expect(ran.asked.filter(({ method }) => method === 'POST')).toHaveLength(3);
    const stuck = { ...APP, [APPLY]: { json: { ...planned, done: 'begun', left: 2 } } };
    expect(await accessTo(['apply', plan.hash, '--reason', 'agreed', '--json'], stuck)).toMatchObject({
      exit: 1,
      json: { error: { code: 'plan-not-done' } },
    });
  });

  it('tells what moved, and ends with 1', async () => {
    const moved = { ...APP, [APPLY]: problem(409, 'plan-moved', 'cara@acme.example in Finance: gone') };
    const ran = await accessTo(['apply', 'eeee', '--reason', 'agreed', '--json'], moved);
    expect(ran).toMatchObject({
      exit: 1,
      json: { error: { code: 'plan-moved', message: 'cara@acme.example in Finance: gone' } },
    });
    expect(ran.stderr).toContain('Plan again');
    const { json } = problem(409, 'plan-moved', 'Nothing is done');
    const errors = [{ field: 'cara@acme.example in Finance', problem: 'gone' }];
    const named = { ...APP, [APPLY]: { status: 409, json: { ...(json as object), errors } } };
    expect(await accessTo(['apply', 'eeee', '--reason', 'agreed', '--json'], named)).toMatchObject({
      json: { error: { message: 'Nothing is done: cara@acme.example in Finance: gone' } },
    });
  });

  it('asks nothing without a reason', async () => {
    expect((await accessTo(['apply', 'eeee'], APP)).asked).toEqual([]);
  });
});
