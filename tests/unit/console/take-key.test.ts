import { describe, expect, it } from '@jest/globals';
import { clientOf } from '../../../shared/console/client-address';
import { takeKey } from '../../../shared/console/take-key';
import { AppError } from '../../../shared/errors';
import { createSignIns, type SignIns } from '../../../shared/storage/desk/sign-ins';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Two instances over one storage, and what each key of a row says. */
function someInstances() {
  let nowMs = 1_000_000_000;
  const clock = { now: () => nowMs };
  const signIns = createSignIns(openMemoryStorage());
  const deps = { signIns, clock };
  const say = async (client: string, isRight: boolean, at: typeof deps = deps) => {
    try {
      return (await takeKey(at, client, () => isRight)) ? 'in' : 'wrong';
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
  };
  return {
    deps,
    say,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

async function sayWrong(say: ReturnType<typeof someInstances>['say'], times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await say('eve', false));
  return answers;
}

describe('wrong keys of one address', () => {
  it('cost nothing at first, then ever more time, up to a minute', async () => {
    const { say, wait } = someInstances();
    expect(await sayWrong(say, 6)).toEqual([...Array<string>(5).fill('wrong'), 'sign-in-too-often']);
    const waits: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      let seconds = 0;
      for (; (await say('eve', false)) !== 'wrong'; seconds += 1) wait(SECOND_MS);
      waits.push(seconds);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('keep the right key out while it waits, and are forgotten with it', async () => {
    const { say, wait } = someInstances();
    await sayWrong(say, 5);
    expect(await say('eve', true)).toBe('sign-in-too-often');
    wait(SECOND_MS);
    expect(await say('eve', true)).toBe('in');
    expect(await sayWrong(say, 5)).toEqual(Array<string>(5).fill('wrong'));
  });

  it('are forgotten after an hour', async () => {
    const { say, wait, deps } = someInstances();
    await sayWrong(say, 6);
    wait(HOUR_MS + 1);
    expect(await sayWrong(say, 5)).toEqual(Array<string>(5).fill('wrong'));
    wait(HOUR_MS + 1);
    expect(await deps.signIns.forget(deps.clock.now(), 100)).toBe(2);
    expect(await deps.signIns.triesOf('eve')).toBeUndefined();
  });

  it('count each, where they come at once and to several instances', async () => {
    const { say, deps } = someInstances();
    const other = { ...deps, signIns: { ...deps.signIns } };
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => say('eve', false, at % 2 === 0 ? deps : other)),
    );
    expect(answers.filter((answer) => answer === 'wrong').length).toBeLessThanOrEqual(5);
    expect((await deps.signIns.triesOf('eve'))?.count).toBeLessThanOrEqual(5);
  });

  it('begin anew where their row cannot be read, so that it keeps nobody out for good', async () => {
    const { say, deps } = someInstances();
    let forgotten = 0;
    const signIns: SignIns = {
      ...deps.signIns,
      triesOf: async (client) => {
        if (forgotten === 0 && client === 'eve') throw new AppError('record-unreadable', 'It is damaged');
        return deps.signIns.triesOf(client);
      },
      forgetTries: async () => {
        forgotten += 1;
      },
    };
    expect(await say('eve', true, { ...deps, signIns })).toBe('in');
  });
});

describe('wrong keys of many addresses', () => {
  it('keep nobody else out, and leave whoever mistypes no free try', async () => {
    const { say, wait } = someInstances();
    for (let at = 0; at < 150; at += 1) expect(await say(`bot-${at}`, false)).toBe('wrong');
    expect(await say('maria', true)).toBe('in');
    expect([await say('max', false), await say('max', true)]).toEqual(['wrong', 'sign-in-too-often']);
    wait(SECOND_MS);
    expect(await say('max', true)).toBe('in');
  });
});

describe('where a request came from', () => {
  const from = (forwarded: string): string => clientOf(new Headers({ 'x-forwarded-for': forwarded }));

  it.each([
    ['with a port', '192.0.2.7:50123', '192.0.2.7'],
    ['after whatever the caller said', '10.9.8.7, 1.1.1.1, 192.0.2.7:1', '192.0.2.7'],
    ['of one IPv6 network', '[2001:db8:1:2::7]:443', '2001:0db8:1:2:ffff:1:2:3'],
    ['of IPv4 in IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
  ])('is one and the same %s', (_how, one, other) => {
    expect(from(one)).toBe(from(other));
  });

  it('is told apart, and shows no address', () => {
    const all = ['192.0.2.7', '192.0.2.8', '2001:db8:1:2::7', '2001:db8:1:3::7', ''].map(from);
    expect(new Set(all).size).toBe(5);
    expect(all.join()).not.toContain('192');
  });
});
