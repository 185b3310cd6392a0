import { describe, expect, it } from '@jest/globals';
import { openContainment } from '../../../../shared/access/writer/containment';
import { AppError, type ErrorCode } from '../../../../shared/errors';
import { createBackoffs } from '../../../fakes/backoffs';

const GROUP = { kind: 'group', key: 'g1' } as const;
const OTHERS = ['g2', 'g3', 'g4'].map((key) => ({ kind: 'group', key }) as const);

function setUp() {
  const backoffs = createBackoffs();
  const logged: Array<Readonly<Record<string, unknown>>> = [];
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const asked = { times: 0, isAway: true };
  const askUiPath = async (): Promise<void> => {
    asked.times += 1;
    if (asked.isAway) throw new AppError('uipath-unavailable', 'away');
  };
  const open = async () =>
    openContainment({ backoffs, clock, log: (line) => void logged.push(line), askUiPath }, 'acme');
  return { backoffs, clock, logged, asked, askUiPath, open };
}

function failWith(code: ErrorCode) {
  return async (): Promise<void> => {
    throw new AppError(code, 'failed');
  };
}

const work = async (): Promise<void> => undefined;

describe('the failure of one unit', () => {
  it.each<ErrorCode>([
    'uipath-not-found',
    'uipath-rejected',
    'uipath-conflict',
    'uipath-forbidden',
    'uipath-scope-missing',
    'uipath-endpoint-closed',
    'uipath-answer-invalid',
    'uipath-unavailable',
    'uipath-outcome-unknown',
    'uipath-group-ambiguous',
    'record-unreadable',
    'storage-conflict',
  ])('%s stops only itself', async (code) => {
    const { open, backoffs } = setUp();
    const containment = await open();
    expect(await containment.run(GROUP, failWith(code))).toBe('failed');
    expect(await containment.run(OTHERS[0] ?? GROUP, work)).toBe('done');
    expect([...backoffs.rows.values()]).toMatchObject([{ unit: GROUP, code, failures: 1 }]);
  });

  it('that nobody expected stops only itself too', async () => {
    const containment = await setUp().open();
    const broken = async (): Promise<void> => {
      throw new TypeError('a fault of ours');
    };
    expect(await containment.run(GROUP, broken)).toBe('failed');
  });

  it('is told with its code and how often it happened, never with its message', async () => {
    const { open, logged } = setUp();
    await (await open()).run(GROUP, failWith('uipath-rejected'));
    expect(logged).toEqual([
      {
        event: 'unit-failed',
        organization: 'acme',
        kind: 'group',
        key: 'g1',
        code: 'uipath-rejected',
        failures: 1,
      },
    ]);
  });

  it('keeps it from being tried before its time, in this run and in the next ones', async () => {
    const { open, clock } = setUp();
    const containment = await open();
    await containment.run(GROUP, failWith('uipath-rejected'));
    expect(await containment.run(GROUP, work)).toBe('waits');
    clock.nowMs = 59_999;
    const next = await open();
    expect([await next.run(GROUP, work), next.againAtMs()]).toEqual(['waits', 60_000]);
    clock.nowMs = 60_000;
    expect(await (await open()).run(GROUP, work)).toBe('done');
  });

  it('keeps it waiting no longer than the longest backoff, whatever somebody wrote into its row', async () => {
    const { open, clock, backoffs } = setUp();
    const notBeforeMs = Date.UTC(2999, 0, 1);
    const edited = { unit: GROUP, code: 'c', failures: 1, sinceMs: 0, lastMs: 0, notBeforeMs };
    await backoffs.put('acme', edited);
    const waiting = await open();
    expect([await waiting.run(GROUP, work), waiting.againAtMs()]).toEqual(['waits', 1_800_000]);
    clock.nowMs = 1_800_000;
    expect(await (await open()).run(GROUP, work)).toBe('done');
    expect(backoffs.rows.size).toBe(0);
  });

  it('is over once the unit works again: nothing is kept of it', async () => {
    const { open, clock, backoffs, logged } = setUp();
    await (await open()).run(GROUP, failWith('uipath-rejected'));
    clock.nowMs = 60_000;
    await (await open()).run(GROUP, work);
    expect(backoffs.rows.size).toBe(0);
    expect(logged.at(-1)).toMatchObject({ event: 'unit-recovered', key: 'g1' });
  });

  it('of what the run does without is shown, once in a backoff, and nothing waits for it', async () => {
    const { open, clock, backoffs, logged } = setUp();
    const unreadable = new AppError('record-unreadable', 'It is damaged');
    const containment = await open();
    await containment.doWithout(GROUP, unreadable);
    await containment.doWithout(GROUP, unreadable);
    expect(containment.againAtMs()).toBeUndefined();
    expect([...backoffs.rows.values()]).toMatchObject([{ unit: GROUP, failures: 1 }]);
    clock.nowMs = 60_000;
    await (await open()).doWithout(GROUP, unreadable);
    expect(logged.map(({ event, failures }) => [event, failures])).toEqual([
      ['unit-failed', 1],
      ['unit-failed', 2],
    ]);
    const away = new AppError('storage-unavailable', 'It is away');
    await expect(containment.doWithout(GROUP, away)).rejects.toBe(away);
  });

  it('that works costs no write', async () => {
    const { backoffs, clock, askUiPath } = setUp();
    const silent = {
      ...backoffs,
      put: async () => Promise.reject(new Error('written')),
      remove: async () => Promise.reject(new Error('written')),
    };
    const containment = await openContainment(
      { backoffs: silent, clock, log: () => undefined, askUiPath },
      'acme',
    );
    expect(await containment.run(GROUP, work)).toBe('done');
    expect(containment.againAtMs()).toBeUndefined();
  });
});

