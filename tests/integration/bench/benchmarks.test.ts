import { afterEach, describe, expect, it } from '@jest/globals';
import type { Benchmark, Figures } from '../../../bench/benchmark';
import { audit } from '../../../bench/audit/audit';
import { burst } from '../../../bench/burst';
import { evidence } from '../../../bench/evidence/evidence';
import { growth } from '../../../bench/growth';
import { idle } from '../../../bench/idle';
import { intake } from '../../../bench/intake/intake';
import { leavers } from '../../../bench/leavers/leavers';
import { mass } from '../../../bench/leavers/mass';
import { toJson, toReport } from '../../../bench/report';
import { tick } from '../../../bench/tick';
import { urgent } from '../../../bench/urgent';
import { whatIf } from '../../../bench/what-if/what-if';
import { SECRETS } from '../../../bench/policy';

afterEach(() => {
  for (const { variable } of Object.values(SECRETS)) delete process.env[variable];
});

async function lineOf(
  benchmark: Benchmark,
  size: number,
  { users, latencyMs }: Readonly<{ users?: number; latencyMs?: number }> = {},
): Promise<Record<string, unknown>> {
  const figures: Figures = await benchmark.run({ size, users, latencyMs, progress: () => undefined });
  const line = toJson(toReport(benchmark, { size, seconds: 1, figures }));
  expect(line).not.toContain('\n');
  return JSON.parse(line) as Record<string, unknown>;
}

const number = expect.any(Number);

describe('a benchmark at a tiny size', () => {
  it('counts the calls of a burst against the fewest there can be, and lets them take time', async () => {
    const line = await lineOf(burst, 0.004);
    expect(line).toMatchObject({
      benchmark: 'burst',
      size: 0.004,
      events: 40,
      memberships: 120,
      putRatio: number,
      http429: 0,
      allowancePerWindow: 64,
      virtualSeconds: number,
      naivePutCalls: 120,
      naiveVirtualSeconds: 300,
      storageCallsPerEvent: number,
    });
    expect(line['putLowerBound']).toBe(37);
    expect(line['putCalls']).toBeGreaterThanOrEqual(37);
    expect(line['putCalls']).toBeLessThan(120);
    expect(line['targets']).toContainEqual({ figure: 'http429', atMost: 0, value: 0, met: true });
    const late = await lineOf(burst, 0.004, { latencyMs: 2_000 });
    expect(late).toMatchObject({ events: 40, uipathLatencyMs: 2_000, http429: 0 });
    expect(late['virtualSeconds']).toBeGreaterThan(Number(line['virtualSeconds']) + 1);
  }, 240_000);

  it('takes a leaver out of all groups while the normal quota is used up', async () => {
    const line = await lineOf(urgent, 0.01);
    expect(line).toMatchObject({
      benchmark: 'urgent',
      tries: 2,
      triesWithNormalQuotaUsedUp: 2,
      virtualSecondsToRemovedP50: number,
      http429: 0,
    });
    // Each of the calls for twelve groups takes time: less would mean that it does not pass.
    expect(line['virtualSecondsToRemovedP95']).toBeGreaterThan(1.8);
    expect(line['virtualSecondsToRemovedP95']).toBeLessThanOrEqual(15);
  }, 240_000);

  it('accounts for everybody whom a wrong export ends', async () => {
    const line = await lineOf(mass, 0.004);
    expect(line).toMatchObject({ benchmark: 'mass', ended: 40, joiners: 2, holds: 1, http429: 0 });
    expect(Number(line['heldRemovals']) + Number(line['removedMemberships'])).toBe(120);
    expect(line['heldRemovals']).toBeGreaterThan(60);
    expect(line['heldAfterVirtualSeconds']).toBeLessThanOrEqual(60);
    expect(line['additionDelayVirtualSeconds']).toBe(0);
    expect(line['peakMemoryMb']).toBeGreaterThan(50);
  }, 240_000);

  it('plans leavers until a guard is asked, and holds all that they have', async () => {
    const line = await lineOf(leavers, 0.01);
    expect(line).toMatchObject({ leavers: 10, groups: 20, memberships: 200, heldRemovals: 200, holds: 1 });
    expect(line['planSeconds']).toBeGreaterThan(0);
  }, 240_000);

  it('takes in every webhook that is sent', async () => {
    expect(await lineOf(intake, 0.02)).toMatchObject({
      benchmark: 'intake',
      connections: 50,
      bodyBytes: 2_048,
      requestsPerSecond: number,
      p50Ms: number,
      p99Ms: number,
      ratioToNoop: number,
      refused: 0,
    });
  }, 240_000);

  it('finds as many storage calls per event in a large ledger as in a small one', async () => {
    expect(await lineOf(growth, 0.001)).toMatchObject({
      benchmark: 'growth',
      people1000: 10,
      people100000: 100,
      msPerEvent1000: number,
      heapBytesPerEvent100000: number,
      callsRatio: 1,
      growthRatio: number,
    });
  }, 120_000);

  it('audits a small organization with everything as agreed', async () => {
    const line = await lineOf(audit, 0.02);
    expect(line).toMatchObject({
      benchmark: 'audit',
      groups: 20,
      people: 200,
      memberships: 1_000,
      findings: 0,
      getCalls: 26,
      users: 200,
      ended: 1,
      windows: 1,
      evaluationSeconds: number,
      peakMemoryMb: number,
      growthRatio: number,
      http429: 0,
    });
  }, 120_000);

  it('audits a list of users that is longer than what people there are', async () => {
    const line = await lineOf(audit, 0.002, { users: 3_500 });
    expect(line).toMatchObject({ people: 20, users: 3_500, ended: 1, windows: 1 });
    // Two groups, the list of groups, rules and access policy; four pages of users; Administrators, and UiPath's log.
    expect(line['getCalls']).toBe(11);
  }, 120_000);

  it('brings all records into the log, and verifies them', async () => {
    const line = await lineOf(evidence, 0.03);
    expect(line).toMatchObject({
      benchmark: 'evidence',
      people: 300,
      records: 3_000,
      entries: 3_000,
      appendAndVerifySeconds: number,
      faults: 0,
    });
    expect(line['peakMemoryMb']).toBeGreaterThan(40);
    // Three hundred people whose rows are read one by one take more.
    expect(line['storageCalls']).toBeLessThan(400);
  }, 120_000);

  it('counts what a tick costs beside few deliveries and beside many', async () => {
    const line = await lineOf(tick, 0.001);
    expect(line).toMatchObject({ benchmark: 'tick', deliveries: 300, ticks: 10 });
    // Dates, work, two lists of one organization and one source: less would mean that it does not look.
    expect(line['callsPerTick300000']).toBeGreaterThanOrEqual(4);
    expect(line['callsRatio']).toBe(1);
  }, 240_000);

  it('counts every tick of an idle hour, and no call to UiPath', async () => {
    const line = await lineOf(idle, 0.1);
    expect(line).toMatchObject({
      benchmark: 'idle',
      organizations: 1,
      ticksPerHour: 120,
      uipathCallsPerHour: 0,
    });
    expect(line['storageCallsPerHour']).toBeGreaterThan(120);
  }, 240_000);
});

