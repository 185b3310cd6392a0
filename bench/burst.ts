import { mapConcurrently } from '../shared/map-concurrently';
import { workerJoined } from '../sandbox/events';
import { allowanceOf, DEFAULT_QUOTA_RULES } from '../shared/domain/plan/quota';
import { rounded, scaled, type Benchmark, type BenchmarkContext, type Figures } from './benchmark';
import { withEngine, type Engine } from './engine';
import { play, type Happening } from './timeline';
import { createWorkforce, seedOf, type Workforce } from './workforce';
import { DAY_MS } from '../shared/domain/durations';

const ALIAS = 'burst';
const FULL_PEOPLE = 10_000;
const ARRIVAL_MS = 60_000;
/** Webhooks of one such moment arrive side by side. */
const MOMENT_MS = 100;
const SENDERS = 16;
const LONGEST_MS = DAY_MS;

/** 10,000 joiners with three groups each, spread over forty groups, within a minute. */
export const burst: Benchmark = {
  name: 'burst',
  about: 'Joiners arriving as webhooks within a minute: calls to UiPath and time under its rate limits',
  targets: [
    { figure: 'putRatio', atMost: 1.05 },
    { figure: 'http429', atMost: 0 },
    { figure: 'timeRatio', atMost: 1.1 },
  ],
  run: async (context) => {
    const workforce = createWorkforce({
      people: scaled(FULL_PEOPLE, context.size, 40),
      groups: 40,
      groupsEach: 3,
    });
    const options = {
      organizations: [seedOf(ALIAS, workforce)],
      policy: { organizations: [ALIAS], workforce },
      uipathLatencyMs: context.latencyMs ?? 0,
    };
    return withEngine(options, async (engine) => measure(engine, workforce, context));
  },
};

async function measure(
  engine: Engine,
  workforce: Workforce,
  { progress, latencyMs }: BenchmarkContext,
): Promise<Figures> {
  const { maxIdsPerPut, quota } = await engine.organization(ALIAS);
  const rules = { ...DEFAULT_QUOTA_RULES, ...quota };
  const allowance = allowanceOf(rules, 'PUT', 'normal');
  const startedAtMs = engine.clock.now();
  const storageBefore = engine.storage.count();
  const realStartMs = performance.now();

  progress(`${workforce.people.length} joiners arrive`);
  await play(engine, arrivals(engine, workforce, progress), LONGEST_MS);

  const realSeconds = (performance.now() - realStartMs) / 1000;
  requireApplied(engine, workforce);
  const additions = [...workforce.additions.values()];
  const memberships = additions.reduce((sum, count) => sum + count, 0);
  const putLowerBound = additions.reduce((sum, count) => sum + Math.ceil(count / maxIdsPerPut), 0);
  const windowsFor = (calls: number): number => Math.floor((calls - 1) / allowance);
  const secondsFor = (calls: number): number => (windowsFor(calls) * rules.windowMs) / 1000;
  const counts = engine.uipath.counts(ALIAS);
  const putCalls = counts['PUT']?.requests ?? 0;
  const lastPutAtMs =
    engine.uipath.requests().findLast(({ method }) => method === 'PUT')?.atMs ?? startedAtMs;
  const virtualSeconds = (lastPutAtMs - startedAtMs) / 1000;
  const virtualLowerBoundSeconds = secondsFor(putLowerBound);
  return {
    events: workforce.people.length,
    memberships,
    uipathLatencyMs: latencyMs ?? 0,
    maxIdsPerPut,
    putCalls,
    putLowerBound,
    putRatio: rounded(putCalls / putLowerBound),
    getCalls: counts['GET']?.requests ?? 0,
    postCalls: counts['POST']?.requests ?? 0,
    http429: Object.values(counts).reduce((sum, { throttled }) => sum + throttled, 0),
    allowancePerWindow: allowance,
    virtualSeconds: rounded(virtualSeconds),
    virtualLowerBoundSeconds,
    timeRatio: virtualLowerBoundSeconds === 0 ? null : rounded(virtualSeconds / virtualLowerBoundSeconds),
    naivePutCalls: memberships,
    naiveVirtualSeconds: secondsFor(memberships),
    storageCallsPerEvent: rounded((engine.storage.count() - storageBefore) / workforce.people.length, 1),
    realSeconds: rounded(realSeconds, 1),
  };
}

function arrivals(
  engine: Engine,
  { people }: Workforce,
  progress: (line: string) => void,
): readonly Happening[] {
  const moments = Math.min(people.length, ARRIVAL_MS / MOMENT_MS);
  const startMs = engine.clock.now();
  return Array.from({ length: moments }, (_, moment) => ({
    atMs: startMs + Math.floor((moment * ARRIVAL_MS) / moments),
    run: async () => {
      const first = Math.floor((moment * people.length) / moments);
      const last = Math.floor(((moment + 1) * people.length) / moments);
      await mapConcurrently(people.slice(first, last), SENDERS, async ({ email, attributes }) =>
        engine.post(workerJoined(email, attributes)),
      );
      if (Math.floor((moment * 10) / moments) !== Math.floor(((moment + 1) * 10) / moments))
        progress(`${last} arrived`);
    },
  }));
}

/** Figures of work that was not done would be worth nothing. */
function requireApplied({ uipath }: Engine, { additions }: Workforce): void {
  for (const [group, count] of additions)
    if (uipath.memberIds(ALIAS, group).size !== count)
      throw new Error(`${group} has ${uipath.memberIds(ALIAS, group).size} members instead of ${count}`);
}