describe('a failure that all would share', () => {
  it.each<ErrorCode>([
    'quota-exhausted',
    'uipath-throttled',
    'uipath-unreachable',
    'uipath-token-refused',
    'uipath-unauthorized',
    'secret-missing',
    'vault-unavailable',
    'storage-unavailable',
    'lease-lost',
  ])('%s ends the run and is no unit’s', async (code) => {
    const { open, backoffs } = setUp();
    const containment = await open();
    await expect(containment.run(GROUP, failWith(code))).rejects.toMatchObject({ code });
    expect(backoffs.rows.size).toBe(0);
  });

  it('is what three units in a row meet; each has its backoff, so that the next run goes past them', async () => {
    const { open } = setUp();
    const containment = await open();
    const [second, third, fourth] = OTHERS;
    if (second === undefined || third === undefined || fourth === undefined) throw new RangeError();
    expect(await containment.run(GROUP, failWith('uipath-unavailable'))).toBe('failed');
    expect(await containment.run(second, failWith('uipath-unavailable'))).toBe('failed');
    await expect(containment.run(third, failWith('uipath-unavailable'))).rejects.toMatchObject({
      code: 'uipath-unavailable',
    });
    const next = await open();
    const outcomes = [GROUP, second, third, fourth].map(async (unit) => next.run(unit, work));
    expect(await Promise.all(outcomes)).toEqual(['waits', 'waits', 'waits', 'done']);
  });

  it('is not what three units in a row meet where UiPath answers another call: it is asked once for three', async () => {
    const { open, asked } = setUp();
    asked.isAway = false;
    const containment = await open();
    for (let key = 0; key < 12; key += 1)
      expect(await containment.run({ kind: 'group', key: `${key}` }, failWith('uipath-unavailable'))).toBe(
        'failed',
      );
    expect(asked.times).toBe(4);
  });

  it('is what more units meet than a run can try, whatever UiPath answers', async () => {
    const { open, asked } = setUp();
    asked.isAway = false;
    const containment = await open();
    const failAll = async (): Promise<void> => {
      for (let key = 0; key < 60; key += 1)
        await containment.run({ kind: 'group', key: `${key}` }, failWith('uipath-unavailable'));
    };
    await expect(failAll()).rejects.toMatchObject({ code: 'uipath-unavailable' });
    expect(asked.times).toBe(16);
  });

  it('is asked for once by those who fail at the same time', async () => {
    const { open, asked } = setUp();
    asked.isAway = false;
    const containment = await open();
    const all = [GROUP, ...OTHERS].map(async (unit) => containment.run(unit, failWith('uipath-unavailable')));
    expect(await Promise.all(all)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(asked.times).toBe(1);
  });

  it('is not what units meet that others between them do not', async () => {
    const containment = await setUp().open();
    const [second, third, fourth] = OTHERS;
    if (second === undefined || third === undefined || fourth === undefined) throw new RangeError();
    const outcomes = [
      await containment.run(GROUP, failWith('uipath-unavailable')),
      await containment.run(second, failWith('uipath-unavailable')),
      await containment.run(third, work),
      await containment.run(fourth, failWith('uipath-unavailable')),
    ];
    expect(outcomes).toEqual(['failed', 'failed', 'done', 'failed']);
  });
});

describe('look-ups of people among many', () => {
  const person = (key: number) => ({ kind: 'person', key: `${key}` }) as const;
  const failure = new AppError('uipath-unavailable', 'failed');

  it('fail alone, each with a backoff, until twenty in a row had no answer', async () => {
    const { open, backoffs } = setUp();
    const containment = await open();
    for (let key = 0; key < 19; key += 1) await containment.failAlone(person(key), failure);
    expect(containment.isAway()).toBe(false);
    await containment.failAlone(person(19), failure);
    expect(containment.isAway()).toBe(true);
    expect(backoffs.rows.size).toBe(20);
    containment.noteAnswer();
    expect(containment.isAway()).toBe(false);
  });

  it('are no outage where UiPath answers another call', async () => {
    const { open, asked } = setUp();
    asked.isAway = false;
    const containment = await open();
    for (let key = 0; key < 60; key += 1) await containment.failAlone(person(key), failure);
    expect([containment.isAway(), asked.times]).toEqual([false, 3]);
  });

  it('are no outage for a group', async () => {
    const containment = await setUp().open();
    for (let key = 0; key < 30; key += 1) await containment.failAlone(person(key), failure);
    expect(await containment.run(GROUP, failWith('uipath-unavailable'))).toBe('failed');
  });

  it('throw what everybody would meet', async () => {
    const containment = await setUp().open();
    const used = new AppError('quota-exhausted', 'used up');
    await expect(containment.failAlone(person(1), used)).rejects.toBe(used);
  });
});

describe('after a run that came to everything', () => {
  async function afterAMinute(
    act: (containment: Awaited<ReturnType<ReturnType<typeof setUp>['open']>>) => Promise<unknown>,
  ) {
    const { open, clock, backoffs } = setUp();
    const first = await open();
    await first.run(GROUP, failWith('uipath-rejected'));
    clock.nowMs = 60_000;
    const second = await open();
    await act(second);
    await second.endRecovered();
    return [...backoffs.rows.keys()];
  }

  it('a unit that was due and did not fail has no backoff any more', async () => {
    expect(await afterAMinute(async () => undefined)).toEqual([]);
  });

  it('one that failed again keeps it, also when it is due again by then', async () => {
    const { open, clock, backoffs } = setUp();
    const containment = await open();
    await containment.run(GROUP, failWith('uipath-rejected'));
    clock.nowMs = 61_000;
    await containment.endRecovered();
    expect([...backoffs.rows.keys()]).toEqual(['group:g1']);
    expect(containment.againAtMs()).toBe(60_000);
  });

  it('one that waits keeps it', async () => {
    const { open, clock, backoffs } = setUp();
    await (await open()).run(GROUP, failWith('uipath-rejected'));
    clock.nowMs = 59_999;
    await (await open()).endRecovered();
    expect(backoffs.rows.size).toBe(1);
  });

  it.each(['phase', 'attempt'] as const)('a %s that fails may have kept it back', async (kind) => {
    const left = await afterAMinute(async ({ run }) => run({ kind, key: 'k' }, failWith('uipath-rejected')));
    expect(left).toContain('group:g1');
  });

  it('one that waits for something else keeps it', async () => {
    expect(await afterAMinute(async ({ leave }) => leave(GROUP))).toEqual(['group:g1']);
  });

  it('one keeps it where the rest was left for the next run', async () => {
    const left = await afterAMinute(async ({ failAlone, isAway }) => {
      for (let key = 0; key < 20; key += 1)
        await failAlone({ kind: 'person', key: `${key}` }, new AppError('uipath-unavailable', 'failed'));
      return isAway();
    });
    expect(left).toContain('group:g1');
  });
});
