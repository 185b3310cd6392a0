import { describe, expect, it } from '@jest/globals';
import { memoizeGroupsByName } from '../../../../shared/access/writer/memoize-groups-by-name';
import { AppError } from '../../../../shared/errors';

const GROUP = { id: 'g1', name: 'Developers', kind: 'custom' };

/** The list of groups as a run reads it, which fails as often as given. */
function aRun(failures: number) {
  let calls = 0;
  const groups = {
    list: async () => {
      calls += 1;
      if (calls <= failures) throw new AppError('uipath-unavailable', 'It is away');
      return [GROUP];
    },
  };
  const uipath = { urgent: { groups }, normal: { groups } };
  const read = memoizeGroupsByName({ uipath: uipath as never });
  const outcome = async (): Promise<string> =>
    read('normal').then(
      (found) => [...found.keys()].join(),
      () => 'failed',
    );
  return { outcome, calls: () => calls };
}

describe('the list of groups of a run', () => {
  it('is read once, however many ask', async () => {
    const { outcome, calls } = aRun(0);
    expect(await Promise.all([outcome(), outcome()])).toEqual(['developers', 'developers']);
    expect(await outcome()).toBe('developers');
    expect(calls()).toBe(1);
  });

  it('that failed is read again for whoever asks later, and not for those who asked at the same time', async () => {
    const { outcome, calls } = aRun(1);
    expect(await Promise.all([outcome(), outcome()])).toEqual(['failed', 'failed']);
    expect(calls()).toBe(1);
    expect(await outcome()).toBe('developers');
    expect(await outcome()).toBe('developers');
    expect(calls()).toBe(2);
  });

  it('that failed three times is not asked for any more in this run', async () => {
    const { outcome, calls } = aRun(9);
    const outcomes = [];
    for (let asked = 0; asked < 5; asked += 1) outcomes.push(await outcome());
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'failed'));
    expect(calls()).toBe(3);
  });
});