describe('a report', () => {
  const benchmark: Benchmark = {
    name: 'any',
    about: 'Anything',
    targets: [
      { figure: 'low', atMost: 2 },
      { figure: 'high', atLeast: 2 },
      { figure: 'none', atMost: 2 },
    ],
    run: async () => ({}),
  };

  it.each([
    ['on its bounds', { low: 2, high: 2, none: null }, [true, true, false]],
    ['past its bounds', { low: 2.01, high: 1.99, none: null }, [false, false, false]],
  ])('judges each figure by its target: %s', (_title, figures, met) => {
    const report = toReport(benchmark, { size: 1, seconds: 1, figures });
    expect(report.targets.map((target) => target.met)).toEqual(met);
  });

  it('plans an edit of the policy for a whole organization, and tells the seconds of that alone', async () => {
    const line = await lineOf(whatIf, 0.2);
    expect(line).toMatchObject({
      benchmark: 'what-if',
      people: 1_998,
      badLines: 2,
      exit: 0,
      peakMemoryMb: number,
    });
    expect(line['gain']).toBeGreaterThan(0);
    expect(line['lose']).toBeGreaterThan(0);
    expect(line).toMatchObject({ loadExit: 0, loadPeakMemoryMb: number });
    expect(line['loadGain']).toBeGreaterThan(0);
    expect(line['loadLose']).toBeGreaterThan(0);
    expect(line['seconds']).not.toBe(1);
    expect(line['targets']).toContainEqual(
      expect.objectContaining({ figure: 'seconds', value: line['seconds'] }),
    );
  }, 240_000);
});
