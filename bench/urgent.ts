import { workerJoined, workerLeft } from '../sandbox/events';
import { DEFAULT_QUOTA_RULES, allowanceOf } from '../shared/domain/plan/quota';
import {
  percentile,
  rounded,
  scaled,
  type Benchmark,
  type BenchmarkContext,
  type Figures,
} from './benchmark';
import { startEngine, type Engine } from './engine';
import { play, type Happening } from './timeline';
import { createWorkforce, seedOf, type Workforce } from './workforce';
import { DAY_MS } from '../shared/domain/durations';

const ALIAS = 'urgent';
const FULL_TRIES = 20;
const GROUPS_OF_A_LEAVER = 12;
/** Joiners per try: their calls alone are more than the normal lane has in a window. */
const JOINERS_PER_TRY = 26;
/** A little more than a window, so that each try meets another moment of it. */
const BETWEEN_TRIES_MS = 327_000;
const FIRST_TRY_MS = 90_000;
/** What a call to UiPath takes, as measured by people who use it from another region. */
const USUAL_LATENCY_MS = 150;
const LONGEST_MS = DAY_MS;

type Leaver = Readonly<{ email: string; groups: readonly string[]; leavesAtMs: number }>;

/** Somebody leaves while joiners have used up what the normal lane may spend. */
export const urgent: Benchmark = {
  name: 'urgent',
  about: `A leaver in ${GROUPS_OF_A_LEAVER} groups in the middle of a burst that uses up the quota, tried at many moments`,
  targets: [
    { figure: 'virtualSecondsToRemovedP95', atMost: 15 },
    { figure: 'http429', atMost: 0 },
  ],
  run: async (context) => {
    const tries = scaled(FULL_TRIES, context.size, 2);
    const workforce = createWorkforce({ people: tries * JOINERS_PER_TRY, groups: 40, groupsEach: 3 });
    const leavers = Array.from({ length: tries }, (_, index) => `leaver.${index + 1}@bench.example`);
    const left = workforce.groups.slice(0, GROUPS_OF_A_LEAVER);
    const engine = await startEngine({
      organizations: [
        seedOf(ALIAS, workforce, { users: leavers, members: new Map(left.map((name) => [name, leavers])) }),
      ],
      // One id per PUT: a burst of hundreds then needs as many calls as one of ten thousands. So many leavers in an hour
      // would be held for a person to release: no guard is what is measured here.
      policy: { organizations: [ALIAS], workforce, maxIdsPerPut: 1, unguarded: true },
      uipathLatencyMs: context.latencyMs ?? USUAL_LATENCY_MS,
    });
    try {
      const startMs = engine.clock.now();
      return await measure(
        engine,
        workforce,
        leavers.map((email, index) => ({
          email,
          groups: left,
          leavesAtMs: startMs + FIRST_TRY_MS + index * BETWEEN_TRIES_MS,
        })),
        context,
      );
    } finally {
      await engine.close();
    }
  },
};

async function measure(
  engine: Engine,
  { people }: Workforce,
  leavers: readonly Leaver[],
  { progress, latencyMs = USUAL_LATENCY_MS }: BenchmarkContext,
): Promise<Figures> {
  const removedAtMs = new Map<string, number>();
  const stop = engine.uipath.onRequest(({ phase, method }) => {
    if (phase !== 'after' || method !== 'PUT') return;
    for (const { email, groups, leavesAtMs } of leavers)
      if (leavesAtMs <= engine.clock.now() && !removedAtMs.has(email) && isOut(engine, email, groups))
        removedAtMs.set(email, engine.clock.now());
  });
  const putsLeft: number[] = [];
  const happenings: readonly Happening[] = [
    ...people.map(({ email, attributes }): Happening => ({
      atMs: engine.clock.now(),
      run: async () => engine.post(workerJoined(email, attributes)),
    })),
    ...leavers.map(({ email, leavesAtMs }, index): Happening => ({
      atMs: leavesAtMs,
      run: async () => {
        const uipath = await engine.app.uipath(ALIAS, new AbortController().signal);
        putsLeft.push(await uipath.remainingPuts('normal'));
        await engine.post(workerLeft(email));
        progress(`leaver ${index + 1} of ${leavers.length}`);
      },
    })),
  ];
  await play(engine, happenings, LONGEST_MS);
  stop();
  const seconds = leavers.map(({ email, leavesAtMs }) => {
    const atMs = removedAtMs.get(email);
    if (atMs === undefined) throw new Error(`${email} is still in a group`);
    return (atMs - leavesAtMs) / 1000;
  });
  const { quota } = await engine.organization(ALIAS);
  const counts = engine.uipath.counts(ALIAS);
  return {
    tries: leavers.length,
    groupsPerLeaver: GROUPS_OF_A_LEAVER,
    uipathLatencyMs: latencyMs,
    normalAllowancePerWindow: allowanceOf({ ...DEFAULT_QUOTA_RULES, ...quota }, 'PUT', 'normal'),
    triesWithNormalQuotaUsedUp: putsLeft.filter((left) => left === 0).length,
    virtualSecondsToRemovedP50: rounded(percentile(seconds, 50)),
    virtualSecondsToRemovedP95: rounded(percentile(seconds, 95)),
    virtualSecondsToRemovedMax: rounded(Math.max(...seconds)),
    http429: Object.values(counts).reduce((sum, { throttled }) => sum + throttled, 0),
  };
}

function isOut({ uipath }: Engine, email: string, groups: readonly string[]): boolean {
  const id = uipath.idOf(ALIAS, email);
  return groups.every((group) => !uipath.memberIds(ALIAS, group).has(id));
}
